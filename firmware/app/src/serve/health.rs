//! `/health`: one JSON object, the board first, then each target as the host
//! command shows it.

use core::fmt::{self, Display};

use embassy_net::tcp::Error;
use oobwatch_core::health::Verdict;
use oobwatch_core::health::encode::json;
use oobwatch_core::health::encode::syslog::Timestamp;
use serde::{Serialize, Serializer};

use super::answer::Pieces;
use super::facts::Facts;
use crate::board::Crash;
use crate::state::Refused;
use crate::webhook::Trouble;
use crate::{State, clock};

/// Bytes of the board's own object.
const BOARD_MAX: usize = 1_024;

pub(super) async fn write(state: &State, pieces: &mut Pieces<'_, '_>) -> Result<(), Error> {
    pieces.add(BOARD_MAX, |out| board(state, out)).await?;
    let mut first = true;
    for target in state.targets {
        if !core::mem::take(&mut first) {
            pieces.add(1, |out| out.write_char(',')).await?;
        }
        let encode = |room: &mut [u8]| {
            target.with_report(clock::now(), |report| {
                json::write(room, target.name(), report?).ok()
            })
        };
        if !pieces.put(encode).await? {
            pieces
                .add(BOARD_MAX, |out| unknown(target.name(), out))
                .await?;
        }
    }
    pieces.add(2, |out| out.write_str("]}")).await
}

/// A target that was not checked yet.
#[derive(Serialize)]
struct Unchecked<'a> {
    target: &'a str,
    verdict: &'static str,
}

fn unknown(target: &str, out: &mut dyn fmt::Write) -> fmt::Result {
    let verdict = Verdict::Unknown.as_str();
    object(&Unchecked { target, verdict }, out)
}

#[derive(Serialize)]
struct Board<'a> {
    version: &'static str,
    uptime_s: u64,
    reset: &'static str,
    crash: Option<Shown<Crash>>,
    verdict: Option<&'static str>,
    configuration: Option<u32>,
    refused: Option<Shown<Refused>>,
    orphaned_sessions: u32,
    failed_saves: u32,
    time: Option<Shown<Timestamp>>,
    time_synced: bool,
    webhooks: WebhookList<'a>,
}

/// In the order of the configuration: their addresses may be secrets.
struct WebhookList<'a>(&'a State);

impl Serialize for WebhookList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(state) = self;
        let views = state.webhooks.iter().map(|webhook| WebhookView {
            delivered: webhook.delivered.get(),
            refused: webhook.refused.get(),
            failed: webhook.failed.get(),
            waiting: webhook.waiting(state.targets),
            trouble: webhook.trouble.get().map(Shown),
        });
        serializer.collect_seq(views)
    }
}

#[derive(Serialize)]
struct WebhookView {
    delivered: u32,
    refused: u32,
    failed: u32,
    waiting: usize,
    trouble: Option<Shown<Trouble>>,
}

fn board(state: &State, out: &mut dyn fmt::Write) -> fmt::Result {
    let facts = Facts::of(state);
    let worst = state
        .targets
        .iter()
        .filter_map(|target| target.standing.get().told())
        .max();
    out.write_str("{\"board\":")?;
    object(
        &Board {
            version: facts.version,
            uptime_s: facts.uptime,
            reset: facts.reset,
            crash: facts.crash.map(Shown),
            verdict: worst.map(Verdict::as_str),
            configuration: facts.generation.ok(),
            refused: facts.generation.err().map(Shown),
            orphaned_sessions: facts.orphans,
            failed_saves: facts.failed_saves,
            time: facts.time.map(|millis| Shown(Timestamp(millis))),
            time_synced: facts.time_is_synced,
            webhooks: WebhookList(state),
        },
        out,
    )?;
    out.write_str(",\"targets\":[")
}

/// Something that is written as it prints.
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0 as &dyn Display)
    }
}

fn object(value: &impl Serialize, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut room = [0; BOARD_MAX];
    let length = serde_json_core::to_slice(value, &mut room).map_err(|_| fmt::Error)?;
    let text = room
        .get(..length)
        .and_then(|text| core::str::from_utf8(text).ok());
    out.write_str(text.ok_or(fmt::Error)?)
}
