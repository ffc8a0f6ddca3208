//! Moves the bytes of [`oobwatch_core`] over any
//! [`embedded_io_async`] stream.
//!
//! Two loops live here, and no decision: [`exchange::run`] takes one request and
//! its answer over one connection; [`drive::send`] asks the session, does what it
//! says and settles what came of it, until the request has an end. Both are
//! the same for a host and for a board: what differs is behind [`Home`].
//!
//! Every wait has a deadline. Every `async fn` says what happens when its future
//! is dropped.
#![no_std]
#![forbid(unsafe_code)]

mod check;
pub mod drive;
pub mod exchange;
mod home;

pub use check::check;
pub use drive::{Failure, send, upload};
pub use exchange::Deadlines;
pub use home::{Adopted, Before, Connection, Home, Timer};

#[cfg(test)]
extern crate std;

#[cfg(test)]
mod tests;
