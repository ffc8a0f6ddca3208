//! The chip: starting it, and one frame in or out.

use embassy_sync::waitqueue::AtomicWaker;

use crate::bus::Bus;
use crate::regs::{self, int, mac};

/// Bytes of the largest frame, without its checksum.
pub(crate) const FRAME_MAX: usize = 1514;
/// Bytes of the frame checksum, which the chip appends and leaves on.
const FCS: usize = 4;
/// Reads of a register until what it shows must have come to pass: 10 ms and more
/// on any bus.
const PATIENCE: u32 = 1_000_000;
/// Room in the transmit FIFO that the largest frame takes: two command words,
/// the data, rounded up.
const TX_ROOM: u32 = (8 + FRAME_MAX + 3) as u32;
const _: () = assert!(TX_ROOM < regs::TX_AVAILABLE_LEVEL * regs::TX_AVAILABLE_UNIT);

/// Why the chip could not be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StartError {
    /// The byte-order test register reads as this: no chip there, or the bus is
    /// wired wrongly.
    NoChip(u32),
    /// It does not come out of reset.
    Reset,
    /// Neither the EEPROM nor the caller has a MAC address.
    NoAddress,
}

impl core::fmt::Display for StartError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoChip(read) => write!(f, "no LAN9118 at that address: it reads {read:#010x}"),
            Self::Reset => f.write_str("the LAN9118 does not come out of reset"),
            Self::NoAddress => {
                f.write_str("the LAN9118 has no MAC address in its EEPROM, and none was given")
            }
        }
    }
}

impl core::error::Error for StartError {}

/// What has happened since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Stats {
    /// Frames handed up.
    pub received: u32,
    /// Frames handed to the chip.
    pub sent: u32,
    /// Frames that found no room in the receive FIFO.
    pub dropped: u32,
    /// Frames received with an error, and thrown away.
    pub rx_errors: u32,
    /// Frames that could not be sent.
    pub tx_errors: u32,
    /// Times that the receiver or the whole chip was started again.
    pub restarts: u32,
    /// Times that the link was lost.
    pub link_losses: u32,
}

/// What the interrupt handler needs; a `static` of the board.
pub struct Irq {
    pub(crate) waker: AtomicWaker,
}

impl Irq {
    /// For a `static`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            waker: AtomicWaker::new(),
        }
    }

    /// Call this in the interrupt handler, with a bus of its own.
    ///
    /// Masks the interrupts that have come: the network task unmasks them when it
    /// has done what they ask for.
    pub fn handle(&self, bus: &mut impl Bus) {
        let enabled = bus.read(regs::INT_EN);
        let come = bus.read(regs::INT_STS) & enabled;
        bus.write(regs::INT_EN, enabled & !come);
        self.waker.wake();
    }
}

impl Default for Irq {
    fn default() -> Self {
        Self::new()
    }
}

/// A chip that has been started, and is an [`embassy_net_driver::Driver`].
///
/// Holds one frame each way: 3 KiB.
pub struct Lan9118<'i, B> {
    pub(crate) chip: Chip<B>,
    pub(crate) irq: &'i Irq,
    pub(crate) rx: [u8; FRAME_MAX],
}

impl<'i, B: Bus> Lan9118<'i, B> {
    /// Resets and starts the chip. `address` is its MAC address; `None` takes the
    /// one in its EEPROM.
    ///
    /// Enable its interrupt in the interrupt controller only after this: before,
    /// the line has the wrong polarity.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn new(bus: B, irq: &'i Irq, address: Option<[u8; 6]>) -> Result<Self, StartError> {
        let mut chip = Chip {
            bus,
            address: [0; 6],
            link: false,
            stats: Stats::default(),
            tx: [0; FRAME_MAX],
        };
        chip.reset()?;
        chip.address = match address {
            Some(address) => address,
            None => chip.eeprom_address()?,
        };
        chip.start();
        Ok(Self {
            chip,
            irq,
            rx: [0; FRAME_MAX],
        })
    }

    /// What has happened since the start.
    #[must_use]
    pub const fn stats(&self) -> Stats {
        self.chip.stats
    }
}

/// The chip without the receive buffer, so that one can be lent without the other.
pub(crate) struct Chip<B> {
    pub(crate) bus: B,
    pub(crate) address: [u8; 6],
    pub(crate) link: bool,
    pub(crate) stats: Stats,
    pub(crate) tx: [u8; FRAME_MAX],
}

impl<B: Bus> Chip<B> {
    fn reset(&mut self) -> Result<(), StartError> {
        // A read of any register wakes the chip from a power-saving state.
        self.bus.read(regs::BYTE_TEST);
        if !self.until(|bus| bus.read(regs::PMT_CTRL) & regs::PMT_READY != 0) {
            return Err(self.absent().unwrap_or(StartError::Reset));
        }
        self.bus.write(regs::HW_CFG, regs::HW_CFG_RESET);
        if !self.until(|bus| bus.read(regs::HW_CFG) & regs::HW_CFG_RESET == 0) {
            return Err(self.absent().unwrap_or(StartError::Reset));
        }
        self.absent().map_or(Ok(()), Err)
    }

    fn absent(&mut self) -> Option<StartError> {
        let read = self.bus.read(regs::BYTE_TEST);
        (read != regs::BYTE_ORDER || self.bus.read(regs::ID_REV) == read)
            .then_some(StartError::NoChip(read))
    }

    fn start(&mut self) {
        self.bus.write(regs::HW_CFG, regs::HW_CFG_FIFOS);
        self.bus.write(regs::AFC_CFG, regs::AFC_LEVELS);
        self.write_address();
        self.bus
            .write(regs::FIFO_INT, regs::TX_AVAILABLE_LEVEL << 24);
        self.bus.write(regs::RX_CFG, 0);
        self.bus.write(regs::IRQ_CFG, regs::IRQ_ON);
        self.start_negotiation();
        self.bus.write(regs::TX_CFG, regs::TX_CFG_ON);
        self.update_duplex();
        self.bus.write(regs::INT_STS, u32::MAX);
        let watched = int::RSFL | int::RXDF | int::RXE | int::TXE | int::PHY;
        self.bus.write(regs::INT_EN, watched);
    }

    fn eeprom_address(&mut self) -> Result<[u8; 6], StartError> {
        let low = self.mac_read(mac::ADDRL).to_le_bytes();
        let high = self.mac_read(mac::ADDRH).to_le_bytes();
        let address = [low[0], low[1], low[2], low[3], high[0], high[1]];
        match address {
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] | [0, 0, 0, 0, 0, 0] => Err(StartError::NoAddress),
            address => Ok(address),
        }
    }

    fn write_address(&mut self) {
        let [a, b, c, d, e, f] = self.address;
        self.mac_write(mac::ADDRL, u32::from_le_bytes([a, b, c, d]));
        self.mac_write(mac::ADDRH, u32::from_le_bytes([e, f, 0, 0]));
    }

    /// Waits until `ready`, for a bounded number of reads. Says whether it came.
    pub(crate) fn until(&mut self, mut ready: impl FnMut(&mut B) -> bool) -> bool {
        (0..PATIENCE).any(|_| ready(&mut self.bus))
    }

    /// Does what the chip asks for besides frames: errors and dropped frames.
    pub(crate) fn attend(&mut self) {
        let status = self.bus.read(regs::INT_STS);
        if status & int::TXE != 0 {
            self.restart();
        } else if status & int::RXE != 0 {
            self.restart_receiver();
        }
        if status & int::RXDF != 0 {
            self.bus.write(regs::INT_STS, int::RXDF);
            let dropped = self.bus.read(regs::RX_DROP);
            self.stats.dropped = self.stats.dropped.saturating_add(dropped);
        }
        self.unmask(int::RXDF | int::RXE | int::TXE);
    }

    /// A failed transmitter is cured by a reset only (data sheet, 3.12.5).
    fn restart(&mut self) {
        self.stats.restarts = self.stats.restarts.saturating_add(1);
        if self.reset().is_ok() {
            self.start();
        }
    }

    /// A failed receiver is stopped, emptied and started (data sheet, 3.13.4).
    fn restart_receiver(&mut self) {
        self.stats.restarts = self.stats.restarts.saturating_add(1);
        let control = self.mac_read(mac::CR);
        self.mac_write(mac::CR, control & !mac::CR_RXEN);
        self.until(|bus| bus.read(regs::INT_STS) & int::RXSTOP != 0);
        self.bus.write(regs::RX_CFG, regs::RX_CFG_DUMP);
        self.until(|bus| bus.read(regs::RX_CFG) & regs::RX_CFG_DUMP == 0);
        self.bus.write(regs::INT_STS, int::RXSTOP | int::RXE);
        self.mac_write(mac::CR, control | mac::CR_RXEN);
    }

    /// Lets these interrupts come again. What has come meanwhile comes at once.
    pub(crate) fn unmask(&mut self, interrupts: u32) {
        let enabled = self.bus.read(regs::INT_EN);
        if enabled & interrupts != interrupts {
            self.bus.write(regs::INT_EN, enabled | interrupts);
        }
    }

    /// Moves one good frame from the chip into `buffer`. Its length, or `None` if
    /// there is none.
    pub(crate) fn receive_frame(&mut self, buffer: &mut [u8; FRAME_MAX]) -> Option<usize> {
        while self.frames_waiting() {
            let status = self.bus.read(regs::RX_STATUS_FIFO);
            let length = (status >> 16 & 0x3FFF) as usize;
            let frame = length.saturating_sub(FCS);
            if status & regs::RX_STATUS_ERROR == 0 && (1..=FRAME_MAX).contains(&frame) {
                self.read_frame(length, buffer.get_mut(..frame).unwrap_or_default());
                self.stats.received = self.stats.received.wrapping_add(1);
                return Some(frame);
            }
            self.read_frame(length, &mut []);
            self.stats.rx_errors = self.stats.rx_errors.saturating_add(1);
        }
        None
    }

    fn frames_waiting(&mut self) -> bool {
        self.bus.read(regs::RX_FIFO_INF) >> 16 & 0xFF != 0
    }

    /// Takes `length` bytes off the FIFO, in whole words, and keeps what fits.
    fn read_frame(&mut self, length: usize, keep: &mut [u8]) {
        let mut kept = keep.chunks_mut(4);
        for _ in 0..length.div_ceil(4) {
            let word = self.bus.read(regs::RX_DATA_FIFO).to_le_bytes();
            for (to, from) in kept.next().unwrap_or_default().iter_mut().zip(word) {
                *to = from;
            }
        }
    }

    /// Whether the largest frame can be sent.
    fn has_room(&mut self) -> bool {
        let info = self.bus.read(regs::TX_FIFO_INF);
        for _ in 0..info >> 16 & 0xFF {
            if self.bus.read(regs::TX_STATUS_FIFO) & regs::TX_STATUS_ERROR != 0 {
                self.stats.tx_errors = self.stats.tx_errors.saturating_add(1);
            }
        }
        info & 0xFFFF >= TX_ROOM
    }

    /// Whether the largest frame can be sent; if not, an interrupt will say when.
    pub(crate) fn has_room_or_asks(&mut self) -> bool {
        if self.has_room() {
            return true;
        }
        self.acknowledge(int::TDFA);
        let room = self.has_room();
        if !room {
            self.unmask(int::TDFA);
        }
        room
    }

    /// Forgets that these interrupts have come.
    pub(crate) fn acknowledge(&mut self, interrupts: u32) {
        self.bus.write(regs::INT_STS, interrupts);
    }

    /// Sends the first `length` bytes of `self.tx`; there is room.
    pub(crate) fn send_frame(&mut self, length: usize) {
        let frame = self.tx.get(..length).unwrap_or_default();
        let bytes = frame.len() as u32;
        self.bus.write(regs::TX_DATA_FIFO, regs::TX_WHOLE | bytes);
        self.bus.write(regs::TX_DATA_FIFO, bytes << 16 | bytes);
        for chunk in frame.chunks(4) {
            let mut word = [0; 4];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.bus.write(regs::TX_DATA_FIFO, u32::from_le_bytes(word));
        }
        self.stats.sent = self.stats.sent.wrapping_add(1);
    }
}
