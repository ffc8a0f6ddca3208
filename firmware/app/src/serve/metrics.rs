//! `/metrics`: the board's own metrics, and those of each target as the host
//! command writes them, with a label `target`.

use core::fmt::{self, Display};

use embassy_net::tcp::Error;
use oobwatch_core::health::encode::prometheus::{PIECE_MAX, series};

use super::answer::Pieces;
use super::facts::Facts;
use crate::board::ResetReason;
use crate::{State, Target, clock};

/// Bytes of one family of the board's own.
const FAMILY_MAX: usize = 1_024;
/// Bytes of one sample with its head.
const SAMPLE_MAX: usize = 256;

pub(super) async fn write(state: &State, pieces: &mut Pieces<'_, '_>) -> Result<(), Error> {
    let facts = Facts::of(state);
    pieces.add(FAMILY_MAX, |out| board(&facts, out)).await?;
    pieces.add(FAMILY_MAX, |out| resets(state, out)).await?;
    pieces.add(FAMILY_MAX, |out| records(&facts, out)).await?;
    pieces
        .add(FAMILY_MAX, |out| time(state, &facts, out))
        .await?;
    pieces.add(FAMILY_MAX, |out| webhooks(state, out)).await?;
    for family in TARGET {
        pieces
            .add(SAMPLE_MAX, |out| {
                head(out, family.name, family.help, family.kind)
            })
            .await?;
        for target in state.targets {
            pieces
                .add(SAMPLE_MAX, |out| sample(out, family, state, target))
                .await?;
        }
    }
    for mut series in series() {
        for target in state.targets {
            let piece = |out: &mut dyn fmt::Write| {
                target.with_report(clock::now(), |report| match report {
                    Some(report) => series.write(out, Some(target.name()), report),
                    None => Ok(()),
                })
            };
            pieces.add(PIECE_MAX, piece).await?;
        }
    }
    Ok(())
}

fn head(out: &mut dyn fmt::Write, name: &str, help: &str, kind: &str) -> fmt::Result {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

fn one(
    out: &mut dyn fmt::Write,
    name: &str,
    help: &str,
    kind: &str,
    value: &dyn Display,
) -> fmt::Result {
    head(out, name, help, kind)?;
    writeln!(out, "{name} {value}")
}

fn board(facts: &Facts, out: &mut dyn fmt::Write) -> fmt::Result {
    let Facts { version, reset, .. } = facts;
    head(
        out,
        "oobwatch_board_info",
        "The firmware, and why it has started.",
        "gauge",
    )?;
    writeln!(
        out,
        "oobwatch_board_info{{version=\"{version}\",reset=\"{reset}\"}} 1"
    )?;
    let (name, help) = (
        "oobwatch_board_crashes",
        "Runs that have ended by a crash, one after the other, the last among them.",
    );
    let crashes = facts.crash.map_or(0, |crash| crash.in_a_row);
    one(out, name, help, "gauge", &crashes)?;
    let (name, help) = (
        "oobwatch_board_longest_stall_seconds",
        "The longest that a task has kept the others from running, since the start.",
    );
    let (seconds, millis) = (facts.stall.as_secs(), facts.stall.as_millis() % 1_000);
    let stall = format_args!("{seconds}.{millis:03}");
    one(out, name, help, "gauge", &stall)?;
    let (name, help) = ("oobwatch_board_uptime_seconds", "Time since the start.");
    one(out, name, help, "gauge", &facts.uptime)?;
    let (name, help) = (
        "oobwatch_board_configured",
        "Whether there is a sound configuration.",
    );
    one(
        out,
        name,
        help,
        "gauge",
        &u8::from(facts.generation.is_ok()),
    )?;
    match facts.generation {
        Ok(generation) => {
            let (name, help) = ("oobwatch_board_generation", "Number of the configuration.");
            one(out, name, help, "gauge", &generation)
        }
        Err(_) => Ok(()),
    }
}

fn resets(state: &State, out: &mut dyn fmt::Write) -> fmt::Result {
    let name = "oobwatch_board_resets_total";
    head(
        out,
        name,
        "Starts of the board, as far as its storage goes back.",
        "counter",
    )?;
    let resets = state.record.borrow().resets;
    ResetReason::ALL
        .iter()
        .zip(resets)
        .try_for_each(|(reason, count)| {
            writeln!(out, "{name}{{reason=\"{}\"}} {count}", reason.as_str())
        })
}

fn records(facts: &Facts, out: &mut dyn fmt::Write) -> fmt::Result {
    let (name, help) = (
        "oobwatch_board_orphaned_sessions_total",
        "Sessions that nobody can close any more; the box ends them.",
    );
    one(out, name, help, "counter", &facts.orphans)?;
    let (name, help) = ("oobwatch_board_saves_total", "Records that were stored.");
    one(out, name, help, "counter", &facts.saves)?;
    let (name, help) = (
        "oobwatch_board_failed_saves_total",
        "Records that were not.",
    );
    one(out, name, help, "counter", &facts.failed_saves)
}

fn time(state: &State, facts: &Facts, out: &mut dyn fmt::Write) -> fmt::Result {
    let (name, help) = (
        "oobwatch_board_time_synced",
        "Whether a server has told the time within the last day.",
    );
    one(out, name, help, "gauge", &u8::from(facts.time_is_synced))?;
    if let Some(millis) = facts.time {
        let (name, help) = ("oobwatch_board_time_seconds", "Seconds since 1970, UTC.");
        one(out, name, help, "gauge", &(millis / 1_000))?;
    }
    let name = "oobwatch_board_time_answers_total";
    let help = "What became of asking a server for the time.";
    head(out, name, help, "counter")?;
    let (used, failed) = (state.wall.answers.get(), state.wall.failures.get());
    writeln!(
        out,
        "{name}{{result=\"used\"}} {used}\n{name}{{result=\"failed\"}} {failed}"
    )
}

/// By their place in the configuration: their addresses may be secrets.
fn webhooks(state: &State, out: &mut dyn fmt::Write) -> fmt::Result {
    if state.webhooks.is_empty() {
        return Ok(());
    }
    let name = "oobwatch_webhook_posts_total";
    let help = "Posts to a webhook: delivered, refused for good, or failed and tried again.";
    head(out, name, help, "counter")?;
    for (webhook, index) in state.webhooks.iter().zip(1..) {
        let counts = [
            ("delivered", &webhook.delivered),
            ("refused", &webhook.refused),
            ("failed", &webhook.failed),
        ];
        for (result, count) in counts {
            let count = count.get();
            writeln!(
                out,
                "{name}{{webhook=\"{index}\",result=\"{result}\"}} {count}"
            )?;
        }
    }
    let name = "oobwatch_webhook_waiting";
    let help = "Targets whose change a webhook is yet to be told of.";
    head(out, name, help, "gauge")?;
    for (webhook, index) in state.webhooks.iter().zip(1..) {
        let waiting = webhook.waiting(state.targets);
        writeln!(out, "{name}{{webhook=\"{index}\"}} {waiting}")?;
    }
    Ok(())
}

/// A metric that each target has one of.
struct Family {
    name: &'static str,
    help: &'static str,
    kind: &'static str,
    value: fn(&State, &Target) -> u32,
}

const TARGET: &[Family] = &[
    Family {
        name: "oobwatch_checks_total",
        help: "Checks since the start.",
        kind: "counter",
        value: |_, target| target.checks.get(),
    },
    Family {
        name: "oobwatch_probes_total",
        help: "Probes without a login since the start.",
        kind: "counter",
        value: |_, target| target.probes.get(),
    },
    Family {
        name: "oobwatch_told_verdict",
        help: "The damped verdict as an exit code: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
        kind: "gauge",
        value: |_, target| {
            target
                .standing
                .get()
                .told()
                .map_or(3, |told| told.exit_code().into())
        },
    },
    Family {
        name: "oobwatch_credential_refusals",
        help: "Refused logins with the credential of the target since one was accepted.",
        kind: "gauge",
        value: |state, target| {
            let refusals = |latch: &core::cell::RefCell<oobwatch_core::latch::Latch>| {
                latch.borrow().refusals()
            };
            state.latch(target).map_or(0, refusals).into()
        },
    },
];

fn sample(
    out: &mut dyn fmt::Write,
    family: &Family,
    state: &State,
    target: &Target,
) -> fmt::Result {
    let value = (family.value)(state, target);
    write!(out, "{}{{target=\"", family.name)?;
    for c in target.name().chars() {
        match c {
            '"' | '\\' => write!(out, "\\{c}")?,
            _ => out.write_char(c)?,
        }
    }
    writeln!(out, "\"}} {value}")
}
