//! The cable: Ethernet frames between QEMU and the gateway, one per datagram, and
//! what may befall them on the way.

use core::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::UnixDatagram;
use tokio::time::{Instant, sleep_until};

/// Longest frame, without its checksum.
pub(super) const FRAME_MAX: usize = 1_514;

/// What befalls frames, both ways. By default, nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// The share of frames that are lost, 0 to 1.
    pub loss: f64,
    /// How long a frame is under way.
    pub delay: Duration,
    /// Where the dice start from: the same seed loses the same frames.
    pub seed: u64,
}

/// The weather, to be changed at any time.
#[derive(Clone, Debug, Default)]
pub(super) struct Sky(Arc<Mutex<Weather>>);

impl Sky {
    pub(super) fn set(&self, weather: Weather) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = weather;
    }

    /// When a frame that leaves now arrives; `None` if it does not.
    fn arrival(&self) -> Option<Instant> {
        let mut weather = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = weather.loss > 0.0 && fraction(&mut weather.seed) < weather.loss;
        (!lost).then(|| Instant::now() + weather.delay)
    }
}

/// The first frame, if it has been under way for long enough.
fn due(frames: &mut VecDeque<(Instant, Vec<u8>)>, now: Instant) -> Option<Vec<u8>> {
    let arrived = frames.front().is_some_and(|(at, _)| *at <= now);
    arrived.then(|| frames.pop_front())?.map(|(_, frame)| frame)
}

/// The next of a row of numbers from 0 to 1 (SplitMix64).
fn fraction(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let top = u32::try_from((z ^ (z >> 31)) >> 32).unwrap_or(u32::MAX);
    f64::from(top) / (f64::from(u32::MAX) + 1.0)
}

/// The gateway's end of the cable.
pub(super) struct Wire {
    socket: UnixDatagram,
    sky: Sky,
    coming: VecDeque<(Instant, Vec<u8>)>,
    going: VecDeque<(Instant, Vec<u8>)>,
}

impl Wire {
    pub(super) fn new(socket: UnixDatagram, sky: Sky) -> Self {
        Self {
            socket,
            sky,
            coming: VecDeque::new(),
            going: VecDeque::new(),
        }
    }

    /// Puts a frame on its way to the board.
    pub(super) fn send(&mut self, frame: Vec<u8>) {
        let arrival = self.sky.arrival();
        self.going.extend(arrival.map(|at| (at, frame)));
    }

    /// The next frame from the board. Meanwhile those under way to it arrive.
    ///
    /// # Errors
    /// QEMU is gone.
    ///
    /// # Cancel safety
    /// No frame is lost.
    pub(super) async fn receive(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let now = Instant::now();
            while let Some(frame) = due(&mut self.going, now) {
                self.deliver(&frame)?;
            }
            if let Some(frame) = due(&mut self.coming, now) {
                return Ok(frame);
            }
            let next = [self.going.front(), self.coming.front()];
            let next = next.into_iter().flatten().map(|(at, _)| *at).min();
            tokio::select! {
                ready = self.socket.readable() => { ready?; self.take_in()? }
                () = sleep_until(next.unwrap_or(now)), if next.is_some() => {}
            }
        }
    }

    fn take_in(&mut self) -> io::Result<()> {
        let mut frame = vec![0; FRAME_MAX + 4];
        match self.socket.try_recv(&mut frame) {
            Ok(length) => {
                frame.truncate(length);
                let arrival = self.sky.arrival();
                self.coming.extend(arrival.map(|at| (at, frame)));
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A full queue loses the frame, as a switch does.
    fn deliver(&self, frame: &[u8]) -> io::Result<()> {
        match self.socket.try_send(frame) {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_the_share_asked_for_is_lost() {
        let sky = Sky::default();
        sky.set(Weather {
            loss: 0.05,
            ..Weather::default()
        });
        let lost = (0..10_000).filter(|_| sky.arrival().is_none()).count();
        assert!((400..600).contains(&lost), "{lost}");
    }

    #[tokio::test]
    async fn frames_arrive_in_order_and_not_before_their_time() {
        let (ours, theirs) = UnixDatagram::pair().unwrap();
        let sky = Sky::default();
        let delay = Duration::from_millis(20);
        sky.set(Weather {
            delay,
            ..Weather::default()
        });
        let mut wire = Wire::new(ours, sky);
        let start = Instant::now();
        for frame in [b"one", b"two"] {
            theirs.send(frame).await.unwrap();
        }
        assert_eq!(wire.receive().await.unwrap(), b"one");
        assert_eq!(wire.receive().await.unwrap(), b"two");
        assert!(start.elapsed() >= delay);
    }
}
