//! Command lines that mean something, and some that do not.

use clap::CommandFactory as _;
use oobwatch_client::core::product::Product;

use super::*;
use crate::exit::Failure;
use crate::scope::{Boxes, Scope};

fn parse(line: &str) -> Result<Command, clap::Error> {
    Cli::try_parse_from(line.split(' ')).map(|cli| cli.command)
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn token_is_a_command_and_has_commands() {
    let Ok(Command::Token(args)) = parse("oobwatch token fmc1 --keep") else {
        panic!()
    };
    let login = args.login;
    assert_eq!(
        (login.target.as_deref(), login.keep, args.action.is_none()),
        (Some("fmc1"), true, true)
    );
    let line = "oobwatch token refresh fmc1 --access-token-env A --refresh-token-env R";
    let Ok(Command::Token(args)) = parse(line) else {
        panic!("{:?}", parse(line))
    };
    assert!(matches!(args.action, Some(TokenAction::Refresh(held)) if held.target == "fmc1"));
    assert!(parse("oobwatch token").is_err());
    assert!(parse("oobwatch token revoke fmc1").is_err());
    // What a logout would not look at is not taken either.
    let revoke = "oobwatch token revoke fmc1 --access-token-env A";
    assert!(parse(revoke).is_ok());
    assert!(parse(&format!("{revoke} --format json")).is_err());
    assert!(parse(&format!("{revoke} --refresh-token-env R")).is_err());
}

#[test]
fn a_box_is_trusted_in_one_way() {
    let pins = format!(
        "oobwatch check a --pin sha256:{0} --pin sha256:{0}",
        "0".repeat(64)
    );
    assert!(parse(&pins).is_ok());
    assert!(parse(&format!("{pins} --ca-file f")).is_err());
    assert!(parse("oobwatch check a --ca-file f --danger-skip-tls-verification").is_err());
    assert!(
        parse("oobwatch check a --pin sha256:00")
            .unwrap_err()
            .to_string()
            .contains("64")
    );
    assert!(parse("oobwatch check a --password-file f --password-env V").is_err());
    assert!(parse("oobwatch check").is_err());
}

#[test]
fn data_may_begin_with_a_hyphen() {
    for data in ["-", "-1", "@f", "{}"] {
        let parsed = parse(&format!("oobwatch post a /p --data {data}"));
        assert!(matches!(parsed, Ok(Command::Post(args)) if args.data.as_deref() == Some(data)));
    }
}

#[test]
fn checks_and_limits_are_named() {
    let Ok(Command::Check(args)) = parse(
        "oobwatch check a --only devices,alerts --skip alerts -w time=5 -c time=10:20 -c devices_critical=0",
    ) else {
        panic!()
    };
    let scope = args.scope.over(&Boxes::default()).unwrap();
    assert_eq!(scope.items().iter().count(), 1);
    assert_eq!(scope.limits.iter().count(), 2);
    for (line, words) in [
        ("--only device", "did you mean \"devices\"?"),
        ("-w time", "LABEL=RANGE is due"),
        ("-w tim=5", "did you mean \"time\"?"),
        ("-c time=5:3", "ends before it starts"),
        ("--skip version", "always read"),
        ("--skip devices,version", "always read"),
    ] {
        let error = parse(&format!("oobwatch check a {line}")).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

/// The command line is held to the boxes that it is for.
#[test]
fn what_is_said_in_vain_is_named_with_its_flag() {
    let refused = |line: &str, boxes: &[Product]| {
        let Ok(Command::Check(args)) = parse(&format!("oobwatch check a {line}")) else {
            panic!("{line}")
        };
        let boxes = boxes.iter().map(|kind| (*kind, Scope::default()));
        match args.scope.over(&boxes.collect()) {
            Ok(_) => Vec::new(),
            Err(Failure::Refused(lines)) => lines,
            Err(other) => panic!("{other}"),
        }
    };
    let (fmc, both) = (&[Product::Fmc], &[Product::Fmc, Product::Fxos]);
    for line in [
        "--only fans",
        "--skip fans",
        "-w fans_critical=0",
        "-c fans_critical=0",
    ] {
        let found = refused(line, fmc);
        let [why] = &found[..] else {
            panic!("{line}: {found:?}")
        };
        assert!(
            why.starts_with("--") && why.contains("has no fans"),
            "{why}"
        );
        assert_eq!(refused(line, both), [""; 0], "{line}");
    }
    let all = refused("--only fans,devices --skip ntp -w fans_ok=0", fmc);
    let flags = all.iter().filter_map(|why| why.split(':').next());
    assert_eq!(flags.collect::<Vec<_>>(), ["--only fans", "--skip ntp"]);
    for line in [
        "--only alerts -w devices_ok=9:",
        "--skip devices -c devices_ok=9:",
    ] {
        assert_eq!(refused(line, both).len(), 1, "{line}");
    }
}
