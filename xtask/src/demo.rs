//! `cargo xtask demo`: the real command against the real simulator, then the
//! firmware in QEMU.

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::command::cargo;
use crate::lab::board::Board;
use crate::lab::oobwatch::{Kept, Oobwatch};
use crate::lab::sim::Sim;
use crate::{firmware, setup};

/// Virtual time between the two checks: the life of an FMC token.
const HALF_AN_HOUR: u32 = 30 * 60;

pub(crate) fn run() -> Result<()> {
    println!("== building the simulator and the command");
    cargo("build")
        .args(["--package", "oobwatch-sim", "--package", "oobwatch"])
        .run()?;
    let sim = Sim::start()?;
    let oobwatch = Oobwatch::for_boxes(sim.boxes())?;
    println!(
        "simulator: FMC at {}, FXOS at {}",
        sim.boxes().fmc.url,
        sim.boxes().fxos.url
    );
    fmc(&sim, &oobwatch)?;
    fxos(&sim, &oobwatch)?;
    board(&sim, &oobwatch)?;
    verdict(&sim)
}

/// A session that is kept, beside the checks, which log in and out by
/// themselves. An FMC has one session per user, so it has an account of its own.
fn fmc(sim: &Sim, oobwatch: &Oobwatch) -> Result<()> {
    println!("\n== FMC");
    let kept = Kept::of(&oobwatch.token("fmc-session")?)?;
    oobwatch.check("fmc")?;
    sim.advance(HALF_AN_HOUR)?;
    let kept = Kept::of(&oobwatch.refresh("fmc-session", &kept)?)?;
    oobwatch.check("fmc")?;
    oobwatch.revoke("fmc-session", &kept)
}

/// A chassis has no refresh: a session that is kept and not used ends by itself,
/// and a new login takes its place. It is the one session without a logout.
fn fxos(sim: &Sim, oobwatch: &Oobwatch) -> Result<()> {
    println!("\n== FXOS");
    oobwatch.token("fxos")?;
    oobwatch.check("fxos")?;
    sim.advance(HALF_AN_HOUR)?;
    println!(
        "(by now the chassis has ended the session of the first command, which was kept open)"
    );
    let kept = Kept::of(&oobwatch.token("fxos")?)?;
    oobwatch.check("fxos")?;
    oobwatch.revoke("fxos", &kept)
}

/// The firmware checks the same boxes. What it takes to build and boot it may be
/// more than a machine has: then the demo goes without.
fn board(sim: &Sim, oobwatch: &Oobwatch) -> Result<()> {
    println!("\n== a board, in QEMU");
    if let Err(missing) = setup::firmware() {
        println!("left out: {missing:#}");
        return Ok(());
    }
    let image = firmware::qemu_image()?;
    let board = Board::boot(&image, oobwatch, sim.boxes())?;
    let metrics = board.metrics()?;
    println!("\n$ curl {}", board.url());
    let samples = metrics.lines().filter(|line| !line.starts_with('#'));
    samples.for_each(|line| println!("{line}"));
    Ok(())
}

/// What the simulator counted has to agree.
fn verdict(sim: &Sim) -> Result<()> {
    println!("\n== what the simulator counted");
    let state = sim.state()?;
    let mut wrong = Vec::new();
    for product in [Due::FMC, Due::FXOS] {
        let count = Count::of(&state, product.name)?;
        println!("{}", product.told(&count));
        wrong.extend(product.wrong(&count));
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("; "));
    }
    println!("\ndemo: OK for FMC and FXOS, no session left open");
    Ok(())
}

/// What a box has counted.
#[derive(Clone, Deserialize)]
struct Count {
    logins: u64,
    refused_logins: u64,
    refreshes: u64,
    /// Logouts.
    revokes: u64,
    /// Sessions that ended by age.
    lapsed_sessions: u64,
    displaced_sessions: u64,
    ended_sessions: u64,
    expired_sessions: u64,
    live_sessions: u64,
}

/// What the demo makes a box count, beside logins and logouts.
struct Due {
    name: &'static str,
    refreshes: u64,
    lapsed: u64,
}

impl Count {
    fn of(state: &Value, name: &str) -> Result<Self> {
        Self::deserialize(&state[name]).with_context(|| format!("the simulator's counts of {name}"))
    }
}

impl Due {
    const FMC: Self = Self {
        name: "fmc",
        refreshes: 1,
        lapsed: 0,
    };
    const FXOS: Self = Self {
        name: "fxos",
        refreshes: 0,
        lapsed: 1,
    };

    /// The counts in a line: how each session began, and how it ended.
    fn told(&self, count: &Count) -> String {
        let idle = match count.lapsed_sessions {
            0 => String::new(),
            lapsed => format!(", ended by the box when idle (kept open on purpose) {lapsed}"),
        };
        format!(
            "{}: logins {}, refused {}, refreshes {}; logouts {}{idle}, sessions left {}",
            self.name,
            count.logins,
            count.refused_logins,
            count.refreshes,
            count.revokes,
            count.live_sessions + count.expired_sessions,
        )
    }

    /// What is not as it should be.
    fn wrong(&self, count: &Count) -> Vec<String> {
        let logged_out = count.logins.checked_sub(self.lapsed);
        let due = [
            ("refused logins", count.refused_logins, Some(0)),
            ("refreshes", count.refreshes, Some(self.refreshes)),
            ("logouts", count.revokes, logged_out.filter(|due| *due > 0)),
            (
                "sessions that idled",
                count.lapsed_sessions,
                Some(self.lapsed),
            ),
            ("displaced sessions", count.displaced_sessions, Some(0)),
            ("sessions ended by the box", count.ended_sessions, Some(0)),
            ("expired sessions", count.expired_sessions, Some(0)),
            ("live sessions", count.live_sessions, Some(0)),
        ];
        let wrong = due.iter().filter(|(_, found, due)| Some(*found) != *due);
        wrong
            .map(|(what, found, due)| match due {
                Some(due) => format!("{}: {what}: {found}, {due} due", self.name),
                None => format!("{}: {what}: {found}, and no login", self.name),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As after a demo with a board.
    fn fxos() -> Count {
        let state = json!({"fxos": {
            "logins": 5, "refused_logins": 0, "refreshes": 0, "revokes": 4,
            "lapsed_sessions": 1, "displaced_sessions": 0, "ended_sessions": 0,
            "expired_sessions": 0, "live_sessions": 0,
        }});
        Count::of(&state, "fxos").unwrap()
    }

    #[test]
    fn each_session_is_accounted_for() {
        assert_eq!(Due::FXOS.wrong(&fxos()), [""; 0]);
        assert_eq!(
            Due::FXOS.told(&fxos()),
            "fxos: logins 5, refused 0, refreshes 0; logouts 4, ended by the box when idle \
             (kept open on purpose) 1, sessions left 0"
        );
    }

    /// Without one, a session that is dropped looks like one that idled.
    #[test]
    fn a_session_without_a_logout_is_wrong() {
        let dropped = Count {
            revokes: 3,
            lapsed_sessions: 2,
            ..fxos()
        };
        assert_eq!(
            Due::FXOS.wrong(&dropped),
            [
                "fxos: logouts: 3, 4 due",
                "fxos: sessions that idled: 2, 1 due"
            ]
        );
        assert_eq!(Due::FMC.wrong(&fxos()).len(), 3);
        assert!(Count::of(&json!({"fxos": {}}), "fxos").is_err());
    }
}
