//! Servers that are not to be trusted: not a byte of a credential goes to them.

use oobwatch_rig::{Impostor, Setup, Site};

use super::{Stopped, Verdict, assert_found, nothing_left, recovers, well};

/// The chassis has answered where the management centre should be.
#[tokio::test]
async fn the_certificate_is_another_ones() {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.service(Site::Fmc).lead_to(rig.sim.fxos().addr);
    assert_found(&rig.cycle().await, (Stopped::Tls, Verdict::Critical));
    let other = rig.state(Site::Fxos);
    assert_eq!((other.failed_handshakes, other.requests.len()), (1, 0));
    rig.service(Site::Fmc).lead_to(rig.sim.fmc().addr);
    recovers(&mut rig).await;
}

/// The random bytes of a server, the empty session, a suite that the board offers.
fn server_hello(version: [u8; 2]) -> Vec<u8> {
    let [major, minor] = version;
    let mut hello = vec![0x16, major, minor, 0, 42, 2, 0, 0, 38, major, minor];
    hello.extend([0x42; 32]);
    hello.extend([0, 0xC0, 0x2F, 0]);
    hello
}

#[tokio::test]
async fn the_server_talks_no_tls() {
    let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec();
    refused(Impostor::answering(plain).await).await;
}

#[tokio::test]
async fn the_server_wants_tls_1_1() {
    refused(Impostor::answering(server_hello([3, 2])).await).await;
}

/// An alert: protocol_version, fatal.
#[tokio::test]
async fn the_server_refuses_every_version() {
    refused(Impostor::answering(vec![0x15, 3, 1, 0, 2, 2, 70]).await).await;
}

#[tokio::test]
async fn the_handshake_is_cut_off() {
    let hello = server_hello([3, 3]);
    let half = hello.len() / 2;
    refused(Impostor::answering(hello[..half].to_vec()).await).await;
    refused(Impostor::answering(hello).await).await;
    refused(Impostor::answering(Vec::new()).await).await;
}

/// The check stops at TLS, and all that the board has sent is a handshake.
async fn refused(impostor: Impostor) {
    let mut rig = well(Setup::only(Site::Fmc)).await;
    rig.service(Site::Fmc).lead_to(impostor.address());
    assert_found(&rig.cycle().await, (Stopped::Tls, Verdict::Critical));
    assert!(impostor.connections() > 0);
    for record in impostor.records() {
        assert!(
            matches!(record, 0x15 | 0x16),
            "a TLS record of type {record:#x}"
        );
    }
    nothing_left(&rig);
    rig.service(Site::Fmc).lead_to(rig.sim.fmc().addr);
    recovers(&mut rig).await;
}
