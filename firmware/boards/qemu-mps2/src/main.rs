//! Oobwatch on the Arm MPS2 board with the AN386 image (Cortex-M4 at 25 MHz,
//! LAN9118 Ethernet), the way QEMU has it: `-M mps2-an386`.
//!
//! What lives here is what belongs to the board: start, clock, interrupts,
//! Ethernet, entropy, console, watchdog, retained memory. All else is
//! `oobwatch-app`. The configuration image is read at 0x0010_0000.
#![no_std]
#![no_main]
#![deny(unsafe_code)]

mod console;
mod entropy;
mod ethernet;
mod idle;
mod once;
mod reg;
mod retained;
mod stack;
mod time;
mod tls;
mod vectors;
mod watchdog;

use core::fmt::Write as _;
use core::panic::PanicInfo;

use defmt_semihosting as _;
use embassy_executor::Spawner;
use embassy_net::{Runner, Stack, StackResources};
use embassy_time::{Duration, with_timeout};
use heapless::Vec;
use oobwatch_app::board::ResetReason;
use oobwatch_app::{Network, Page, Start, State, Target, TcpRoom, serve, supervise, tell, watch};
use oobwatch_image::{Image, ImageError};
use rand_core::Rng as _;
use static_cell::{ConstStaticCell, StaticCell};

use crate::console::Console;
use crate::entropy::HostEntropy;
use crate::ethernet::Ethernet;
use crate::retained::Retained;
use crate::tls::Tls;
use crate::watchdog::Watchdog;

/// Targets that this board watches at the most.
const TARGETS: usize = 8;
/// How long an address may take at the start, until its lack is reported.
const ADDRESS: Duration = Duration::from_secs(30);
/// Seconds without a feed until the board is reset.
const WATCHDOG: u32 = 10;

#[cortex_m_rt::entry]
fn main() -> ! {
    stack::paint();
    idle::run(start)
}

fn start(spawner: Spawner) {
    if let Some(core) = cortex_m::Peripherals::take() {
        stack::guard(&core.MPU);
    }
    time::start();
    let mut console = Console::start();
    let watchdog = Watchdog::start(WATCHDOG);
    let state = state(&mut console);
    if state.reset() != ResetReason::Watchdog && once::is_asked("hang") {
        let _ = writeln!(console, "hangs, as it was told");
        loop {
            cortex_m::asm::nop();
        }
    }
    spawner.spawn(supervisor(state, watchdog).expect("spawned once"));
    match ethernet::start() {
        Ok(chip) => network(spawner, state, chip),
        Err(error) => {
            let _ = writeln!(console, "{error}");
        }
    }
    if once::is_asked("once") {
        spawner.spawn(once(state, console).expect("spawned once"));
    }
}

/// What the tasks share, from configuration and retained memory.
// Functions of their own, so that what they build is on the stack one at a time.
#[inline(never)]
fn state(console: &mut Console) -> &'static State {
    static STORAGE: StaticCell<Retained> = StaticCell::new();
    static ROOM: ConstStaticCell<Vec<Target, TARGETS>> = ConstStaticCell::new(Vec::new());
    static PAGE: ConstStaticCell<Page> = ConstStaticCell::new(Page::new());
    static STATE: StaticCell<State> = StaticCell::new();

    let (storage, reset) = Retained::start();
    let version = env!("CARGO_PKG_VERSION");
    let reason = reset.as_str();
    let _ = writeln!(console, "oobwatch {version} on MPS2 AN386, reset: {reason}");
    let start = Start {
        image: image(),
        page: PAGE.take(),
        storage: STORAGE.init(storage),
        reset,
        seed: HostEntropy.next_u32(),
    };
    let state = STATE.init_with(|| State::new(start, ROOM.take().as_mut_view()));
    if let Some(refused) = state.refused() {
        let _ = writeln!(console, "configuration refused: {refused}");
    }
    state
}

#[inline(never)]
fn image() -> &'static Result<Image<'static>, ImageError> {
    static IMAGE: StaticCell<Result<Image<'static>, ImageError>> = StaticCell::new();
    IMAGE.init_with(|| Image::parse(config()))
}

#[inline(never)]
fn network(spawner: Spawner, state: &'static State, chip: Ethernet) {
    static RESOURCES: ConstStaticCell<StackResources<8>> =
        ConstStaticCell::new(StackResources::new());
    static ROOM: StaticCell<TcpRoom> = StaticCell::new();
    static ENTROPY: StaticCell<HostEntropy> = StaticCell::new();
    static TLS: StaticCell<oobwatch_tls::Tls> = StaticCell::new();

    let (stack, runner) = embassy_net::new(
        chip,
        state.network(),
        RESOURCES.take(),
        HostEntropy.next_u64(),
    );
    spawner.spawn(net(runner).expect("spawned once"));
    spawner.spawn(server(state, stack).expect("spawned once"));
    let tls = oobwatch_tls::Tls::new(ENTROPY.init(HostEntropy)).expect("made once");
    let network = Network::new(stack, Tls(TLS.init(tls)), ROOM.init_with(TcpRoom::new));
    spawner.spawn(watcher(state, stack, network).expect("spawned once"));
    spawner.spawn(teller(state, stack).expect("spawned once"));
}

#[embassy_executor::task]
async fn net(mut runner: Runner<'static, Ethernet>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn watcher(state: &'static State, stack: Stack<'static>, network: Network<Tls>) -> ! {
    // A board that has just started has no address yet, which is no finding.
    let _ = with_timeout(ADDRESS, stack.wait_config_up()).await;
    watch(state, &network).await
}

#[embassy_executor::task]
async fn server(state: &'static State, stack: Stack<'static>) -> ! {
    serve(state, stack).await
}

#[embassy_executor::task]
async fn teller(state: &'static State, stack: Stack<'static>) -> ! {
    tell(state, stack).await
}

#[embassy_executor::task]
async fn supervisor(state: &'static State, mut watchdog: Watchdog) -> ! {
    supervise(state, &mut watchdog).await
}

#[embassy_executor::task]
async fn once(state: &'static State, console: Console) -> ! {
    once::run(state, console).await
}

/// The region of the configuration image.
#[allow(unsafe_code, reason = "a region of flash")]
fn config() -> &'static [u8] {
    unsafe extern "C" {
        static _config_start: u8;
        static _config_length: u8;
    }
    // SAFETY: the linker script gives the region; nothing writes there.
    unsafe {
        core::slice::from_raw_parts(&raw const _config_start, &raw const _config_length as usize)
    }
}

#[cortex_m_rt::exception]
#[allow(unsafe_code, reason = "an exception handler")]
unsafe fn HardFault(frame: &cortex_m_rt::ExceptionFrame) -> ! {
    let _ = writeln!(Console::start(), "hard fault at {:#010x}", frame.pc());
    end(102)
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    let _ = writeln!(Console::start(), "{info}");
    end(101)
}

/// After a panic or a fault: a reset, or the end of a test.
fn end(code: i32) -> ! {
    if once::is_asked("once") {
        semihosting::process::exit(code);
    }
    retained::reset()
}
