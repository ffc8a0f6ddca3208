//! JSON scanned as it streams.

mod error;

pub use error::JsonError;
