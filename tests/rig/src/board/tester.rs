//! The tester's seat at the board: UART 1, as in the firmware's
//! `boards/qemu-mps2/src/tester.rs`.

use core::time::Duration;
use std::io;
use std::path::Path;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep};

use super::Serial;

/// For QEMU to start.
const START: Duration = Duration::from_secs(20);

/// The most bytes that were in use since the board's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peaks {
    /// Of the heap, which is Mbed TLS's.
    pub heap: u32,
    /// Of the stack.
    pub stack: u32,
}

pub(super) struct Tester(BufReader<UnixStream>);

impl Tester {
    pub(super) async fn connect(path: &Path, serial: &Serial) -> io::Result<Self> {
        Ok(Self(BufReader::new(connect(path, serial).await?)))
    }

    pub(super) async fn order(&mut self, order: u8) -> io::Result<()> {
        self.0.write_all(&[order]).await
    }

    /// In whole seconds; less does not count.
    pub(super) async fn leap(&mut self, by: Duration) -> io::Result<()> {
        let order = format!("{}s", by.as_secs());
        self.0.write_all(order.as_bytes()).await?;
        self.echo(b's').await
    }

    pub(super) async fn peaks(&mut self) -> io::Result<Peaks> {
        self.order(b'p').await?;
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        self.echo(b'p').await?;
        let mut words = line.split_whitespace();
        let mut number = |name| {
            let named = words.next() == Some(name);
            words
                .next()
                .filter(|_| named)
                .and_then(|word| word.parse().ok())
        };
        match (number("heap"), number("stack")) {
            (Some(heap), Some(stack)) => Ok(Peaks { heap, stack }),
            _ => Err(io::Error::other(format!("the board answered {line:?}"))),
        }
    }

    async fn echo(&mut self, order: u8) -> io::Result<()> {
        let came = self.0.read_u8().await?;
        if came == order {
            return Ok(());
        }
        Err(io::Error::other(format!("{order} came back as {came}")))
    }
}

/// Connects to a socket that QEMU makes when it starts.
pub(super) async fn connect(path: &Path, serial: &Serial) -> io::Result<UnixStream> {
    let start = Instant::now();
    loop {
        match UnixStream::connect(path).await {
            Err(_) if start.elapsed() < START => sleep(Duration::from_millis(2)).await,
            Err(error) => {
                let said = serial.to_string();
                return Err(io::Error::other(format!(
                    "QEMU did not start: {error}\n{said}"
                )));
            }
            connected => return connected,
        }
    }
}
