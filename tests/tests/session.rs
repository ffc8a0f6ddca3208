//! The client against the simulator over real TLS sockets: sessions.

use core::time::Duration;

use oobwatch_client::core::health::{Item, Verdict};
use oobwatch_client::core::http::Method;
use oobwatch_sim::{Fault, FaultRule, TlsVersions};
use oobwatch_tests::Lab;

const HALF_HOUR: Duration = Duration::from_secs(30 * 60);
const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";

#[tokio::test]
async fn an_fmc_from_login_to_logout() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    let report = client.check().await;
    assert_eq!((report.verdict(), report.stopped_at()), (Verdict::Ok, None));
    assert_eq!(report.counts.states(Item::Devices).unwrap().ok, 3);
    lab.advance(HALF_HOUR);
    let report = client.check().await;
    assert_eq!(report.verdict(), Verdict::Ok);
    assert_eq!(report.observed.session.refreshes, 1);
    client.close().await.unwrap();
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.refreshes, state.revokes), (1, 1, 1));
    assert_eq!((state.live_sessions, state.expired_sessions), (0, 0));
    assert_eq!((state.stray_credentials, state.refused_logins), (0, 0));
}

#[tokio::test]
async fn a_chassis_from_login_to_logout() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fxos().build().unwrap();
    let report = client.check().await;
    assert_eq!((report.verdict(), report.stopped_at()), (Verdict::Ok, None));
    lab.advance_boxes(HALF_HOUR);
    assert_eq!(client.check().await.verdict(), Verdict::Ok);
    client.close().await.unwrap();
    let state = lab.sim.state().fxos;
    assert_eq!(
        (state.logins, state.revokes, state.live_sessions),
        (2, 1, 0)
    );
    assert_eq!((state.stray_credentials, state.refused_logins), (0, 0));
}

#[tokio::test]
async fn either_version_of_tls_alone() {
    for (versions, name) in [(TlsVersions::Tls12, "1.2"), (TlsVersions::Tls13, "1.3")] {
        let lab = Lab::new(|scenario| scenario.tls = versions).await;
        for client in [lab.fmc().build().unwrap(), lab.fxos().build().unwrap()] {
            assert_eq!(client.check().await.verdict(), Verdict::Ok, "TLS {name}");
            client.close().await.unwrap();
        }
        let seen = lab.sim.state().fmc.tls_versions;
        assert!(
            seen.keys().all(|version| version.contains(name)),
            "{seen:?}"
        );
    }
}

/// Four half hours on one login, then the next: never a fourth refresh.
#[tokio::test]
async fn a_chain_is_used_to_its_end() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    for minutes in 0..24 {
        lab.advance(Duration::from_secs(10 * 60));
        assert!(client.get(VERSION).await.unwrap().is_success());
        let statuses = lab.sim.state().fmc.statuses;
        assert!(!statuses.contains_key(&401), "at {minutes}0 minutes");
    }
    client.close().await.unwrap();
    let state = lab.sim.state().fmc;
    assert_eq!(
        (state.logins, state.refreshes, state.refused_refreshes),
        (2, 6, 0)
    );
    assert!(
        !state.statuses.contains_key(&401),
        "no request failed: {:?}",
        state.statuses
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_requests_on_an_expired_token_refresh_once() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    client.log_in().await.unwrap();
    for known in [true, false] {
        // The client's clock may know that the token has expired, or not.
        if known {
            lab.advance(HALF_HOUR);
        } else {
            lab.advance_boxes(HALF_HOUR);
        }
        let before = lab.sim.state().fmc;
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.get(VERSION).await.unwrap().status })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), 200);
        }
        let after = lab.sim.state().fmc;
        assert_eq!(
            after.refreshes,
            before.refreshes + 1,
            "clock known: {known}"
        );
        assert_eq!(after.logins, before.logins);
    }
    client.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

/// What this account may not read is answered 401 too: that costs a probe, and
/// neither a refresh nor a login.
#[tokio::test]
async fn a_request_that_is_refused_leaves_the_session_alone() {
    let denied = Fault::Answer {
        status: 401,
        content_type: "application/json".into(),
        body: r#"{"error":{"messages":[{"description":"Access token invalid."}]}}"#.into(),
        headers: vec![],
    };
    let lab = Lab::new(|scenario| {
        scenario.fmc.wire.faults = vec![FaultRule::new("/api/fmc_config", denied)];
    })
    .await;
    let client = lab.fmc().build().unwrap();
    assert!(client.get(VERSION).await.unwrap().is_success());
    for _ in 0..5 {
        let refused = client.get("/api/fmc_config/v1/x").await.unwrap_err();
        assert!(
            refused.to_string().contains("refused the token"),
            "{refused}"
        );
        assert!(client.get(VERSION).await.unwrap().is_success());
    }
    client.close().await.unwrap();
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.refreshes, state.revokes), (1, 0, 1));
}

#[tokio::test]
async fn a_client_that_is_dropped_logs_out() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    client.log_in().await.unwrap();
    let clone = client.clone();
    drop(client);
    assert!(clone.get(VERSION).await.unwrap().is_success());
    drop(clone);
    for _ in 0..10_000 {
        if lab.sim.state().fmc.live_sessions == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("the session is still open");
}

/// The caller gives up in the middle of a login and the client goes: the login
/// comes in all the same, and somebody has to log it out.
#[tokio::test]
async fn a_login_that_nobody_waits_for_is_logged_out() {
    let slow = Fault::Delay { ms: 500 };
    let path = "/api/fmc_platform/v1/auth/generatetoken";
    for close in [false, true] {
        let lab = Lab::new(|scenario| {
            scenario.fmc.wire.faults = vec![FaultRule::new(path, slow.clone())];
        })
        .await;
        let mut timeouts = oobwatch_tests::impatient();
        timeouts.close = Duration::from_millis(1);
        let client = lab.fmc().timeouts(timeouts).build().unwrap();
        let hasty = tokio::time::timeout(Duration::from_millis(30), client.get(VERSION));
        assert!(hasty.await.is_err());
        if close {
            assert!(
                client.close().await.is_err(),
                "the login is still under way"
            );
        } else {
            drop(client);
        }
        for _ in 0..1_000 {
            if lab.sim.state().fmc.revokes == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let state = lab.sim.state().fmc;
        assert_eq!(
            (state.logins, state.revokes, state.live_sessions),
            (1, 1, 0)
        );
    }
}

/// A refresh says nothing about domains: the one that was chosen stays.
#[tokio::test]
async fn a_session_in_a_domain_outlives_its_refreshes() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().domain("Devel").build().unwrap();
    client.log_in().await.unwrap();
    let (domains, chosen) = (client.domains(), client.tokens().unwrap().domain);
    for _ in 0..8 {
        lab.advance(HALF_HOUR);
        assert!(client.get(VERSION).await.unwrap().is_success());
        assert_eq!(client.tokens().unwrap().domain, chosen);
        assert_eq!(client.domains(), domains);
    }
    client.close().await.unwrap();
    assert_eq!(
        (lab.sim.state().fmc.logins, lab.sim.state().fmc.refreshes),
        (3, 6)
    );
}

#[tokio::test]
async fn nothing_is_sent_after_close() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    client.log_in().await.unwrap();
    client.close().await.unwrap();
    let before = lab.sim.state().fmc;
    assert!(client.get(VERSION).await.unwrap_err().is_logged_out());
    assert!(client.close().await.is_ok(), "closing twice is no error");
    assert_eq!(lab.sim.state().fmc.requests, before.requests);
}

/// The box closes idle connections after 5 s: a client that does not know yet
/// finds them dead, and nobody notices.
#[tokio::test]
async fn an_idle_connection_that_the_box_closed_is_replaced() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    for _ in 0..3 {
        assert!(client.get(VERSION).await.unwrap().is_success());
        lab.advance_boxes(Duration::from_secs(6));
    }
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.connections), (1, 3));
    client.close().await.unwrap();
}

#[tokio::test]
async fn a_connection_carries_a_hundred_requests_and_no_more() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    for _ in 0..250 {
        assert!(client.get(VERSION).await.unwrap().is_success());
    }
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.connections), (1, 3));
    client.close().await.unwrap();
}

/// A client that is used seldom leaves no session behind in between.
#[tokio::test]
async fn a_client_that_logged_out_logs_in_again() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    for logins in 1..4 {
        assert!(client.get(VERSION).await.unwrap().is_success());
        assert_eq!(lab.sim.state().fmc.logins, logins);
        client.log_out().await.unwrap();
        assert_eq!(lab.sim.state().fmc.live_sessions, 0);
    }
    client.log_out().await.unwrap();
    client.close().await.unwrap();
    assert!(client.get(VERSION).await.unwrap_err().is_logged_out());
}

/// Someone else has logged in as the same user: they are left alone for a
/// minute at least, and the caller is told why.
#[tokio::test]
async fn a_displaced_session_comes_back_after_a_while() {
    let lab = Lab::new(|_| {}).await;
    let (one, other) = (lab.fmc().build().unwrap(), lab.fmc().build().unwrap());
    assert!(one.get(VERSION).await.unwrap().is_success());
    assert!(other.get(VERSION).await.unwrap().is_success());
    for seconds in [0, 59] {
        lab.advance(Duration::from_secs(seconds));
        let error = one.get(VERSION).await.unwrap_err().to_string();
        assert!(error.contains("account of its own"), "{error}");
    }
    assert!(other.get(VERSION).await.unwrap().is_success());
    assert_eq!(lab.sim.state().fmc.logins, 2);
    lab.advance(Duration::from_secs(31));
    assert!(one.get(VERSION).await.unwrap().is_success());
    assert_eq!(lab.sim.state().fmc.logins, 3);
    assert_eq!((one.stats().displaced, other.stats().displaced), (1, 0));
    one.close().await.unwrap();
    // Its own session is gone; that is as good as a logout.
    other.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

/// Eight clients share a wrong password: two refusals in all, at least a minute
/// apart, however often they check.
#[tokio::test]
async fn a_wrong_password_is_refused_twice_however_many_clients_have_it() {
    let lab = Lab::new(|_| {}).await;
    let credential = oobwatch_client::Credential::new("admin", "wrong".to_owned());
    let of = |builder: oobwatch_client::Builder| builder.credential(credential.clone());
    let clients: Vec<_> = (0..8)
        .map(|n| {
            of(if n % 2 == 0 { lab.fmc() } else { lab.fxos() })
                .build()
                .unwrap()
        })
        .collect();
    for round in 0..125 {
        let checks = clients.iter().cloned().map(|client| {
            tokio::spawn(async move { client.check().await.observed.session.locked_out })
        });
        let mut locked_out = 0;
        for check in checks.collect::<Vec<_>>() {
            locked_out += u32::from(check.await.unwrap());
        }
        assert!(locked_out >= 1, "round {round}");
        lab.advance(Duration::from_secs(20));
        let state = lab.sim.state();
        let refused = state.fmc.refused_logins + state.fxos.refused_logins;
        assert_eq!(refused, if round < 3 { 1 } else { 2 }, "round {round}");
    }
    assert_eq!(credential.refusals(), 2);
}

/// A box that refuses the right password once, as FMC does after a burst.
#[tokio::test]
async fn a_right_password_that_was_refused_gets_its_second_try() {
    let lab = Lab::new(|scenario| scenario.fmc.refuse_logins = 1).await;
    let client = lab.fmc().build().unwrap();
    assert_ne!(client.check().await.verdict(), Verdict::Ok);
    lab.advance(Duration::from_secs(30));
    assert_ne!(client.check().await.verdict(), Verdict::Ok);
    lab.advance(Duration::from_secs(30));
    assert_eq!(client.check().await.verdict(), Verdict::Ok);
    client.close().await.unwrap();
    let state = lab.sim.state().fmc;
    assert_eq!(
        (state.refused_logins, state.logins, state.live_sessions),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let second = Lab::new(|_| {}).await;
    let elsewhere = format!("{}{VERSION}", second.sim.fmc().url);
    let redirect = Fault::redirect(302, &elsewhere);
    let lab = Lab::new(|scenario| {
        scenario.fmc.wire.faults = vec![FaultRule::new("/api/fmc_platform/v1/info", redirect)];
    })
    .await;
    let client = lab.fmc().build().unwrap();
    let error = client.get(VERSION).await.unwrap_err();
    assert!(error.to_string().contains("302"), "{error}");
    client.close().await.unwrap();
    assert_eq!(second.sim.state().fmc.connections, 0);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_ambiguous_and_sent_once() {
    let networks = "/api/fmc_config/v1/domain/{domainUUID}/object/networks";
    let lab = Lab::new(|scenario| {
        let lost = FaultRule {
            method: Some("POST".into()),
            ..FaultRule::new("/api/fmc_config", Fault::Close)
        };
        scenario.fmc.wire.faults = vec![lost];
    })
    .await;
    let client = lab.fmc().build().unwrap();
    client.log_in().await.unwrap();
    let body = serde_json::json!({"name": "n", "type": "Network", "value": "192.0.2.0/24"});
    let error = client.post(networks, &body).await.unwrap_err();
    assert!(
        error.to_string().contains("may have taken effect"),
        "{error}"
    );
    let posts = lab
        .sim
        .state()
        .fmc
        .requests
        .into_iter()
        .filter(|(key, _)| key.starts_with("POST /api/fmc_config"));
    assert_eq!(posts.map(|(_, count)| count).sum::<u64>(), 1);
    client.close().await.unwrap();
}

#[tokio::test]
async fn tokens_from_elsewhere_are_used_to_their_end() {
    let lab = Lab::new(|_| {}).await;
    let first = lab.fmc().build().unwrap();
    first.log_in().await.unwrap();
    let tokens = first.tokens().unwrap();
    first.keep_session();
    first.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.live_sessions, 1);
    let (access, refresh) = (&tokens.access, tokens.refresh.as_ref().unwrap());
    let second = lab.fmc_with_tokens(access, refresh);
    for _ in 0..8 {
        assert!(
            second
                .request(Method::Get, VERSION, None)
                .await
                .unwrap()
                .is_success()
        );
        lab.advance(Duration::from_secs(15 * 60));
    }
    let error = second.get(VERSION).await.unwrap_err();
    assert!(error.to_string().contains("used up"), "{error}");
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.refreshes), (1, 3));
}

/// What all requests wait for does not wait in line behind them for a connection.
#[tokio::test]
async fn a_refresh_does_not_wait_for_a_connection() {
    let slow = "/api/fmc_platform/v1/info/domain";
    let lab = Lab::new(|scenario| scenario.fmc.wire.hold = vec![slow.into()]).await;
    let client = lab.fmc().connections(2).build().unwrap();
    client.log_in().await.unwrap();
    let get = |path: &'static str| {
        let client = client.clone();
        tokio::spawn(async move { client.get(path).await.map(|reply| reply.status) })
    };
    // As many as there are connections: one is under way, or each.
    let held = [get(slow), get(slow)];
    while lab.sim.state().fmc.held == 0 {
        tokio::task::yield_now().await;
    }
    lab.advance(HALF_HOUR);
    let next = get(VERSION);
    let refreshed = async {
        while lab.sim.state().fmc.refreshes == 0 {
            tokio::task::yield_now().await;
        }
    };
    let refreshed = tokio::time::timeout(Duration::from_secs(20), refreshed).await;
    assert!(refreshed.is_ok(), "the refresh waits for the requests");
    assert!(lab.sim.state().fmc.held > 0);
    lab.sim.release();
    for held in held {
        assert_eq!(held.await.unwrap().unwrap(), 200);
    }
    assert_eq!(next.await.unwrap().unwrap(), 200);
    client.close().await.unwrap();
}
