//! No probe is needed: a program that notes what it was told stands in for
//! `probe-rs`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use super::board::{BOARDS, QEMU};
use super::config::Config;
use super::probe::Probe;
use super::*;
use crate::command::root;

fn parse(line: &str) -> Result<Order> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    Order::parse(&words)
}

#[test]
fn options_come_in_any_order() {
    let run = Order::Run {
        board: &QEMU,
        config: Some("c.bin".into()),
        port: Some(8080),
    };
    assert_eq!(
        parse("run qemu-mps2 --config c.bin --port 8080").unwrap(),
        run
    );
    assert_eq!(
        parse("run --port 8080 --config c.bin qemu-mps2").unwrap(),
        run
    );
    assert_eq!(parse("size").unwrap(), Order::Size(None));
    let flash = |by| Order::Flash {
        board: &QEMU,
        config: None,
        by,
    };
    assert_eq!(
        parse("flash qemu-mps2 --protect").unwrap(),
        flash(By::Probe { protect: true })
    );
    assert_eq!(
        parse("flash qemu-mps2 --uf2 out").unwrap(),
        flash(By::Uf2("out".into()))
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    for line in [
        "",
        "boot qemu-mps2",
        "run",
        "run toaster",
        "run qemu-mps2 qemu-mps2",
        "run qemu-mps2 --port many",
        "run qemu-mps2 --config",
        "run qemu-mps2 --protect",
        "size --config c.bin",
        "flash qemu-mps2 --port 80",
        "flash qemu-mps2 --protect --uf2 out",
        "flash qemu-mps2 --mass-erase",
    ] {
        assert!(parse(line).is_err(), "{line:?}");
    }
}

/// Stands in for `probe-rs`.
struct Fake {
    dir: TempDir,
    probe: Probe,
}

impl Fake {
    /// One that answers reads of memory with these, one after another.
    fn reading(answers: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("answers"), answers.join("\n") + "\n").unwrap();
        let program = dir.path().join("probe-rs");
        symlink(root().join("xtask/testdata/probe-rs"), &program).unwrap();
        let chip = "CHIP";
        Self {
            dir,
            probe: Probe { program, chip },
        }
    }

    /// What it was told.
    fn said(&self) -> Vec<String> {
        let said = fs::read_to_string(self.dir.path().join("said")).unwrap_or_default();
        said.lines().map(str::to_owned).collect()
    }
}

#[test]
fn the_boards_are_those_that_the_help_names() {
    let mut names = BOARDS.map(|board| board.name);
    names.sort_unstable();
    assert!(HELP.ends_with(&format!("boards: {}\n", names.join(", "))));
}

#[test]
fn what_a_board_has_no_way_to_do_is_refused_before_anything_is_done() {
    let pico = Board::named("w5500-evb-pico2").unwrap();
    let error = flash::by_probe(pico, None, true).unwrap_err().to_string();
    assert!(error.contains("nothing was done"), "{error}");

    let nucleo = Board::named("nucleo-h743zi").unwrap();
    let error = flash::as_uf2(nucleo, None, Path::new("/")).unwrap_err();
    assert!(error.to_string().contains("no boot drive"), "{error}");

    let error = flash::by_probe(&QEMU, None, false).unwrap_err();
    assert!(error.to_string().contains("no hardware"), "{error}");
}

#[test]
fn firmware_first_then_the_configuration_at_its_address() {
    let fake = Fake::reading(&[]);
    let config = Config {
        path: "/c.bin".into(),
        bytes: vec![1, 2, 3],
    };
    flash::write(&fake.probe, Path::new("/fw"), Some(&config), 0x081E_0000).unwrap();
    assert_eq!(
        fake.said(),
        [
            "download --chip CHIP --verify /fw",
            "download --chip CHIP --verify --binary-format bin --base-address 0x081e0000 /c.bin",
        ]
    );
}

#[test]
fn no_configuration_leaves_the_one_that_is_there() {
    let fake = Fake::reading(&[]);
    flash::write(&fake.probe, Path::new("/fw"), None, 0x081E_0000).unwrap();
    assert_eq!(fake.said(), ["download --chip CHIP --verify /fw"]);
}

#[test]
fn level_1_keeps_the_other_option_bytes() {
    // At level 0; then busy; then done. The address in front is of some versions.
    let fake = Fake::reading(&["5200201c: 1bf6aaf0", "1bf6aaf1", "1bf6bbf0"]);
    protect::stm32h7(&fake.probe).unwrap();
    assert_eq!(
        fake.said(),
        [
            "read --chip CHIP b32 0x5200201c 1",
            "write --chip CHIP b32 0x52002008 0x08192a3b",
            "write --chip CHIP b32 0x52002008 0x4c5d6e7f",
            "write --chip CHIP b32 0x52002020 0x1bf6bbf0",
            "write --chip CHIP b32 0x52002018 0x00000002",
            "read --chip CHIP b32 0x5200201c 1",
            "read --chip CHIP b32 0x5200201c 1",
        ]
    );
}

#[test]
fn protection_that_was_not_taken_is_an_error() {
    let fake = Fake::reading(&["1bf6aaf0", "1bf6aaf0"]);
    let error = protect::stm32h7(&fake.probe).unwrap_err();
    assert!(error.to_string().contains("still off"), "{error}");
}

#[test]
fn a_chip_that_is_protected_is_left_alone() {
    for (options, ends_well) in [("1bf6bbf0", true), ("1bf600f0", true), ("1bf6ccf0", false)] {
        let fake = Fake::reading(&[options]);
        assert_eq!(protect::stm32h7(&fake.probe).is_ok(), ends_well);
        assert_eq!(fake.said().len(), 1, "{options}");
    }
}

#[test]
fn only_a_configuration_that_a_board_would_take_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c.bin");
    fs::write(&path, "no image").unwrap();
    let Err(error) = Config::read(Some(&path)) else {
        panic!("it was taken");
    };
    assert!(error.to_string().contains("firmware-config"), "{error}");
}
