//! `oobwatch watch`, once and in a terminal.

use core::time::Duration;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tokio::process::Child;

use crate::lab::Lab;

/// What restores the screen that was there before.
const LEAVE: &str = "\x1b[?1049l";

#[tokio::test]
async fn once_is_a_table_with_the_exit_code_of_check() {
    let lab = Lab::new(|scenario| scenario.fxos.fault_severities = vec!["critical".into()]).await;
    let config = lab.config();
    let ran = lab.run(&["--config", &config, "watch", "--once"]).await;
    assert_eq!((ran.code, ran.err.as_str()), (Some(2), ""), "{ran:?}");
    let rows: Vec<Vec<_>> = ran
        .out
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0][..3], ["TARGET", "KIND", "VERDICT"]);
    assert_eq!(rows[1][..4], ["chassis1", "FXOS", "CRITICAL", "-"]);
    assert_eq!(rows[2][..4], ["fmc1", "FMC", "OK", "-"]);
    assert_eq!(rows.len(), 3, "{ran:?}");
    let state = lab.sim.state();
    assert_eq!((state.fmc.live_sessions, state.fxos.live_sessions), (0, 0));
}

/// An FMC keeps one session for each user.
#[tokio::test]
async fn domains_of_one_box_share_a_login() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let text = std::fs::read_to_string(&config).unwrap();
    let (_, fmc1) = text.split_once("[targets.fmc1]").unwrap();
    let (fmc1, _) = fmc1.split_once("[targets.").unwrap();
    let south = fmc1.replace("North", "Global");
    std::fs::write(&config, format!("{text}[targets.south]{south}")).unwrap();
    let out = lab
        .run(&["--config", &config, "watch", "--once", "fmc1", "south"])
        .await
        .ok();
    assert_eq!(out.matches(" OK ").count(), 2, "{out}");
    let state = lab.sim.state().fmc;
    assert_eq!(
        (state.logins, state.revokes, state.live_sessions),
        (1, 1, 0)
    );
}

/// A box is spoken to under one trust: not under that of the target that is named
/// first, when another one says otherwise.
#[tokio::test]
async fn one_account_has_one_trust() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let text = std::fs::read_to_string(&config).unwrap();
    let (address, pin) = (lab.sim.fmc().addr, &lab.sim.fmc().pin);
    let wrong = format!("sha256:{}", "00".repeat(32));
    let target = |name: &str, pins: &str| {
        let url = format!("[targets.{name}]\nurl = 'fmc://{address}'\n");
        format!("{url}credentials = 'f'\ndomain = '{name}'\npins = [{pins}]\n")
    };
    let one = target("Devel", &format!("'{pin}'"));
    let two = target("Global", &format!("'{wrong}', '{pin}'"));
    let three = target("Test", &format!("'{pin}', '{wrong}'"));
    std::fs::write(&config, [text, one, two, three].concat()).unwrap();
    let watch = async |targets: [&str; 2]| {
        let watch = ["--config", &config, "watch", "--once"];
        lab.run(&[&watch[..], &targets[..]].concat()).await
    };
    for targets in [["Devel", "Global"], ["Global", "Devel"]] {
        let ran = watch(targets).await;
        let line = ran.line(3);
        assert!(
            line.contains("give both the same pins or ca_file"),
            "{line}"
        );
    }
    assert_eq!(lab.sim.state().fmc.connections, 0);
    // In another order they are the same.
    let ran = watch(["Global", "Test"]).await;
    assert_eq!(ran.out.lines().count(), 3, "{ran:?}");
    assert_eq!(lab.sim.state().fmc.logins, 1);
}

#[tokio::test]
async fn without_a_terminal_there_is_only_once() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let ran = lab.run(&["--config", &config, "watch"]).await;
    assert!(ran.line(2).contains("use --once"), "{ran:?}");
    assert!(ran.out.is_empty());
    let ran = lab.run(&["watch", "--once"]).await;
    assert!(ran.line(3).contains("no target to watch"), "{ran:?}");
    assert_eq!(lab.sim.state().fmc.connections, 0);
}

/// However it ends, the terminal is as it was, and nothing is left open on the boxes.
#[tokio::test]
async fn a_live_table_ends_with_a_logout() {
    for (end, code) in [("q", 0), ("\x03", 0), ("-TERM", 143), ("-HUP", 0)] {
        let lab = Lab::new(|_| {}).await;
        let mut watch = Terminal::start(&lab);
        watch.shows("fmc1").await;
        watch.shows("chassis1").await;
        lab.until(|state| state.fmc.live_sessions + state.fxos.live_sessions == 2)
            .await;
        // The screen is drawn in differences: these are two that come whole.
        watch.shows("3 of 3 d").await;
        watch.shows("1 of 1 application").await;
        watch.types("?");
        watch.shows("PageUp").await;
        if let Some(pid) = watch.child.id().filter(|_| end.starts_with('-')) {
            let kill = tokio::process::Command::new("kill")
                .args([end, &pid.to_string()])
                .status();
            assert!(kill.await.unwrap().success());
        } else {
            watch.types(end);
        }
        let ended = tokio::time::timeout(Duration::from_secs(20), watch.child.wait()).await;
        assert_eq!(
            ended.unwrap().unwrap().code(),
            Some(code),
            "{end}: {}",
            watch.seen()
        );
        watch.shows(LEAVE).await;
        let state = lab.sim.state();
        for state in [state.fmc, state.fxos] {
            assert_eq!(
                (state.logins, state.revokes, state.live_sessions),
                (1, 1, 0),
                "{end}"
            );
        }
    }
}

/// A terminal of 80 by 24 with the command in it.
struct Terminal {
    keys: File,
    seen: Arc<Mutex<Vec<u8>>>,
    child: Child,
}

impl Terminal {
    fn start(lab: &Lab) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&master, size).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let slave: OwnedFd = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap()
            .into();
        let config = lab.config();
        let mut command = lab.command(&["--config", &config, "watch", "--interval", "10"]);
        command
            .env("TERM", "xterm")
            .stdin(slave.try_clone().unwrap())
            .stdout(slave);
        let child = command.spawn().unwrap();
        let keys = File::from(master);
        let seen = Arc::<Mutex<Vec<u8>>>::default();
        let (mut screen, to) = (keys.try_clone().unwrap(), Arc::clone(&seen));
        std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            // Ends when the command has: its side is closed then.
            while let Ok(count @ 1..) = screen.read(&mut buffer) {
                to.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self { keys, seen, child }
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn seen(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }

    /// Waits until that has been drawn, twenty seconds at most.
    async fn shows(&self, text: &str) {
        for _ in 0..20_000 {
            if self.seen().contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("{text:?} was not drawn: {:?}", self.seen());
    }
}
