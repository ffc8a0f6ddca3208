//! `cargo xtask demo`: the real command against the real simulator, then the
//! firmware in QEMU.

use anyhow::{Result, bail};

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

/// A chassis has no refresh: an idle session ends by itself, and a new login
/// takes its place.
fn fxos(sim: &Sim, oobwatch: &Oobwatch) -> Result<()> {
    println!("\n== FXOS");
    oobwatch.token("fxos")?;
    oobwatch.check("fxos")?;
    sim.advance(HALF_AN_HOUR)?;
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
    for (product, refreshes) in [("fmc", 1), ("fxos", 0)] {
        let count = |name: &str| state[product][name].as_u64();
        let show = |name: &str| count(name).map_or_else(|| "not counted".into(), |n| n.to_string());
        let counts = [
            "logins",
            "refused_logins",
            "refreshes",
            "revokes",
            "live_sessions",
        ];
        let shown = counts.map(|name| format!("{name} {}", show(name)));
        println!("{product}: {}", shown.join(", "));
        let due = [
            ("refused_logins", 0),
            ("refreshes", refreshes),
            ("expired_sessions", 0),
            ("live_sessions", 0),
        ];
        for (name, due) in due {
            if count(name) != Some(due) {
                wrong.push(format!(
                    "{product}: {name} is {}, {due} was due",
                    show(name)
                ));
            }
        }
        if count("logins").is_none_or(|logins| logins == 0) {
            wrong.push(format!("{product}: there was no login"));
        }
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("; "));
    }
    println!("\ndemo: OK for FMC and FXOS, no session left open");
    Ok(())
}
