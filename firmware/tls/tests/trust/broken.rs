//! Peers that do not speak TLS as they should, and memory that does not suffice.

use embassy_futures::block_on;
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use oobwatch_tls::{HEAP_BYTES, Tls, TlsError, heap_use};
use proptest::prelude::*;

use crate::boxes::{Kind, Server, VERSIONS};
use crate::wire::Wire;
use crate::{pin, tls};

/// A peer that has its say, and ends.
struct Says<'a> {
    says: &'a [u8],
    heard: Vec<u8>,
}

impl ErrorType for Says<'_> {
    type Error = ErrorKind;
}

impl Read for Says<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> {
        self.says.read(buffer).await.map_err(|e| match e {})
    }
}

impl Write for Says<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.heard.extend(bytes);
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// What comes of it, and the types of the records that were sent.
fn against(says: &[u8]) -> (TlsError, Vec<u8>) {
    let server = Server::self_issued(Kind::P256, &["firepower"]);
    let mut peer = Says {
        says,
        heard: Vec::new(),
    };
    let tls = tls();
    let connected = block_on(tls.connect(&mut peer, pin(server.der())));
    let error = connected.map(|_| ()).expect_err("refused");
    assert_eq!(heap_use().now, 0);
    (error, records(&peer.heard))
}

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

fn records(mut bytes: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    while let [kind, _, _, high, low, rest @ ..] = bytes {
        types.push(*kind);
        bytes = &rest[usize::from(u16::from_be_bytes([*high, *low]))..];
    }
    types
}

#[test]
fn a_peer_without_tls_is_refused() {
    for says in [
        &b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"[..],
        b"SSH-2.0-OpenSSH_9.6\r\n",
        &[0; 64],
    ] {
        let (error, sent) = against(says);
        assert!(matches!(error, TlsError::Protocol(_)), "{error:?}");
        assert!(
            matches!(&*sent, [HANDSHAKE] | [HANDSHAKE, ALERT]),
            "{sent:?}"
        );
    }
}

#[test]
fn a_peer_that_ends_or_says_nothing_is_a_broken_stream() {
    assert_eq!(against(b""), (TlsError::Stream, vec![HANDSHAKE]));
}

/// A ServerHello of `version`, with a suite of ECDHE, RSA and AES-128 in GCM.
fn server_hello(version: [u8; 2]) -> Vec<u8> {
    let mut hello = vec![22, 3, 3, 0, 42, 2, 0, 0, 38];
    hello.extend(version);
    hello.extend([7; 32]);
    hello.extend([0, 0xC0, 0x2F, 0]);
    hello
}

#[test]
fn older_versions_are_refused() {
    for version in [[3, 0], [3, 1], [3, 2]] {
        let (error, sent) = against(&server_hello(version));
        assert!(matches!(error, TlsError::Protocol(_)), "{error:?}");
        assert_eq!(sent, [HANDSHAKE, ALERT]);
    }
}

/// RFC 8446, section 4.1.3: somebody in between hides from the server that the
/// client knows TLS 1.3.
#[test]
fn a_downgrade_is_noticed() {
    const SUPPORTED_VERSIONS: [u8; 2] = [0, 43];
    let server = Server::self_issued(Kind::P256, &["firepower"]);
    let mut wire = Wire::to(server.connection_of(&VERSIONS));
    wire.tamper = |bytes| {
        let versions = [&SUPPORTED_VERSIONS[..], &[0, 5, 4, 3, 4, 3, 3]].concat();
        let at = bytes.windows(versions.len()).position(|w| w == versions);
        if let Some(at) = at {
            bytes[at] = 0xFA;
        }
    };
    let tls = tls();
    let connected = block_on(tls.connect(&mut wire, pin(server.der()))).map(|_| ());
    assert!(
        matches!(connected, Err(TlsError::Protocol(_))),
        "{connected:?}"
    );
    assert_eq!(records(&wire.sent), [HANDSHAKE, ALERT]);
}

#[test]
fn memory_that_is_used_up_is_an_error_and_no_more() {
    let server = Server::self_issued(Kind::P256, &["firepower"]);
    let tls = tls();
    for version in VERSIONS {
        let refused = heap_use().refused;
        let (mut one, mut two) = (
            Wire::to(server.connection(version)),
            Wire::to(server.connection(version)),
        );
        let first = block_on(tls.connect(&mut one, pin(server.der()))).expect("room for one");
        let second = block_on(tls.connect(&mut two, pin(server.der()))).map(|_| ());
        assert_eq!(second, Err(TlsError::OutOfMemory));
        assert!(heap_use().refused > refused && heap_use().peak <= HEAP_BYTES);
        drop(first);
        assert_eq!(heap_use().now, 0);
        let mut three = Wire::to(server.connection(version));
        let third = block_on(tls.connect(&mut three, pin(server.der()))).map(|_| ());
        assert_eq!(third, Ok(()));
    }
}

async fn talk(tls: &Tls, wire: &mut Wire, server: &Server) -> Result<Vec<u8>, TlsError> {
    let mut stream = tls.connect(wire, pin(server.der())).await?;
    let mut bytes: &[u8] = b"question";
    while !bytes.is_empty() {
        bytes = &bytes[stream.write(bytes).await?..];
    }
    let mut answer = [0; 6];
    let mut length = 0;
    while length < answer.len() {
        match stream.read(&mut answer[length..]).await? {
            0 => break,
            count => length += count,
        }
    }
    Ok(answer[..length].to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_connection_that_is_cut_is_an_error(
        version in prop::sample::select(&VERSIONS[..]),
        cut_after in 0_usize..1_000,
        piece in 1_usize..1_000,
    ) {
        let server = Server::self_issued(Kind::P256, &["firepower"]);
        let mut wire = Wire::to(server.connection(version));
        (wire.piece, wire.cut_after) = (piece, cut_after);
        let tls = tls();
        let said = block_on(talk(&tls, &mut wire, &server));
        match said {
            Ok(answer) => prop_assert_eq!(answer, b"answer"),
            Err(error) => prop_assert_eq!(error, TlsError::Stream),
        }
        prop_assert_eq!(heap_use().now, 0);
    }

    #[test]
    fn a_byte_that_was_changed_is_never_believed(
        version in prop::sample::select(&VERSIONS[..]),
        at in 0_usize..900,
    ) {
        let server = Server::self_issued(Kind::P256, &["firepower"]);
        let mut wire = Wire::to(server.connection(version));
        wire.change = Some(at);
        let tls = tls();
        let said = block_on(talk(&tls, &mut wire, &server));
        prop_assert!(said.is_err() || wire.change.is_some());
    }
}
