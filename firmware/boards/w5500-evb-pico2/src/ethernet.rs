//! The W5500, at SPI0: as a MAC with its PHY ("MACRAW"), its own TCP/IP is not used.

use embassy_net_wiznet::{self as wiznet, Device, State, chip};
use embassy_rp::dma;
use embassy_rp::gpio::{Input, Level, Output, Pull};
use embassy_rp::otp;
use embassy_rp::peripherals::{
    DMA_CH0, DMA_CH1, PIN_16, PIN_17, PIN_18, PIN_19, PIN_20, PIN_21, SPI0,
};
use embassy_rp::spi::{Async, Config, Spi};
use embassy_rp::{Peri, bind_interrupts};
use embassy_time::Delay;
use embedded_hal_bus::spi::ExclusiveDevice;
use oobwatch_app::mac_address;
use static_cell::ConstStaticCell;

bind_interrupts!(struct Irqs {
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>, dma::InterruptHandler<DMA_CH1>;
});

/// Clocks of the SPI in a second, at the most: well below the chip's limit.
const SPI_HZ: u32 = 30_000_000;
/// Packets that wait, each way.
const QUEUE: usize = 4;

/// The driver.
pub(crate) type Ethernet = Device<'static>;

/// What moves packets between driver and chip. To be run as a task.
pub(crate) type W5500 = wiznet::Runner<'static, chip::W5500, Bus, Input<'static>, Output<'static>>;

type Bus = ExclusiveDevice<Spi<'static, SPI0, Async>, Output<'static>, Delay>;

/// The pins of the board that go to the chip.
pub(crate) struct Pins {
    pub(crate) miso: Peri<'static, PIN_16>,
    pub(crate) cs: Peri<'static, PIN_17>,
    pub(crate) clk: Peri<'static, PIN_18>,
    pub(crate) mosi: Peri<'static, PIN_19>,
    pub(crate) reset: Peri<'static, PIN_20>,
    pub(crate) int: Peri<'static, PIN_21>,
}

/// Starts the chip, with an address made of the unique number of the RP2350; `None` if
/// it does not answer as a W5500 does.
///
/// # Panics
/// When it is called twice.
pub(crate) async fn start(
    spi: Peri<'static, SPI0>,
    tx: Peri<'static, DMA_CH0>,
    rx: Peri<'static, DMA_CH1>,
    pins: Pins,
) -> Option<(Ethernet, W5500)> {
    static STATE: ConstStaticCell<State<QUEUE, QUEUE>> = ConstStaticCell::new(State::new());

    let mut config = Config::default();
    config.frequency = SPI_HZ;
    let spi = Spi::new(spi, pins.clk, pins.mosi, pins.miso, tx, rx, Irqs, config);
    let cs = Output::new(pins.cs, Level::High);
    let bus = ExclusiveDevice::new(spi, cs, Delay).expect("CS can be driven");
    let int = Input::new(pins.int, Pull::Up);
    let reset = Output::new(pins.reset, Level::High);
    let unique = otp::get_chipid()
        .expect("the chip has a number")
        .to_be_bytes();
    let started = wiznet::new(mac_address(&unique), STATE.take(), bus, int, reset).await;
    started.ok()
}
