//! HTTP/1.1 messages: requests encoded, responses parsed as they come.

mod chunk;
mod date;
mod error;
mod grammar;
mod method;
mod request;
mod response;

pub use chunk::{CHUNK_END, LAST_CHUNK, chunk_header};
pub use date::http_date;
pub use error::HttpError;
pub use method::Method;
pub use request::{HeadWriter, ValueWriter};
pub use response::{Events, Limits, Persistence, Progress, Response};
