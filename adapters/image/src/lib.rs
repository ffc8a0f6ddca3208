//! The configuration of a board as one flat image: what the host command
//! writes and the firmware reads, by the same code.
//!
//! [`Writer`] puts an image into a buffer of the caller. [`Image::parse`]
//! checks all of it (checksum, bounds, text, ranges, references) before it
//! gives anything out; what it gives out borrows from the bytes and can not
//! fail any more. The layout is described in `docs/image-format.md`.
//!
//! An image holds credentials in clear. Types that hold one have neither
//! `Debug` nor `Display`; the bytes themselves are the caller's to protect and
//! to erase.
//!
//! ```
//! use oobwatch_image::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let der = [0x30, 0x82, 0x01, 0x00].into_iter().chain([0; 256]).collect::<Vec<u8>>();
//! let mut buffer = [0; 4096];
//! let mut writer = Writer::new(&mut buffer, 1);
//! writer.network(&Network::Dhcp);
//! let login = Login::Password { user: "watch", password: Secret::new("correct horse") };
//! let credential = writer.credential("fmc", login)?;
//! let certificate = writer.certificate(&der, 2_000_000_000)?;
//! writer.target(&Target {
//!     name: "fmc-1",
//!     product: Product::Fmc,
//!     host: Host::Name("fmc-1.example.net"),
//!     port: 443,
//!     credential,
//!     trust: Trust::Pinned { certificate, next: None },
//!     probe_every: 60,
//!     check_every: 300,
//!     skip: "licenses",
//! })?;
//! let length = writer.finish()?;
//!
//! let image = Image::parse(&buffer[..length])?;
//! assert_eq!(image.targets()[0].name, "fmc-1");
//! # Ok(())
//! # }
//! ```
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

mod config;
mod crc;
mod cursor;
mod draft;
mod error;
mod layout;
mod read;
mod records;
pub mod rules;
mod show;
#[cfg(test)]
mod tests;
mod url;
mod write;

pub use config::{
    Certificate, Credential, Host, Login, Network, Product, Secret, StaticNetwork, Syslog, Target,
    TimeServer, Trust, Webhook,
};
pub use crc::crc32;
pub use draft::{Change, Draft, DraftError, LoginChange, Rewrite, TargetChange};
pub use error::{Field, ImageError, Reason, RecordKind, WriteError};
pub use layout::{
    FORMAT_VERSION, HEADER_LEN, MAX_CERTIFICATES, MAX_CREDENTIALS, MAX_NAME_SERVERS, MAX_SYSLOGS,
    MAX_TARGETS, MAX_TIME_SERVERS, MAX_WEBHOOKS, REGION_LEN,
};
pub use read::{Image, announced};
pub use show::{Section, ShowCertificate};
pub use url::Url;
pub use write::Writer;
