//! Two hundred clients of the board's HTTP server that are up to no good.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;

use oobwatch_rig::gateway::Connector;
use oobwatch_rig::{Rig, Setup, Site};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tokio::time::sleep;

const CLIENTS: usize = 200;

/// What they say, the last of them for as long as they are let.
const JUNK: [&[u8]; 8] = [
    b"",
    b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
    b"GET /metrics HTTP/9.9\r\n\r\n",
    b"GET /metrics HTTP/1.1\r\nHost: board\r\n",
    b"\0\xFF\r\n\r\n\0",
    b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"GET /../../etc/passwd HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
    &[b'A'; 4_096],
];

#[tokio::test]
async fn junk_does_not_stop_the_checks() {
    let mut rig = Rig::start(Setup::default()).await;
    rig.checked(1).await;
    let (mut clients, visits) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for junk in JUNK.iter().cycle().take(CLIENTS) {
        clients.spawn(pester(rig.board.connector(), junk, Arc::clone(&visits)));
    }
    for times in 2..=4 {
        rig.begin_cycle().await;
        rig.until_so(|rig| {
            Site::ALL
                .iter()
                .all(|site| rig.state(*site).revokes == times)
        })
        .await;
    }
    // Those who say nothing more stay until the server's deadline.
    let come = || visits.load(Ordering::Relaxed);
    for _ in 0..250 {
        if come() >= CLIENTS {
            break;
        }
        rig.leap(3).await;
        sleep(Duration::from_millis(10)).await;
    }
    assert!(come() >= CLIENTS, "{} of {CLIENTS} have come in", come());
    clients.shutdown().await;
    // What they have left behind runs into the server's own deadlines.
    rig.leap(30).await;
    let metrics = rig.concluded().await;
    for site in Site::ALL {
        assert_eq!(metrics.own(site, "verdict"), Some(0.0));
        assert_eq!(rig.state(site).logins, 4);
    }
    let resets = metrics.get("oobwatch_board_resets_total{reason=\"watchdog\"}");
    assert_eq!(resets, Some(0.0));
}

/// Comes again and again, and stays until it is shown out.
async fn pester(connector: Connector, junk: &'static [u8], visits: Arc<AtomicUsize>) {
    loop {
        if let Ok(mut stream) = connector.connect().await {
            visits.fetch_add(1, Ordering::Relaxed);
            let _ = stream.write_all(junk).await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        } else {
            sleep(Duration::from_millis(50)).await;
        }
    }
}
