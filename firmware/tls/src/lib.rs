//! TLS for a board: [`Tls::connect`] makes a stream of any other stream, with
//! the server's certificate trusted before it returns. Mbed TLS does the work.
//!
//! - TLS 1.2 and 1.3; ECDHE on P-256 or P-384; RSA or ECDSA certificates; AES-GCM.
//! - Nothing is written by the caller before trust is established: there is no
//!   stream until then, and no way to have one without a certificate to trust.
//! - Sessions are not resumed: each connection proves the key of the box anew.
//! - The library's memory is a region of its own (`heap`); when it is used up, the
//!   connection fails, and nothing else does.
//! - A handshake gives way to other tasks whenever it waits for the network.
//!   Between, it computes: with an RSA certificate some 25 million instructions of
//!   a Cortex-M4 in one go (0.25 s at 100 MHz), both in TLS 1.2 and in 1.3. For
//!   ECDSA certificates in TLS 1.2, Mbed TLS cuts its work into slices; it can not
//!   do so for the others. The deadline of a supervisor has to be longer than that.
//!
//! Certificates' dates are not checked: a board has no clock that it can trust
//! before it has been on the network. The host command puts the end of validity
//! into the image, and the board reports it.
#![no_std]
#![deny(unsafe_code)]

mod connect;
mod error;
mod heap;
#[cfg(target_os = "none")]
mod libc;

pub use connect::{Stream, Tls, Trust};
pub use error::TlsError;
pub use heap::{HEAP_BYTES, HeapUse, heap_use};
