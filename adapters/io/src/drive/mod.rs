//! The loop that takes one request through the session. What an elected caller
//! does for all is in `auth`.

mod auth;

use core::fmt;

use embedded_io_async::Read;
use oobwatch_core::error::{ConfigError, Error, TransportError};
use oobwatch_core::exchange::{
    Answer as _, BodyLength, Discard, Exchange, Lost, Outcome, Request, Response, Sink, probe,
};
use oobwatch_core::session::{Admit, AuthNext, Class, Next, Permit, Session, Stop, Ticket};
use oobwatch_core::text::Text;
use oobwatch_core::time::Instant;

use crate::Home;
use crate::exchange::{Body, Outgoing, ROOM, run};

pub use auth::authenticate;

/// Why a request has no answer of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The request may have taken effect, or not; look before repeating it.
    Ambiguous(Error),
    /// The request has failed.
    Failed(Error),
    /// The session admits nothing more.
    Stopped(Stop),
}

impl Failure {
    /// The error behind it, where there is one.
    #[must_use]
    pub const fn error(&self) -> Option<Error> {
        match self {
            Self::Ambiguous(error) | Self::Failed(error) => Some(*error),
            Self::Stopped(stop) => stop.error(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ambiguous(error) => {
                write!(
                    f,
                    "{error}; the request may have taken effect: look before repeating it"
                )
            }
            Self::Failed(error) => error.fmt(f),
            Self::Stopped(stop) => stop.fmt(f),
        }
    }
}

impl core::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Sends `request` with the bytes of `body`, logging in or refreshing first
/// where the session says so, and hands the answer to `sink`.
///
/// `sink` sees each attempt from its status on: [`Sink::status`] begins anew.
///
/// # Errors
/// [`Failure`]; an answer with a status of its own, be it 404, is none.
///
/// # Cancel safety
/// Dropping the future drops the connection and gives the permit back; a login
/// or refresh that it had begun goes on if the home has tasks for it.
pub async fn send<H: Home>(
    home: &H,
    request: &Request<'_>,
    body: &[u8],
    sink: &mut impl Sink,
) -> Result<Response, Failure> {
    send_until(home, request, body, sink, Instant::MAX).await
}

/// As [`send`], and waits for nothing past `end`: not for a busy box, nor for
/// its turn.
///
/// # Errors
/// As [`send`].
///
/// # Cancel safety
/// As [`send`].
pub async fn send_until<H: Home>(
    home: &H,
    request: &Request<'_>,
    body: &[u8],
    sink: &mut impl Sink,
    end: Instant,
) -> Result<Response, Failure> {
    request.validate().map_err(Error::from)?;
    let class = if request.method.is_safe() {
        Class::Read
    } else {
        Class::Write
    };
    let mut ticket = Ticket::new(class).until(end);
    loop {
        let permit = admitted(home, &mut ticket).await?;
        let outcome = attempt(
            home,
            &permit,
            &ticket,
            request,
            Body::<&[u8]>::Bytes(body),
            sink,
        )
        .await;
        match settle(home, permit, &mut ticket, outcome) {
            After::End(end) => return end,
            After::Again(None) => {}
            After::Again(Some(at)) => home.wait_until(at).await,
        }
    }
}

/// Sends `request` with a body that can be read once. It is never sent again,
/// and goes only on a token that the box has just accepted.
///
/// # Errors
/// As [`send`].
///
/// # Cancel safety
/// As [`send`]; the box may have got a part of the body.
pub async fn upload<H: Home, R: Read>(
    home: &H,
    request: &Request<'_>,
    mut body: R,
    sink: &mut impl Sink,
) -> Result<Response, Failure> {
    request.validate().map_err(Error::from)?;
    let mut ticket = Ticket::new(Class::Stream);
    loop {
        let body = match request.body {
            BodyLength::Sized(length) => Body::Sized(&mut body, length),
            BodyLength::Chunked | BodyLength::None => Body::Chunked(&mut body),
        };
        let permit = admitted(home, &mut ticket).await?;
        let outcome = attempt(home, &permit, &ticket, request, body, sink).await;
        // Again only if nothing of the body was read.
        if let After::End(end) = settle(home, permit, &mut ticket, outcome) {
            return end;
        }
    }
}

/// Ends the session: logs out, if there is something to log out from.
///
/// # Errors
/// [`Failure`] if the box could not be told; the session is closed all the same.
///
/// # Cancel safety
/// As [`send`].
pub async fn log_out<H: Home>(home: &H) -> Result<(), Failure> {
    log_out_until(home, Instant::MAX).await
}

/// As [`log_out`], and waits for nothing past `end`: a logout that a busy box has
/// turned away goes again only if that is in time.
///
/// # Errors
/// As [`log_out`].
///
/// # Cancel safety
/// As [`send`].
pub async fn log_out_until<H: Home>(home: &H, end: Instant) -> Result<(), Failure> {
    match admitted(home, &mut Ticket::new(Class::Logout).until(end)).await {
        Ok(_) | Err(Failure::Stopped(Stop::LoggedOut)) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// Logs in now, if the session is not open, and does nothing else.
///
/// # Errors
/// As [`send`].
///
/// # Cancel safety
/// As [`send`].
pub async fn log_in<H: Home>(home: &H) -> Result<(), Failure> {
    admitted(home, &mut Ticket::new(Class::Read))
        .await
        .map(drop)
}

/// Asks until the session lets the request go.
async fn admitted<'h, H: Home>(home: &'h H, ticket: &mut Ticket) -> Result<Held<'h, H>, Failure> {
    let mut probe_ticket = None;
    loop {
        let now = home.now();
        let (admit, epoch) = home.with_latch(|session, latch| {
            let admit = session.admit(now, ticket, latch);
            (admit, session.epoch().wrapping_add(latch.epoch()))
        });
        match admit {
            Admit::Go(permit) => {
                return Ok(Held {
                    home,
                    permit: Some(permit),
                });
            }
            Admit::Probe(permit) => {
                let permit = Held {
                    home,
                    permit: Some(permit),
                };
                let ticket = probe_ticket.get_or_insert_with(|| ticket.probe());
                let request = probe(home.origin().product());
                let body = Body::<&[u8]>::Bytes(b"");
                let outcome = attempt(home, &permit, ticket, &request, body, &mut Discard).await;
                match settle(home, permit, ticket, outcome) {
                    After::End(Err(failure)) => return Err(failure),
                    After::Again(Some(at)) => home.wait_until(at).await,
                    After::End(Ok(_)) | After::Again(None) => {}
                }
            }
            Admit::Authenticate(permit) => match home.authenticate(permit).await {
                AuthNext::Continue => {}
                AuthNext::Closed => return Err(Failure::Stopped(Stop::LoggedOut)),
                AuthNext::Fail(error) => return Err(Failure::Failed(error)),
            },
            Admit::Wait { until, why } => home.changed(epoch, until, why).await,
            Admit::Stop(stop) => return Err(Failure::Stopped(stop)),
        }
    }
}

/// A permit that gives itself back when its request is dropped.
struct Held<'h, H: Home> {
    home: &'h H,
    permit: Option<Permit>,
}

impl<H: Home> Drop for Held<'_, H> {
    fn drop(&mut self) {
        let Some(permit) = self.permit.take() else {
            return;
        };
        let error = TransportError::Dropped.into();
        let outcome = Outcome::Lost(Lost {
            error,
            may_have_reached: true,
            stale: false,
        });
        let now = self.home.now();
        let mut ticket = Ticket::new(Class::Read);
        let _ = self
            .home
            .with_session(|s| s.settle(now, permit, &mut ticket, &outcome));
        self.home.notify();
    }
}

/// One attempt over one connection.
async fn attempt<H: Home, R: Read>(
    home: &H,
    held: &Held<'_, H>,
    ticket: &Ticket,
    request: &Request<'_>,
    body: Body<'_, R>,
    sink: &mut impl Sink,
) -> Outcome {
    let Some(permit) = &held.permit else {
        return unsent(ConfigError::StalePermit.into());
    };
    let mut connection = match home.connect(ticket.wants_fresh_connection()).await {
        Ok(connection) => connection,
        Err(error) => return unsent(error),
    };
    let mut room = [0; ROOM];
    let started = start(home, permit, request, &mut room);
    let (mut exchange, head) = match started {
        Ok(started) => started,
        Err(error) => return unsent(error),
    };
    let request = Outgoing {
        room: &mut room,
        head,
        body,
    };
    match run(
        home,
        home.deadlines(),
        &mut connection,
        request,
        &mut exchange,
        sink,
    )
    .await
    {
        Ok(()) => {
            home.release(connection.stream, exchange.persistence());
            exchange.finish()
        }
        Err(lost) => Outcome::Lost(lost),
    }
}

/// Encodes the request for the domain that the caller works in.
fn start<H: Home>(
    home: &H,
    permit: &Permit,
    request: &Request<'_>,
    room: &mut [u8],
) -> Result<(Exchange, usize), Error> {
    let view = home.view()?;
    let viewed = view.as_ref().and_then(Text::as_str);
    let request = Request {
        domain: request.domain.or(viewed),
        ..*request
    };
    let (origin, bearer, limits) = (home.origin(), home.bearer(), home.limits());
    home.with_session(|session: &mut Session| {
        Exchange::start(
            session,
            &origin,
            permit,
            &request,
            bearer.as_ref(),
            limits,
            room,
        )
    })
}

const fn unsent(error: Error) -> Outcome {
    Outcome::Lost(unreached(error))
}

const fn unreached(error: Error) -> Lost {
    Lost {
        error,
        may_have_reached: false,
        stale: false,
    }
}

/// What comes after one attempt.
enum After {
    /// Another one, at that time or at once.
    Again(Option<Instant>),
    End(Result<Response, Failure>),
}

/// Tells the session, and says what comes next.
fn settle<H: Home>(
    home: &H,
    mut held: Held<'_, H>,
    ticket: &mut Ticket,
    outcome: Outcome,
) -> After {
    let Some(permit) = held.permit.take() else {
        return After::Again(None);
    };
    let now = home.now();
    let next = home.with_session(|s| s.settle(now, permit, ticket, &outcome));
    home.notify();
    match (next, outcome) {
        (Next::Again, _) => After::Again(None),
        (Next::AgainAt(at), _) => After::Again(Some(at)),
        (Next::Deliver, Outcome::Response(response)) => After::End(Ok(response)),
        (Next::Deliver, Outcome::Lost(lost)) => After::End(Err(Failure::Failed(lost.error))),
        (Next::Ambiguous(error), _) => After::End(Err(Failure::Ambiguous(error))),
        (Next::Fail(error), _) => After::End(Err(Failure::Failed(error))),
    }
}
