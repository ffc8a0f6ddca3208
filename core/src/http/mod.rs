//! HTTP/1.1 messages: requests encoded, responses parsed as they come.

mod error;
mod method;

pub use error::HttpError;
pub use method::Method;
