//! Who is posted to, in memory, and the connections there.

use core::cell::{Cell, RefCell};
use core::future::pending;
use std::rc::Rc;
use std::string::{String, ToString as _};
use std::vec::Vec;

use embassy_time::{Duration, Timer};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

/// What a webhook does with a post.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reply {
    #[default]
    Accepts,
    Answers(&'static str),
    Silent,
    Closes,
    Refuses,
    Untrusted,
    Unreachable,
    NoLink,
}

/// Who is told of changes.
#[derive(Default)]
pub(super) struct Receiver {
    pub(super) reply: Reply,
    /// When connections were tried.
    pub(super) dialled: Vec<u64>,
    /// Head and body of what came in.
    pub(super) posts: Vec<(String, String)>,
}

/// A connection to it.
pub(super) struct Posting {
    receiver: Rc<RefCell<Receiver>>,
    sent: Vec<u8>,
    answer: Vec<u8>,
    connected: Rc<Cell<u32>>,
}

impl Posting {
    /// `connected` is 1 until it is dropped.
    pub(super) fn new(receiver: Rc<RefCell<Receiver>>, connected: Rc<Cell<u32>>) -> Self {
        Self {
            receiver,
            sent: Vec::new(),
            answer: Vec::new(),
            connected,
        }
    }
}

impl Drop for Posting {
    fn drop(&mut self) {
        self.connected.set(0);
    }
}

impl ErrorType for Posting {
    type Error = ErrorKind;
}

impl Write for Posting {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.sent.extend_from_slice(bytes);
        let text = String::from_utf8(self.sent.clone()).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            return Ok(bytes.len());
        };
        let length = head.split("\r\nContent-Length: ").nth(1).unwrap();
        let length = length
            .split("\r\n")
            .next()
            .unwrap()
            .parse::<usize>()
            .unwrap();
        if body.len() == length {
            let mut receiver = self.receiver.borrow_mut();
            receiver.posts.push((head.to_string(), body.to_string()));
            self.answer = match receiver.reply {
                Reply::Answers(answer) => answer,
                _ => "HTTP/1.1 204 No Content\r\n\r\n",
            }
            .into();
        }
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl Read for Posting {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        let reply = self.receiver.borrow().reply;
        match reply {
            Reply::Silent => pending().await,
            Reply::Closes => return Ok(0),
            _ => Timer::after(Duration::from_millis(10)).await,
        }
        let count = self.answer.len().min(buffer.len()).min(20);
        buffer[..count].copy_from_slice(&self.answer[..count]);
        self.answer.drain(..count);
        Ok(count)
    }
}
