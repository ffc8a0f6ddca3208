//! The command as a user meets it: one clear line and the right exit code for bad input.

use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};

fn oobwatch(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_oobwatch"));
    command
        .env_clear()
        .env("HOME", folder.path())
        .env("RUST_BACKTRACE", "1");
    command
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[track_caller]
fn assert_refused(arguments: &[&str], code: i32, words: &[&str]) {
    let output = oobwatch(arguments);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    assert_eq!(text.lines().count(), 1, "{arguments:?}: {text}");
    assert!(text.starts_with("oobwatch: "), "{arguments:?}: {text}");
    for word in words {
        assert!(
            text.contains(word),
            "{arguments:?}: nothing of {word:?} in {text}"
        );
    }
    assert_eq!(output.stdout, b"", "{arguments:?}");
}

#[test]
fn usage_errors_name_what_is_wrong() {
    assert_refused(&[], 2, &["--help"]);
    assert_refused(&["chek"], 2, &["check"]);
    assert_refused(&["get", "fmc://u@h"], 2, &["<PATH>"]);
    assert_refused(&["check"], 3, &["<TARGET>"]);
    assert_refused(&["check", "fmc://u@h", "--pin", "sha256:00"], 3, &["64"]);
    assert_refused(&["check", "fmc://u@h", "--format", "xml"], 3, &["nagios"]);
    assert_refused(&["check", "a", "--timeout", "-1"], 3, &["found; to pass"]);
    assert_refused(
        &["token", "refresh", "a"],
        2,
        &["'oobwatch token refresh --help'"],
    );
}

#[cfg(unix)]
#[test]
fn a_password_to_hash_is_typed() {
    assert_refused(
        &["exporter", "--hash-password"],
        2,
        &["no terminal", "run this in a terminal"],
    );
}

#[test]
fn targets_that_can_not_be_are_refused() {
    assert_refused(&["check", "http://h"], 3, &["on purpose"]);
    assert_refused(&["check", "ssh://h"], 3, &["fmc://"]);
    assert_refused(&["check", "nobody"], 3, &["nobody"]);
    assert_refused(&["check", "fmc://h"], 3, &["fmc://USER@h"]);
    assert_refused(
        &["get", "fmc://a%0d%0ab@h", "/p"],
        2,
        &["control character"],
    );
    assert_refused(&["get", "fmc://u@h", "/p\r\nX: y"], 2, &["percent-encode"]);
    assert_refused(&["pin", "https://h"], 2, &["fmc://"]);
}

#[test]
fn a_password_on_the_command_line_is_not_repeated() {
    let cases: [&[&str]; 4] = [
        &["check", "fmc://u:hunter2@h"],
        &["get", "fmc://u:hunter2@h", "/p"],
        &["check", "fmc://u@h", "--password", "hunter2"],
        &["check", "fmc://u@h", "--password=hunter2"],
    ];
    for arguments in cases {
        let output = oobwatch(arguments);
        assert!(matches!(output.status.code(), Some(2 | 3)));
        assert!(
            !String::from_utf8(output.stderr)
                .unwrap()
                .contains("hunter2"),
            "{arguments:?}"
        );
    }
}

#[test]
fn all_mistakes_of_a_configuration_have_a_line_each() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"[targets.a]\nurl = 'fmc://u@h'\ncolour = 1\n\n[targets.b]\nurl = 'h'\n")
        .unwrap();
    let path = file.path().to_str().unwrap();
    for (command, code) in [("check a", 3), ("get a /p", 2), ("config check", 2)] {
        let line = format!("--config {path} {command}");
        let output = oobwatch(&line.split(' ').collect::<Vec<_>>());
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{text}");
        let lines: Vec<_> = text.lines().collect();
        let [colour, url] = lines[..] else {
            panic!("{text}")
        };
        let colour_is = format!("oobwatch: {path}:3:1: targets.a.colour: there is no such key");
        assert!(colour.starts_with(&colour_is), "{text}");
        let url_is = format!("oobwatch: {path}:6:7: targets.b.url: ");
        assert!(url.starts_with(&url_is), "{text}");
    }
    assert_refused(&["--config", "no/such", "get", "a", "/p"], 2, &["no/such"]);
}

#[test]
fn a_sound_configuration_is_said_to_be_one() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"[targets.a]\nurl = 'fmc://u@h'\n").unwrap();
    let path = file.path().to_str().unwrap();
    let output = oobwatch(&["config", "check", "--config", path]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, format!("{path}: all is well, 1 target\n"));
    assert_refused(&["config", "check"], 2, &["name one with --config"]);
    let keys = oobwatch(&["config", "keys"]).stdout;
    assert!(String::from_utf8(keys).unwrap().contains("- `url`: "));
}

#[test]
fn a_closed_port_is_a_failure_not_a_usage_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    assert_refused(&["pin", &address], 1, &["the port is closed"]);
}

#[test]
fn a_dry_run_sends_nothing_and_asks_for_nothing() {
    let output = oobwatch(&[
        "put",
        "fmc://u@h.invalid",
        "/p",
        "--data",
        "[1]",
        "--dry-run",
    ]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("PUT https://h.invalid/p\n"), "{text}");
}

#[test]
fn what_can_not_be_for_this_kind_of_box_is_refused_before() {
    let pages = ["get", "fxos://u@h", "/p", "--all-pages"];
    assert_refused(&pages, 2, &["no pages"]);
    assert_refused(&["get", "fxos://u@h", "/{domainUUID}"], 2, &["no domains"]);
    let domain = ["get", "fxos://u@h", "/p", "--domain", "Global"];
    assert_refused(&domain, 2, &["no domains"]);
    let name = [
        "get",
        "cdfmc://h",
        "/p",
        "--bearer-env",
        "HOME",
        "--danger-skip-tls-verification",
    ];
    let output = oobwatch(&[&name[..], &["--domain", "Global"]].concat());
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("give its UUID"), "{text}");
}

/// A limit or an item that can have no effect is a slip, and a check that says nothing of it would
/// pass for ever.
#[test]
fn what_is_said_in_vain_is_refused_before() {
    let check = |more: &[&'static str]| [&["check", "fmc://u@h"][..], more].concat();
    assert_refused(&check(&["--skip", "version"]), 3, &["always read"]);
    assert_refused(
        &check(&["--skip", "fans"]),
        3,
        &["--skip fans: ", "it has: version"],
    );
    assert_refused(
        &check(&["-w", "fans_critical=0"]),
        3,
        &["--warning fans_critical: "],
    );
    let watch = ["watch", "fxos://u@h", "--once", "-c", "devices_critical=0"];
    assert_refused(&watch, 3, &["--critical devices_critical: ", "no devices"]);
}

#[test]
fn an_image_comes_from_a_file_and_goes_to_one() {
    let nothing = ["firmware-config"];
    assert_refused(&nothing, 2, &["--output"]);
    assert_refused(
        &["firmware-config", "--show", "a", "-o", "b"],
        2,
        &["cannot be used with"],
    );
    assert_refused(&["firmware-config", "-o", "b"], 2, &["name one"]);
    assert_refused(&["firmware-config", "no/such", "-o", "b"], 2, &["no/such"]);
    assert_refused(&["firmware-config", "--show", "no/such"], 1, &["no/such"]);
}

/// Twice the same items, or none, would come of it.
#[test]
fn pages_are_not_counted_by_two() {
    for query in ["limit=1", "expanded=true&offset=1"] {
        let path = format!("/p?{query}");
        assert_refused(
            &["get", "fmc://u@h", &path, "--all-pages"],
            2,
            &["--all-pages"],
        );
    }
}

#[test]
fn a_box_is_checked_once_at_a_time() {
    assert_refused(&["check", "fmc://u@h", "fmc://u@h"], 3, &["named twice"]);
    assert_refused(&["check", "fmc://u@h", "fmc://v@h"], 3, &["with two users"]);
    let other = ["check", "fmc://u@h", "FMC://u@h:443"];
    assert_refused(&other, 3, &["named twice"]);
}

/// The exit code is right even if nobody listens, and nothing panics.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_panic() {
    let full = || std::fs::File::create("/dev/full").unwrap();
    let run = |arguments: &[&str], out: Stdio, err: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oobwatch"));
        command.env_clear().args(arguments).stdin(Stdio::null());
        command.stdout(out).stderr(err).output().unwrap()
    };
    let silent = run(&["check", "http://h"], Stdio::piped(), full().into());
    assert_eq!(silent.status.code(), Some(3));
    let cut = run(&["completions", "bash"], full().into(), Stdio::piped());
    let text = String::from_utf8(cut.stderr).unwrap();
    assert_eq!(cut.status.code(), Some(1), "{text}");
    assert!(
        text.starts_with("oobwatch: can not write to stdout"),
        "{text}"
    );
}

#[test]
fn help_and_completions_go_to_stdout() {
    for (arguments, word) in [
        (&["--help"] as &[&str], "oobwatch pin"),
        (&["help"], "oobwatch pin"),
        (&["help", "check"], "--format nagios"),
        (&["check", "--help"], "--format nagios"),
        (&["completions", "bash"], "_oobwatch"),
    ] {
        let output = oobwatch(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(
            String::from_utf8(output.stdout).unwrap().contains(word),
            "{arguments:?}"
        );
        assert_eq!(output.stderr, b"");
    }
}
