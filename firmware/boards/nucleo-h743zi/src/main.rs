//! Oobwatch on ST's NUCLEO-H743ZI and NUCLEO-H743ZI2 (STM32H743ZI: Cortex-M7 at
//! 400 MHz, Ethernet on the chip).
//!
//! What lives here is what belongs to the board: clocks, pins, Ethernet, entropy,
//! console, watchdog, light, retained memory, flash. All else is `oobwatch-app`.
//! Pins: UM2407, and the board's schematics.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod clocks;
mod console;
mod ecc;
mod entropy;
mod ethernet;
mod led;
mod reset;
mod store;
mod watchdog;

use core::panic::PanicInfo;

use cortex_m::Peripherals as Core;
use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_net::{Runner, Stack};
use heapless::{Vec, VecView};
use oobwatch_app::board::ConfigStore as _;
use oobwatch_app::{Ending, Fair, State, Target};
use oobwatch_board::retained::Retained;
use oobwatch_board::{Parts, crash};
use static_cell::{ConstStaticCell, StaticCell};

use crate::console::{Console, Serial};
use crate::ethernet::Ethernet;
use crate::led::Light;
use crate::store::Store;
use crate::watchdog::Watchdog;

const NAME: &str = "NUCLEO-H743ZI";
/// Targets that the board watches at the most.
const TARGETS: usize = 8;

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let p = embassy_stm32::init(clocks::config());
    // First of all: a crash is noted there.
    reset::open_backup_sram();
    if let Some(mut core) = Core::take() {
        // Flash is slow. The data cache stays off: DMA does not know of it.
        core.SCB.enable_icache();
    }
    let watchdog = Watchdog::start(p.IWDG1);
    let serial = console::start(p.USART3, p.PD9, p.PD8);
    let (store, config) = Store::start(p.FLASH);
    let reset = reset::reason();
    let parts = Parts {
        name: NAME,
        config,
        spare: store.spare(),
        targets: targets(),
        storage: storage(),
        // With a battery at VBAT it does, and then a record is found.
        storage_outlives_power: false,
        reset,
        entropy: entropy::start(p.RNG),
        watchdog,
        led: Some(Light::start(p.PB0)),
    };
    let started = oobwatch_board::start(spawner, parts, &mut Console);
    let state = started.state();
    let pins = ethernet::Pins {
        ref_clk: p.PA1,
        crs_dv: p.PA7,
        rxd0: p.PC4,
        rxd1: p.PC5,
        txd0: p.PG13,
        txd1: p.PB13,
        tx_en: p.PG11,
        mdio: p.PA2,
        mdc: p.PC1,
    };
    let (stack, runner) = started.network(ethernet::start(p.ETH, p.ETH_SMA, pins));
    spawner.spawn(net(runner).expect("spawned once"));
    spawner.spawn(serve_console(state, stack, serial, store).expect("spawned once"));
}

fn storage() -> &'static mut Retained {
    static STORAGE: StaticCell<Retained> = StaticCell::new();
    // The chip knows better than memory why it was reset.
    STORAGE.init(Retained::start().0)
}

fn targets() -> &'static mut VecView<Target> {
    static ROOM: ConstStaticCell<Vec<Target, TARGETS>> = ConstStaticCell::new(Vec::new());
    ROOM.take()
}

#[embassy_executor::task]
async fn net(mut runner: Runner<'static, Fair<Ethernet>>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn serve_console(
    state: &'static State,
    stack: Stack<'static>,
    serial: Serial,
    mut store: Store,
) -> ! {
    match oobwatch_app::console(state, Some(stack), NAME, serial, &mut store).await {
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
    cortex_m::interrupt::disable();
    if cfg!(debug_assertions) {
        reset::after(format_args!("{info}"));
    }
    reset::after(format_args!("{}", crash::panicked()))
}
