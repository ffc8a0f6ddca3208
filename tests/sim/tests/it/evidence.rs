//! The counts as evidence: what was lost, how sessions ended, who asked when.

use core::time::Duration;

use oobwatch_sim::{End, EndedBy, Event, Fault, FaultRule, Scenario, Sim, What};

use crate::fmc::{
    DOMAIN, HALF_AN_HOUR, LOGIN, REFRESH, REVOKE, Tokens, VERSION, basic, get, log_in, refresh,
};
use crate::fxos;
use crate::support::{Connection, NO_BODY, call, sim};

fn faulty(rules: Vec<FaultRule>) -> Scenario {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.faults = rules;
    scenario
}

/// A request of which no answer is awaited, with its credentials.
async fn send(sim: &Sim, path: &str, headers: &[(&str, &str)]) -> Connection {
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let mut connection = Connection::open(sim.fmc()).await;
    connection
        .send(&format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: 0\r\n\r\n"
        ))
        .await;
    connection
}

/// Waits until the box has noticed that so many connections are closed.
async fn closed(sim: &Sim) {
    while sim.state().fmc.open_connections > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn answers_that_do_not_get_through_are_counted_as_lost() {
    let once = |path, fault| FaultRule::new(path, fault).times(1);
    let sim = sim(faulty(vec![
        once(LOGIN, Fault::LostReply),
        once(
            LOGIN,
            Fault::Cut {
                after: 400,
                end: End::Fin,
            },
        ),
        once(REFRESH, Fault::LostReply),
        once(REVOKE, Fault::LostReply),
    ]))
    .await;
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    let password = [("Authorization", credentials.as_str())];
    for expected in 1..=2 {
        send(&sim, LOGIN, &password).await.end().await.1.ok();
        closed(&sim).await;
        assert_eq!(sim.state().fmc.lost_logins, expected);
    }
    let tokens = log_in(sim.fmc()).await;
    send(&sim, REFRESH, &tokens.headers())
        .await
        .end()
        .await
        .1
        .ok();
    let tokens = log_in(sim.fmc()).await;
    send(&sim, REVOKE, &tokens.headers()[..1])
        .await
        .end()
        .await
        .1
        .ok();
    closed(&sim).await;
    let state = sim.state().fmc;
    assert_eq!((state.logins, state.lost_logins), (4, 2));
    assert_eq!((state.refreshes, state.lost_refreshes), (1, 1));
    assert_eq!((state.revokes, state.lost_revokes), (1, 1));
    let lost: Vec<bool> = sim.events(0).iter().map(|event| event.lost).collect();
    assert_eq!(lost, [true, true, false, true, false, true]);
}

#[tokio::test]
async fn a_client_that_does_not_wait_for_its_login_has_made_a_session_all_the_same() {
    let mut scenario = Scenario::default();
    scenario.fmc.login_latency_ms = 1_800;
    let sim = sim(scenario).await;
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    let impatient = send(&sim, LOGIN, &[("Authorization", &credentials)]).await;
    while sim.state().fmc.requests.is_empty() {
        tokio::task::yield_now().await;
    }
    drop(impatient);
    closed(&sim).await;
    assert_eq!(sim.state().fmc.logins, 0, "not yet");
    sim.advance(Duration::from_millis(1_800));
    while sim.state().fmc.lost_logins == 0 {
        tokio::task::yield_now().await;
    }
    let state = sim.state().fmc;
    assert_eq!((state.logins, state.orphaned_sessions), (1, 1));
}

#[tokio::test]
async fn an_answer_whose_body_stops_short_is_lost_and_a_whole_one_is_not() {
    let whole = sim(faulty(vec![])).await;
    let tokens = log_in(whole.fmc()).await;
    get(whole.fmc(), &tokens, VERSION).await;
    closed(&whole).await;
    assert!(whole.events(0).iter().all(|event| !event.lost));

    let short = sim(faulty(vec![FaultRule::new(VERSION, Fault::Truncated)])).await;
    let mut connection = Connection::open(short.fmc()).await;
    connection
        .send(&format!("GET {VERSION} HTTP/1.1\r\nHost: x\r\n\r\n"))
        .await;
    assert!(connection.response().await.is_none());
    closed(&short).await;
    assert!(short.events(0)[0].lost);
}

#[tokio::test]
async fn a_fault_ends_the_session_of_its_request_in_three_ways() {
    for (by, again, displaced, ended) in [
        (EndedBy::Box, 401, 0, 1),
        (EndedBy::Login, 401, 1, 0),
        (EndedBy::Expiry, 204, 0, 0),
    ] {
        let rule = FaultRule {
            skip: 1,
            ..FaultRule::new(VERSION, Fault::EndSession { by }).times(1)
        };
        let sim = sim(faulty(vec![rule])).await;
        let tokens = log_in(sim.fmc()).await;
        for expected in [200, 401, 401] {
            let status = get(sim.fmc(), &tokens, VERSION).await.status();
            assert_eq!(status, expected, "{by:?}");
        }
        let refreshed = refresh(sim.fmc(), &tokens).await;
        assert_eq!(refreshed.status(), again, "{by:?}");
        let state = sim.state().fmc;
        assert_eq!(state.displaced_sessions, displaced);
        assert_eq!(state.ended_sessions, ended);
        assert_eq!(sim.events(0)[2].fault.as_deref(), Some("end_session"));
        if by == EndedBy::Expiry {
            let next = Tokens::of(&refreshed);
            assert_eq!(get(sim.fmc(), &next, VERSION).await.status(), 200);
        }
    }
}

#[tokio::test]
async fn a_session_of_the_chassis_can_be_ended_too() {
    let mut scenario = Scenario::default();
    let fault = Fault::EndSession { by: EndedBy::Box };
    scenario.fxos.wire.faults = vec![FaultRule::new("/api/sys", fault).times(1)];
    let sim = sim(scenario).await;
    let token = fxos::log_in(sim.fxos()).await;
    for _ in 0..2 {
        let refused = fxos::get(sim.fxos(), &token, "/api/sys").await;
        assert_eq!(fxos::code(&refused), (400, "552".into()));
    }
    assert_eq!(sim.state().fxos.ended_sessions, 1);
}

/// Every session that was made has ended in one of five ways, or is still there.
#[tokio::test]
async fn the_sessions_add_up() {
    let mut scenario = Scenario::default();
    scenario.fmc.session_life_s = Some(1_200);
    let sim = sim(scenario).await;
    let mut chance = 7_u64;
    let mut tokens = log_in(sim.fmc()).await;
    let mut token = fxos::log_in(sim.fxos()).await;
    for _ in 0..120 {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        match (chance >> 33) % 8 {
            0 => tokens = log_in(sim.fmc()).await,
            1 => {
                let refreshed = refresh(sim.fmc(), &tokens).await;
                if refreshed.status() == 204 {
                    tokens = Tokens::of(&refreshed);
                }
            }
            2 => drop(call(sim.fmc(), "POST", REVOKE, &tokens.headers()[..1], NO_BODY).await),
            3 => token = fxos::log_in(sim.fxos()).await,
            4 => drop(fxos::log_out(sim.fxos(), &token).await),
            5 => sim.advance(Duration::from_secs(700)),
            6 => sim.end_fmc_sessions(),
            _ => drop(fxos::get(sim.fxos(), &token, "/api/sys").await),
        }
        let state = sim.state();
        for one in [&state.fmc, &state.fxos] {
            let over = one.revokes + one.lapsed_sessions + one.displaced_sessions;
            let there = one.live_sessions + one.expired_sessions;
            assert_eq!(
                one.logins,
                over + one.ended_sessions + there as u64,
                "{one:?}"
            );
        }
    }
    let state = sim.state().fmc;
    for count in [
        state.revokes,
        state.refreshes,
        state.lapsed_sessions,
        state.displaced_sessions,
        state.ended_sessions,
    ] {
        assert_ne!(count, 0, "{state:?}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_class_and_logins_by_the_hour() {
    let sim = sim(Scenario::default()).await;
    let wrong = basic("api-monitor", "wrong");
    for _ in 0..3 {
        call(
            sim.fmc(),
            "POST",
            LOGIN,
            &[("Authorization", &wrong)],
            NO_BODY,
        )
        .await;
        sim.advance(Duration::from_secs(1_600));
    }
    let tokens = log_in(sim.fmc()).await;
    get(sim.fmc(), &tokens, VERSION).await;
    let access = [tokens.headers()[0]];
    let networks = format!("{DOMAIN}/object/networks");
    call(sim.fmc(), "POST", &networks, &access, "{}").await;
    refresh(sim.fmc(), &tokens).await;
    for _ in 0..2 {
        call(sim.fmc(), "POST", REVOKE, &access, NO_BODY).await;
    }
    let token = fxos::log_in(sim.fxos()).await;
    fxos::get(sim.fxos(), &token, "/api?classId=topSystem").await;
    fxos::log_out(sim.fxos(), &token).await;
    fxos::log_out(sim.fxos(), &token).await;
    let state = sim.state();
    let classes = |counts: &std::collections::BTreeMap<String, u64>| {
        let told = counts
            .iter()
            .map(|(class, count)| format!("{class} {count}"));
        told.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        classes(&state.fmc.classes),
        "login 4, logout 2, read 1, refresh 1, write 1"
    );
    assert_eq!(classes(&state.fxos.classes), "login 1, logout 2, read 1");
    assert_eq!(state.fmc.refused_revokes, 2, "the refresh made them old");
    assert_eq!(state.fxos.refused_revokes, 1);
    assert_eq!(state.fmc.peak_logins_per_hour, 3, "of four, refused or not");
}

#[tokio::test]
async fn events_tell_connections_apart() {
    let sim = sim(Scenario::default()).await;
    let mut first = Connection::open(sim.fmc()).await;
    first.request("GET", VERSION, &[], NO_BODY).await;
    call(sim.fmc(), "GET", VERSION, &[], NO_BODY).await;
    first.request("GET", VERSION, &[], NO_BODY).await;
    let connections: Vec<u64> = sim.events(0).iter().map(|one| one.connection).collect();
    assert_eq!(connections, [1, 2, 1]);
}

#[tokio::test]
async fn counts_can_begin_anew_while_sessions_stay() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    for _ in 0..5 {
        get(sim.fmc(), &tokens, VERSION).await;
    }
    sim.reset();
    assert!(sim.events(0).is_empty());
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    let state = sim.state().fmc;
    assert_eq!((state.logins, state.live_sessions), (0, 1));
    assert_eq!(state.peak_requests_per_minute, 1);
    assert_eq!(state.classes["read"], 1);
    assert_eq!(sim.events(0)[0].n, 7, "events are counted on");
}

#[tokio::test]
async fn foreign_credentials_are_told_by_header() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    let basic = basic(&sim.fmc().user, &sim.fmc().password);
    let [access, refresh_token] = tokens.headers();
    for headers in [
        &[access][..],
        &[access, refresh_token],
        &[("Authorization", basic.as_str())],
    ] {
        call(sim.fxos(), "GET", VERSION, headers, NO_BODY).await;
    }
    let state = sim.state().fxos;
    assert_eq!(state.foreign_credentials, 3);
    assert_eq!(state.foreign_headers["X-auth-access-token"], 2);
    assert_eq!(state.foreign_headers["X-auth-refresh-token"], 1);
    assert_eq!(state.foreign_headers["authorization"], 1);
}

/// Heads, bodies and events of a short story.
async fn transcript(seed: Option<u64>) -> (Vec<String>, Vec<Event>) {
    let mut scenario = Scenario {
        seed,
        ..Scenario::default()
    };
    scenario.fmc.wire.faults = vec![FaultRule {
        probability: Some(0.5),
        seed: 3,
        ..FaultRule::new(DOMAIN, Fault::Html { status: 503 })
    }];
    let sim = sim(scenario).await;
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    let login = [("Authorization", credentials.as_str())];
    let first = call(sim.fmc(), "POST", LOGIN, &login, NO_BODY).await;
    let tokens = Tokens::of(&first);
    sim.advance(HALF_AN_HOUR);
    let second = refresh(sim.fmc(), &tokens).await;
    let mut told = vec![first.head, second.head.clone()];
    for _ in 0..6 {
        let path = format!("{DOMAIN}/integration/fmchastatuses");
        let answer = get(sim.fmc(), &Tokens::of(&second), &path).await;
        told.push(answer.head + &answer.body);
    }
    told.push(fxos::log_in(sim.fxos()).await);
    // The client's address differs from run to run.
    (told, sim.events(0))
}

#[tokio::test]
async fn with_a_seed_two_runs_are_the_same_to_the_byte() {
    let (first, events) = transcript(Some(5)).await;
    assert_eq!((first.clone(), events), transcript(Some(5)).await);
    assert!(first[0].contains("\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n"));
    assert!(first.iter().any(|answer| answer.contains("503")));
    assert_ne!(first, transcript(Some(6)).await.0);
    assert_ne!(transcript(None).await.0, transcript(None).await.0);
}

#[tokio::test]
async fn a_refused_login_by_a_limit_is_no_login() {
    let mut scenario = Scenario::default();
    scenario.fmc.rate_limit.per_minute = 1;
    let sim = sim(scenario).await;
    log_in(sim.fmc()).await;
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    let login = [("Authorization", credentials.as_str())];
    let refused = call(sim.fmc(), "POST", LOGIN, &login, NO_BODY).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(sim.events(1)[0].what, What::RateLimited);
    let state = sim.state().fmc;
    assert_eq!((state.logins, state.refused_logins), (1, 0));

    let mut spared = sim.scenario();
    spared.fmc.rate_limit.spares_logins = true;
    sim.set_scenario(spared).unwrap();
    log_in(sim.fmc()).await;
    let tokens = log_in(sim.fmc()).await;
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 429);
}
