//! What `connect` trusts and what it refuses, against a server of another make
//! (rustls), in memory: each case with TLS 1.2 and 1.3, no application data sent
//! before trust is established, and all memory given back.

mod boxes;
mod broken;
mod wire;

use std::sync::{Mutex, MutexGuard, OnceLock};

use embassy_futures::block_on;
use embedded_io_async::{Read as _, Write as _};
use oobwatch_core::error::CertificateError;
use oobwatch_tls::{Tls, TlsError, Trust, heap_use};

use boxes::{Authority, Kind, Server, VERSIONS};
use wire::{Random, Wire};

use CertificateError::{PinMismatch, UnknownIssuer, WrongName};

/// Mbed TLS, for one test at a time: its heap has room for one connection.
fn tls() -> MutexGuard<'static, Tls> {
    static TLS: OnceLock<Mutex<Tls>> = OnceLock::new();
    let tls = TLS.get_or_init(|| {
        let random = Box::leak(Box::new(Random));
        Mutex::new(Tls::new(random).expect("made once"))
    });
    tls.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Connects with `trust` by each version, and has a word with the server if that
/// goes well.
fn connect(server: &Server, trust: Trust<'_>) -> [Result<(), TlsError>; 2] {
    let tls = tls();
    VERSIONS.map(|version| {
        let mut wire = Wire::to(server.connection(version));
        let connected = block_on(async {
            let mut stream = tls.connect(&mut wire, trust).await?;
            stream.write_all(b"question").await?;
            let mut answer = [0; 6];
            stream.read_exact(&mut answer).await.expect("an answer");
            assert_eq!(&answer, b"answer");
            Ok(())
        });
        assert_eq!(heap_use().now, 0, "{version:?}");
        let heard: &[u8] = if connected.is_ok() { b"question" } else { b"" };
        assert_eq!(wire.heard, heard, "{version:?}");
        connected
    })
}

fn pin(der: &[u8]) -> Trust<'_> {
    Trust::Pinned { der, sni: None }
}

#[track_caller]
fn trusted(server: &Server, trust: Trust<'_>) {
    assert_eq!(connect(server, trust), [Ok(()), Ok(())]);
}

#[track_caller]
fn refused(server: &Server, trust: Trust<'_>, why: CertificateError) {
    let error = Err(TlsError::Certificate(why));
    assert_eq!(connect(server, trust), [error, error]);
}

#[test]
fn a_pin_is_trusted_whatever_its_key() {
    for kind in Kind::ALL {
        let server = Server::self_issued(kind, &["firepower"]);
        trusted(&server, pin(server.der()));
    }
}

#[test]
fn a_pin_is_trusted_whatever_its_name_and_date_and_issuer() {
    let sni = Some("fmc.example");
    let named = Server::self_issued(Kind::P256, &["other.example"]);
    let trust = Trust::Pinned {
        der: named.der(),
        sni,
    };
    trusted(&named, trust);

    let expired = Server::expired(Kind::P256);
    trusted(&expired, pin(expired.der()));

    let authority = Authority::new("authority");
    let issued = authority.issue(Kind::P256, &["fmc.example"]);
    trusted(&issued, pin(issued.der()));

    let mut chain = Authority::new("root");
    for depth in 0..5 {
        chain = chain.subordinate(&format!("subordinate {depth}"));
    }
    let deep = chain.issue(Kind::P256, &["fmc.example"]);
    assert_eq!(deep.chain().len(), 6);
    trusted(&deep, pin(deep.der()));
}

#[test]
fn another_certificate_is_not_the_pinned_one() {
    let ours = Server::self_issued(Kind::P256, &["firepower"]);
    let same_names = Server::self_issued(Kind::P256, &["firepower"]);
    refused(&same_names, pin(ours.der()), PinMismatch);

    let renewed = ours.renewed();
    refused(&renewed, pin(ours.der()), PinMismatch);
}

/// Mbed TLS by itself would take the pin for an authority.
#[test]
fn what_a_pinned_certificate_has_issued_is_not_trusted() {
    let authority = Authority::new("an FMC that is an authority");
    let issued = authority.issue(Kind::P256, &["fmc.example"]);
    refused(&issued, pin(authority.der()), PinMismatch);
    let served = authority.server();
    trusted(&served, pin(authority.der()));
}

#[test]
fn a_pinned_certificate_without_its_key_is_refused() {
    for kind in Kind::ALL {
        let owner = Server::self_issued(kind, &["firepower"]);
        let thief = owner.with_another_key();
        for refused in connect(&thief, pin(owner.der())) {
            assert!(matches!(refused, Err(TlsError::Protocol(_))), "{refused:?}");
        }
    }
}

#[test]
fn an_authority_is_trusted_for_the_names_it_has_certified() {
    let authority = Authority::new("authority");
    let trust = |name| Trust::Authority {
        der: authority.der(),
        name,
    };
    let server = authority.issue(Kind::P384, &["fmc.example", "*.wild.example"]);
    trusted(&server, trust("fmc.example"));
    trusted(&server, trust("FMC.example"));
    trusted(&server, trust("a.wild.example"));
    for name in ["a.fmc.example", "wild.example", "a.b.wild.example", "fmc"] {
        refused(&server, trust(name), WrongName);
    }
    let address = authority.issue(Kind::P256, &["192.0.2.1"]);
    refused(&address, trust("fmc.example"), WrongName);
}

#[test]
fn an_authority_is_trusted_through_the_chain_that_the_box_sends() {
    let authority = Authority::new("authority");
    let trust = Trust::Authority {
        der: authority.der(),
        name: "fmc.example",
    };
    let subordinate = authority.subordinate("subordinate");
    let server = subordinate.issue(Kind::P256, &["fmc.example"]);
    trusted(&server, trust);
    refused(&server.without_chain(), trust, UnknownIssuer);
}

#[test]
fn others_are_not_the_authority() {
    let authority = Authority::new("authority");
    let trust = Trust::Authority {
        der: authority.der(),
        name: "fmc.example",
    };
    let impostor = Authority::new("authority");
    refused(
        &impostor.issue(Kind::P256, &["fmc.example"]),
        trust,
        UnknownIssuer,
    );
    let itself = Server::self_issued(Kind::P256, &["fmc.example"]);
    refused(&itself, trust, UnknownIssuer);

    // One that was issued by the authority, but may not issue any.
    let leaf = authority.issue(Kind::P256, &["leaf.example"]);
    let issued = leaf.issue_as_if_it_could(&["fmc.example"]);
    refused(&issued, trust, UnknownIssuer);
}

#[test]
fn a_chain_that_is_too_large_for_the_memory_is_told_as_such() {
    let mut chain = Authority::new("root");
    for depth in 0..30 {
        chain = chain.subordinate(&format!("subordinate {depth}"));
    }
    let server = chain.issue(Kind::P256, &["fmc.example"]);
    let error = Err(TlsError::OutOfMemory);
    assert_eq!(connect(&server, pin(server.der())), [error, error]);
    trusted(&server.without_chain(), pin(server.der()));
}

#[test]
fn what_is_no_certificate_can_not_be_trusted() {
    let server = Server::self_issued(Kind::P256, &["firepower"]);
    refused(&server, pin(b"no certificate"), CertificateError::Unusable);
    refused(&server, pin(b""), CertificateError::Unusable);
    let half = &server.der()[..server.der().len() / 2];
    refused(&server, pin(half), CertificateError::Unusable);
}

#[test]
fn a_name_that_c_can_not_take_is_refused() {
    let authority = Authority::new("authority");
    let server = authority.issue(Kind::P256, &["fmc.example"]);
    let long = "a".repeat(254);
    for name in ["", "fmc.example\0.evil.example", &long] {
        let trust = Trust::Authority {
            der: authority.der(),
            name,
        };
        let error = Err(TlsError::Config);
        assert_eq!(connect(&server, trust), [error, error]);
    }
}
