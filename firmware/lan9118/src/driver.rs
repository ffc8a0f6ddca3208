//! The driver that embassy-net asks for.

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState};

use crate::bus::Bus;
use crate::chip::{Chip, FRAME_MAX, Lan9118};
use crate::regs::int;

/// A frame that was received.
pub struct RxToken<'a>(&'a mut [u8]);

impl embassy_net_driver::RxToken for RxToken<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, f: F) -> R {
        f(self.0)
    }
}

/// Room for a frame to send.
pub struct TxToken<'a, B>(&'a mut Chip<B>);

impl<B: Bus> embassy_net_driver::TxToken for TxToken<'_, B> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let result = f(self.0.tx.get_mut(..length).unwrap_or_default());
        self.0.send_frame(length);
        result
    }
}

impl<B: Bus> Driver for Lan9118<'_, B> {
    type RxToken<'a>
        = RxToken<'a>
    where
        Self: 'a;
    type TxToken<'a>
        = TxToken<'a, B>
    where
        Self: 'a;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(RxToken<'_>, TxToken<'_, B>)> {
        self.irq.waker.register(cx.waker());
        self.chip.attend();
        if !self.chip.has_room_or_asks() {
            return None;
        }
        let length = self.chip.receive_frame(&mut self.rx).or_else(|| {
            // A frame that comes between this look and the next interrupt is seen
            // by one of the two.
            self.chip.acknowledge(int::RSFL);
            self.chip.receive_frame(&mut self.rx)
        });
        let Some(length) = length else {
            self.chip.unmask(int::RSFL);
            return None;
        };
        let frame = self.rx.get_mut(..length).unwrap_or_default();
        Some((RxToken(frame), TxToken(&mut self.chip)))
    }

    fn transmit(&mut self, cx: &mut Context<'_>) -> Option<TxToken<'_, B>> {
        self.irq.waker.register(cx.waker());
        self.chip
            .has_room_or_asks()
            .then_some(TxToken(&mut self.chip))
    }

    fn link_state(&mut self, cx: &mut Context<'_>) -> LinkState {
        self.irq.waker.register(cx.waker());
        if self.chip.attend_link() {
            LinkState::Up
        } else {
            LinkState::Down
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME_MAX;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.chip.address)
    }
}
