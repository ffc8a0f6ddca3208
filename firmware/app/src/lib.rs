//! The application of a board that watches FMC and FXOS boxes: everything but
//! pins, clocks and drivers.
//!
//! A board makes an [`embassy_net::Stack`] of its Ethernet driver, hands over
//! its configuration image and the small things of [`board`], and runs the
//! futures from here: [`watch`], [`serve`], [`tell`] and others. All decisions about
//! sessions and health are `oobwatch-core`'s; what lives here is when to check, what
//! to keep ([`record`]), and how to tell.
//!
//! One executor, no allocator, no `unsafe`. One box is talked to at a time:
//! memory for one TLS connection is enough. Every wait has a deadline.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    warn(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)
)]

pub mod board;
mod clock;
mod closing;
mod console;
mod fair;
mod home;
pub mod journal;
mod lamp;
mod load;
mod mac;
mod net;
pub mod record;
mod restore;
mod serve;
mod slot;
mod sntp;
mod standing;
mod state;
mod supervise;
mod target;
mod tell;
mod wall;
mod watch;
mod webhook;

pub use console::{Ending, console};
pub use fair::Fair;
pub use lamp::lamp;
pub use load::Load;
pub use mac::mac_address;
pub use net::{Dial, Hook, Network, Tcp, TcpRoom, Way};
pub use serve::{PORT, Page, serve};
pub use slot::Slot;
pub use sntp::sntp;
pub use state::{Refused, Start, State};
pub use supervise::supervise;
pub use target::Target;
pub use tell::tell;
pub use watch::watch;

#[cfg(test)]
extern crate std;

#[cfg(test)]
mod tests;
