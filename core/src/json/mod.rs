//! JSON (RFC 8259) scanned as it streams.
//!
//! [`Scanner`] turns bytes, in any split, into [`Event`]s; [`Pick`] stands on it
//! and hands over the values at a few paths. Both are of fixed size, keep
//! nothing of a value that nobody asked for, and do not recurse. Small bounded
//! objects are written elsewhere, with `serde-json-core`.

mod error;
mod number;
mod path;
mod pick;
mod scan;
mod string;

pub use error::JsonError;
pub use path::{MAX_PATHS, MAX_STEPS};
pub use pick::{Pick, Picked, Value};
pub use scan::{Event, Kind, MAX_DEPTH, MAX_JUNK, Nest, Scanner};

#[cfg(test)]
mod suite;
