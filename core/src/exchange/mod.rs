//! One request in flight: bytes out, bytes in, and what came of it.

mod request;
mod sink;

pub use request::{BodyLength, Request};
pub use sink::{Discard, Sink};
