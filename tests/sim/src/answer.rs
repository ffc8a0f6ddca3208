//! An answer of a simulated box, and its way into a hyper response whose head is byte for byte
//! what the box would send: order, letter case and reason phrase included.

use core::convert::Infallible;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::borrow::Cow;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Full, combinators::UnsyncBoxBody};
use hyper::body::Frame;
use hyper::ext::ReasonPhrase;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use crate::events::What;
use crate::letter_case;
use crate::scenario::HeaderCase;

pub(crate) type Body = UnsyncBoxBody<Bytes, Cut>;

/// Header names and values, in the order in which they are sent.
pub(crate) type Headers = Vec<(Cow<'static, str>, Vec<u8>)>;

/// The body ends before its `Content-Length`: hyper closes the connection.
#[derive(Debug)]
pub(crate) struct Cut;

impl core::fmt::Display for Cut {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("body cut short on purpose")
    }
}

impl core::error::Error for Cut {}

/// Bytes per chunk, as Apache httpd sends them.
const CHUNK: usize = 8000;

/// What a product answers; the connection adds its own headers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Headers between the product's fixed ones, in order.
    pub(crate) headers: Headers,
    pub(crate) content: Content,
    /// From the web server itself, not from the application behind it: a reason phrase in words
    /// and a body of known length.
    pub(crate) from_web_server: bool,
    /// For the log of events.
    pub(crate) note: Note,
}

/// What came of a request, and whose it was.
#[derive(Debug, Clone, Default)]
pub(crate) struct Note {
    pub(crate) what: What,
    pub(crate) user: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Content {
    None,
    Some { content_type: String, body: Bytes },
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content: Content::None,
            from_web_server: false,
            note: Note::default(),
        }
    }

    /// `body` as JSON, members in the order in which they are declared.
    pub(crate) fn json(status: u16, body: &impl serde::Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("answers are JSON");
        Self::with_body(status, "application/json", body)
    }

    pub(crate) fn with_body(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let content = Content::Some {
            content_type: content_type.into(),
            body: body.into(),
        };
        Self {
            status,
            headers: Vec::new(),
            content,
            from_web_server: false,
            note: Note::default(),
        }
    }

    pub(crate) fn header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Vec<u8>>,
    ) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn what(mut self, what: What) -> Self {
        self.note.what = what;
        self
    }

    pub(crate) fn user(mut self, user: Option<&str>) -> Self {
        self.note.user = user.map(Into::into);
        self
    }

    /// Half of the body, in proper framing.
    pub(crate) fn halved(mut self) -> Self {
        if let Content::Some { body, .. } = &mut self.content {
            body.truncate(body.len() / 2);
        }
        self
    }
}

/// A page of Apache httpd.
pub(crate) fn html_page(status: u16) -> Answer {
    let title = title(status);
    let page = format!(
        "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n\
         <title>{title}</title>\n</head><body>\n<h1>{title}</h1>\n</body></html>\n"
    );
    Answer {
        from_web_server: true,
        ..Answer::with_body(status, "text/html; charset=iso-8859-1", page)
    }
}

fn title(status: u16) -> String {
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|code| code.canonical_reason());
    format!("{status} {}", reason.unwrap_or("Error"))
}

/// How a body travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Chunked,
    Sized,
    /// `Content-Length` of the whole body, then half of it.
    Truncated,
}

/// A whole response head, in the order and the letter case in which it is to be sent.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) reason: Option<String>,
    pub(crate) headers: Headers,
    pub(crate) case: HeaderCase,
}

/// Puts head and body together. Framing headers come last, as Apache httpd writes them.
pub(crate) async fn response(mut head: Head, content: Content, framing: Framing) -> Response<Body> {
    let body = match content {
        Content::None => {
            if !matches!(head.status, 204 | 304) {
                head.headers.push(("Content-Length".into(), "0".into()));
            }
            Empty::new().map_err(never).boxed_unsync()
        }
        Content::Some { content_type, body } => {
            let (name, value) = match framing {
                Framing::Chunked => ("Transfer-Encoding", "chunked".to_owned()),
                Framing::Sized | Framing::Truncated => ("Content-Length", body.len().to_string()),
            };
            head.headers.push((name.into(), value.into()));
            head.headers
                .push(("Content-Type".into(), content_type.into()));
            frame(body, framing)
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(head.status).expect("scenarios are checked");
    *response.extensions_mut() = letter_case::extensions(head.case).await;
    if let Some(reason) = head.reason {
        let reason = ReasonPhrase::try_from(reason.into_bytes()).expect("reason phrases are text");
        response.extensions_mut().insert(reason);
    }
    for (name, value) in head.headers {
        // Checked names and values only; a scenario's odd ones are left out.
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_bytes(&value),
        ) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn frame(body: Bytes, framing: Framing) -> Body {
    match framing {
        Framing::Sized => Full::new(body).map_err(never).boxed_unsync(),
        Framing::Chunked => pieces(body, false),
        Framing::Truncated => pieces(body.slice(..body.len() / 2), true),
    }
}

fn pieces(body: Bytes, cut: bool) -> Body {
    Pieces {
        rest: body,
        cut,
        flushed: false,
    }
    .boxed_unsync()
}

/// A body of unknown length, in chunks.
struct Pieces {
    rest: Bytes,
    /// Ends in an error rather than properly.
    cut: bool,
    flushed: bool,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if !self.rest.is_empty() {
            let size = self.rest.len().min(CHUNK);
            return Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(size)))));
        }
        if !self.cut {
            return Poll::Ready(None);
        }
        if !self.flushed {
            // hyper flushes what it has while the body is pending, and drops it on an error.
            self.flushed = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Cut)))
    }
}

fn never(never: Infallible) -> Cut {
    match never {}
}
