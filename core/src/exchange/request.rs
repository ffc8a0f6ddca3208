//! What a caller asks for. Credentials and tokens are never part of it.

use crate::http::Method;

/// A request as its caller words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// Path and query, from the first `/` on, percent-encoded by the caller.
    /// `{domainUUID}` stands for the UUID of the session's domain.
    pub path: &'a str,
    /// How the body is framed.
    pub body: BodyLength,
    /// The media type of the body; ignored without a body.
    pub content_type: &'a str,
}

impl<'a> Request<'a> {
    /// A GET of `path`.
    #[must_use]
    pub const fn get(path: &'a str) -> Self {
        Self { method: Method::Get, path, body: BodyLength::None, content_type: "" }
    }

    /// A request with a JSON body of `length` bytes.
    #[must_use]
    pub const fn json(method: Method, path: &'a str, length: u64) -> Self {
        Self { method, path, body: BodyLength::Sized(length), content_type: "application/json" }
    }
}

/// How the body of a request is framed (RFC 9112, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyLength {
    /// No body. POST, PUT and PATCH say `Content-Length: 0`.
    None,
    /// This many bytes.
    Sized(u64),
    /// Unknown in advance: `Transfer-Encoding: chunked`.
    Chunked,
}
