//! What the end-to-end tests share: a simulator, and clients of it.

pub mod soak;

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::Arc;

use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Trust;
use oobwatch_client::{Address, Builder, Client, Clock, Shift, Timeouts};
use oobwatch_sim::{BoxInfo, Scenario, Sim};
use zeroize::Zeroizing;

/// The life of an FMC token.
pub const HALF_HOUR: Duration = Duration::from_secs(30 * 60);

/// A simulator, and the clock that its clients age by.
pub struct Lab {
    /// Both boxes.
    pub sim: Arc<Sim>,
    /// The clients' clock.
    pub clock: Clock,
    shift: Shift,
}

impl Lab {
    /// Starts a simulator with the switches that `change` sets.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn new(change: impl FnOnce(&mut Scenario)) -> Self {
        let mut scenario = Scenario::default();
        change(&mut scenario);
        let sim = start(scenario).await;
        let (clock, shift) = Clock::shifted();
        Self { sim, clock, shift }
    }

    /// Starts a simulator whose time stands still: it moves by
    /// [`advance`](Self::advance), and by what clients wait.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn stepped(scenario: Scenario) -> Self {
        let manual_clock = true;
        let sim = start(Scenario {
            manual_clock,
            ..scenario
        })
        .await;
        let boxes = Arc::clone(&sim);
        let (clock, shift) = Clock::stepped(move |by| boxes.advance(by));
        Self { sim, clock, shift }
    }

    /// Lets `by` pass for the boxes only: the client does not know.
    pub fn advance_boxes(&self, by: Duration) {
        self.sim.advance(by);
    }

    /// Lets `by` pass for boxes and clients.
    pub fn advance(&self, by: Duration) {
        self.sim.advance(by);
        self.shift.advance(by);
    }

    /// A builder for a client of the FMC, with its first account. It keeps to no
    /// rate, as a test is not to wait.
    pub fn fmc(&self) -> Builder {
        self.builder(Product::Fmc, self.sim.fmc())
    }

    /// A builder for a client of the chassis.
    pub fn fxos(&self) -> Builder {
        self.builder(Product::Fxos, self.sim.fxos())
    }

    /// A builder for a client that takes the FMC for a cloud-delivered one.
    pub fn cdfmc(&self, bearer: &str) -> Builder {
        let info = self.sim.fmc();
        Client::builder(Product::CdFmc, address(info))
            .bearer(Zeroizing::new(bearer.to_owned()))
            .trust(trust(info))
            .timeouts(impatient())
            .requests_per_minute(0)
            .clock(self.clock.clone())
    }

    /// A client of the FMC that has tokens and no credentials.
    ///
    /// # Panics
    /// If they can not be tokens.
    #[must_use]
    pub fn fmc_with_tokens(&self, access: &str, refresh: &str) -> Client {
        let info = self.sim.fmc();
        let builder = Client::builder(Product::Fmc, address(info)).clock(self.clock.clone());
        let age = Duration::ZERO;
        let builder = builder
            .with_tokens(access, Some(refresh), age, 0)
            .expect("tokens");
        builder.trust(trust(info)).build().expect("a client")
    }

    fn builder(&self, product: Product, info: &BoxInfo) -> Builder {
        Client::builder(product, address(info))
            .login(info.user.clone(), Zeroizing::new(info.password.clone()))
            .trust(trust(info))
            .timeouts(impatient())
            .requests_per_minute(0)
            .clock(self.clock.clone())
    }
}

async fn start(scenario: Scenario) -> Arc<Sim> {
    let sim = Sim::builder().scenario(scenario).start().await;
    Arc::new(sim.expect("the simulator starts"))
}

fn address(info: &BoxInfo) -> Address {
    info.addr.into()
}

/// Timeouts that hand on what a busy box says: tests wait for nothing.
#[must_use]
pub fn impatient() -> Timeouts {
    let mut timeouts = Timeouts::default();
    timeouts.patience = Duration::ZERO;
    timeouts
}

fn trust(info: &BoxInfo) -> Trust {
    Trust::pins([info.pin.parse().expect("the simulator prints a pin")])
}

/// A future that is dropped before its `left + 1`th poll.
pub struct DroppedAfter<F> {
    future: Option<Pin<Box<F>>>,
    left: usize,
}

/// Drops `future` after so many polls. `None`: it was dropped.
pub fn dropped_after<F: Future>(polls: usize, future: F) -> DroppedAfter<F> {
    DroppedAfter {
        future: Some(Box::pin(future)),
        left: polls,
    }
}

impl<F: Future> Future for DroppedAfter<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            self.future = None;
        }
        self.left = self.left.saturating_sub(1);
        match &mut self.future {
            Some(future) => future.as_mut().poll(context).map(Some),
            None => Poll::Ready(None),
        }
    }
}
