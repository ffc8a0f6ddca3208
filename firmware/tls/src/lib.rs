//! TLS for a board: [`Tls::connect`] makes a stream of any other stream, with
//! the server's certificate trusted before it returns. Mbed TLS does the work.
//!
//! - TLS 1.2 and 1.3; ECDHE on P-256 or P-384; RSA or ECDSA certificates; AES-GCM.
//! - A pinned certificate is the box's own, byte for byte. An authority's is that of
//!   the issuer, of this name; the chain to it is what the box sends.
//! - Nothing is written by the caller before trust is established: there is no
//!   stream until then, and no way to have one without a certificate to trust.
//! - Sessions are not resumed: each connection proves the key of the box anew.
//! - The library's memory is a region of its own (`heap`); when it is used up, the
//!   connection fails, and nothing else does.
//! - A handshake gives way to other tasks whenever it waits for the network.
//!   Between, it computes: some 25 million instructions of a Cortex-M4 in one go
//!   (0.25 s at 100 MHz) for RSA with 2048 bits, 36 for 4096, and 63 for P-384. The
//!   deadline of a supervisor has to be longer than that.
//!
//! Certificates' dates are not checked: a board has no clock that it can trust
//! before it has been on the network. The host command puts the end of validity
//! into the image, and the board reports it.
#![no_std]
#![deny(unsafe_code)]

mod buffer;
mod client;
mod connect;
mod error;
mod heap;
#[cfg(target_os = "none")]
mod libc;
mod random;
mod trust;

pub use connect::{Stream, Tls};
pub use error::TlsError;
pub use heap::{HEAP_BYTES, HeapUse, heap_use};
pub use trust::Trust;
