//! Configurations that work, and mistakes with their places.

mod mistakes;
mod mutations;

use oobwatch_client::core::health::{Item, Items, Range};

use super::*;
use crate::secret::Source;

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
checks = ["devices", "alerts"]
skip = ["alerts"]

[targets.fmc1.limits]
devices_critical = { warning = 0, critical = "2" }
time.critical = 20.5

[targets.cloud]
url = "cdfmc://x.example.com"
credentials = "cloud"
ca_file = "/ca.pem"

[firmware]
address = "192.0.2.20/24"
syslog = ["192.0.2.9", "logs.example:5514"]
targets = ["fmc1"]
[[firmware.webhooks]]
url_env = "HOOK"
"#;

/// The problems without the file, each as `LINE:COLUMN: what`.
fn parse(text: &str) -> Result<Config, Vec<String>> {
    let parsed = Config::parse(text, Path::new("/etc/oobwatch.toml"));
    parsed.map_err(|failure| match failure {
        Failure::Refused(lines) => lines.iter().map(|line| without_file(line)).collect(),
        other => panic!("{other}"),
    })
}

fn without_file(line: &str) -> String {
    let rest = line.strip_prefix("/etc/oobwatch.toml:");
    rest.unwrap_or_else(|| panic!("{line}: no file")).to_owned()
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
    let scope = &fmc1.scope;
    assert_eq!(scope.items(), Items::NONE.with(Item::Devices));
    let limits = scope.limits.iter().map(|limit| {
        let shown = |range: Option<Range>| range.map(|range| range.to_string());
        (
            limit.measure.to_string(),
            shown(limit.warning),
            shown(limit.critical),
        )
    });
    let (zero, two, long) = ("0".to_owned(), "2".to_owned(), "20.500".to_owned());
    assert_eq!(
        limits.collect::<Vec<_>>(),
        [
            ("devices_critical".to_owned(), Some(zero), Some(two)),
            ("time".to_owned(), None, Some(long)),
        ]
    );
    let cloud = config.target("cloud").unwrap();
    assert_eq!(cloud.scope, Scope::default());
    assert_eq!(cloud.secret, Some(Source::Env("CDFMC_TOKEN".to_owned())));
    assert_eq!(cloud.ca_file.as_deref(), Some(Path::new("/ca.pem")));
    let unknown = config.target("fmc2").unwrap_err().to_string();
    assert!(
        unknown.contains("did you mean \"fmc1\"? it names: cloud, fmc1"),
        "{unknown}"
    );
    let hook = config.firmware.webhooks.first().unwrap();
    assert_eq!(hook.url, Some(Source::Env("HOOK".to_owned())));
    let prompt = parse("[credentials.c]\nuser='u'\n[targets.t]\nurl='fxos://h'\ncredentials='c'\n");
    assert_eq!(
        prompt.unwrap().target("t").unwrap().secret,
        Some(Source::Prompt)
    );
}

#[test]
fn an_empty_file_is_a_configuration_without_targets() {
    for text in ["", "\n", "# nothing\n"] {
        assert_eq!(parse(text).unwrap().targets().count(), 0);
    }
}

#[test]
fn one_box_may_have_several_accounts_and_domains() {
    let two = |more: &str| {
        parse(&format!(
            "[targets.a]\nurl='fmc://u@h'\n[targets.b]\nurl='fmc://u@H:443'\n{more}\n"
        ))
    };
    assert!(two("").is_err());
    assert!(two("domain = 'Global/b'").is_ok());
    assert!(parse("[targets.a]\nurl='fmc://u@h'\n[targets.b]\nurl='fmc://v@h'\n").is_ok());
    assert!(parse("[targets.a]\nurl='fmc://u@h'\n[targets.b]\nurl='fxos://u@h'\n").is_ok());
    assert!(parse("[targets.a]\nurl='fmc://u@h'\n[targets.b]\nurl='fmc://u@h:444'\n").is_ok());
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
    let error = Config::load(Some(folder.path().join("none.toml")));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("none.toml: "), "{error}");
}
