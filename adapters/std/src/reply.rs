//! An answer, kept whole.

use oobwatch_core::exchange::{ErrorBody, Response, Sink};
use serde::de::DeserializeOwned;

use crate::error::ClientError;

/// An answer of the box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The media type, in lower case and without parameters; empty without one.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
    /// What an error body said.
    pub error: ErrorBody,
}

impl Reply {
    /// Whether the status is one of success.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The reply, if its status is one of success.
    ///
    /// # Errors
    /// [`ClientError::Status`] otherwise.
    pub fn success(self) -> Result<Self, ClientError> {
        if self.is_success() {
            Ok(self)
        } else {
            Err(ClientError::Status(Box::new(self)))
        }
    }

    /// The body of a success, as JSON. An empty body is `null`.
    ///
    /// # Errors
    /// [`ClientError::Status`] or [`ClientError::Body`].
    pub fn json<T: DeserializeOwned>(self) -> Result<T, ClientError> {
        let reply = self.success()?;
        let body: &[u8] = if reply.body.is_empty() {
            b"null"
        } else {
            &reply.body
        };
        Ok(serde_json::from_slice(body)?)
    }
}

/// Collects an answer.
#[derive(Default)]
pub(crate) struct Collect {
    content_type: String,
    body: Vec<u8>,
}

impl Collect {
    pub(crate) fn into_reply(self, response: Response) -> Reply {
        let Self { content_type, body } = self;
        Reply {
            status: response.status,
            content_type,
            body,
            error: response.error,
        }
    }
}

impl Sink for Collect {
    fn status(&mut self, _: u16) {
        self.content_type.clear();
        self.body.clear();
    }

    fn content_type(&mut self, media_type: &str) {
        media_type.clone_into(&mut self.content_type);
    }

    fn body(&mut self, piece: &[u8]) {
        self.body.extend_from_slice(piece);
    }
}
