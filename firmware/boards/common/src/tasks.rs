//! The application's futures as tasks of the executor.

use core::pin::pin;

use embassy_net::Stack;
use embassy_time::{Duration, Timer, with_timeout};
use oobwatch_app::board::{Led, Watchdog};
use oobwatch_app::{Network, State, lamp, serve, sntp, supervise, tell, watch};
use rand_core::Rng as _;

use crate::crash;
use crate::random::Random;
use crate::tls::Tls;

/// How long an address may take at the start, until its lack is reported.
const ADDRESS: Duration = Duration::from_secs(30);

#[embassy_executor::task]
pub(crate) async fn watcher(
    state: &'static State,
    stack: Stack<'static>,
    network: Network<Tls>,
) -> ! {
    // A board that has just started has no address yet, which is no finding.
    let _ = with_timeout(ADDRESS, stack.wait_config_up()).await;
    if let Some(crash) = state.crash() {
        Timer::after(crash.pause()).await;
    }
    state.load().watched(pin!(watch(state, &network))).await
}

#[embassy_executor::task]
pub(crate) async fn server(state: &'static State, stack: Stack<'static>) -> ! {
    state.load().watched(pin!(serve(state, stack))).await
}

#[embassy_executor::task]
pub(crate) async fn teller(state: &'static State, stack: Stack<'static>) -> ! {
    state.load().watched(pin!(tell(state, stack))).await
}

#[embassy_executor::task]
pub(crate) async fn clock(state: &'static State, stack: Stack<'static>, mut random: Random) -> ! {
    sntp(state, stack, &mut || random.next_u64()).await
}

#[embassy_executor::task]
pub(crate) async fn light(
    state: &'static State,
    stack: Stack<'static>,
    led: &'static mut dyn Led,
) -> ! {
    lamp(state, stack, led).await
}

/// A run that goes well for long ends a row of crashes.
#[embassy_executor::task]
pub(crate) async fn calm() {
    Timer::after(crash::CALM).await;
    crash::forget();
}

#[embassy_executor::task]
pub(crate) async fn supervisor(state: &'static State, watchdog: &'static mut dyn Watchdog) -> ! {
    supervise(state, watchdog).await
}
