//! A time server (SNTP, RFC 4330), whose time is what it is told.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::stack::Stack;
use super::udp::Port;

const PORT: u16 = 123;
const LENGTH: usize = 48;
/// Seconds from 1900 to 1970.
const ERA: u64 = 2_208_988_800;

/// What the time server says, and how often it was asked.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// It answers nothing.
    pub is_silent: bool,
    /// By how much its time is ahead of this host's.
    pub ahead: Duration,
    /// Requests that have come.
    pub asked: u32,
}

#[derive(Clone)]
pub(super) struct Ntp(Arc<Mutex<Time>>);

impl Default for Ntp {
    fn default() -> Self {
        let time = Time {
            is_silent: false,
            ahead: Duration::ZERO,
            asked: 0,
        };
        Self(Arc::new(Mutex::new(time)))
    }
}

impl Ntp {
    pub(super) fn time(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn serve(self, stack: Stack) {
        let port = Port::bind(&stack, PORT);
        loop {
            let (bytes, from) = port.receive().await;
            if let Some(reply) = self.reply(&bytes, SystemTime::now()) {
                port.send(&reply, from);
            }
        }
    }

    fn reply(&self, request: &[u8], now: SystemTime) -> Option<[u8; LENGTH]> {
        let asked = request.get(40..LENGTH)?;
        let mut time = self.time();
        time.asked += 1;
        if time.is_silent {
            return None;
        }
        let now = stamp(now + time.ahead);
        let mut reply = [0; LENGTH];
        // Version 4, server, stratum 1, by a clock of its own.
        reply[..4].copy_from_slice(&[0x24, 1, 0, 0xEC]);
        reply[12..16].copy_from_slice(b"LOCL");
        reply[24..32].copy_from_slice(asked);
        for at in [16, 32, 40] {
            reply[at..at + 8].copy_from_slice(&now);
        }
        Some(reply)
    }
}

/// Seconds since 1900, and their fraction.
fn stamp(time: SystemTime) -> [u8; 8] {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs() + ERA;
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    ((seconds << 32) | fraction).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_it_is_told() {
        let ntp = Ntp::default();
        ntp.time().ahead = Duration::from_millis(1_500);
        let mut request = [0; LENGTH];
        request[0] = 0x23;
        request[40..].copy_from_slice(b"whenever");
        let reply = ntp.reply(&request, UNIX_EPOCH).unwrap();
        assert_eq!(&reply[24..32], b"whenever");
        let expected = ((ERA + 1) << 32) | (1 << 31);
        assert_eq!(reply[40..], expected.to_be_bytes());
        ntp.time().is_silent = true;
        assert_eq!(ntp.reply(&request, UNIX_EPOCH), None);
        assert_eq!(ntp.time().asked, 2);
    }
}
