//! One post: a request over a connection of its own, and the status of its answer.
//!
//! `reqwless` writes the head of the request and reads that of the answer; the
//! connection is the board's. Redirects are not followed, and the body of the
//! answer is not read.

use core::fmt;
use core::task::Poll;

use embassy_futures::poll_once;
use embedded_io_async::Write as _;
use oobwatch_core::error::{ConfigError, Error, Part, TransportError};
use oobwatch_core::health::encode::event::{self, Event};
use oobwatch_image::Url;
use reqwless::headers::ContentType;
use reqwless::request::{Method, Request, RequestBuilder as _};
use reqwless::response::Response;
use zeroize::Zeroizing;

use super::{Post, Trouble};
use crate::board::Trust;
use crate::{Dial, State, Target, clock};

/// Bytes of the longest head: an address of 1,024, and the rest.
const HEAD_MAX: usize = 1_536;

const HEADERS: &[(&str, &str)] = &[
    (
        "User-Agent",
        concat!("oobwatch/", env!("CARGO_PKG_VERSION")),
    ),
    ("Connection", "close"),
];

/// Sends `post` and waits for the answer. The caller sets the deadline.
pub(super) async fn send<D: Dial>(post: &Post<'_>, state: &State, dial: &D) -> Result<(), Trouble> {
    let (url, trust) = receiver(post).ok_or(Trouble::Lost(UNUSABLE))?;
    // The address is in it, and is a secret.
    let mut room = Zeroizing::new([0; HEAD_MAX + event::MAX_LEN]);
    let mut connection = dial.dial_hook(&url, trust).await.map_err(Trouble::Lost)?;
    let length = request(&mut *room, &url, post, state)?;
    let io = |_| Trouble::Lost(TransportError::Io.into());
    let bytes = room.get(..length).unwrap_or_default();
    connection.write_all(bytes).await.map_err(io)?;
    connection.flush().await.map_err(io)?;
    let answer = Response::read(&mut connection, Method::POST, &mut *room).await;
    match answer.map_err(lost)?.status.0 {
        200..=299 => Ok(()),
        status => Err(Trouble::Status(status)),
    }
}

const UNUSABLE: Error = Error::Config(ConfigError::TooLong(Part::Path));

fn lost(error: reqwless::Error) -> Trouble {
    match error {
        reqwless::Error::ConnectionAborted => Trouble::Lost(TransportError::Closed.into()),
        reqwless::Error::Network(_) => Trouble::Lost(TransportError::Io.into()),
        _ => Trouble::Senseless,
    }
}

/// Where it goes, and the authority whose certificates are trusted there.
fn receiver(post: &Post<'_>) -> Option<(Url<'static>, Option<Trust<'static>>)> {
    let config = post.webhook.config;
    let url = Url::parse(config.url.expose())?;
    let trust = match (config.authority, url.host) {
        (Some(authority), oobwatch_image::Host::Name(name)) => Some(Trust::Authority {
            der: authority.der(),
            name,
        }),
        (None, _) if !url.is_https => None,
        _ => return None,
    };
    Some((url, trust))
}

/// Writes head and body to the start of `room`: one record of TLS.
// Not inlined, and without a future of its own: that saves flash.
#[inline(never)]
fn request(
    room: &mut [u8],
    url: &Url<'_>,
    post: &Post<'_>,
    state: &State,
) -> Result<usize, Trouble> {
    let (head, body) = room.split_at_mut_checked(HEAD_MAX).unwrap_or_default();
    let body_length = encode(body, post.target, post, state).unwrap_or(0);
    let mut rest = head;
    let room_for_head = rest.len();
    let request = Request::post(url.path)
        .host(url.authority)
        .content_type(ContentType::ApplicationJson)
        .headers(HEADERS)
        .body(body.get(..body_length).unwrap_or_default())
        .build();
    // A slice is never waited for.
    let Poll::Ready(Ok(())) = poll_once(request.write_header(&mut rest)) else {
        return Err(Trouble::Lost(UNUSABLE));
    };
    let head_length = room_for_head - rest.len();
    room.copy_within(HEAD_MAX..HEAD_MAX + body_length, head_length);
    Ok(head_length + body_length)
}

/// The body. Why a target is in its state is only said if the last report is the
/// one that has put it there.
fn encode(room: &mut [u8], target: &Target, post: &Post<'_>, state: &State) -> Option<usize> {
    let verdict = target.standing.get().told()?;
    target.with_report(clock::now(), |report| {
        let event = Event {
            id: &Id(state.start, post.change.number),
            sequence: post.change.number,
            target: target.name(),
            product: target.product(),
            verdict,
            report: report.filter(|report| report.verdict() == verdict),
            since: state.wall.time_at(post.change.at),
            lasts: clock::now() - post.change.at,
        };
        event::write(room, &event).ok()
    })
}

/// A change of state among those of all starts of the board.
struct Id(u32, u32);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{}", self.0, self.1)
    }
}
