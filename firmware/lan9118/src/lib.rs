//! An [`embassy_net_driver`] for the LAN9118 family (LAN9115–LAN9118,
//! LAN9215–LAN9218, LAN9220, LAN9221): Ethernet controllers with MAC, PHY and
//! packet FIFOs on a memory bus. Written to the data sheet (Microchip DS00002266),
//! programmed I/O, no DMA.
//!
//! [`Lan9118::new`] resets and starts the chip; what it gives is the driver.
//! [`Irq::handle`] belongs into the interrupt handler. It masks what has come
//! and wakes the network task, which does the rest: the handler touches two
//! registers only, so nothing is shared but those and a waker.
//!
//! - A frame that finds no room in the receive FIFO is dropped whole by the
//!   chip, and counted in [`Stats::dropped`]. TCP sends it again.
//! - A frame is sent only when the transmit FIFO has room for the largest one;
//!   until then the network task sleeps.
//! - A receiver error empties the receive FIFOs, a transmitter error restarts
//!   the chip, as the data sheet asks for.
//! - Link changes come by interrupt from the PHY; speed and duplex are
//!   negotiated.
#![no_std]
#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

#[cfg(test)]
extern crate std;

mod bus;
mod chip;
mod driver;
#[cfg(test)]
mod model;
mod phy;
mod regs;
#[cfg(test)]
mod tests;

pub use bus::{Bus, Mmio};
pub use chip::{Irq, Lan9118, StartError, Stats};
pub use driver::{RxToken, TxToken};
