//! One request and its answer over one connection.

use core::num::NonZero;
use core::time::Duration;

use embassy_futures::select::{Either, select};
use embedded_io_async::{Read, Write};
use oobwatch_core::error::{Error, TransportError};
use oobwatch_core::exchange::{Answer, Lost, Progress, Sink};
use oobwatch_core::http::{CHUNK_END, LAST_CHUNK, chunk_header};
use oobwatch_core::time::Instant;
use zeroize::Zeroize as _;

use crate::{Connection, Timer};

/// Bytes of the room of an exchange. The head of the request has to fit: a path of
/// 2 KiB, a bearer of 1.5 KiB, the rest.
pub const ROOM: usize = 4 * 1024;

/// How long one exchange may take, from when it has a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// From the last byte of the request to the first of the answer.
    pub first_byte: Duration,
    /// For the whole of it.
    pub total: Duration,
}

impl Default for Deadlines {
    /// 60 s and 120 s: a busy FMC takes its time.
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(60),
            total: Duration::from_secs(120),
        }
    }
}

/// The body of a request.
pub enum Body<'a, R> {
    /// Bytes at hand; none is a request without a body.
    Bytes(&'a [u8]),
    /// A stream of this many bytes, read as it is sent.
    Sized(R, u64),
    /// A stream of unknown length, sent in chunks.
    Chunked(R),
}

/// A request to be sent, and the room that its answer comes through.
pub struct Outgoing<'a, R> {
    /// Begins with the head of the request.
    pub room: &'a mut [u8],
    /// Bytes of the head.
    pub head: usize,
    /// What follows the head.
    pub body: Body<'a, R>,
}

/// Sends `request`, and pushes the answer into `answer` until it is whole.
///
/// The head is zeroized once it is sent: it holds a token or a password. From then
/// on, its room is where bytes are moved through, those of the answer last. If the
/// body can not be written to its end, the answer is read all the same: a box
/// that refuses an upload says why, and closes.
///
/// # Errors
/// [`Lost`], with what is known about how far the request came. The connection
/// is of no more use.
///
/// # Cancel safety
/// Not cancel-safe: a dropped future leaves the connection in the middle of an
/// exchange; it must be dropped too.
pub async fn run<C, R, A, T>(
    timer: &T,
    deadlines: Deadlines,
    connection: &mut Connection<C>,
    request: Outgoing<'_, R>,
    answer: &mut A,
    sink: &mut impl Sink,
) -> Result<(), Lost>
where
    C: Read + Write,
    R: Read,
    A: Answer,
    T: Timer,
{
    let Outgoing { room, head, body } = request;
    let end = timer.now().after(deadlines.total);
    let stream = &mut connection.stream;
    let sent = select(
        write_request(stream, room, head, body),
        timer.sleep_until(end),
    );
    let sent = in_time(sent.await, TransportError::Timeout);
    room.zeroize();
    let failed = match sent.and_then(|sent| sent) {
        Ok(()) => None,
        Err(Broken {
            error,
            reached: false,
        }) => {
            let stale = connection.reused && error != TransportError::Timeout;
            return Err(Lost {
                error: error.into(),
                may_have_reached: false,
                stale,
            });
        }
        Err(Broken {
            error: TransportError::Timeout,
            ..
        }) => {
            let error = TransportError::Timeout.into();
            return Err(Lost {
                error,
                may_have_reached: true,
                stale: false,
            });
        }
        Err(broken) => Some(broken.error),
    };
    let first = timer.now().after(deadlines.first_byte).min(end);
    read_answer(timer, first, end, stream, room, answer, sink)
        .await
        .map_err(|error| {
            let closed = matches!(
                error,
                Error::Transport(TransportError::Closed | TransportError::Io)
            );
            let stale = connection.reused && !answer.has_begun() && closed;
            let error = failed
                .filter(|_| !answer.has_begun())
                .map_or(error, Error::from);
            Lost {
                error,
                may_have_reached: true,
                stale,
            }
        })
}

/// How far the request came before it broke.
struct Broken {
    error: TransportError,
    /// Whether the stream has taken a byte.
    reached: bool,
}

async fn write_request<C: Write, R: Read>(
    stream: &mut C,
    room: &mut [u8],
    head: usize,
    body: Body<'_, R>,
) -> Result<(), Broken> {
    let (head, _) = room.split_at_mut_checked(head).unwrap_or_default();
    write_all(stream, head, false).await?;
    head.zeroize();
    match body {
        Body::Bytes(bytes) => write_all(stream, bytes, true).await?,
        Body::Sized(mut source, mut left) => {
            while left > 0 {
                let most = usize::try_from(left).unwrap_or(usize::MAX).min(room.len());
                let bytes =
                    read_piece(&mut source, room.get_mut(..most).unwrap_or_default()).await?;
                if bytes.is_empty() {
                    return Err(SOURCE_BROKEN);
                }
                left = left.saturating_sub(bytes.len() as u64);
                write_all(stream, bytes, true).await?;
            }
        }
        Body::Chunked(mut source) => loop {
            let bytes = read_piece(&mut source, room).await?;
            let Some(length) = NonZero::new(bytes.len()) else {
                write_all(stream, LAST_CHUNK, true).await?;
                break;
            };
            write_all(stream, &chunk_header(length), true).await?;
            write_all(stream, bytes, true).await?;
            write_all(stream, CHUNK_END, true).await?;
        },
    }
    stream.flush().await.map_err(|_| Broken {
        error: TransportError::Io,
        reached: true,
    })
}

/// The caller's own stream failed or was shorter than it said.
const SOURCE_BROKEN: Broken = Broken {
    error: TransportError::Source,
    reached: true,
};

async fn read_piece<'a, R: Read>(source: &mut R, piece: &'a mut [u8]) -> Result<&'a [u8], Broken> {
    let count = source.read(piece).await.map_err(|_| SOURCE_BROKEN)?;
    piece.get(..count).ok_or(SOURCE_BROKEN)
}

async fn write_all<C: Write>(
    stream: &mut C,
    mut bytes: &[u8],
    mut reached: bool,
) -> Result<(), Broken> {
    while !bytes.is_empty() {
        let broken = Broken {
            error: TransportError::Io,
            reached,
        };
        match stream.write(bytes).await {
            Ok(0) | Err(_) => return Err(broken),
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
        }
        reached = true;
    }
    Ok(())
}

async fn read_answer<C: Read, A: Answer, T: Timer>(
    timer: &T,
    first: Instant,
    end: Instant,
    stream: &mut C,
    room: &mut [u8],
    answer: &mut A,
    sink: &mut impl Sink,
) -> Result<(), Error> {
    loop {
        let (until, late) = if answer.has_begun() {
            (end, TransportError::Timeout)
        } else {
            (first, TransportError::FirstByteTimeout)
        };
        let read = select(stream.read(room), timer.sleep_until(until)).await;
        let read = in_time(read, late).map_err(|broken| broken.error)?;
        let count = read.map_err(|_| match answer.has_begun() {
            true => TransportError::Truncated,
            false => TransportError::Io,
        })?;
        if count == 0 {
            return closed(answer);
        }
        let bytes = room.get(..count).unwrap_or_default();
        let progress = answer.push(bytes, sink);
        if progress? == Progress::Done {
            return Ok(());
        }
    }
}

/// The box has closed: the end of an answer, or its loss.
fn closed<A: Answer>(answer: &mut A) -> Result<(), Error> {
    match answer.eof() {
        Ok(()) => Ok(()),
        Err(_) if answer.has_begun() => Err(TransportError::Truncated.into()),
        Err(_) => Err(TransportError::Closed.into()),
    }
}

/// What came, if it came before its time was over. (A future that took another one
/// would hold it twice.)
fn in_time<T>(came: Either<T, ()>, late: TransportError) -> Result<T, Broken> {
    match came {
        Either::First(output) => Ok(output),
        Either::Second(()) => Err(Broken {
            error: late,
            reached: true,
        }),
    }
}
