//! Images made from files, and what is refused.

use std::fs;
use std::path::PathBuf;

use oobwatch_client::tls::{Pin, ServerCertificate};
use oobwatch_image::{Image, Login, Network, Product, Trust};
use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::encode::encode;
use super::plan::Plan;
use super::{confirm, file, show};
use crate::config::Config;
use crate::exit::Failure;

/// A folder with certificates `box.pem`, `next.der`, `ca.pem`, `issued.pem`, and secrets.
struct Folder {
    dir: tempfile::TempDir,
    pin: Pin,
}

impl Folder {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = || KeyPair::generate().unwrap();
        let named = |name: &str| {
            let mut params = CertificateParams::default();
            params.distinguished_name.push(DnType::CommonName, name);
            params
        };
        let (one, next) = (
            named("box").self_signed(&key()),
            named("box").self_signed(&key()),
        );
        let (one, next) = (one.unwrap(), next.unwrap());
        let mut authority = named("authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca_key = key();
        let ca = authority.self_signed(&ca_key).unwrap();
        let issuer = Issuer::new(authority, ca_key);
        let issued = named("issued").signed_by(&key(), &issuer).unwrap();
        let pin = Pin::of_certificate(one.der());
        let folder = Self { dir, pin };
        folder.put("box.pem", one.pem());
        folder.put("next.der", next.der());
        folder.put("ca.pem", ca.pem());
        folder.put("issued.pem", issued.pem());
        folder.put("both.pem", one.pem() + &next.pem());
        folder.put("password", "hunter2\n");
        folder.put("token", "eyJ.bearer\n");
        folder.put("hook", "https://hooks.example/key-in-path\n");
        folder
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn config(&self, text: &str) -> Config {
        let path = self.put("oobwatch.toml", text);
        Config::load(Some(path)).unwrap()
    }

    fn plan(&self, text: &str, fetch: bool) -> Result<Plan, Vec<String>> {
        Plan::new(&self.config(text), fetch).map_err(|failure| match failure {
            Failure::Refused(problems) => problems,
            other => panic!("{other}"),
        })
    }
}

const ACCOUNTS: &str = r#"
[credentials.monitor]
user = "monitor"
password_file = "password"
[credentials.cloud]
bearer_file = "token"
[credentials.asked]
user = "monitor"
[credentials.once]
user = "monitor"
password_file = "password"
single_use = true
"#;

const WHOLE: &str = r#"
[firmware]
address = "192.0.2.20/24"
gateway = "192.0.2.1"
name_servers = ["192.0.2.53"]
check_every = 600
syslog = ["192.0.2.9", "logs.example:5514"]
time_servers = ["192.0.2.8", "time.example:1123"]
[[firmware.webhooks]]
url_file = "hook"
ca_file = "ca.pem"
[targets.fmc]
url = "fmc://fmc.example:8443"
credentials = "monitor"
certificate = "box.pem"
next_certificate = "next.der"
probe_every = 30
skip = ["licenses", "alerts"]
[targets.chassis]
url = "fxos://192.0.2.7"
credentials = "monitor"
certificate = "box.pem"
[targets.cloud]
url = "cdfmc://x.example"
credentials = "cloud"
ca_file = "ca.pem"
"#;

#[test]
fn a_configuration_becomes_an_image() {
    let folder = Folder::new();
    let plan = folder.plan(&format!("{WHOLE}{ACCOUNTS}"), false).unwrap();
    let bytes = encode(&plan, 7).unwrap();
    let image = Image::parse(&bytes).unwrap();
    assert_eq!((image.generation(), image.length()), (7, bytes.len()));
    let Network::Static(network) = image.network() else {
        panic!("it is static");
    };
    assert_eq!(network.gateway, Some([192, 0, 2, 1].into()));
    assert_eq!(image.credentials().len(), 2);
    assert_eq!(image.certificates().len(), 3, "each is in it once");
    let [chassis, cloud, fmc] = image.targets() else {
        panic!("three targets, in the order of their names");
    };
    assert_eq!(
        (fmc.name, fmc.product, fmc.port),
        ("fmc", Product::Fmc, 8443)
    );
    assert_eq!((fmc.probe_every, fmc.check_every), (30, 600));
    assert_eq!((fmc.skip, chassis.skip), ("alerts,licenses", ""));
    assert_eq!((chassis.probe_every, chassis.port), (60, 443));
    let Login::Password { user, password } = fmc.credential.login() else {
        panic!("an FMC has a password");
    };
    assert_eq!((user, password.expose()), ("monitor", "hunter2"));
    let Trust::Pinned { certificate, next } = fmc.trust else {
        panic!("it is pinned");
    };
    assert_eq!(Pin::of_certificate(certificate.der()), folder.pin);
    let next = next.unwrap();
    assert_eq!(
        next.der(),
        fs::read(folder.dir.path().join("next.der")).unwrap()
    );
    let shown = ServerCertificate::from_der(next.der()).unwrap();
    assert_eq!(
        i64::try_from(next.not_after()),
        Ok(shown.not_after.unix_seconds())
    );
    assert!(matches!(
        cloud.trust,
        Trust::Authority {
            name: "x.example",
            ..
        }
    ));
    assert_eq!(
        image
            .syslogs()
            .iter()
            .map(|one| one.port)
            .collect::<Vec<_>>(),
        [514, 5514]
    );
    assert_eq!(
        image
            .time_servers()
            .iter()
            .map(|one| one.port)
            .collect::<Vec<_>>(),
        [123, 1123]
    );
    assert_eq!(
        image.webhooks()[0].url.expose(),
        "https://hooks.example/key-in-path"
    );
}

#[test]
fn an_image_is_shown_without_its_secrets() {
    let folder = Folder::new();
    let plan = folder.plan(&format!("{WHOLE}{ACCOUNTS}"), false).unwrap();
    let bytes = encode(&plan, 7).unwrap();
    let text = show::show(&Image::parse(&bytes).unwrap());
    for word in [
        "generation   7\n",
        "192.0.2.20/24, gateway 192.0.2.1, name server 192.0.2.53",
        "monitor: user monitor, a password",
        "fmc: fmc://fmc.example:8443 with monitor, probed each 30 s, checked each 600 s",
        &folder.pin.to_string(),
        "name       x.example",
        "logs.example:5514",
        "time server  192.0.2.8:123\n",
        "time server  time.example:1123\n",
        "https://hooks.example/...",
    ] {
        assert!(text.contains(word), "nothing of {word:?} in {text}");
    }
    for secret in ["hunter2", "eyJ", "key-in-path"] {
        assert!(!text.contains(secret), "{secret:?} is in {text}");
    }
}

/// One target that is right, but for `line`.
fn target(lines: &str) -> String {
    format!("[targets.t]\n{lines}\n{ACCOUNTS}")
}

#[track_caller]
fn assert_refused(folder: &Folder, text: &str, problems: &[(usize, &str)]) {
    let found = folder.plan(text, false).err().expect("it is refused");
    assert_eq!(found.len(), problems.len(), "{found:#?}");
    for (line, words) in problems {
        let place = format!("oobwatch.toml:{line}:");
        let is_said = |text: &String| text.contains(&place) && text.contains(words);
        assert!(
            found.iter().any(is_said),
            "nothing of {line}: {words:?} in {found:#?}"
        );
    }
    assert!(!found.concat().contains("hunter2"), "{found:#?}");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let text = format!(
        r#"[firmware]
address = "192.0.2.20/33"
gateway = "2001:db8::1"
name_servers = ["ns.example"]
probe_every = 1
syslog = ["[2001:db8::9]:514", "ok.example:0"]
[[firmware.webhooks]]
url_file = "hook"
[targets.a]
url = "fmc://[2001:db8::2]"
credentials = "asked"
[targets.b]
url = "fxos://chassis.example."
credentials = "once"
certificate = "issued.pem"
check_every = 5
{ACCOUNTS}"#
    );
    assert_refused(
        &Folder::new(),
        &text,
        &[
            (2, "number from 1 to 31"),
            (3, "IPv4 only"),
            (4, "a name can not stand here"),
            (5, "probe_every must be 5 to 86400"),
            (6, "syslog: 2001:db8::9 is an IPv6 address"),
            (6, "port must be a number from 1"),
            (7, "name it with ca_file"),
            (9, "target \"a\": 2001:db8::2 is an IPv6 address"),
            (9, "no terminal to ask"),
            (9, "system's roots"),
            (12, "without a dot at the end"),
            (12, "single-use"),
            (16, "check_every must be 30 to 604800"),
        ],
    );
}

#[test]
fn what_a_board_could_not_enforce_is_refused() {
    let folder = Folder::new();
    let key_pin = format!("pins = [\"sha256//{}=\"]", "A".repeat(43));
    let other_pin = format!("pins = [\"sha256:{}\"]", "0".repeat(64));
    let cases = [
        ("", "the system's roots would be trusted"),
        (&*key_pin, "hash of a public key alone"),
        (&other_pin, "needs the whole certificate"),
        (
            &format!("{other_pin}\ncertificate = 'box.pem'"),
            "matches none of the pins",
        ),
        ("ca_file = 'ca.pem'", "checks the DNS name"),
        (
            "ca_file = 'ca.pem'\ncertificate = 'box.pem'",
            "exclude each other",
        ),
        ("certificate = 'both.pem'", "holds 2 certificates"),
        ("certificate = 'password'", "holds no certificate"),
        ("certificate = 'none.pem'", "can not read"),
        (
            "certificate = 'box.pem'\ndomain = 'Global'",
            "no single domain",
        ),
    ];
    for (lines, words) in cases {
        let url = "url = 'fmc://192.0.2.1'\ncredentials = 'monitor'";
        assert_refused(&folder, &target(&format!("{url}\n{lines}")), &[(1, words)]);
    }
    let by_name = "url = 'fmc://fmc.example'\ncredentials = 'monitor'\nca_file = 'box.pem'";
    assert_refused(
        &folder,
        &target(by_name),
        &[(1, "not that of an authority")],
    );
    let nobody = "url = 'fmc://fmc.example'\ncertificate = 'box.pem'";
    assert_refused(&folder, &target(nobody), &[(1, "name its credentials")]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = Folder::new();
    let one = |name: &str| {
        format!(
            "[targets.{name}]\nurl='fmc://{name}.example'\ncredentials='monitor'\ncertificate='box.pem'\n"
        )
    };
    let many: String = (0..17).map(|n| one(&format!("t{n}"))).collect();
    assert_refused(
        &folder,
        &format!("{many}{ACCOUNTS}"),
        &[(1, "17 targets are too many; 16 fit")],
    );
    let few = "[firmware]\ntargets = ['t0', 't1']\n";
    let plan = folder
        .plan(&format!("{few}{many}{ACCOUNTS}"), false)
        .unwrap();
    assert_eq!(plan.targets.len(), 2);
    let long = one(&"x".repeat(49));
    assert_refused(
        &folder,
        &format!("{long}{ACCOUNTS}"),
        &[(1, "over 48 bytes")],
    );
    let names = "[firmware]\ntargets = ['t0', 't0', 'nobody']\n";
    assert_refused(
        &folder,
        &format!("{names}{many}{ACCOUNTS}"),
        &[(2, "named twice"), (2, "names no target \"nobody\"")],
    );
    folder.put("password", "x".repeat(129));
    assert_refused(
        &folder,
        &format!("{}{ACCOUNTS}", one("t")),
        &[(1, "over 128 bytes")],
    );
    assert_refused(&folder, ACCOUNTS, &[(1, "add [targets.NAME]")]);
}

#[test]
fn a_static_address_needs_name_servers_for_names_only() {
    let folder = Folder::new();
    let head = "[firmware]\naddress = '192.0.2.20/24'\nsyslog = ['logs.example']\n";
    let at = |host: &str| {
        format!(
            "{head}[targets.t]\nurl = 'fmc://{host}'\ncredentials = 'monitor'\ncertificate = 'box.pem'\n{ACCOUNTS}"
        )
    };
    assert_refused(&folder, &at("192.0.2.1"), &[(3, "without name_servers")]);
    assert_refused(
        &folder,
        &at("fmc.example"),
        &[(3, "without name_servers"), (4, "without name_servers")],
    );
    let dhcp = "[firmware]\ngateway = '192.0.2.1'\nname_servers = ['192.0.2.1']\n";
    let text = at("fmc.example").replace(head, dhcp);
    assert_refused(
        &folder,
        &text,
        &[(2, "goes with a static address"), (3, "goes with a static")],
    );
}

#[test]
fn a_latch_that_a_board_keeps_for_good_is_warned_about() {
    let folder = Folder::new();
    let accounts = ACCOUNTS.replacen(
        "[credentials.cloud]",
        "latch_retry = true\n[credentials.cloud]",
        1,
    );
    let text = target("url='fmc://a.example'\ncredentials='monitor'\ncertificate='box.pem'");
    let config = folder.config(&text.replace(ACCOUNTS, &accounts));
    let warnings = Plan::new(&config, false).unwrap().warnings;
    let is_said =
        |text: &String| text.contains("oobwatch.toml:1:10: ") && text.contains("latch_retry");
    assert!(warnings.iter().any(is_said), "{warnings:?}");
}

#[test]
fn an_address_that_is_the_board_itself_is_warned_about() {
    let folder = Folder::new();
    for (host, warned) in [("127.0.0.1:8443", true), ("10.0.2.2:8443", false)] {
        let text = format!("url='fmc://{host}'\ncredentials='monitor'\ncertificate='box.pem'");
        let config = folder.config(&target(&text));
        let found = Plan::new(&config, false).unwrap().warnings;
        let is_said = found.iter().any(|text| text.contains("the board itself"));
        assert_eq!(is_said, warned, "{found:?}");
    }
}

#[test]
fn a_pin_without_a_certificate_is_warned_about() {
    let folder = Folder::new();
    let pins = format!("pins = ['{}', 'sha256:{}']", folder.pin, "0".repeat(64));
    let text = target(&format!(
        "url='fmc://a.example'\ncredentials='monitor'\ncertificate='box.pem'\n{pins}"
    ));
    let config = folder.config(&text);
    let warnings = Plan::new(&config, false).unwrap().trust_warnings(&config);
    assert!(
        matches!(&warnings[..], [one] if one.contains("0000 has no certificate here")),
        "{warnings:?}"
    );
}

#[test]
fn a_pinned_certificate_that_may_issue_others_is_warned_about() {
    let folder = Folder::new();
    let text = target("url='fmc://a.example'\ncredentials='monitor'\ncertificate='ca.pem'");
    let config = folder.config(&text);
    let warnings = Plan::new(&config, false).unwrap().trust_warnings(&config);
    assert!(
        matches!(&warnings[..], [one] if one.contains("may issue others")),
        "{warnings:?}"
    );
}

#[test]
fn webhooks_and_collectors_are_held_to_their_rules() {
    let folder = Folder::new();
    folder.put("plain", "http://10.0.0.1/key-in-path");
    folder.put("user", "https://hunter2@h/");
    folder.put("address", "https://192.0.2.1/h");
    let text = format!(
        "[firmware]\nsyslog = ['a', 'b', 'c']\n\
         time_servers = ['a', 'b', 'c', 'd']\n\
         [[firmware.webhooks]]\nurl_file = 'plain'\nca_file = 'ca.pem'\n\
         [[firmware.webhooks]]\nurl_file = 'user'\nca_file = 'ca.pem'\n\
         [[firmware.webhooks]]\nca_file = 'box.pem'\n\
         [[firmware.webhooks]]\nurl_file = 'address'\nca_file = 'ca.pem'\n\
         [targets.t]\nurl = 'fxos://192.0.2.1'\ncredentials = 'monitor'\ncertificate = 'box.pem'\n{ACCOUNTS}"
    );
    assert_refused(
        &folder,
        &text,
        &[
            (2, "3 syslog collectors are too many; 2 fit"),
            (3, "4 time servers are too many; 3 fit"),
            (4, "4 webhooks are too many; 2 fit"),
            (4, "the address is http"),
            (7, "no user part"),
            (10, "not that of an authority"),
            (12, "with https the host is a name"),
        ],
    );
}

#[test]
fn only_yes_is_yes() {
    let folder = Folder::new();
    let text = target("url = 'fmc://192.0.2.1'\ncredentials = 'monitor'");
    let plan = folder.plan(&text, true).unwrap();
    let pem = folder.dir.path().join("box.pem");
    let certificate = super::certificate::from_file(&pem).unwrap();
    for (answer, is_yes) in [
        ("yes\n", true),
        ("YES\n", true),
        ("y\n", false),
        ("", false),
        ("no\n", false),
    ] {
        let mut out = Vec::new();
        let mut input = answer.as_bytes();
        let confirmed = confirm::confirm(&mut input, &mut out, &plan.targets[0], &certificate);
        assert_eq!(confirmed.is_ok(), is_yes, "{answer:?}");
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(&folder.pin.to_string()), "{text}");
    }
}

#[test]
fn a_file_is_replaced_only_if_it_is_an_image() {
    let folder = Folder::new();
    let plan = folder.plan(&format!("{WHOLE}{ACCOUNTS}"), false).unwrap();
    let path = folder.dir.path().join("config.bin");
    assert_eq!(file::previous(&path, false), Ok(None));
    fs::write(&path, "a letter").unwrap();
    assert!(
        file::previous(&path, false)
            .unwrap_err()
            .to_string()
            .contains("--force")
    );
    assert_eq!(file::previous(&path, true), Ok(None));
    file::write(&path, &encode(&plan, u32::MAX - 1).unwrap()).unwrap();
    assert_eq!(file::previous(&path, false), Ok(Some(u32::MAX - 1)));
    assert_eq!(file::next_generation(Some(u32::MAX - 1)), u32::MAX);
    assert!(file::next_generation(None) > 1_700_000_000);
    let mut damaged = fs::read(&path).unwrap();
    damaged[30] ^= 1;
    fs::write(&path, damaged).unwrap();
    assert_eq!(file::previous(&path, false), Ok(None));
    assert!(
        file::previous(folder.dir.path(), true).is_err(),
        "a folder is never replaced"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        file::write(&path, &encode(&plan, 1).unwrap()).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever is not refused with its place is an image that a board takes.
    #[test]
    fn what_is_planned_can_be_read(
        address in "(192\\.0\\.2\\.[1-9]|10\\.0\\.0\\.1)/(24|31|0|8)|[0-9./]{0,12}",
        gateway in "192\\.0\\.2\\.[1-9]|[0-9.]{0,9}",
        server in "192\\.0\\.2\\.53|0\\.0\\.0\\.0",
        syslog in "[a-z0-9.:_-]{0,12}|[a-z]{1,70}",
        host in "[a-z0-9._-]{1,12}|192\\.0\\.2\\.1",
        name in "[a-zé-]{1,60}",
        every in any::<u32>().prop_map(|n| n % 1_000_000),
        secret in "[ -~]{1,20}",
    ) {
        thread_local!(static FOLDER: Folder = Folder::new());
        FOLDER.with(|folder| {
            folder.put("password", &secret);
            let text = format!(
                "[firmware]\naddress = '{address}'\ngateway = '{gateway}'\nname_servers = ['{server}']\nsyslog = ['{syslog}']\n\
                 [targets.'{name}']\nurl = 'fmc://{host}'\ncredentials = 'monitor'\ncertificate = 'box.pem'\nprobe_every = {every}\ncheck_every = {every}\n{ACCOUNTS}"
            );
            let path = folder.put("oobwatch.toml", text);
            let Ok(config) = Config::load(Some(path)) else { return };
            match Plan::new(&config, false) {
                Ok(plan) => drop(Image::parse(&encode(&plan, 1).unwrap()).unwrap()),
                Err(Failure::Refused(problems)) => assert!(!problems.is_empty()),
                Err(other) => panic!("{other}"),
            }
        });
    }
}
