//! The serial port: bytes in, text out, both with deadlines. Whoever sends
//! without end, or takes nothing, holds up this task and no other.

use core::fmt;

use embassy_futures::yield_now;
use embassy_time::{Duration, Timer, with_timeout};
use embedded_io_async::{Read, Write};
use heapless::Vec;

use crate::supervise::Mark;

/// How long the other side may take for a piece of output. After that it is
/// taken to be gone, until something comes from it.
const OUTPUT: Duration = Duration::from_secs(2);
/// After an error of the port, which may not go away.
const PAUSE: Duration = Duration::from_millis(100);

/// Bytes of input between two turns of the other tasks.
const INPUT: usize = 32;
/// Bytes of output that are made at a time.
const PIECE: usize = 128;

pub(super) struct Terminal<S> {
    serial: S,
    /// Set with each piece of output: whoever takes it slowly is no reason for a reset.
    progress: &'static Mark,
    input: Vec<u8, INPUT>,
    /// Bytes of `input` that were taken.
    taken: usize,
    is_gone: bool,
    has_lost: bool,
}

impl<S: Read + Write> Terminal<S> {
    pub(super) const fn new(serial: S, progress: &'static Mark) -> Self {
        Self {
            serial,
            progress,
            input: Vec::new(),
            taken: 0,
            is_gone: false,
            has_lost: false,
        }
    }

    /// The next byte, or `None` if there is none `within` that time.
    pub(super) async fn byte(&mut self, within: Duration) -> Option<u8> {
        if self.taken >= self.input.len() {
            // However fast the input comes, the checks go on.
            yield_now().await;
            self.fill(within).await;
        }
        let byte = self.input.get(self.taken).copied()?;
        self.taken += 1;
        Some(byte)
    }

    async fn fill(&mut self, within: Duration) {
        self.taken = 0;
        // All of it was read; some may have been secret.
        self.input.fill(0);
        let _ = self.input.resize_default(INPUT);
        let read = with_timeout(within, self.serial.read(&mut self.input)).await;
        match read {
            Ok(Ok(count)) if count > 0 => {
                self.input.truncate(count);
                self.is_gone = false;
                return;
            }
            Ok(_) => {
                self.has_lost = true;
                Timer::after(PAUSE).await;
            }
            Err(_) => {}
        }
        self.input.clear();
    }

    /// Whether input was lost since this was asked last.
    pub(super) const fn has_lost(&mut self) -> bool {
        core::mem::replace(&mut self.has_lost, false)
    }

    /// Whether nobody takes what is written.
    pub(super) const fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// Writes the bytes as they are.
    pub(super) async fn write(&mut self, bytes: &[u8]) {
        if self.is_gone || bytes.is_empty() {
            return;
        }
        self.progress.set();
        let serial = &mut self.serial;
        let write = async {
            serial.write_all(bytes).await?;
            serial.flush().await
        };
        let written = with_timeout(OUTPUT, write).await;
        self.is_gone = !matches!(written, Ok(Ok(())));
    }

    /// Writes a text of any length, made in pieces: `text` is asked for it again
    /// for each of them.
    pub(super) async fn print(&mut self, text: &dyn Fn(&mut dyn fmt::Write) -> fmt::Result) {
        let mut skip = 0;
        while !self.is_gone {
            let mut window = Window {
                skip,
                piece: Vec::new(),
            };
            // An error says that the piece is full.
            let whole = text(&mut window);
            skip += window.piece.len();
            for part in window.piece.split_inclusive(|&byte| byte == b'\n') {
                match part.strip_suffix(b"\n") {
                    Some(line) => {
                        self.write(line).await;
                        self.write(b"\r\n").await;
                    }
                    None => self.write(part).await,
                }
            }
            if whole.is_ok() || window.piece.is_empty() {
                return;
            }
        }
    }

    /// Writes a line.
    pub(super) async fn say(&mut self, line: &dyn fmt::Display) {
        self.print(&|out| writeln!(out, "{line}")).await;
    }
}

/// A part of a text that is longer than the room for it.
struct Window {
    skip: usize,
    piece: Vec<u8, PIECE>,
}

impl fmt::Write for Window {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let bytes = text.as_bytes();
        let Some((_, bytes)) = bytes.split_at_checked(self.skip) else {
            self.skip -= bytes.len();
            return Ok(());
        };
        self.skip = 0;
        let room = self.piece.capacity() - self.piece.len();
        let fits = bytes.get(..room).unwrap_or(bytes);
        let _ = self.piece.extend_from_slice(fits);
        if fits.len() < bytes.len() {
            return Err(fmt::Error);
        }
        Ok(())
    }
}
