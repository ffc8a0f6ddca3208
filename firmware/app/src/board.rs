//! What a board gives the application: small traits, each with one job.
//!
//! The Ethernet driver is not among them: the board makes an
//! [`embassy_net::Stack`] of it and runs its runner.

use core::fmt;
use core::future::Future;

use embassy_time::Duration;
use embedded_io_async::{Read, Write};
use oobwatch_core::error::Error;

use crate::net::Tcp;

/// TLS with the trust that a board can enforce.
pub trait Tls {
    /// A connection with TLS up and the certificate trusted. Dropping it closes
    /// the connection under it.
    type Stream: Read + Write;

    /// Shakes hands over `tcp`. Not a byte of a request is written before it
    /// returns. There is never more than one connection at a time.
    ///
    /// # Errors
    /// [`TransportError::Certificate`](oobwatch_core::error::TransportError) if
    /// the certificate is not trusted, `Tls` if the handshake failed otherwise;
    /// [`ResourceError::TlsMemory`](oobwatch_core::error::ResourceError) for want of
    /// memory.
    ///
    /// # Cancel safety
    /// Dropping the future drops the connection: the application sets the
    /// deadline that way.
    fn connect(
        &self,
        tcp: Tcp,
        trust: Trust<'static>,
    ) -> impl Future<Output = Result<Self::Stream, Error>>;
}

/// Which certificate a box may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust<'a> {
    /// This one, byte for byte, whatever its name and issuer.
    Pinned {
        /// The certificate, in DER.
        der: &'a [u8],
        /// The name to ask for, where the box is known by one (RFC 6066,
        /// section 3: never an address).
        sni: Option<&'a str>,
    },
    /// One that this authority has issued for this name.
    Authority {
        /// The certificate of the authority, in DER.
        der: &'a [u8],
        /// The DNS name.
        name: &'a str,
    },
}

/// Memory that outlives a reset: retained RAM or flash. Holds one record.
pub trait Storage {
    /// Reads what was [saved](Self::save) last into `into` and says how many
    /// bytes it is. Anything may come back after a loss of power: the record
    /// has a checksum of its own.
    fn load(&mut self, into: &mut [u8]) -> usize;

    /// Replaces the record, of at most [`RECORD_MAX`](crate::record::RECORD_MAX)
    /// bytes. That is done three times in a check with its login and logout: some 900
    /// times a day for a target whose session is not kept over the five minutes
    /// between two checks, a few dozen times where it is.
    ///
    /// # Errors
    /// The record was not kept. Nobody logs in then.
    fn save(&mut self, record: &[u8]) -> Result<(), NotSaved>;
}

/// Something could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSaved;

/// Bytes that a [`ConfigStore`] is written by at a time.
pub const PAGE: usize = 256;

/// Where configuration images are kept: two [slots](crate::Slot) of
/// [`REGION_LEN`](oobwatch_image::REGION_LEN) bytes each. The image in use is
/// borrowed from one of them for as long as the program runs; a new one goes to
/// the other, the spare, and is used after the next start.
///
/// A loss of power at any time leaves the slot in use as it is.
pub trait ConfigStore {
    /// What the spare slot holds, read in place.
    fn spare(&self) -> &[u8];

    /// Erases the spare slot: each byte reads `FF` then. May take seconds, in
    /// which the watchdog has to be kept at bay; gives way to other tasks where
    /// it can.
    ///
    /// # Errors
    /// The storage did not do it.
    fn erase(&mut self) -> impl Future<Output = Result<(), NotSaved>>;

    /// Writes a page of the spare slot. `offset` is a multiple of [`PAGE`]; each
    /// page is written once after it was erased. The application reads back
    /// what it has written.
    ///
    /// # Errors
    /// The storage did not do it, or has no such page.
    fn write(
        &mut self,
        offset: usize,
        page: &[u8; PAGE],
    ) -> impl Future<Output = Result<(), NotSaved>>;
}

/// A watchdog that the board has started, with a timeout of 8 s or more.
pub trait Watchdog {
    /// Starts the timeout anew.
    fn feed(&mut self);
}

/// The one light of the board.
pub trait Led {
    /// Switches it.
    fn set(&mut self, lit: bool);
}

/// Why the board has started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetReason {
    /// Power came on.
    PowerOn,
    /// Somebody has pressed the button.
    Pin,
    /// The watchdog was not fed.
    Watchdog,
    /// The program asked for it.
    Software,
    /// The board can not tell.
    Unknown,
    /// The program has panicked, or the processor has found a fault.
    Crash,
}

impl ResetReason {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 6] = [
        Self::PowerOn,
        Self::Pin,
        Self::Watchdog,
        Self::Software,
        Self::Unknown,
        Self::Crash,
    ];

    /// The name in metrics and on the console.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PowerOn => "power_on",
            Self::Pin => "pin",
            Self::Watchdog => "watchdog",
            Self::Software => "software",
            Self::Unknown => "unknown",
            Self::Crash => "crash",
        }
    }
}

/// Most addresses of a [`Crash`].
pub const TRACE_MAX: usize = 8;

/// How a run of the program has ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crash {
    /// By what.
    pub kind: CrashKind,
    /// Addresses in the program, the innermost first, then zeros.
    pub trace: [u32; TRACE_MAX],
    /// So many runs have ended so, one after the other.
    pub in_a_row: u32,
}

/// What has ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashKind {
    /// The program.
    Panic,
    /// The processor: memory that is none, or an overflow of the stack.
    Fault,
}

impl Crash {
    /// How long the boxes are left alone after it: what one of them answers may have
    /// been the cause. Meanwhile the board serves its pages.
    #[must_use]
    pub fn pause(&self) -> Duration {
        const MOST: u32 = 600;
        let doubled = self.in_a_row.saturating_sub(1).min(10);
        let seconds = match doubled {
            0 => 0,
            doubled => MOST.min(10 << doubled),
        };
        Duration::from_secs(seconds.into())
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            CrashKind::Panic => "panic at",
            CrashKind::Fault => "fault at",
        })?;
        for address in self.trace.iter().filter(|address| **address != 0) {
            write!(f, " {address:#x}")?;
        }
        write!(f, ", {} in a row", self.in_a_row)
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString as _;

    use super::*;

    #[test]
    fn a_crash_is_shown_as_addresses_that_were_kept() {
        let mut crash = Crash {
            kind: CrashKind::Panic,
            trace: [0; TRACE_MAX],
            in_a_row: 2,
        };
        (crash.trace[0], crash.trace[1]) = (0x11c, 0x0800_5092);
        assert_eq!(crash.to_string(), "panic at 0x11c 0x8005092, 2 in a row");
    }

    #[test]
    fn boxes_are_left_alone_ever_longer_and_not_for_ever() {
        let pauses = [1, 2, 3, 6, 7, 100, u32::MAX].map(|in_a_row| {
            let crash = Crash {
                kind: CrashKind::Fault,
                trace: [0; TRACE_MAX],
                in_a_row,
            };
            crash.pause().as_secs()
        });
        assert_eq!(pauses, [0, 20, 40, 320, 600, 600, 600]);
    }
}
