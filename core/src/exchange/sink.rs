//! Where an answer goes while it streams.

/// Receives an answer piece by piece. Every method has an empty default.
///
/// Pieces come in order; their borders mean nothing.
pub trait Sink {
    /// The final status code, before anything else. A request may take more
    /// than one attempt: each call begins an answer, and what came before it
    /// no longer counts.
    fn status(&mut self, status: u16) {
        let _ = status;
    }

    /// The media type of the body, without parameters, lower case.
    fn content_type(&mut self, media_type: &str) {
        let _ = media_type;
    }

    /// The time when the answer was made, by the clock of the box, in seconds
    /// since 1970 (RFC 9110, section 6.6.1, `Date`).
    fn date(&mut self, seconds: u64) {
        let _ = seconds;
    }

    /// The next piece of the body, with its transfer coding taken off.
    fn body(&mut self, piece: &[u8]) {
        let _ = piece;
    }

    /// A domain that is open to the account, from the `DOMAINS` header of an
    /// FMC login. `name` is a path such as `Global/Devel`, in the bytes that
    /// the FMC sent, with JSON escapes resolved.
    fn domain(&mut self, name: &[u8], uuid: &[u8]) {
        let _ = (name, uuid);
    }
}

/// A sink that lets everything go.
#[derive(Clone, Copy, Debug, Default)]
pub struct Discard;

impl Sink for Discard {}
