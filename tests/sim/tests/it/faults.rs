//! Faults that leave the request its effect, errors under load, and rules by chance.

use core::num::NonZeroUsize;
use core::time::Duration;
use std::io::ErrorKind;

use oobwatch_sim::{CutRequests, End, Fault, FaultRule, Scenario, Sim, Trouble};

use crate::fmc::{LOGIN, VERSION, basic, get, log_in};
use crate::support::{Connection, NO_BODY, call, sim};

async fn with_fault(path: &str, fault: Fault) -> Sim {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.faults = vec![FaultRule::new(path, fault).times(1)];
    sim(scenario).await
}

fn login_request(sim: &Sim) -> String {
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: x\r\nAuthorization: {credentials}\r\n\
         Content-Length: 0\r\n\r\n"
    )
}

#[tokio::test]
async fn a_lost_reply_is_of_a_request_that_took_effect() {
    let sim = with_fault(LOGIN, Fault::LostReply).await;
    let mut connection = Connection::open(sim.fmc()).await;
    connection.send(&login_request(&sim)).await;
    let (text, end) = connection.end().await;
    assert!(text.is_empty() && end.is_ok(), "{text} {end:?}");
    let state = sim.state().fmc;
    assert_eq!((state.logins, state.orphaned_sessions), (1, 1));
    let tokens = log_in(sim.fmc()).await;
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    let state = sim.state().fmc;
    assert_eq!((state.displaced_sessions, state.orphaned_sessions), (1, 0));
}

#[tokio::test]
async fn an_answer_is_cut_at_any_byte_and_in_three_ways() {
    let whole = with_fault(LOGIN, Fault::Wait { ms: 0 }).await;
    let mut connection = Connection::open(whole.fmc()).await;
    connection.send(&login_request(&whole)).await;
    let length = connection.response().await.unwrap().head.len();
    for (after, end, expected) in [
        (0, End::Reset, Some(ErrorKind::ConnectionReset)),
        (1, End::Reset, Some(ErrorKind::ConnectionReset)),
        (300, End::Fin, Some(ErrorKind::UnexpectedEof)),
        (length - 1, End::CloseNotify, None),
        (length, End::Reset, Some(ErrorKind::ConnectionReset)),
    ] {
        let after_u64 = u64::try_from(after).unwrap();
        let cut = Fault::Cut {
            after: after_u64,
            end,
        };
        let sim = with_fault(LOGIN, cut).await;
        let mut connection = Connection::open(sim.fmc()).await;
        connection.send(&login_request(&sim)).await;
        let (text, ended) = connection.end().await;
        assert_eq!(text.len(), after);
        assert_eq!(ended.err().map(|error| error.kind()), expected, "{end:?}");
        assert_eq!(sim.state().fmc.logins, 1);
    }
}

#[tokio::test]
async fn a_request_is_cut_off_while_it_arrives_and_has_no_effect() {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.cut_requests = Some(CutRequests {
        after: 100,
        end: End::Reset,
        times: Some(1),
    });
    let sim = sim(scenario).await;
    let mut connection = Connection::open(sim.fmc()).await;
    let request = login_request(&sim);
    connection.send(&request[..99]).await;
    connection.send(&request[99..]).await;
    let (text, end) = connection.end().await;
    assert!(text.is_empty() && end.is_err());
    assert_eq!(sim.state().fmc.logins, 0);
    assert!(sim.state().fmc.requests.is_empty());
    log_in(sim.fmc()).await;
}

#[tokio::test]
async fn a_slow_answer_comes_piece_by_piece() {
    let slow = |real_time| Fault::Slow {
        bytes: NonZeroUsize::new(300).unwrap(),
        gap_ms: 1,
        real_time,
    };
    let sim = with_fault(VERSION, slow(false)).await;
    let mut connection = Connection::open(sim.fmc()).await;
    connection
        .send(&format!("GET {VERSION} HTTP/1.1\r\nHost: x\r\n\r\n"))
        .await;
    assert_eq!(connection.at_least(300).await.len(), 300);
    let pending = tokio::time::timeout(Duration::from_millis(20), connection.response()).await;
    assert!(pending.is_err(), "waits for the virtual clock");
    let time_passes = async {
        loop {
            sim.advance(Duration::from_millis(1));
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        response = connection.response() => assert_eq!(response.unwrap().status(), 401),
        () = time_passes => {}
    }

    let sim = with_fault(VERSION, slow(true)).await;
    let response = call(sim.fmc(), "GET", VERSION, &[], NO_BODY).await;
    assert_eq!(response.json()["error"]["category"], "FRAMEWORK");
}

#[tokio::test]
async fn half_of_a_body_in_proper_framing() {
    let sim = with_fault(VERSION, Fault::CutJson).await;
    let mut connection = Connection::open(sim.fmc()).await;
    let half = connection.request("GET", VERSION, &[], NO_BODY).await;
    let whole = connection.request("GET", VERSION, &[], NO_BODY).await;
    assert_eq!(half.body, whole.body[..whole.body.len() / 2]);
    assert!(serde_json::from_str::<serde_json::Value>(&half.body).is_err());
}

#[tokio::test]
async fn errors_of_these_boxes_are_in_their_words() {
    for (what, status, body) in [
        (Trouble::EmptyObject, 200, "{}"),
        (Trouble::ErrorIn200, 200, r#"{"error":{"category""#),
        (
            Trouble::TryAgain,
            400,
            "Search Service n.a. Please try again.",
        ),
        (
            Trouble::RetrySometime,
            400,
            "retry the operation after sometime",
        ),
        (Trouble::AccessTokenInvalid, 401, "Access token invalid."),
        (Trouble::Bare401, 401, ""),
        (Trouble::ErrorAsText, 401, r#"{"error":"invalid_token""#),
        (
            Trouble::RequiredAuthorization,
            400,
            "You do not have the required authorization",
        ),
        (Trouble::NotAuthorized, 403, "The user is not authorized"),
        (Trouble::RequestTimeout, 408, "Access token invalid."),
        (Trouble::TooLarge, 413, "<title>413 Payload Too Large"),
        (Trouble::Unprocessable, 422, "Unprocessable Entity"),
        (Trouble::EmptyMessage, 500, r#""messages":[{}]"#),
        (Trouble::ActionTypeNull, 500, "The action type is null"),
        (
            Trouble::TimedOut,
            504,
            "Request Timed Out. Retry after sometime.",
        ),
        (Trouble::BackendError, 400, r#""error-code":"101""#),
        (Trouble::AuthorizationRequired, 400, r#""error-code":"552""#),
    ] {
        let sim = with_fault(VERSION, Fault::Trouble { what }).await;
        let tokens = log_in(sim.fmc()).await;
        let response = get(sim.fmc(), &tokens, VERSION).await;
        assert_eq!(response.status(), status, "{what:?}");
        assert!(response.body.contains(body), "{}", response.body);
        assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    }
}

#[tokio::test]
async fn a_seed_strikes_the_same_requests_in_every_run() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let mut scenario = Scenario::default();
        scenario.fmc.wire.faults = vec![FaultRule {
            probability: Some(0.5),
            seed: 42,
            ..FaultRule::new("/api", Fault::Html { status: 503 })
        }];
        let sim = sim(scenario).await;
        let mut struck = String::new();
        for _ in 0..20 {
            let status = call(sim.fmc(), "GET", VERSION, &[], NO_BODY).await.status();
            struck.push(if status == 503 { 'x' } else { '.' });
        }
        runs.push(struck);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains('x') && runs[0].contains('.'), "{runs:?}");
}

#[tokio::test]
async fn what_no_box_could_do_is_refused() {
    let mut chance = Scenario::default();
    chance.fmc.wire.faults = vec![FaultRule {
        probability: Some(1.5),
        ..FaultRule::new("", Fault::Close)
    }];
    let mut skew = Scenario::default();
    skew.fxos.wire.date_skew_s = i64::MIN;
    for (scenario, named) in [(chance, "probability"), (skew, "date_skew_s")] {
        let error = Sim::builder().scenario(scenario).start().await.unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
    }
}
