//! The serial console: CMSDK UART 0 (Cortex-M System Design Kit, chapter 4).
#![allow(unsafe_code, reason = "registers of the UART")]

use core::cell::RefCell;
use core::fmt;
use core::future::poll_fn;
use core::task::{Poll, Waker};

use critical_section::{CriticalSection, Mutex};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

use crate::reg::Reg;
use crate::vectors::{Interrupt, enable};

// SAFETY: registers of UART 0, used here only.
const DATA: Reg = unsafe { Reg::new(0x4000_4000) };
// SAFETY: as above.
const STATE: Reg = unsafe { Reg::new(0x4000_4004) };
// SAFETY: as above.
const CTRL: Reg = unsafe { Reg::new(0x4000_4008) };
// SAFETY: as above.
const INTCLEAR: Reg = unsafe { Reg::new(0x4000_400C) };
// SAFETY: as above.
const BAUDDIV: Reg = unsafe { Reg::new(0x4000_4010) };

const TX_FULL: u32 = 1;
const RX_FULL: u32 = 1 << 1;
const RX_OVERRUN: u32 = 1 << 3;

const TX_ON: u32 = 1;
const RX_ON: u32 = 1 << 1;
const TX_INTERRUPT: u32 = 1 << 2;
const RX_INTERRUPT: u32 = 1 << 3;

const TX_DONE: u32 = 1;
const RX_DONE: u32 = 1 << 1;

/// The console, to write to and wait until it is written: for what must be said
/// before anything else runs, or after. Lines end with LF; CR is put before it.
pub(crate) struct Console;

impl Console {
    /// 115,200 baud, from 25 MHz.
    pub(crate) fn start() -> Self {
        BAUDDIV.write(217);
        CTRL.write(TX_ON);
        Self
    }

    fn put(byte: u8) {
        while STATE.read() & TX_FULL != 0 {}
        DATA.write(byte.into());
    }
}

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            if byte == b'\n' {
                Self::put(b'\r');
            }
            Self::put(byte);
        }
        Ok(())
    }
}

/// The console, both ways, driven by interrupts.
pub(crate) struct Serial(());

/// Some 20 ms of input.
const ROOM: usize = 256;

/// What the handlers and the task share.
struct Shared {
    input: [u8; ROOM],
    first: usize,
    count: usize,
    has_lost: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

static SHARED: Mutex<RefCell<Shared>> = Mutex::new(RefCell::new(Shared {
    input: [0; ROOM],
    first: 0,
    count: 0,
    has_lost: false,
    reader: None,
    writer: None,
}));

fn with<R>(f: impl FnOnce(&mut Shared) -> R) -> R {
    critical_section::with(|cs: CriticalSection<'_>| f(&mut SHARED.borrow_ref_mut(cs)))
}

impl Shared {
    fn push(&mut self, byte: u8) {
        match self.input.get_mut((self.first + self.count) % ROOM) {
            Some(room) if self.count < ROOM => {
                *room = byte;
                self.count += 1;
            }
            _ => self.has_lost = true,
        }
    }

    /// The oldest byte. Nothing of it is left behind: it may be of a password.
    fn pop(&mut self) -> Option<u8> {
        self.count = self.count.checked_sub(1)?;
        let byte = self.input.get_mut(self.first).map(core::mem::take);
        self.first = (self.first + 1) % ROOM;
        byte
    }
}

impl Serial {
    /// Lets input come. Call it once, after [`Console::start`].
    pub(crate) fn start() -> Self {
        CTRL.write(TX_ON | RX_ON | TX_INTERRUPT | RX_INTERRUPT);
        // SAFETY: the handlers need what is static only.
        unsafe {
            enable(Interrupt::Uart0Rx);
            enable(Interrupt::Uart0Tx);
        }
        Self(())
    }
}

pub(crate) extern "C" fn received() {
    INTCLEAR.write(RX_DONE);
    with(|shared| {
        while STATE.read() & RX_FULL != 0 {
            // Eight bits of the register are data.
            shared.push(DATA.read() as u8);
        }
        if STATE.read() & RX_OVERRUN != 0 {
            STATE.write(RX_OVERRUN);
            shared.has_lost = true;
        }
        shared.reader.take().map(Waker::wake)
    });
}

pub(crate) extern "C" fn sent() {
    INTCLEAR.write(TX_DONE);
    with(|shared| shared.writer.take().map(Waker::wake));
}

/// Input came faster than it was read.
#[derive(Debug)]
pub(crate) struct Lost;

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("input was lost")
    }
}

impl core::error::Error for Lost {}

impl embedded_io_async::Error for Lost {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

impl ErrorType for Serial {
    type Error = Lost;
}

impl Read for Serial {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Lost> {
        poll_fn(|cx| {
            with(|shared| {
                if core::mem::take(&mut shared.has_lost) {
                    return Poll::Ready(Err(Lost));
                }
                if shared.count == 0 && !buffer.is_empty() {
                    shared.reader = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                let mut count = 0;
                for (to, byte) in buffer.iter_mut().zip(core::iter::from_fn(|| shared.pop())) {
                    *to = byte;
                    count += 1;
                }
                Poll::Ready(Ok(count))
            })
        })
        .await
    }
}

impl Write for Serial {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Lost> {
        poll_fn(|cx| {
            let mut written = 0;
            for byte in bytes {
                let is_full = with(|shared| {
                    // The handler can not come between the look and the wait.
                    let is_full = STATE.read() & TX_FULL != 0;
                    if is_full {
                        shared.writer = Some(cx.waker().clone());
                    } else {
                        DATA.write((*byte).into());
                    }
                    is_full
                });
                if is_full {
                    break;
                }
                written += 1;
            }
            if written == 0 && !bytes.is_empty() {
                return Poll::Pending;
            }
            Poll::Ready(Ok(written))
        })
        .await
    }

    /// The last byte is on its way: nothing to wait for.
    async fn flush(&mut self) -> Result<(), Lost> {
        Ok(())
    }
}
