//! Oobwatch on the Arm MPS2 board with the AN386 image (Cortex-M4 at 25 MHz,
//! LAN9118 Ethernet), the way QEMU has it: `-M mps2-an386`.
//!
//! What lives here is what belongs to the board: start, clock, interrupts,
//! Ethernet, entropy, console, watchdog, retained memory. All else is
//! `oobwatch-app`. QEMU loads a configuration image at 0x0010_0000.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod console;
mod entropy;
mod ethernet;
mod idle;
mod light;
mod once;
mod reg;
mod stack;
mod store;
mod tester;
mod time;
mod vectors;
mod watchdog;

use core::fmt::Write as _;
use core::panic::PanicInfo;

use defmt_semihosting as _;
use embassy_executor::Spawner;
use embassy_net::{Runner, Stack};
use heapless::{Vec, VecView};
use oobwatch_app::board::{ConfigStore as _, ResetReason};
use oobwatch_app::{Ending, Fair, State, Target};
use oobwatch_board::entropy::Entropy;
use oobwatch_board::retained::{self, Retained};
use oobwatch_board::{Parts, Started, crash};
use static_cell::{ConstStaticCell, StaticCell};

use crate::console::{Console, Serial};
use crate::entropy::Host;
use crate::ethernet::Ethernet;
use crate::light::Light;
use crate::store::Store;
use crate::watchdog::Watchdog;

const NAME: &str = "MPS2 AN386";
/// Targets that the board watches at the most.
const TARGETS: usize = 8;
/// Seconds without a feed until the board is reset.
const WATCHDOG_SECONDS: u32 = 10;
/// Between a crash and the reset.
const PAUSE_CYCLES: u32 = 10_000_000;

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    idle::run(start)
}

// A function of its own, so that what it builds leaves the stack before a task runs.
#[inline(never)]
fn start(spawner: Spawner) {
    if let Some(core) = cortex_m::Peripherals::take() {
        stack::guard(&core.MPU);
    }
    time::start();
    tester::start();
    let mut console = Console::start();
    let (store, config) = Store::start();
    let parts = parts(config, &store);
    let reset = parts.reset;
    let started = oobwatch_board::start(spawner, parts, &mut console);
    let state = started.state();
    if reset != ResetReason::Watchdog && once::is_asked("hang") {
        let _ = writeln!(console, "hangs, as it was told");
        loop {
            cortex_m::asm::nop();
        }
    }
    assert!(
        state.crash().is_some() || !once::is_asked("panic"),
        "panics, as it was told"
    );
    let stack = network(spawner, started, &mut console);
    let serial = Serial::start();
    spawner.spawn(serve_console(state, stack, serial, store).expect("spawned once"));
    if once::is_asked("once") {
        spawner.spawn(once(state, console).expect("spawned once"));
    }
}

#[inline(never)]
fn network(spawner: Spawner, started: Started, console: &mut Console) -> Option<Stack<'static>> {
    static RUNNER: StaticCell<Runner<'static, Fair<Ethernet>>> = StaticCell::new();

    match ethernet::start() {
        Ok(chip) => {
            let (stack, runner) = started.network(chip);
            spawner.spawn(net(RUNNER.init(runner)).expect("spawned once"));
            Some(stack)
        }
        Err(error) => {
            let _ = writeln!(console, "{error}");
            None
        }
    }
}

fn parts<'a>(config: &'static [u8], store: &'a Store) -> Parts<'a> {
    static LIGHT: ConstStaticCell<Light> = ConstStaticCell::new(Light);
    static WATCHDOG: StaticCell<Watchdog> = StaticCell::new();
    static STORAGE: StaticCell<Retained> = StaticCell::new();
    static ENTROPY: StaticCell<Entropy<Host>> = StaticCell::new();

    let watchdog = WATCHDOG.init_with(|| Watchdog::start(WATCHDOG_SECONDS));
    // AN386 has no register for that: a board that was running was reset by its
    // watchdog, unless it says otherwise.
    let (storage, reset) = Retained::start();
    Parts {
        name: NAME,
        config,
        spare: store.spare(),
        targets: targets(),
        storage: STORAGE.init(storage),
        // Memory stands for flash here: a new QEMU is not power that came back, but a
        // new board.
        storage_outlives_power: true,
        reset,
        entropy: ENTROPY.init(Entropy(Host)),
        watchdog,
        led: Some(LIGHT.take()),
    }
}

fn targets() -> &'static mut VecView<Target> {
    static ROOM: ConstStaticCell<Vec<Target, TARGETS>> = ConstStaticCell::new(Vec::new());
    ROOM.take()
}

// The runner is borrowed, as a task holds twice what it is given.
#[embassy_executor::task]
async fn net(runner: &'static mut Runner<'static, Fair<Ethernet>>) -> ! {
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
        Ending::Reboot => retained::reset(),
        Ending::Wipe => store.wipe(),
    }
}

#[embassy_executor::task]
async fn once(state: &'static State, console: Console) -> ! {
    once::run(state, console).await
}

#[cortex_m_rt::exception]
#[allow(unsafe_code, reason = "an exception handler")]
unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
    let _ = writeln!(
        Console::start(),
        "\n{}",
        crash::faulted(frame.pc(), frame.lr())
    );
    end(102)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    if cfg!(debug_assertions) {
        let _ = writeln!(Console::start(), "\n{info}");
    }
    let _ = writeln!(Console::start(), "\n{}", crash::panicked());
    end(101)
}

/// After a panic or a fault: a reset, or the end of a test.
fn end(code: i32) -> ! {
    if once::is_asked("once") {
        semihosting::process::exit(code);
    }
    // A board that fails at each start does so a few times a second.
    cortex_m::asm::delay(PAUSE_CYCLES);
    retained::reset()
}
