//! What is said about mistakes: all of them at once, each with its place and what would be right.

use super::{Config, Failure, Path, parse};

/// Keys are added to tables: which there are is not compared.
#[track_caller]
fn assert_refused(text: &str, problems: &[&str]) {
    let found = parse(text).unwrap_err();
    let found: Vec<_> = found.iter().map(|line| without_keys(line)).collect();
    let due: Vec<_> = problems.iter().map(|line| without_keys(line)).collect();
    assert_eq!(found, due, "{text}");
}

fn without_keys(line: &str) -> &str {
    const KEYS: &str = "the keys here are: ";
    line.find(KEYS)
        .map_or(line, |at| line.split_at(at + KEYS.len()).0)
}

#[test]
fn all_mistakes_are_named_at_once_in_the_order_of_the_file() {
    assert_refused(
        r#"state_dri = "/var/lib/oobwatch"

[credentials.monitor]
user = "monitor"
password_file = "a"
password_env = "A"

[credentials.cloud]
bearer = "eyJhbGciOi.hunter2"

[targets.refresh]
url = "fmc://one.example"
credentials = "moniter"
timeout = "ten"

[targets.two]
url = "https://two.example"
pin = "sha256:00"
pins = ["sha256:00", 7]
cache = "yes"

[targets.three]
domain = "Global"
credentials = "cloud"

[targets.four]
url = "fxos://monitor@192.0.2.7"
domain = "Global"
timeout = 3601
pins = ["sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
ca_file = "ca.pem"

[targets.five]
url = "fxos://monitor@192.0.2.7"
domain = "Global"

[firmware]
check_every = -1
syslog = "192.0.2.9"
webhooks = [{ url_fiel = "hook" }, 3]
"#,
        &[
            "1:1: state_dri: there is no such key; did you mean \"state_dir\"? the keys here are: state_dir, credentials, targets, firmware, exporter, modules",
            "6:16: credentials.monitor.password_env: password_file is there as well; keep one of them",
            "9:1: credentials.cloud.bearer: a secret never stands in the configuration; put it into a file of its own and name that with password_file (cdFMC: bearer_file), or use password_env",
            "11:10: targets.refresh: a target can not be named so; give it another name, without '/', '@' and ':'",
            "13:15: targets.refresh.credentials: there are no credentials \"moniter\"; did you mean \"monitor\"? there are: cloud, monitor",
            "14:11: targets.refresh.timeout: this is a text; a whole number of seconds from 1 to 3600 is due",
            "17:7: targets.two.url: https:// does not say which API is meant; write fmc://host for a Management Center, fxos://host for a chassis",
            "18:1: targets.two.pin: there is no such key; did you mean \"pins\"? the keys here are: url, credentials, pins, ca_file, domain, timeout, cache, certificate, next_certificate, probe_every, check_every",
            "19:9: targets.two.pins: it has 2 hexadecimal digits, not 64; a pin is 'sha256:' and the 64 hexadecimal digits of the certificate's fingerprint, or 'sha256//' and the base64 hash of its public key ('oobwatch pin' shows both)",
            "19:22: targets.two.pins: this is 7; a list of pins such as [\"sha256:...\"] is due",
            "20:9: targets.two.cache: this is a text; true or false is due",
            "22:10: targets.three: the url is missing; add url = \"fmc://HOST\" (or fxos://, cdfmc://)",
            "28:10: targets.four.domain: a chassis has no domains; remove it",
            "29:11: targets.four.timeout: this is 3601; a whole number of seconds from 1 to 3600 is due",
            "31:11: targets.four.ca_file: pins and ca_file exclude each other; keep one",
            "33:10: targets.five: this is the same box, account and domain as target \"four\" in line 26; remove one of them, as two logins of one account can end each other",
            "35:10: targets.five.domain: a chassis has no domains; remove it",
            "38:15: firmware.check_every: this is -1; a whole number of seconds is due",
            "39:10: firmware.syslog: this is a text; a list of HOST or HOST:PORT is due",
            "40:15: firmware.webhooks[0].url_fiel: there is no such key; did you mean \"url_file\"? the keys here are: url_file, url_env, ca_file",
            "40:36: firmware.webhooks: this is 3; a list of tables [[firmware.webhooks]] is due",
        ],
    );
}

#[test]
fn what_is_not_toml_is_named_with_the_rest() {
    assert_refused(
        r#"[targets.a]
url = fmc://a
timeout = 0
[targets.a]
url = "fmc://b"
[targets.b
url = "fmc://c"
x = 1
"#,
        &[
            "2:7: this is not TOML: invalid boolean, expected `false`; a text stands in quotes",
            "3:11: targets.a.timeout: this is 0; a whole number of seconds from 1 to 3600 is due",
            "4:10: this is not TOML: duplicate key; it stands further up already, and may stand there once",
            "6:11: this is not TOML: unclosed table, expected `]`",
        ],
    );
}

#[test]
fn a_line_that_is_not_toml_hides_none_of_the_others() {
    assert_refused(
        "[targets.a]\nurl = fmc://a\ncredentials = 'c'\n",
        &[
            "2:7: this is not TOML: invalid boolean, expected `false`; a text stands in quotes",
            "3:15: targets.a.credentials: there are no credentials \"c\"; there are none",
        ],
    );
}

#[test]
fn what_is_not_utf_8_has_a_place() {
    let error = Config::parse_bytes(b"# a\nx = '\xff'\n", Path::new("f")).unwrap_err();
    let due = Failure::Refused(vec![
        "f:2:6: this is not UTF-8; save the file as UTF-8".to_owned(),
    ]);
    assert_eq!(error, due);
}

#[test]
fn a_secret_in_the_file_is_not_shown() {
    for text in [
        "[credentials.a]\nuser = 'u'\npassword = 'hunter2'\n",
        "[credentials.a]\nuser = 'u'\npasword = 'hunter2'\n",
        "[targets.a]\nurl = 'fmc://u:hunter2@a'\n",
        "[targets.a]\nurl = 'fmc://a'\npassword = 'hunter2'\n",
        "[targets.a]\nurl = 'fmc://a'\ntimeout = 'hunter2'\n",
        "[targets.a]\nurl = 'fmc://a'\npins = 'hunter2'\n",
        "[targets.a]\nurl = 'fmc://a'\npins = ['hunter2']\n",
        "credentials = 'hunter2'\n",
        "password = hunter2\n",
    ] {
        let problems = parse(text).unwrap_err().join("\n");
        assert!(!problems.contains("hunter2"), "{problems}");
    }
}

#[test]
fn an_address_to_listen_on_is_named_once() {
    let parse = |port: u16| {
        parse(&format!(
            "[exporter]\nlisten = ['127.0.0.1:{port}', '[::1]:{port}', '127.0.0.1:{port}']\n"
        ))
    };
    let due = "2:45: exporter.listen: this is there twice; name it once";
    assert_eq!(parse(10115).unwrap_err(), [due]);
    assert!(parse(0).is_ok());
}

/// What a wrong password is counted by must not be there twice.
#[test]
fn an_account_has_one_name() {
    let parse = |first: &str, second: &str, to: &str| {
        parse(&format!(
            "[credentials.a]\n{first}\n[credentials.b]\n{second}\n[targets.one]\nurl = 'fmc://h'\ncredentials = 'a'\n[targets.two]\nurl = 'fmc://{to}'\ncredentials = 'b'\n"
        ))
    };
    let file = "user = 'u'\npassword_file = 'p'";
    let due = "10:10: targets.two: credentials \"b\" have the user and the password of credentials \"a\", which target \"one\" in line 7 has; use one name for both, ";
    let the_same = [
        parse(file, "user = 'u'\npassword_file = './p'", "i"),
        parse(file, "# as above\npassword_file = 'p'", "u@i"),
        parse(
            "user = 'u'\npassword_env = 'P'",
            "user = 'u'\npassword_env = 'P'",
            "i",
        ),
    ];
    for parsed in the_same {
        let problems = parsed.unwrap_err();
        assert!(
            matches!(&problems[..], [one] if one.starts_with(due)),
            "{problems:?}"
        );
    }
    let others = [
        parse(file, "user = 'v'\npassword_file = 'p'", "i"),
        parse(file, "user = 'u'\npassword_file = 'q'", "i"),
        parse(file, "user = 'u'\npassword_env = 'p'", "i"),
        parse("user = 'u'", "user = 'u'", "i"),
    ];
    for parsed in others {
        assert!(parsed.is_ok(), "{parsed:?}");
    }
}

#[test]
fn credentials_fit_their_product() {
    let refused = |url: &str, credentials: &str, words: &str| {
        let text =
            format!("[credentials.c]\n{credentials}\n[targets.t]\nurl='{url}'\ncredentials='c'\n");
        let problems = parse(&text).unwrap_err();
        assert!(
            matches!(&problems[..], [one] if one.contains(words)),
            "{text}: {problems:?}"
        );
    };
    refused(
        "fmc://h",
        "bearer_env='B'",
        "5:13: targets.t.credentials: credentials \"c\": FMC and FXOS take password_file",
    );
    refused(
        "cdfmc://h",
        "password_env='B'",
        "5:13: targets.t.credentials: credentials \"c\": a cdFMC has no user",
    );
    refused(
        "cdfmc://h",
        "user='u'\nbearer_env='B'",
        "1:14: credentials.c: a cdFMC takes",
    );
    refused(
        "fmc://me@h",
        "user='u'",
        "the user is named both there and in the url",
    );
    refused(
        "fmc://h",
        "user=\"a\\r\\nb\"",
        "2:6: credentials.c.user: the user is empty, or holds a control character",
    );
    refused("fmc://h", "user=''", "the user is empty");
    refused(
        "fmc://h",
        "user='u'\npassword_env='A=B'",
        "3:14: credentials.c.password_env: this is no name",
    );
    refused("fmc://h", "user='u'\npassword_file=''", "this is no path");
}

#[test]
fn names_that_are_tables_are_tables() {
    assert_refused(
        "targets = 3\n",
        &["1:11: targets: this is 3; a table for each box is due"],
    );
    assert_refused(
        "targets.a = 'fmc://a'\n",
        &["1:9: targets.a: this is a text; a table [targets.NAME] is due"],
    );
    assert_refused(
        "[targets.'']\nurl = 'fmc://a'\n",
        &[
            "1:10: targets.\"\": a target can not be named so; give it another name, without '/', '@' and ':'",
        ],
    );
    assert_refused(
        "[targets]\nurl = 'fmc://a'\n",
        &["2:1: targets.url: this is a text; a table [targets.NAME] is due"],
    );
    assert_refused(
        "[target.a]\nurl = 'fmc://a'\n",
        &[
            "1:2: target: there is no such key; did you mean \"targets\"? the keys here are: state_dir, credentials, targets, firmware, exporter, modules",
        ],
    );
}

#[test]
fn checks_and_limits_are_held_to_what_there_is() {
    assert_refused(
        r#"[targets.a]
url = "fmc://a"
checks = ["device", "fans", 3]
skip = []
[targets.a.limits]
devices_critcal = { warning = 0, critical = "2" }
fans_critical = { critical = 0 }
time = { warning = -5 }
token_left = {}
uptime = { warning = "5:3", critical = "ten", crit = 1 }
undeployed = 3
[targets.b]
url = "fxos://b"
checks = []
[modules.m]
checks = ["devices", "fans"]
skip = "ntp"
"#,
        &[
            "3:11: targets.a.checks: there is no check \"device\"; did you mean \"devices\"? there are: version, system, devices, connections, ha_pairs, clusters, high_availability, alerts, undeployed, deployments, licenses, chassis_faults, chassis, power, thermal, fans, power_supplies, instances, logical_devices, ports, port_channels, faults, ntp",
            "3:21: targets.a.checks: a box of fmc:// has no fans; it has: version, devices, connections, ha_pairs, clusters, high_availability, alerts, undeployed, deployments, licenses, chassis_faults",
            "3:29: targets.a.checks: this is 3; a list of checks such as [\"devices\", \"alerts\"] is due",
            "6:1: targets.a.limits.devices_critcal: there is no number \"devices_critcal\"; did you mean \"devices_critical\"? labels are those of the performance data, such as devices_critical, faults_major, undeployed, time, token_left or certificate_days",
            "7:1: targets.a.limits.fans_critical: a box of fmc:// has no fans; it has: version, devices, connections, ha_pairs, clusters, high_availability, alerts, undeployed, deployments, licenses, chassis_faults",
            "8:20: targets.a.limits.time.warning: this is a range that ends before it starts; write the smaller number first",
            "9:1: targets.a.limits.token_left: give warning, critical, or both",
            "10:22: targets.a.limits.uptime.warning: this is a range that ends before it starts; write the smaller number first",
            "10:40: targets.a.limits.uptime.critical: this is not a range; write it as 10, 10:, ~:10, 10:20 or @10:20, with at most three places after the point",
            "10:47: targets.a.limits.uptime.crit: there is no such key; the keys here are: warning, critical",
            "11:1: targets.a.limits.undeployed: this is 3; a table [targets.NAME.limits.LABEL] is due",
            "14:10: targets.b.checks: this names none; name some, or remove it to look at all",
            "17:8: modules.m.skip: this is a text; a list of checks such as [\"licenses\"] is due",
        ],
    );
}

/// As on the command line: what no box has, or what changes nothing.
#[test]
fn what_is_said_in_vain_is_named() {
    assert_refused(
        r#"[targets.a]
url = "fmc://a"
skip = ["version", "fans"]
[targets.b]
url = "cdfmc://b"
checks = ["devices", "alerts"]
skip = ["alerts", "devices"]
limits.refreshes_left.warning = "1:"
"#,
        &[
            "3:9: targets.a.skip: the version is always read, so it can not be left out; remove it",
            "3:20: targets.a.skip: a box of fmc:// has no fans; it has: version, devices, connections, ha_pairs, clusters, high_availability, alerts, undeployed, deployments, licenses, chassis_faults",
            "7:8: targets.b: nothing is left to look at; a box of cdfmc:// has: version, devices, connections, ha_pairs, clusters, high_availability, alerts, undeployed, deployments, licenses, chassis_faults",
            "8:8: targets.b.limits.refreshes_left: a check of a box of cdfmc:// finds out no refreshes_left; remove it",
        ],
    );
}

#[test]
fn a_module_is_held_to_all_targets() {
    let fmc = "[targets.a]\nurl = 'fmc://a'\n[targets.b]\nurl = 'cdfmc://b'\n";
    let modules = r#"[modules.m]
checks = ["fans", "devices"]
skip = ["version"]
limits.fans_critical.critical = 0
[modules.n]
skip = ["devices"]
limits.devices_critical.critical = 0
limits.fans_critical.critical = 0
"#;
    assert_refused(
        &format!("{fmc}{modules}"),
        &[
            "6:11: modules.m.checks: none of the targets has fans; a box of fmc:// has: version, devices, connections, ha_pairs, clusters, high_availability, alerts, undeployed, deployments, licenses, chassis_faults",
            "7:9: modules.m.skip: the version is always read, so it can not be left out; remove it",
            "8:8: modules.m.limits.fans_critical: none of the targets has fans; a box of fmc:// has: version, devices, connections, ha_pairs, clusters, high_availability, alerts, undeployed, deployments, licenses, chassis_faults",
            "11:8: modules.n.limits.devices_critical: devices is not looked at here; have it looked at, or remove the limit",
            "12:8: modules.n.limits.fans_critical: none of the targets has fans; a box of fmc:// has: version, devices, connections, ha_pairs, clusters, high_availability, alerts, undeployed, deployments, licenses, chassis_faults",
        ],
    );
    // One of both kinds is for both; and a target that is not understood may be of either.
    let sound = "[modules.m]\nchecks = ['fans', 'devices']\nlimits.fans_critical.critical = 0\n";
    for chassis in ["[targets.c]\nurl = 'fxos://c'\n", ""] {
        let targets = if chassis.is_empty() { "" } else { fmc };
        parse(&format!("{targets}{chassis}{sound}")).unwrap();
    }
    let unsure = format!("{fmc}[targets.c]\nurl = 'fx://c'\n{sound}");
    assert_eq!(parse(&unsure).unwrap_err().len(), 1);
}

/// The exporter, which makes the hashes, has nothing to add.
#[test]
fn a_hash_that_can_not_be_used_has_a_place() {
    let end = "p=1$c2l4dGVlbiBieXRlcyAhIQ$bc0NmG08Vpj5sJAy7cjnhJn7sfiVpSvn4DENrCFCM4o";
    assert_refused(
        &format!(
            "[exporter.users]\nfine = '$argon2id$v=19$m=64,t=1,{end}'\nslow = '$argon2id$v=19$m=4194304,t=1,{end}'\n'a:b' = ''\nplain = 'hunter2'\n"
        ),
        &[
            "3:8: exporter.users: the hash of the password of \"slow\" can not be used: it takes too much memory or time (at most m=65536, t=4); make one with: oobwatch exporter --hash-password",
            "4:1: exporter.users: a name of a user has no colons and no control characters",
            "5:9: exporter.users: the hash of the password of \"plain\" can not be used: it is no hash of a password; make one with: oobwatch exporter --hash-password",
        ],
    );
}

/// The value of a key that is no TOML is not judged, nor what it takes in.
#[test]
fn one_mistake_is_one_problem() {
    for (text, problem) in [
        (
            "[targets.a]\nurl == 'fmc://a'\ntimeout = 3\n",
            "2:6: this is not TOML: extra `=`, expected nothing",
        ),
        (
            "[targets.a]\nurl = 'fmc://a'\npins = [\n  'sha256:00',\n  sha256:11,\n]\n",
            "5:3: this is not TOML: string values must be quoted, expected literal string",
        ),
        (
            "[targets.a]\nurl = 'fmc://u@a'\nskip = [ 'alerts'\n[targets.b]\nurl = 'fmc://b'\ncredentials = 'c'\n[credentials.c]\nuser = 'u'\n",
            "3:8: this is not TOML: unclosed array, expected `]`",
        ),
        (
            "[targets.a]\nurl = 'fmc://a'\ncredentials = 'c'\npins = [\n[credentials.c]\nuser = 'u'\n",
            "4:8: this is not TOML: unclosed array, expected `]`",
        ),
        (
            "[targets.a]\nurl = 'fmc://u@a'\n]targets.b]\nurl = 'fmc://b'\ncredentials = 'c'\n",
            "3:1: this is not TOML: missing table open, expected `[`",
        ),
        (
            "[exporter]\ncertificate = 'a'\nkey = b\n",
            "3:7: this is not TOML: string values must be quoted, expected literal string",
        ),
    ] {
        assert_refused(text, &[problem]);
    }
}
