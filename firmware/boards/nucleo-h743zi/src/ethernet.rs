//! The Ethernet controller of the chip, by RMII, and the board's LAN8742A (UM2407,
//! "Ethernet"; jumpers JP6 and JP7 on, as they are delivered).

use embassy_stm32::eth::{self, GenericPhy, PacketQueue, Sma};
use embassy_stm32::peripherals::{ETH, ETH_SMA, PA1, PA2, PA7, PB13, PC1, PC4, PC5, PG11, PG13};
use embassy_stm32::{Peri, bind_interrupts, uid};
use oobwatch_app::mac_address;
use static_cell::ConstStaticCell;

bind_interrupts!(struct Irqs {
    ETH => eth::InterruptHandler;
});

/// Packets that wait, each way.
const QUEUE: usize = 4;

/// The driver.
pub(crate) type Ethernet = eth::Ethernet<'static, ETH, GenericPhy<Sma<'static, ETH_SMA>>>;

/// The pins of the board that go to its PHY.
pub(crate) struct Pins {
    pub(crate) ref_clk: Peri<'static, PA1>,
    pub(crate) crs_dv: Peri<'static, PA7>,
    pub(crate) rxd0: Peri<'static, PC4>,
    pub(crate) rxd1: Peri<'static, PC5>,
    pub(crate) txd0: Peri<'static, PG13>,
    pub(crate) txd1: Peri<'static, PB13>,
    pub(crate) tx_en: Peri<'static, PG11>,
    pub(crate) mdio: Peri<'static, PA2>,
    pub(crate) mdc: Peri<'static, PC1>,
}

/// Starts the controller, with an address made of the chip's unique number. Its
/// queues are in AXI SRAM, where its DMA can reach them.
///
/// The driver (embassy-stm32 0.6) waits for ever for the clock of a PHY that gives
/// none: the watchdog resets the board then.
///
/// # Panics
/// When it is called twice, or after 3 s without an answer of the PHY.
#[inline(never)]
pub(crate) fn start(eth: Peri<'static, ETH>, sma: Peri<'static, ETH_SMA>, pins: Pins) -> Ethernet {
    static PACKETS: ConstStaticCell<PacketQueue<QUEUE, QUEUE>> =
        ConstStaticCell::new(PacketQueue::new());

    eth::Ethernet::new(
        PACKETS.take(),
        eth,
        Irqs,
        pins.ref_clk,
        pins.crs_dv,
        pins.rxd0,
        pins.rxd1,
        pins.txd0,
        pins.txd1,
        pins.tx_en,
        mac_address(&uid::uid()),
        sma,
        pins.mdio,
        pins.mdc,
    )
}
