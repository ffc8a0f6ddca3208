//! `/`: a status page for people, without scripts and without links elsewhere.

use core::fmt::{self, Write as _};

use embassy_net::tcp::Error;
use oobwatch_core::health::encode::syslog::Timestamp;
use oobwatch_core::health::encode::text;

use super::answer::Pieces;
use super::facts::Facts;
use crate::{State, Target, clock};

/// Bytes of the head, and of one target.
const HEAD_MAX: usize = 1_536;
const TARGET_MAX: usize = 4 * 1_024;

pub(super) async fn write(state: &State, pieces: &mut Pieces<'_, '_>) -> Result<(), Error> {
    pieces.add(HEAD_MAX, |out| head(state, out)).await?;
    for target in state.targets {
        pieces.add(TARGET_MAX, |out| section(target, out)).await?;
    }
    pieces
        .add(64, |out| {
            out.write_str("<p><a href=/metrics>metrics</a> <a href=/health>health</a>")
        })
        .await
}

fn head(state: &State, out: &mut dyn fmt::Write) -> fmt::Result {
    let facts = Facts::of(state);
    out.write_str(
        "<!DOCTYPE html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=30>\
         <title>Oobwatch</title><style>body{font-family:sans-serif;margin:2em}\
         pre{padding:.6em;border-left:.5em solid #999}\
         .OK{border-color:#2a2}.WARNING{border-color:#e90}.CRITICAL{border-color:#c22}</style>\
         <h1>Oobwatch</h1>",
    )?;
    let Facts {
        version,
        reset,
        crash,
        uptime,
        orphans,
        ..
    } = facts;
    write!(
        out,
        "<p>Version {version}, up {uptime} s, last reset: {reset}. "
    )?;
    if let Some(crash) = crash {
        write!(out, "The run before has ended by a {crash}. ")?;
    }
    match facts.generation {
        Ok(generation) => write!(out, "Configuration {generation}, ")?,
        Err(why) => write!(Html(out), "No configuration: {why}. ")?,
    }
    write!(out, "orphaned sessions: {orphans}. ")?;
    match facts.time {
        Some(millis) => write!(out, "Time: {}", Timestamp(millis))?,
        None => out.write_str("Time: not known")?,
    }
    if !facts.time_is_synced {
        out.write_str(", not synchronised")?;
    }
    out.write_char('.')?;
    for (webhook, index) in state.webhooks.iter().zip(1..) {
        let (delivered, waiting) = (webhook.delivered.get(), webhook.waiting(state.targets));
        write!(
            out,
            " Webhook {index}: {delivered} delivered, {waiting} waiting"
        )?;
        if let Some(trouble) = webhook.trouble.get() {
            write!(Html(out), " ({trouble})")?;
        }
        out.write_char('.')?;
    }
    out.write_str("</p>")
}

fn section(target: &Target, out: &mut dyn fmt::Write) -> fmt::Result {
    let told = target
        .standing
        .get()
        .told()
        .map_or("", |told| told.as_str());
    write!(out, "<pre class=\"{told}\">")?;
    target.with_report(clock::now(), |report| match report {
        Some(report) => text::write(&mut Html(out), target.name(), report),
        None => write!(Html(out), "{}: not checked yet", target.name()),
    })?;
    out.write_str("</pre>")
}

/// Text between tags.
struct Html<'a>(&'a mut dyn fmt::Write);

impl fmt::Write for Html<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            _ => self.0.write_char(c),
        })
    }
}
