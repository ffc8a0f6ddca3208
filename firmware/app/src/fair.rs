//! Has the network task give way: a stack takes in frames for as long as there are
//! any, and under a flood of them no other task would have its turn.

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState};

/// Frames that are taken in between two turns of the other tasks.
const ROW: u8 = 16;

/// A driver whose frames come in rows.
pub struct Fair<D> {
    driver: D,
    /// Frames of this row.
    row: u8,
}

impl<D> Fair<D> {
    /// The same driver, in rows.
    pub const fn new(driver: D) -> Self {
        Self { driver, row: 0 }
    }
}

impl<D: Driver> Driver for Fair<D> {
    type RxToken<'a>
        = D::RxToken<'a>
    where
        Self: 'a;
    type TxToken<'a>
        = D::TxToken<'a>
    where
        Self: 'a;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(D::RxToken<'_>, D::TxToken<'_>)> {
        if self.row == ROW {
            self.row = 0;
            // The rest is for the next turn, which comes after that of the others.
            cx.waker().wake_by_ref();
            return None;
        }
        let frame = self.driver.receive(cx);
        self.row = if frame.is_some() { self.row + 1 } else { 0 };
        frame
    }

    fn transmit(&mut self, cx: &mut Context<'_>) -> Option<D::TxToken<'_>> {
        self.driver.transmit(cx)
    }

    fn link_state(&mut self, cx: &mut Context<'_>) -> LinkState {
        self.driver.link_state(cx)
    }

    fn capabilities(&self) -> Capabilities {
        self.driver.capabilities()
    }

    fn hardware_address(&self) -> HardwareAddress {
        self.driver.hardware_address()
    }
}

#[cfg(test)]
mod tests {
    use core::pin::pin;
    use std::boxed::Box;

    use embassy_futures::{poll_once, yield_now};
    use embassy_net::{Config, StackResources};
    use embassy_net_driver::{RxToken, TxToken};

    use super::*;
    use crate::tests::time::block_on;

    /// Frames without end, that are for nobody.
    struct Flood;

    impl RxToken for Flood {
        fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, f: F) -> R {
            f(&mut [0xEE; 60])
        }
    }

    impl TxToken for Flood {
        fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
            f(&mut std::vec![0; length])
        }
    }

    impl Driver for Flood {
        type RxToken<'a> = Self;
        type TxToken<'a> = Self;

        fn receive(&mut self, _: &mut Context<'_>) -> Option<(Self, Self)> {
            Some((Self, Self))
        }

        fn transmit(&mut self, _: &mut Context<'_>) -> Option<Self> {
            Some(Self)
        }

        fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
            LinkState::Up
        }

        fn capabilities(&self) -> Capabilities {
            let mut capabilities = Capabilities::default();
            capabilities.max_transmission_unit = 1_514;
            capabilities
        }

        fn hardware_address(&self) -> HardwareAddress {
            HardwareAddress::Ethernet([2; 6])
        }
    }

    /// Without rows, the first poll of the stack would not come back.
    #[test]
    fn a_flood_leaves_the_others_their_turns_and_goes_on_after_them() {
        let resources = Box::leak(Box::new(StackResources::<2>::new()));
        let config = Config::dhcpv4(Default::default());
        let (_, mut runner) = embassy_net::new(Fair::new(Flood), config, resources, 1);
        let mut flooded = pin!(runner.run());
        block_on(async {
            for _ in 0..100 {
                assert!(poll_once(flooded.as_mut()).is_pending());
                yield_now().await;
            }
        });
    }
}
