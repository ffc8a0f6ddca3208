//! What a future that is dropped half-way leaves behind: nothing that the next
//! caller, or the next process, does not cope with.

use core::time::Duration;

use oobwatch_client::Builder;
use oobwatch_client::core::health::Verdict;
use oobwatch_client::core::http::Method;
use oobwatch_client::state::State;
use oobwatch_sim::Sim;
use oobwatch_tests::{HALF_HOUR, Lab, dropped_after};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;

const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";
const NETWORKS: &str = "/api/fmc_config/v1/domain/{domainUUID}/object/networks";
const IMAGES: &str = "/api/sys/firmware/images";

/// Waits until the boxes have seen it.
async fn until(sim: &Sim, seen: impl Fn(&oobwatch_sim::State) -> bool) {
    let looks = async {
        while !seen(&sim.state()) {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(20), looks).await;
    in_time.unwrap_or_else(|_| panic!("it was not seen: {:?}", sim.state()));
}

/// Whichever caller is dropped, and wherever it waits, the others get through
/// and the session stays one.
#[tokio::test]
async fn any_caller_at_any_await() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    client.log_in().await.unwrap();
    let mut dropped = 0;
    for polls in 0..24 {
        // A session that ends before its time, and can not be refreshed, was
        // displaced: the fourth end comes when it is due.
        if polls % 4 == 3 {
            lab.advance(HALF_HOUR);
        } else {
            lab.advance_boxes(HALF_HOUR);
        }
        let before = lab.sim.state().fmc;
        let doomed = (0..5).map(|_| {
            let client = client.clone();
            tokio::spawn(dropped_after(
                polls,
                async move { client.get(VERSION).await },
            ))
        });
        let doomed: Vec<_> = doomed.collect();
        let others = (0..15).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.get(VERSION).await.unwrap().status })
        });
        for other in others.collect::<Vec<_>>() {
            assert_eq!(other.await.unwrap(), 200, "dropped after {polls} polls");
        }
        for task in doomed {
            dropped += usize::from(task.await.unwrap().is_none());
        }
        let after = lab.sim.state().fmc;
        let renewed = (after.refreshes + after.logins) - (before.refreshes + before.logins);
        assert_eq!(renewed, 1, "dropped after {polls} polls");
    }
    assert!(dropped > 20, "only {dropped} were dropped on the way");
    client.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

/// The answer is on its way: the connection is closed, as the next request would
/// read that answer as its own. A write has been done, and is not done again.
#[tokio::test]
async fn a_request_that_waits_for_its_answer() {
    for method in [Method::Get, Method::Post] {
        let lab = Lab::new(|scenario| scenario.fmc.wire.hold = vec!["/api/fmc_config".into()]);
        let lab = lab.await;
        let client = lab.fmc().build().unwrap();
        client.log_in().await.unwrap();
        let doomed = {
            let client = client.clone();
            let body = json!({"name": "n", "type": "Network", "value": "192.0.2.0/24"});
            tokio::spawn(async move {
                let body = body.to_string();
                let body = (method == Method::Post).then_some(body.as_bytes());
                let body = body.map(|body| ("application/json", body));
                client.request(method, NETWORKS, body).await
            })
        };
        until(&lab.sim, |state| state.fmc.held == 1).await;
        let before = lab.sim.state().fmc;
        doomed.abort();
        assert!(doomed.await.is_err());
        until(&lab.sim, |state| {
            state.fmc.open_connections == before.open_connections - 1
        })
        .await;
        lab.sim.release();
        let list: Value = client.get_json(NETWORKS).await.unwrap();
        let done = list["items"]
            .as_array()
            .is_some_and(|items| items.iter().any(|network| network["name"] == "n"));
        assert_eq!(done, method == Method::Post, "{list}");
        client.close().await.unwrap();
        let state = lab.sim.state().fmc;
        let writes: u64 = state.classes.get("write").copied().unwrap_or(0);
        assert_eq!(writes, u64::from(method == Method::Post));
        assert_eq!((state.logins, state.live_sessions), (1, 0));
    }
}

/// The box has a part. What was held off for the upload goes again.
#[tokio::test]
async fn an_upload_in_the_middle_of_its_body() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fxos().build().unwrap();
    let (mut image, body) = tokio::io::duplex(64);
    let doomed = {
        let client = client.clone();
        let length = Some(1_000_000);
        tokio::spawn(async move {
            client
                .upload(IMAGES, "multipart/binary", length, body)
                .await
        })
    };
    // All but what the pipe holds has been read from it.
    image.write_all(&[7; 100_000]).await.unwrap();
    doomed.abort();
    assert!(doomed.await.is_err());
    until(&lab.sim, |state| state.fxos.uploads.len() == 1).await;
    let upload = lab.sim.state().fxos.uploads[0].clone();
    assert!(!upload.complete && upload.bytes <= 100_000, "{upload:?}");
    let again = client.upload(IMAGES, "multipart/binary", Some(3), &b"abc"[..]);
    assert!(again.await.unwrap().is_success());
    client.close().await.unwrap();
    let state = lab.sim.state().fxos;
    assert!(state.uploads[1].complete);
    assert_eq!((state.logins, state.live_sessions), (1, 0));
}

#[tokio::test]
async fn a_check_at_any_await() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    let mut dropped = 0;
    for polls in 0..40 {
        let doomed = dropped_after(polls, client.check()).await;
        dropped += usize::from(doomed.is_none());
        let report = client.check().await;
        assert_eq!(report.verdict(), Verdict::Ok, "dropped after {polls} polls");
    }
    assert!(dropped > 10, "only {dropped} were dropped on the way");
    client.close().await.unwrap();
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.live_sessions), (1, 0));
}

/// One that ends the session in between, and one for good.
#[tokio::test]
async fn a_logout_at_any_await() {
    let lab = Lab::new(|_| {}).await;
    for polls in 0..4 {
        let client = lab.fmc().build().unwrap();
        assert!(client.get(VERSION).await.unwrap().is_success());
        let doomed = dropped_after(polls, client.log_out()).await;
        assert!(doomed.is_none() || polls > 1);
        assert!(client.get(VERSION).await.unwrap().is_success());
        let doomed = dropped_after(polls, client.close()).await;
        assert!(doomed.is_none() || polls > 1);
        client.close().await.unwrap();
        assert_eq!(lab.sim.state().fmc.live_sessions, 0);
        assert_eq!(client.stats().orphans, 0);
    }
}

/// Whichever of the two comes first: what is closed for good stays closed.
#[tokio::test]
async fn a_client_that_is_closed_stays_closed() {
    let lab = Lab::new(|_| {}).await;
    for closes_first in [true, false] {
        let client = lab.fmc().build().unwrap();
        assert!(client.get(VERSION).await.unwrap().is_success());
        let ended = match closes_first {
            true => tokio::join!(client.close(), client.log_out()),
            false => tokio::join!(client.log_out(), client.close()),
        };
        assert!(matches!(ended, (Ok(()), Ok(()))), "{ended:?}");
        client.log_out().await.unwrap();
        assert!(client.get(VERSION).await.unwrap_err().is_logged_out());
        assert_eq!(lab.sim.state().fmc.live_sessions, 0);
    }
}

/// A session that was about to be closed is closed at the next start. The last is
/// closed already: but for the answer, which nobody waits for.
#[tokio::test]
async fn a_recovery_at_any_await() {
    let lab = Lab::new(|_| {}).await;
    let folder = tempfile::tempdir().unwrap();
    let state = || State::open(folder.path().join("state")).unwrap();
    let client = || lab.fmc().state(state()).build().unwrap();
    for polls in [Some(0), Some(1), Some(2), None] {
        ends_without_a_word(lab.fmc().state(state())).await;
        assert_eq!(lab.sim.state().fmc.live_sessions, 1);
        let doomed = client();
        if let Some(polls) = polls {
            let recovered = dropped_after(polls, doomed.recover()).await;
            assert!(recovered.is_none() || polls > 1);
        } else {
            let mut scenario = lab.sim.scenario();
            scenario.fmc.wire.hold = vec!["/api/fmc_platform/v1/auth/revokeaccess".into()];
            lab.sim.set_scenario(scenario).unwrap();
            tokio::select! {
                biased;
                recovered = doomed.recover() => panic!("{recovered:?} without an answer"),
                () = until(&lab.sim, |state| state.fmc.held == 1) => {}
            }
            lab.sim.release();
        }
        drop(doomed);
        let recovered = client().recover().await.unwrap();
        assert_eq!((recovered.failed, recovered.lost), (0, 0), "{polls:?}");
        assert_eq!(state().sessions().unwrap(), []);
        assert_eq!(lab.sim.state().fmc.live_sessions, 0);
    }
}

/// A process that has logged in, and is killed.
async fn ends_without_a_word(builder: Builder) {
    let process = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let client = builder.build().unwrap();
        runtime.block_on(async { client.log_in().await.unwrap() });
        runtime.shutdown_background();
    });
    let ended = tokio::task::spawn_blocking(|| process.join().unwrap());
    ended.await.unwrap();
}
