//! The serial console: a scripted terminal, and a spare slot whose power can fail.

mod configuration;
mod input;
mod leaving;

use core::cell::RefCell;
use core::convert::Infallible;
use core::future::{pending, poll_fn};
use core::task::{Poll, Waker};
use std::collections::VecDeque;
use std::rc::Rc;
use std::string::String;
use std::vec::Vec;

use embassy_futures::select::{Either, select};
use embassy_time::{Duration, Timer};
use embedded_io_async::{ErrorType, Read, Write};
use oobwatch_image::{Image, Product, REGION_LEN};

use super::time::block_on;
use super::{Box_, Kept, PASSWORD, image, start_with};
use crate::board::{ConfigStore, NotSaved, PAGE, ResetReason};
use crate::{Ending, Slot, State, console};

/// What both ends of the serial line share.
#[derive(Default)]
struct Line {
    input: VecDeque<u8>,
    output: Vec<u8>,
    reader: Option<Waker>,
}

/// The board's end.
#[derive(Clone, Default)]
struct Serial(Rc<RefCell<Line>>);

impl Serial {
    fn send(&self, bytes: &[u8]) {
        let mut line = self.0.borrow_mut();
        line.input.extend(bytes);
        if let Some(reader) = line.reader.take() {
            reader.wake();
        }
    }

    fn output(&self) -> String {
        String::from_utf8_lossy(&self.0.borrow().output).into_owned()
    }
}

impl ErrorType for Serial {
    type Error = Infallible;
}

impl Read for Serial {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        poll_fn(|cx| {
            let mut line = self.0.borrow_mut();
            let count = buffer.len().min(line.input.len());
            if count == 0 {
                line.reader = Some(cx.waker().clone());
                return Poll::Pending;
            }
            for (to, from) in buffer.iter_mut().zip(line.input.drain(..count)) {
                *to = from;
            }
            Poll::Ready(Ok(count))
        })
        .await
    }
}

impl Write for Serial {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0.borrow_mut().output.extend(bytes);
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The spare slot, as flash has it.
struct Store {
    spare: Vec<u8>,
    /// Operations until power fails, in the middle of the last of them.
    operations: Option<usize>,
}

impl Store {
    fn new() -> Self {
        Self {
            spare: std::vec![0xFF; REGION_LEN],
            operations: None,
        }
    }

    /// How much of `length` bytes an operation does. None of them comes after
    /// power has failed.
    fn does(&mut self, length: usize) -> usize {
        match &mut self.operations {
            None => length,
            Some(0) => 0,
            Some(left) => {
                *left -= 1;
                if *left == 0 { length / 2 } else { length }
            }
        }
    }

    async fn live(&self) {
        if self.operations == Some(0) {
            pending::<()>().await;
        }
    }
}

impl ConfigStore for Store {
    fn spare(&self) -> &[u8] {
        &self.spare
    }

    async fn erase(&mut self) -> Result<(), NotSaved> {
        let length = self.does(REGION_LEN);
        self.spare[..length].fill(0xFF);
        self.live().await;
        Ok(())
    }

    async fn write(&mut self, offset: usize, page: &[u8; PAGE]) -> Result<(), NotSaved> {
        assert!(offset.is_multiple_of(PAGE) && offset + PAGE <= REGION_LEN);
        let length = self.does(PAGE);
        let room = &mut self.spare[offset..offset + length];
        assert!(room.iter().all(|byte| *byte == 0xFF), "was not erased");
        room.copy_from_slice(&page[..length]);
        self.live().await;
        Ok(())
    }
}

/// A board with two boxes to watch.
fn boxes() -> [Box_; 2] {
    [
        Box_::new(Product::Fmc, 443, 300),
        Box_::new(Product::Fxos, 444, 300),
    ]
}

fn configured() -> &'static [u8] {
    image(7, &boxes())
}

fn boot(image: &'static [u8]) -> &'static State {
    boot_with(image, &[], &Kept::default())
}

fn boot_with(image: &'static [u8], spare: &[u8], kept: &Kept) -> &'static State {
    start_with(image, spare, kept, ResetReason::PowerOn)
}

/// What was said while `script` was typed, five seconds after each part of it;
/// and how the console ended, if it did.
fn session(state: &'static State, store: &mut Store, script: &[&[u8]]) -> (String, Option<Ending>) {
    let serial = Serial::default();
    let typing = async {
        for part in script {
            serial.send(part);
            Timer::after(Duration::from_secs(5)).await;
        }
    };
    let console = console(state, None, "a board", serial.clone(), store);
    let ended = match block_on(select(console, typing)) {
        Either::First(ending) => Some(ending),
        Either::Second(()) => None,
    };
    let output = serial.output();
    assert!(!output.contains(PASSWORD), "{output}");
    (output, ended)
}

/// What a board finds in its two slots at the next start.
fn next_start<'a>(in_use: &'a [u8], store: &'a Store) -> (&'a [u8], Image<'a>) {
    let held = match Slot::in_use(in_use, &store.spare) {
        Slot::A => in_use,
        Slot::B => &store.spare,
    };
    (held, Image::parse(held).unwrap())
}

/// Base64, as in the table of RFC 4648.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const TABLE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let padded = group.iter().chain(&[0, 0]).take(3);
        let bits = padded.fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        for at in 0..4 {
            let character = TABLE[bits >> (18 - 6 * at) & 63];
            text.push(if at <= group.len() {
                character.into()
            } else {
                '='
            });
        }
    }
    text
}

/// As `base64` prints it.
fn in_lines(bytes: &[u8]) -> Vec<u8> {
    let text = base64(bytes);
    let lines = text.as_bytes().chunks(76).flat_map(|line| [line, b"\n"]);
    lines.collect::<Vec<_>>().concat()
}
