//! A client for the REST APIs of Cisco FMC, cloud-delivered FMC and FXOS
//! chassis, on tokio and rustls.
//!
//! [`Client`] gives authenticated requests: it logs in when the first one is
//! due, refreshes or logs in again when the token would not outlive one, and
//! logs out in [`Client::close`]. What it decides is decided by
//! [`oobwatch_core`]; here bytes are moved, time is kept, secrets are held.
#![forbid(unsafe_code)]

mod address;
mod client;
mod clock;
mod connect;
mod credential;
mod error;
mod home;
mod pages;
mod pool;
mod reply;
mod shutdown;
pub mod state;
mod tap;
pub mod tls;
mod waiting;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use address::{Address, AddressError};
pub use client::{Builder, Client, Tokens};
pub use clock::{Clock, Shift};
pub use connect::{ConnectFacts, Timeouts};
pub use credential::Credential;
pub use error::{BuildError, ClientError};
pub use home::DomainName;
pub use oobwatch_core as core;
pub use oobwatch_io::Failure;
pub use reply::Reply;
pub use shutdown::{Interrupted, until_interrupted};
pub use tap::Tap;
pub use zeroize::Zeroizing;

/// What a panic elsewhere leaves behind is whole: every change under these
/// locks is one call.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
