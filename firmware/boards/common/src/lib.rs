//! What the `main` of every board does once it has its parts: [`start`] reads the
//! configuration and says so on the console, [`Started::network`] takes the
//! Ethernet driver and runs the application's tasks. No hardware is named here.
#![no_std]
#![deny(unsafe_code)]

pub mod crash;
pub mod entropy;
pub mod memory;
mod random;
pub mod retained;
mod tasks;
mod tls;

use core::fmt;

use embassy_executor::Spawner;
use embassy_net::{Runner, Stack, StackResources};
use embassy_net_driver::Driver;
use heapless::VecView;
use oobwatch_app::board::{Crash, Led, ResetReason, Storage, Watchdog};
use oobwatch_app::{Fair, Network, Page, Start, State, Target, TcpRoom};
use oobwatch_image::{Image, ImageError};
use rand_core::{CryptoRng, Rng as _};
use static_cell::{ConstStaticCell, StaticCell};

use crate::random::Random;
use crate::tls::Tls;

/// Sockets: TLS, two for HTTP, syslog, SNTP, DNS, DHCP, and one to spare.
const SOCKETS: usize = 8;

/// What a board consists of, but for its Ethernet driver.
pub struct Parts<'a> {
    /// What the banner calls the board.
    pub name: &'static str,
    /// What the [slot](memory::Slots) in use holds: the configuration image.
    pub config: &'static [u8],
    /// What the other slot holds.
    pub spare: &'a [u8],
    /// Room for as many targets as the board watches at the most, 2 KiB each.
    pub targets: &'static mut VecView<Target>,
    /// What outlives resets.
    pub storage: &'static mut dyn Storage,
    /// Whether it outlives a loss of power, too.
    pub storage_outlives_power: bool,
    /// Why the board has started.
    pub reset: ResetReason,
    /// A true source of random numbers.
    pub entropy: &'static mut (dyn CryptoRng + Send),
    /// Running already.
    pub watchdog: &'static mut dyn Watchdog,
    /// The light, if there is one.
    pub led: Option<&'static mut dyn Led>,
}

/// A board that serves its watchdog, and waits for its network.
pub struct Started {
    spawner: Spawner,
    state: &'static State,
    entropy: &'static mut (dyn CryptoRng + Send),
    led: Option<&'static mut dyn Led>,
}

/// Reads the configuration, writes the banner, and feeds the watchdog from now on.
/// Call it once.
///
/// # Panics
/// When it is called twice.
// Functions of their own, so that what they build is on the stack one at a time.
#[inline(never)]
pub fn start(spawner: Spawner, parts: Parts<'_>, console: &mut dyn fmt::Write) -> Started {
    static PAGE: ConstStaticCell<Page> = ConstStaticCell::new(Page::new());
    static STATE: StaticCell<State> = StaticCell::new();

    let crash = crash::take();
    let reset = crash.map_or(parts.reset, |_| ResetReason::Crash);
    banner(console, parts.name, reset, crash.as_ref());
    let start = Start {
        image: image(parts.config),
        spare: parts.spare,
        page: PAGE.take(),
        storage: parts.storage,
        storage_outlives_power: parts.storage_outlives_power,
        reset,
        crash,
        seed: parts.entropy.next_u32(),
    };
    let state: &State = STATE.init_with(|| State::new(start, parts.targets));
    if let Some(refused) = state.refused() {
        let _ = writeln!(console, "configuration refused: {refused}");
    }
    spawner.spawn(tasks::supervisor(state, parts.watchdog).expect("spawned once"));
    Started {
        spawner,
        state,
        entropy: parts.entropy,
        led: parts.led,
    }
}

fn banner(console: &mut dyn fmt::Write, board: &str, reset: ResetReason, crash: Option<&Crash>) {
    let version = env!("CARGO_PKG_VERSION");
    let reset = reset.as_str();
    let _ = writeln!(console, "oobwatch {version} on {board}, reset: {reset}");
    if let Some(crash) = crash {
        let _ = writeln!(console, "{crash}");
    }
}

#[inline(never)]
fn image(config: &'static [u8]) -> &'static Result<Image<'static>, ImageError> {
    static IMAGE: StaticCell<Result<Image<'static>, ImageError>> = StaticCell::new();
    IMAGE.init_with(|| Image::parse(config))
}

impl Started {
    /// What the tasks share.
    #[must_use]
    pub const fn state(&self) -> &'static State {
        self.state
    }

    /// Runs the application on the network behind `driver`. The board spawns the
    /// runner that comes back, and the console, as tasks have no type parameters.
    ///
    /// # Panics
    /// When it is called twice.
    #[inline(never)]
    #[must_use]
    pub fn network<D: Driver>(self, driver: D) -> (Stack<'static>, Runner<'static, Fair<D>>) {
        static RESOURCES: ConstStaticCell<StackResources<SOCKETS>> =
            ConstStaticCell::new(StackResources::new());
        static ROOM: StaticCell<TcpRoom> = StaticCell::new();
        static TLS: StaticCell<oobwatch_tls::Tls> = StaticCell::new();
        static RANDOM: StaticCell<Random> = StaticCell::new();

        let Self {
            spawner,
            state,
            entropy,
            led,
        } = self;
        let mut entropy = Random::new(entropy);
        let seed = entropy.next_u64();
        let driver = Fair::new(driver);
        let (stack, runner) = embassy_net::new(driver, state.network(), RESOURCES.take(), seed);
        spawner.spawn(tasks::server(state, stack).expect("spawned once"));
        let tls = oobwatch_tls::Tls::new(RANDOM.init(entropy)).expect("made once");
        let network = Network::new(stack, Tls(TLS.init(tls)), ROOM.init_with(TcpRoom::new));
        spawner.spawn(tasks::watcher(state, stack, network).expect("spawned once"));
        spawner.spawn(tasks::teller(state, stack).expect("spawned once"));
        spawner.spawn(tasks::clock(state, stack, entropy).expect("spawned once"));
        spawner.spawn(tasks::calm().expect("spawned once"));
        if let Some(led) = led {
            spawner.spawn(tasks::light(state, stack, led).expect("spawned once"));
        }
        (stack, runner)
    }
}
