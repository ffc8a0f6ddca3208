//! The Ethernet controller.
#![allow(unsafe_code, reason = "address of the controller")]

use oobwatch_lan9118::{Irq, Lan9118, Mmio, StartError};

use crate::vectors::{Interrupt, enable};

const BASE: usize = 0x4020_0000;

static IRQ: Irq = Irq::new();

/// The driver.
pub(crate) type Ethernet = Lan9118<'static, Mmio>;

/// Starts the controller, with the address of its EEPROM.
///
/// # Errors
/// [`StartError`].
#[inline(never)]
pub(crate) fn start() -> Result<Ethernet, StartError> {
    // SAFETY: the controller is there; this and the handler use it.
    let chip = Lan9118::new(unsafe { Mmio::new(BASE) }, &IRQ, None)?;
    // SAFETY: the controller is set up, and with it the polarity of the line.
    unsafe { enable(Interrupt::Ethernet) };
    Ok(chip)
}

pub(crate) extern "C" fn interrupt() {
    // SAFETY: the handler's own, next to the driver's.
    IRQ.handle(&mut unsafe { Mmio::new(BASE) });
}
