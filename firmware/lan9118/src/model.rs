//! The chip as its data sheet describes it, for tests on the host: FIFOs,
//! interrupts, and a PHY behind two indirections. What the data sheet forbids
//! fails the test.

use core::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::vec::Vec;

use crate::bus::Bus;
use crate::regs::{self, int, mac, phy};

/// Words of data that the receive FIFO holds.
const RX_WORDS: usize = 2640;
/// Frames that it holds.
const RX_FRAMES: usize = 176;
/// Reads until the chip has done something that takes time.
const SLOW: u32 = 3;

pub(crate) struct Model {
    pub(crate) present: bool,
    pub(crate) link: bool,
    pub(crate) partner: u16,
    /// Bytes free for sending.
    pub(crate) tx_free: u32,
    /// Whether frames leave at once, or stay in the FIFO.
    pub(crate) tx_flows: bool,
    pub(crate) sent: Vec<Vec<u8>>,
    pub(crate) resets: u32,
    pub(crate) mac: [u32; 16],
    latched: u32,
    int_en: u32,
    irq_cfg: u32,
    fifo_int: u32,
    mac_data: u32,
    busy: u32,
    phy: [u16; 32],
    link_lost: bool,
    phy_int: u16,
    rx_status: VecDeque<u32>,
    rx_data: VecDeque<u32>,
    rx_dropped: u32,
    tx_words: Vec<u32>,
    tx_status: VecDeque<u32>,
}

/// A chip that a test and the driver share.
#[derive(Clone)]
pub(crate) struct Shared(pub(crate) Rc<RefCell<Model>>);

impl Shared {
    pub(crate) fn new() -> Self {
        let mut model = Model {
            present: true,
            link: true,
            partner: phy::ANAR_ALL,
            tx_free: 0,
            tx_flows: true,
            sent: Vec::new(),
            resets: 0,
            mac: [0; 16],
            latched: 0,
            int_en: 0,
            irq_cfg: 0,
            fifo_int: 0,
            mac_data: 0,
            busy: 0,
            phy: [0; 32],
            link_lost: false,
            phy_int: 0,
            rx_status: VecDeque::new(),
            rx_data: VecDeque::new(),
            rx_dropped: 0,
            tx_words: Vec::new(),
            tx_status: VecDeque::new(),
        };
        model.reset();
        Self(Rc::new(RefCell::new(model)))
    }

    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut Model) -> R) -> R {
        f(&mut self.0.borrow_mut())
    }
}

impl Bus for Shared {
    fn read(&mut self, offset: u8) -> u32 {
        self.with(|model| model.read(offset))
    }

    fn write(&mut self, offset: u8, value: u32) {
        self.with(|model| model.write(offset, value));
    }
}

impl Model {
    fn reset(&mut self) {
        self.resets += 1;
        self.tx_free = 4608;
        (self.latched, self.int_en, self.irq_cfg) = (0, 0, 0);
        self.fifo_int = 0x4800_0000;
        self.mac = [0; 16];
        // Loaded from the EEPROM.
        self.mac[mac::ADDRL as usize] = 0x3412_0052;
        self.mac[mac::ADDRH as usize] = 0x7856;
        self.phy = [0; 32];
        self.busy = SLOW;
        self.dump();
        self.tx_words.clear();
        self.tx_status.clear();
    }

    fn dump(&mut self) {
        self.rx_status.clear();
        self.rx_data.clear();
    }

    /// Whether the interrupt line is up.
    pub(crate) fn irq(&self) -> bool {
        self.irq_cfg == regs::IRQ_ON && self.int_sts() & self.int_en != 0
    }

    fn int_sts(&self) -> u32 {
        let level = |on: bool, bit: u32| if on { bit } else { 0 };
        self.latched
            | level(
                self.rx_status.len() as u32 > self.fifo_int & 0xFF,
                int::RSFL,
            )
            | level(self.tx_free > (self.fifo_int >> 24) * 64, int::TDFA)
            | level(
                self.phy_int & self.phy[phy::INT_MASK as usize] != 0,
                int::PHY,
            )
    }

    /// A frame comes in from the wire. Says whether it was kept.
    pub(crate) fn arrive(&mut self, frame: &[u8], broken: bool) -> bool {
        let length = frame.len() + 4;
        let enabled = self.mac[mac::CR as usize] & mac::CR_RXEN != 0;
        let full =
            self.rx_status.len() == RX_FRAMES || self.rx_data.len() + length.div_ceil(4) > RX_WORDS;
        if !enabled || full {
            self.rx_dropped += 1;
            self.latched |= int::RXDF;
            return false;
        }
        let bytes: Vec<u8> = frame.iter().copied().chain([0xFC; 4]).collect();
        for chunk in bytes.chunks(4) {
            let mut word = [0xEE; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            self.rx_data.push_back(u32::from_le_bytes(word));
        }
        let error = if broken { regs::RX_STATUS_ERROR } else { 0 };
        self.rx_status.push_back((length as u32) << 16 | error);
        true
    }

    pub(crate) fn set_link(&mut self, up: bool) {
        self.link_lost |= !up;
        self.link = up;
        self.phy_int |= if up { 1 << 6 } else { 1 << 4 };
    }

    /// The receiver or transmitter fails.
    pub(crate) fn fail(&mut self, interrupt: u32) {
        self.latched |= interrupt;
    }

    /// Waiting frames leave.
    pub(crate) fn drain(&mut self) {
        self.tx_free = 4608;
    }

    fn slow(&mut self) -> bool {
        self.busy = self.busy.saturating_sub(1);
        self.busy != 0
    }

    fn read(&mut self, offset: u8) -> u32 {
        if !self.present {
            return u32::MAX;
        }
        match offset {
            regs::RX_DATA_FIFO => self.rx_data.pop_front().expect("receive FIFO read empty"),
            regs::RX_STATUS_FIFO => self.rx_status.pop_front().expect("status FIFO read empty"),
            regs::TX_STATUS_FIFO => self.tx_status.pop_front().expect("status FIFO read empty"),
            regs::ID_REV => 0x0118_0002,
            regs::BYTE_TEST => regs::BYTE_ORDER,
            regs::INT_STS => self.int_sts(),
            regs::INT_EN => self.int_en,
            regs::PMT_CTRL => u32::from(!self.slow()),
            regs::HW_CFG => u32::from(self.slow()),
            regs::RX_CFG => 0,
            regs::RX_FIFO_INF => {
                ((self.rx_status.len() as u32) << 16) | (self.rx_data.len() as u32 * 4)
            }
            regs::TX_FIFO_INF => (self.tx_status.len() as u32) << 16 | self.tx_free,
            regs::RX_DROP => core::mem::take(&mut self.rx_dropped),
            regs::MAC_CSR_CMD => u32::from(self.slow()) << 31,
            regs::MAC_CSR_DATA => self.mac_data,
            other => panic!("read of register {other:#x}"),
        }
    }

    fn write(&mut self, offset: u8, value: u32) {
        match offset {
            regs::TX_DATA_FIFO => self.push_word(value),
            regs::INT_STS => self.latched &= !value,
            regs::INT_EN => self.int_en = value,
            regs::IRQ_CFG => self.irq_cfg = value,
            regs::FIFO_INT => self.fifo_int = value,
            regs::HW_CFG if value & regs::HW_CFG_RESET != 0 => self.reset(),
            regs::HW_CFG => assert_eq!(value >> 20 & 1, 1, "store and forward must be on"),
            regs::RX_CFG if value & regs::RX_CFG_DUMP != 0 => {
                let running = self.mac[mac::CR as usize] & mac::CR_RXEN != 0;
                assert!(!running, "dumped while it receives");
                self.dump();
            }
            regs::RX_CFG | regs::TX_CFG | regs::AFC_CFG => {}
            regs::MAC_CSR_DATA => self.mac_data = value,
            regs::MAC_CSR_CMD => self.mac_command(value),
            other => panic!("write to register {other:#x}"),
        }
    }

    fn mac_command(&mut self, command: u32) {
        assert_ne!(command & regs::CSR_BUSY, 0);
        self.busy = SLOW;
        let register = (command & 0xFF) as u8;
        if command & regs::CSR_READ != 0 {
            self.mac_data = self.mac[register as usize];
            return;
        }
        let before = self.mac[register as usize];
        self.mac[register as usize] = self.mac_data;
        match register {
            mac::CR if before & !self.mac_data & mac::CR_RXEN != 0 => self.latched |= int::RXSTOP,
            mac::MII_ACC => self.mii_command(self.mac_data),
            _ => {}
        }
    }

    fn mii_command(&mut self, command: u32) {
        assert_eq!(command >> 11, 1, "the PHY has address 1");
        let register = (command >> 6 & 0x1F) as u8;
        self.mac[mac::MII_ACC as usize] &= !mac::MII_BUSY;
        if command & mac::MII_WRITE != 0 {
            self.phy[register as usize] = self.mac[mac::MII_DATA as usize] as u16;
            return;
        }
        let link = self.link && !self.link_lost;
        self.mac[mac::MII_DATA as usize] = u32::from(match register {
            phy::BMSR => {
                self.link_lost = false;
                0x7809 | if link { phy::BMSR_LINK } else { 0 }
            }
            phy::ANLPAR => self.partner,
            phy::INT_SOURCE => core::mem::take(&mut self.phy_int),
            other => self.phy[other as usize],
        });
    }

    /// A word goes into the transmit FIFO; the last of a frame sends it.
    fn push_word(&mut self, word: u32) {
        self.tx_free = self.tx_free.checked_sub(4).expect("transmit FIFO overrun");
        self.tx_words.push(word);
        let [a, b, data @ ..] = &self.tx_words[..] else {
            return;
        };
        assert_eq!(a & regs::TX_WHOLE, regs::TX_WHOLE, "a frame in one part");
        let length = (a & 0x7FF) as usize;
        assert_eq!(*b & 0x7FF, length as u32, "both commands agree");
        if data.len() < length.div_ceil(4) {
            return;
        }
        let bytes = data.iter().flat_map(|word| word.to_le_bytes());
        self.sent.push(bytes.take(length).collect());
        if self.tx_flows {
            self.tx_free += self.tx_words.len() as u32 * 4;
        }
        self.tx_words.clear();
        self.tx_status.push_back(0);
    }
}
