//! Names of the registers and their bits (data sheet, chapter 5).

pub(crate) const RX_DATA_FIFO: u8 = 0x00;
pub(crate) const TX_DATA_FIFO: u8 = 0x20;
pub(crate) const RX_STATUS_FIFO: u8 = 0x40;
pub(crate) const TX_STATUS_FIFO: u8 = 0x48;
pub(crate) const ID_REV: u8 = 0x50;
pub(crate) const IRQ_CFG: u8 = 0x54;
pub(crate) const INT_STS: u8 = 0x58;
pub(crate) const INT_EN: u8 = 0x5C;
pub(crate) const BYTE_TEST: u8 = 0x64;
pub(crate) const FIFO_INT: u8 = 0x68;
pub(crate) const RX_CFG: u8 = 0x6C;
pub(crate) const TX_CFG: u8 = 0x70;
pub(crate) const HW_CFG: u8 = 0x74;
pub(crate) const RX_FIFO_INF: u8 = 0x7C;
pub(crate) const TX_FIFO_INF: u8 = 0x80;
pub(crate) const PMT_CTRL: u8 = 0x84;
pub(crate) const RX_DROP: u8 = 0xA0;
pub(crate) const MAC_CSR_CMD: u8 = 0xA4;
pub(crate) const MAC_CSR_DATA: u8 = 0xA8;
pub(crate) const AFC_CFG: u8 = 0xAC;

/// What `BYTE_TEST` reads as, if the bus is wired right.
pub(crate) const BYTE_ORDER: u32 = 0x8765_4321;

/// `IRQ_CFG`: interrupts on, active high, push-pull.
pub(crate) const IRQ_ON: u32 = 1 << 8 | 1 << 4 | 1;

/// Bits of `INT_STS` and `INT_EN`.
pub(crate) mod int {
    /// More frames received than the level in `FIFO_INT`.
    pub(crate) const RSFL: u32 = 1 << 3;
    /// A received frame was dropped.
    pub(crate) const RXDF: u32 = 1 << 6;
    /// More room in the transmit FIFO than the level in `FIFO_INT`.
    pub(crate) const TDFA: u32 = 1 << 9;
    /// The transmitter has failed.
    pub(crate) const TXE: u32 = 1 << 13;
    /// The receiver has failed.
    pub(crate) const RXE: u32 = 1 << 14;
    /// The PHY wants attention.
    pub(crate) const PHY: u32 = 1 << 18;
    /// The receiver has come to a stop.
    pub(crate) const RXSTOP: u32 = 1 << 24;
}

/// `FIFO_INT`: interrupt above so many units of 64 bytes free for sending.
pub(crate) const TX_AVAILABLE_LEVEL: u32 = 24;
pub(crate) const TX_AVAILABLE_UNIT: u32 = 64;

pub(crate) const RX_CFG_DUMP: u32 = 1 << 15;
pub(crate) const TX_CFG_ON: u32 = 1 << 1;
pub(crate) const HW_CFG_RESET: u32 = 1;
/// `HW_CFG`: store and forward (must be one); 5 KiB of FIFO for sending, the rest
/// of 16 KiB for receiving.
pub(crate) const HW_CFG_FIFOS: u32 = 1 << 20 | 5 << 16;
/// `AFC_CFG`: back-pressure and flow control levels of the data sheet's example.
pub(crate) const AFC_LEVELS: u32 = 0x006E_3740;
pub(crate) const PMT_READY: u32 = 1;

/// A received frame with an error.
pub(crate) const RX_STATUS_ERROR: u32 = 1 << 15;
/// A frame that could not be sent.
pub(crate) const TX_STATUS_ERROR: u32 = 1 << 15;

/// `TX command A`: the first and last part of a frame.
pub(crate) const TX_WHOLE: u32 = 1 << 13 | 1 << 12;

pub(crate) const CSR_BUSY: u32 = 1 << 31;
pub(crate) const CSR_READ: u32 = 1 << 30;

/// Registers of the MAC, behind `MAC_CSR_CMD`.
pub(crate) mod mac {
    pub(crate) const CR: u8 = 1;
    pub(crate) const ADDRH: u8 = 2;
    pub(crate) const ADDRL: u8 = 3;
    pub(crate) const MII_ACC: u8 = 6;
    pub(crate) const MII_DATA: u8 = 7;

    pub(crate) const CR_RXEN: u32 = 1 << 2;
    pub(crate) const CR_TXEN: u32 = 1 << 3;
    /// All multicast frames are received: smoltcp filters.
    pub(crate) const CR_MCPAS: u32 = 1 << 19;
    pub(crate) const CR_FDPX: u32 = 1 << 20;
    /// Half duplex: do not receive what we send.
    pub(crate) const CR_RCVOWN: u32 = 1 << 23;

    pub(crate) const MII_BUSY: u32 = 1;
    pub(crate) const MII_WRITE: u32 = 1 << 1;
    /// The internal PHY has address 1.
    pub(crate) const MII_PHY: u32 = 1 << 11;
}

/// Registers of the PHY, behind the MII (IEEE 802.3, clause 22, and two of its own).
pub(crate) mod phy {
    pub(crate) const BMCR: u8 = 0;
    pub(crate) const BMSR: u8 = 1;
    pub(crate) const ANAR: u8 = 4;
    pub(crate) const ANLPAR: u8 = 5;
    pub(crate) const INT_SOURCE: u8 = 29;
    pub(crate) const INT_MASK: u8 = 30;

    pub(crate) const BMCR_NEGOTIATE: u16 = 1 << 12 | 1 << 9;
    pub(crate) const BMSR_LINK: u16 = 1 << 2;
    /// 10 and 100 Mbit/s, half and full duplex; IEEE 802.3.
    pub(crate) const ANAR_ALL: u16 = 0x01E1;
    /// Both ends speak one of these: full duplex.
    pub(crate) const FULL_DUPLEX: u16 = 1 << 8 | 1 << 6;
    pub(crate) const HALF_100: u16 = 1 << 7;
    pub(crate) const FULL_100: u16 = 1 << 8;
    /// Link down, negotiation complete.
    pub(crate) const INT_LINK: u16 = 1 << 4 | 1 << 6;
}
