//! A configuration that works, and mistakes with their lines.

use super::*;

const WHOLE: &str = r#"
[credentials.monitor]
user = "apimon"
password_file = "monitor.password"

[credentials.cloud]
bearer_env = "CDFMC_TOKEN"

[targets.fmc1]
url = "fmc://fmc1.example.com:8443"
credentials = "monitor"
pins = ["sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
domain = "Global/Branch"
timeout = 30

[targets.cloud]
url = "cdfmc://x.example.com"
credentials = "cloud"
ca_file = "/ca.pem"
"#;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(text, Path::new("/etc/oobwatch.toml")).map_err(|error| error.to_string())
}

#[track_caller]
fn assert_refused(text: &str, line: usize, words: &[&str]) {
    let error = parse(text).unwrap_err();
    assert!(
        error.starts_with(&format!("/etc/oobwatch.toml:{line}: ")),
        "{error}"
    );
    for word in words {
        assert!(error.contains(word), "{error} says nothing of {word}");
    }
    assert!(!error.contains('\n'), "{error:?} is more than a line");
}

#[test]
fn credentials_are_named_once_and_referred_to() {
    let config = parse(WHOLE).unwrap();
    let fmc1 = config.target("fmc1").unwrap();
    assert_eq!(fmc1.target.user.as_deref(), Some("apimon"));
    assert_eq!(fmc1.target.address.port(), 8443);
    assert_eq!(
        fmc1.secret,
        Some(Source::File("/etc/monitor.password".into()))
    );
    assert_eq!(fmc1.pins, [Pin::PublicKey([0; 32])]);
    assert_eq!(fmc1.domain.as_deref(), Some("Global/Branch"));
    assert_eq!(fmc1.timeout, Some(Duration::from_secs(30)));
    let cloud = config.target("cloud").unwrap();
    assert_eq!(cloud.secret, Some(Source::Env("CDFMC_TOKEN".to_owned())));
    assert_eq!(cloud.ca_file.as_deref(), Some(Path::new("/ca.pem")));
    let unknown = config.target("fmc2").unwrap_err().to_string();
    assert!(unknown.contains("cloud, fmc1"), "{unknown}");
}

#[test]
fn mistakes_are_shown_with_their_line() {
    assert_refused(
        "\n[targets.a]\nurl = 'fmc://a'\ncolour = 1\n",
        4,
        &["colour", "ca_file"],
    );
    assert_refused("[targets.a]\nurl = 'http://a'\n", 2, &["on purpose"]);
    assert_refused(
        "[targets.a]\nurl = 'fmc://u:hunter2@a'\n",
        2,
        &["password_file"],
    );
    assert_refused(
        "[targets.a]\nurl = 'fmc://a'\npins = [\n'sha256:00',\n]",
        4,
        &["64"],
    );
    assert_refused("[targets.a]\nurl = 'fmc://a'\ntimeout = 0\n", 3, &["3600"]);
    assert_refused(
        "[targets.a]\nurl = 'fmc://a'\npins = ['sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=']\nca_file = 'x'\n",
        1,
        &["exclude"],
    );
    assert_refused("[targets.refresh]\nurl = 'fmc://a'\n", 1, &["another name"]);
    assert_refused("[targets.'']\nurl = 'fmc://a'\n", 1, &["another name"]);
    assert_refused(
        "[targets.a]\nurl = 'fxos://a'\ndomain = 'Global'\n",
        1,
        &["no domains"],
    );
    let broken = "[credentials.c]\nuser = \"a\\r\\nb\"\n";
    assert_refused(
        &format!("{broken}[targets.a]\nurl = 'fmc://a'\ncredentials = 'c'\n"),
        5,
        &["control character", "\"c\""],
    );
    assert_refused("x = \n", 1, &[]);
    let other = "[credentials.one]\nuser='u'\n[credentials.two]\nuser='u'\n";
    assert_refused(
        &format!("{other}[targets.a]\nurl = 'fmc://a'\ncredentials = 'three'\n"),
        7,
        &["\"three\"", "one, two"],
    );
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_shown() {
    let text = "[credentials.a]\nuser = 'u'\npassword = 'hunter2'\n";
    assert_refused(text, 3, &["password_file"]);
    assert!(!parse(text).unwrap_err().contains("hunter2"));
}

#[test]
fn credentials_fit_their_product() {
    let target = |url: &str, credentials: &str| {
        parse(&format!(
            "[credentials.c]\n{credentials}\n[targets.t]\nurl='{url}'\ncredentials='c'\n"
        ))
    };
    assert!(
        target("fmc://h", "user='u'\nbearer_env='B'")
            .unwrap_err()
            .contains("password_file")
    );
    assert!(
        target("cdfmc://h", "password_env='B'")
            .unwrap_err()
            .contains("bearer_file")
    );
    assert!(
        target("cdfmc://h", "user='u'\nbearer_env='B'")
            .unwrap_err()
            .contains("no user")
    );
    assert!(
        target("fmc://me@h", "user='u'")
            .unwrap_err()
            .contains("both")
    );
    let prompt = target("fxos://h", "user='u'").unwrap();
    assert_eq!(prompt.target("t").unwrap().secret, Some(Source::Prompt));
}

#[test]
fn the_default_path_follows_xdg() {
    let path = |set: &[(&str, &str)]| {
        let set: BTreeMap<_, _> = set.iter().copied().collect();
        default_path(|name| set.get(name).map(OsString::from))
    };
    let home = path(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "relative")]);
    assert_eq!(home, Some("/home/me/.config/oobwatch/oobwatch.toml".into()));
    let xdg = path(&[("HOME", "/home/me"), ("XDG_CONFIG_HOME", "/cfg")]);
    assert_eq!(xdg, Some("/cfg/oobwatch/oobwatch.toml".into()));
    assert_eq!(path(&[]), None);
}

#[test]
fn a_file_that_was_named_must_exist() {
    let folder = tempfile::tempdir().unwrap();
    let error = Config::load(Some(folder.path().join("none.toml")))
        .unwrap_err()
        .to_string();
    assert!(error.contains("none.toml: "), "{error}");
}
