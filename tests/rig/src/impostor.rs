//! A server that is none: it takes what comes first, answers with what it was
//! given, and closes.

use core::net::{Ipv4Addr, SocketAddr};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A server that is none. It ends when it is dropped.
pub struct Impostor {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
    task: JoinHandle<()>,
}

impl Impostor {
    /// One that answers with `bytes`.
    ///
    /// # Panics
    /// If there is no port for it.
    pub async fn answering(bytes: Vec<u8>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let heard = Arc::default();
        let task = tokio::spawn(serve(listener, bytes, Arc::clone(&heard)));
        Self {
            address,
            heard,
            task,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many connections have come to their end.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// The types of all TLS records that came (RFC 8446, section 5.1).
    #[must_use]
    pub fn records(&self) -> Vec<u8> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().flat_map(|bytes| records(bytes)).collect()
    }
}

impl Drop for Impostor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, answer: Vec<u8>, heard: Arc<Mutex<Vec<Vec<u8>>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let bytes = talk(stream, &answer).await.unwrap_or_default();
        heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(bytes);
    }
}

/// All that the client says.
async fn talk(mut stream: TcpStream, answer: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 16 * 1024];
    let length = stream.read(&mut bytes).await?;
    bytes.truncate(length);
    stream.write_all(answer).await?;
    stream.shutdown().await?;
    // The client may reset the connection instead of closing it.
    let _ = stream.read_to_end(&mut bytes).await;
    Ok(bytes)
}

fn records(mut bytes: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        types.push(*kind);
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        bytes = rest.get(length..).unwrap_or_default();
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_told_apart() {
        let bytes = [
            0x16, 3, 1, 0, 1, 9, 0x15, 3, 3, 0, 2, 1, 0, 0x17, 3, 3, 0, 9, 1,
        ];
        assert_eq!(records(&bytes), [0x16, 0x15, 0x17]);
    }
}
