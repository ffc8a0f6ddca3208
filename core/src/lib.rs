//! Token sessions for the Cisco FMC and FXOS REST APIs.
#![no_std]
#![forbid(unsafe_code)]
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

pub mod check;
pub mod credentials;
pub mod error;
pub mod exchange;
pub mod fmc;
pub mod fxos;
pub mod health;
pub mod http;
pub mod json;
pub mod origin;
pub mod paging;
pub mod product;
pub mod secret;
pub mod session;
pub mod text;
pub mod time;

pub use error::Error;
pub use time::Instant;
