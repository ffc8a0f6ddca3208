//! The firmware in QEMU against the simulator, over an Ethernet that the test
//! owns: a [`gateway`] with DHCP, names, time, loss and delay; a [`board`] that is
//! booted, reset and unplugged; and a [`Rig`] of both and the boxes.
//!
//! Nobody waits for time to pass: the board's clock moves on when it is told to,
//! and so does the simulator's. Periods and deadlines are those of a real board.

pub mod board;
mod config;
pub mod gateway;
mod host;
mod http;
mod impostor;
mod metrics;
mod rig;

pub use config::{Setup, Site};
pub use host::{Ran, run};
pub use impostor::Impostor;
pub use metrics::Metrics;
pub use rig::Rig;
