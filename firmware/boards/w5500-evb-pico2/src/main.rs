//! Oobwatch on WIZnet's W5500-EVB-Pico2 (RP2350: Cortex-M33 at 150 MHz; Ethernet by
//! a W5500, of which only MAC and PHY are used).
//!
//! What lives here is what belongs to the board: pins, Ethernet, entropy, console,
//! watchdog, light, flash, resets. All else is `oobwatch-app`. Pins: WIZnet's page of
//! the board, "Pinout".
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod console;
mod entropy;
mod ethernet;
mod flash;
mod led;
mod records;
mod reset;
mod store;
mod watchdog;

use core::panic::PanicInfo;

use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_net::{Runner, Stack};
use heapless::{Vec, VecView};
use oobwatch_app::board::ConfigStore as _;
use oobwatch_app::{Ending, Fair, State, Target};
use oobwatch_board::{Parts, crash};
use static_cell::ConstStaticCell;

use crate::console::{Console, Serial};
use crate::ethernet::{Ethernet, W5500};
use crate::flash::Chip;
use crate::led::Light;
use crate::store::Store;
use crate::watchdog::Watchdog;

const NAME: &str = "W5500-EVB-Pico2";
/// Targets that the board watches at the most.
const TARGETS: usize = 8;

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let p = embassy_rp::init(Default::default());
    let reset = reset::reason();
    let watchdog = Watchdog::start(p.WATCHDOG);
    let serial = console::start(p.UART0, p.PIN_0, p.PIN_1);
    let chip = Chip::start(p.FLASH);
    let (store, config) = Store::start(chip);
    let parts = Parts {
        name: NAME,
        config,
        spare: store.spare(),
        targets: targets(),
        storage: records::start(chip),
        storage_outlives_power: true,
        reset,
        entropy: entropy::start(p.TRNG),
        watchdog,
        led: Some(Light::start(p.PIN_25)),
    };
    let started = oobwatch_board::start(spawner, parts, &mut Console);
    let state = started.state();
    let pins = ethernet::Pins {
        miso: p.PIN_16,
        cs: p.PIN_17,
        clk: p.PIN_18,
        mosi: p.PIN_19,
        reset: p.PIN_20,
        int: p.PIN_21,
    };
    // Without a network, there is the console.
    let stack = ethernet::start(p.SPI0, p.DMA_CH0, p.DMA_CH1, pins)
        .await
        .map(|(device, w5500)| {
            spawner.spawn(interface(w5500).expect("spawned once"));
            let (stack, runner) = started.network(device);
            spawner.spawn(net(runner).expect("spawned once"));
            stack
        });
    spawner.spawn(serve_console(state, stack, serial, store).expect("spawned once"));
}

fn targets() -> &'static mut VecView<Target> {
    static ROOM: ConstStaticCell<Vec<Target, TARGETS>> = ConstStaticCell::new(Vec::new());
    ROOM.take()
}

#[embassy_executor::task]
async fn interface(w5500: W5500) -> ! {
    w5500.run().await
}

#[embassy_executor::task]
async fn net(mut runner: Runner<'static, Fair<Ethernet>>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn serve_console(
    state: &'static State,
    stack: Option<Stack<'static>>,
    serial: Serial,
    mut store: Store,
) -> ! {
    match oobwatch_app::console(state, stack, NAME, serial, &mut store).await {
        Ending::Reboot => reset::reset(),
        Ending::Wipe => store.wipe(),
    }
}

#[cortex_m_rt::exception]
#[allow(unsafe_code, reason = "an exception handler")]
unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
    reset::after(format_args!("{}", crash::faulted(frame.pc(), frame.lr())))
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    if cfg!(debug_assertions) {
        reset::after(format_args!("{info}"));
    }
    reset::after(format_args!("{}", crash::panicked()))
}
