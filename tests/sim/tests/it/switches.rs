//! The management centre's and the chassis' disputed ways, switch by switch.

use core::time::Duration;

use oobwatch_sim::{
    DomainsStyle, EmptyList, Fault, FaultRule, HeaderCase, Offset, RefreshCap, Scenario,
};
use serde_json::json;

use crate::fmc::{
    DOMAIN, HALF_AN_HOUR, LOGIN, REFRESH, REVOKE, Tokens, VERSION, basic, get, log_in, refresh,
    refusal,
};
use crate::fxos;
use crate::support::{Connection, NO_BODY, call, sim};

#[tokio::test]
async fn a_refresh_beyond_the_cap_may_be_204_without_tokens_or_go_on_for_ever() {
    let mut scenario = Scenario::default();
    scenario.fmc.refresh_limit = 1;
    scenario.fmc.refresh_cap = RefreshCap::NoTokens;
    let mut unlimited = scenario.clone();
    unlimited.fmc.refresh_cap = RefreshCap::Unlimited;

    let sim = sim(scenario).await;
    let tokens = Tokens::of(&refresh(sim.fmc(), &log_in(sim.fmc()).await).await);
    let second = refresh(sim.fmc(), &tokens).await;
    assert_eq!(second.status(), 204);
    assert_eq!(second.header("X-auth-access-token"), None);
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    assert_eq!(sim.state().fmc.refused_refreshes, 1);

    sim.set_scenario(Scenario {
        manual_clock: true,
        ..unlimited
    })
    .unwrap();
    let mut tokens = tokens;
    for _ in 0..5 {
        sim.advance(HALF_AN_HOUR);
        tokens = Tokens::of(&refresh(sim.fmc(), &tokens).await);
    }
    assert_eq!(sim.state().fmc.refreshes, 6);
}

#[tokio::test]
async fn refreshing_after_expiry_can_be_switched_off_and_the_words_changed() {
    let mut scenario = Scenario::default();
    scenario.fmc.refresh_after_expiry = false;
    scenario.fmc.refresh_error = "No.".into();
    scenario.fmc.access_error = "Invalid access token".into();
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    let tokens = Tokens::of(&refresh(sim.fmc(), &tokens).await);
    sim.advance(HALF_AN_HOUR);
    let refused = refusal(&refresh(sim.fmc(), &tokens).await);
    assert_eq!(refused, (401, "No.".into()));
    let refused = refusal(&get(sim.fmc(), &tokens, VERSION).await);
    assert_eq!(refused, (401, "Invalid access token".into()));
    assert_eq!(sim.state().fmc.lapsed_sessions, 1);
}

#[tokio::test]
async fn a_401_may_be_bare_and_name_its_scheme() {
    let mut scenario = Scenario::default();
    scenario.fmc.bare_401 = true;
    scenario.fmc.www_authenticate = true;
    let sim = sim(scenario).await;
    for (method, path) in [("POST", LOGIN), ("POST", REFRESH), ("GET", VERSION)] {
        let response = call(sim.fmc(), method, path, &[], NO_BODY).await;
        assert_eq!((response.status(), response.body.as_str()), (401, ""));
        let scheme = response.header("WWW-Authenticate").unwrap();
        assert!(scheme.starts_with("Basic "));
    }
}

#[tokio::test]
async fn a_login_may_be_made_by_token() {
    let mut scenario = Scenario::default();
    let strict = sim(scenario.clone()).await;
    scenario.fmc.login_by_token = true;
    let lax = sim(scenario).await;
    for (sim, status) in [(strict, 401), (lax, 204)] {
        let tokens = log_in(sim.fmc()).await;
        let again = call(sim.fmc(), "POST", LOGIN, &tokens.headers()[..1], NO_BODY).await;
        assert_eq!(again.status(), status);
        assert_eq!(sim.state().fmc.live_sessions, 1);
    }
}

#[tokio::test]
async fn a_slow_login_takes_its_virtual_time() {
    let mut scenario = Scenario::default();
    scenario.fmc.login_latency_ms = 1_800;
    let sim = sim(scenario).await;
    let mut connection = Connection::open(sim.fmc()).await;
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    connection
        .send(&format!(
            "POST {LOGIN} HTTP/1.1\r\nHost: x\r\nAuthorization: {credentials}\r\n\
             Content-Length: 0\r\n\r\n"
        ))
        .await;
    while sim.state().fmc.requests.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(sim.state().fmc.logins, 0);
    sim.advance(Duration::from_millis(1_800));
    assert_eq!(connection.response().await.unwrap().status(), 204);
    assert_eq!(sim.events(0)[0].clock_ms, 1_800);
}

#[tokio::test]
async fn a_box_without_rest_or_without_some_endpoints() {
    let mut scenario = Scenario::default();
    scenario.fmc.rest_disabled = true;
    scenario.fxos.missing = vec!["/api/slot".into(), "faultInst".into()];
    let mut partial = scenario.clone();
    let disabled = sim(scenario).await;
    let page = call(disabled.fmc(), "POST", LOGIN, &[], NO_BODY).await;
    assert_eq!(page.status(), 404);
    assert!(
        page.header("Content-Type")
            .unwrap()
            .starts_with("text/html")
    );

    partial.fmc.rest_disabled = false;
    partial.fmc.missing = vec!["health/alerts".into(), REFRESH.into()];
    let sim = sim(partial).await;
    let tokens = log_in(sim.fmc()).await;
    let alerts = get(sim.fmc(), &tokens, &format!("{DOMAIN}/health/alerts")).await;
    assert_eq!(refusal(&alerts), (404, "Invalid URL".into()));
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 404);
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);

    let token = fxos::log_in(sim.fxos()).await;
    for (path, status) in [
        ("/api/slot/1", 404),
        ("/api?classId=faultInst", 404),
        ("/api/sys", 200),
    ] {
        let response = fxos::get(sim.fxos(), &token, path).await;
        assert_eq!(response.status(), status, "{path}");
    }
}

#[tokio::test]
async fn an_empty_list_has_three_forms() {
    for (empty_list, status, items) in [
        (EmptyList::NoItems, 200, None),
        (EmptyList::EmptyArray, 200, Some(json!([]))),
        (EmptyList::NotFound, 404, None),
    ] {
        let mut scenario = Scenario::default();
        scenario.fmc.devices = 0;
        scenario.fmc.empty_list = empty_list;
        let sim = sim(scenario).await;
        let tokens = log_in(sim.fmc()).await;
        let path = format!("{DOMAIN}/devices/devicerecords");
        let list = get(sim.fmc(), &tokens, &path).await;
        assert_eq!(list.status(), status);
        assert_eq!(list.json().get("items"), items.as_ref());
    }
}

#[tokio::test]
async fn a_list_may_begin_anew_on_every_page() {
    for (style, same, told) in [
        (Offset::Heeded, false, 1),
        (Offset::Ignored, true, 0),
        (Offset::Echoed, true, 1),
    ] {
        let mut scenario = Scenario::default();
        scenario.fmc.offset = style;
        let sim = sim(scenario).await;
        let tokens = log_in(sim.fmc()).await;
        let path = |offset| format!("{DOMAIN}/devices/devicerecords?limit=1&offset={offset}");
        let first = get(sim.fmc(), &tokens, &path(0)).await.json();
        let second = get(sim.fmc(), &tokens, &path(1)).await.json();
        assert_eq!(first["items"] == second["items"], same, "{style:?}");
        assert_eq!(second["paging"]["offset"], told, "{style:?}");
        assert_eq!(second["paging"]["count"], 3);
    }
}

#[tokio::test]
async fn links_may_lead_elsewhere() {
    let mut scenario = Scenario::default();
    scenario.fmc.link_origin = "https://10.76.157.35:13006".into();
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    let path = format!("{DOMAIN}/devices/devicerecords");
    let list = get(sim.fmc(), &tokens, &format!("{path}?limit=1"))
        .await
        .json();
    let next = list["paging"]["next"][0].as_str().unwrap();
    assert!(next.starts_with(&format!("https://10.76.157.35:13006{path}?offset=1")));
}

#[tokio::test]
async fn odd_domains_come_in_utf8_in_latin_1_or_escaped() {
    for style in [
        DomainsStyle::Spaced,
        DomainsStyle::Compact,
        DomainsStyle::Latin1,
        DomainsStyle::Escaped,
    ] {
        let mut scenario = Scenario::default();
        scenario.fmc.domain_count = 1000;
        scenario.fmc.odd_domains = true;
        scenario.fmc.domains_style = style;
        let sim = sim(scenario).await;
        let credentials = basic(&sim.fmc().user, &sim.fmc().password);
        let headers = [("Authorization", credentials.as_str())];
        let response = call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY).await;
        let domains: Vec<serde_json::Value> =
            serde_json::from_str(response.header("DOMAINS").unwrap()).unwrap();
        let named = |index: usize| domains[index]["name"].as_str().unwrap().to_owned();
        assert_eq!(domains.len(), 1000, "{style:?}");
        assert_eq!(named(10), "Global/Say \"Cheese\"/0010");
        assert_eq!(named(12), "Global/Zürich/0012");
        assert_eq!(named(13), "Global/Tokyo 東京/0013");
    }
}

#[tokio::test]
async fn header_names_come_in_four_letter_cases() {
    let names = [
        "X-auth-access-token,DOMAIN_UUID,global,X-UA-Compatible",
        "x-auth-access-token,domain_uuid,global,x-ua-compatible",
        "X-AUTH-ACCESS-TOKEN,DOMAIN_UUID,GLOBAL,X-UA-COMPATIBLE",
        "X-Auth-Access-Token,Domain_uuid,Global,X-Ua-Compatible",
    ];
    let cases = [
        HeaderCase::Real,
        HeaderCase::Lower,
        HeaderCase::Upper,
        HeaderCase::Title,
    ];
    for (case, names) in cases.into_iter().zip(names) {
        let mut scenario = Scenario::default();
        scenario.fmc.header_case = case;
        let sim = sim(scenario).await;
        let credentials = basic(&sim.fmc().user, &sim.fmc().password);
        let headers = [("Authorization", credentials.as_str())];
        let head = call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY).await.head;
        for name in names.split(',') {
            assert!(head.contains(&format!("\r\n{name}: ")), "{name} in {head}");
        }
    }
}

#[tokio::test]
async fn the_clock_of_a_box_may_be_wrong_or_unsaid() {
    let mut scenario = Scenario::default();
    scenario.fmc.wire.date_skew_s = -86_400;
    scenario.fxos.wire.date = false;
    let sim = sim(scenario).await;
    let response = call(sim.fmc(), "GET", VERSION, &[], NO_BODY).await;
    let date = httpdate::parse_http_date(response.header("Date").unwrap()).unwrap();
    let behind = std::time::SystemTime::now().duration_since(date).unwrap();
    assert!((86_399..86_500).contains(&behind.as_secs()));
    let response = call(sim.fxos(), "GET", "/api", &[], NO_BODY).await;
    assert_eq!(response.header("Date"), None);
}

#[tokio::test]
async fn sessions_may_all_be_gone() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    let token = fxos::log_in(sim.fxos()).await;
    sim.end_fmc_sessions();
    sim.end_fxos_sessions();
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 401);
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 401);
    let refused = fxos::get(sim.fxos(), &token, "/api/sys").await;
    assert_eq!(fxos::code(&refused), (400, "552".into()));
}

#[tokio::test]
async fn a_chassis_session_may_have_an_absolute_end() {
    let mut scenario = Scenario::default();
    scenario.fxos.session_life_s = Some(1_000);
    scenario.fxos.chassis_model = "FPR4K-4110".into();
    let sim = sim(scenario).await;
    let token = fxos::log_in(sim.fxos()).await;
    sim.advance(Duration::from_secs(500));
    let chassis = fxos::get(sim.fxos(), &token, "/api/sys/chassis-1").await;
    let model = &chassis.json()["equipmentChassis"][0]["model"];
    assert_eq!(model, "FPR4K-4110");
    sim.advance(Duration::from_secs(500));
    let refused = fxos::get(sim.fxos(), &token, "/api/sys").await;
    assert_eq!(fxos::code(&refused), (400, "552".into()));
    assert_eq!(sim.state().fxos.lapsed_sessions, 1);
}

#[tokio::test]
async fn a_session_without_requests_may_end_with_both_its_tokens() {
    let mut scenario = Scenario::default();
    scenario.fmc.idle_s = Some(600);
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    for _ in 0..2 {
        sim.advance(Duration::from_secs(599));
        assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    }
    let tokens = Tokens::of(&refresh(sim.fmc(), &tokens).await);
    sim.advance(Duration::from_secs(600));
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 401);
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 401);
    assert_eq!(sim.state().fmc.lapsed_sessions, 1);
}

#[tokio::test]
async fn tokens_may_come_with_200_and_a_length() {
    let mut scenario = Scenario::default();
    scenario.fmc.token_status = 200;
    let sim = sim(scenario).await;
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    let headers = [("Authorization", credentials.as_str())];
    let login = call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY).await;
    assert!(login.head.starts_with("HTTP/1.1 200 200\r\n"));
    assert!(login.head.contains("\r\nContent-Length: 0\r\n"));
    assert!(login.header("X-auth-refresh-token").is_some());

    let mut no_success = sim.scenario();
    no_success.fmc.token_status = 302;
    let error = sim.set_scenario(no_success).unwrap_err().to_string();
    assert!(error.contains("token_status"), "{error}");
}

#[tokio::test]
async fn the_refresh_token_may_outlive_a_revocation() {
    for (survives, status) in [(false, 401), (true, 204)] {
        let mut scenario = Scenario::default();
        scenario.fmc.refresh_token_survives_revoke = survives;
        let sim = sim(scenario).await;
        let tokens = log_in(sim.fmc()).await;
        let access = [tokens.headers()[0]];
        let revoked = call(sim.fmc(), "POST", REVOKE, &access, NO_BODY).await;
        assert_eq!(revoked.status(), 204);
        assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 401);
        assert_eq!(refresh(sim.fmc(), &tokens).await.status(), status);
    }
}

#[tokio::test]
async fn a_bearer_token_and_what_is_said_of_another() {
    let mut scenario = Scenario::default();
    scenario.fmc.bearer_token = Some("good".into());
    scenario.fmc.bearer_error = "SCC token is invalid".into();
    let sim = sim(scenario).await;
    let ask = async |value: &str| {
        let headers = [("Authorization", value)];
        call(sim.fmc(), "GET", VERSION, &headers, NO_BODY).await
    };
    assert_eq!(ask("Bearer good").await.status(), 200);
    let refused = refusal(&ask("Bearer bad").await);
    assert_eq!(refused, (401, "SCC token is invalid".into()));
}

#[tokio::test]
async fn version_and_uptime_are_free_text() {
    let mut scenario = Scenario::default();
    scenario.fmc.server_version = "6.2.3 (build 83)".into();
    scenario.fmc.uptime = "16 days  5:24".into();
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    let item = &get(sim.fmc(), &tokens, VERSION).await.json()["items"][0];
    assert_eq!(item["serverVersion"], "6.2.3 (build 83)");
    assert_eq!(item["uptime"], "16 days  5:24");
}

#[tokio::test]
async fn every_kind_of_redirect_leads_to_the_other_box() {
    let sim = sim(Scenario::default()).await;
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = format!("{}{VERSION}", sim.fxos().url);
        let mut next = sim.scenario();
        next.fmc.wire.faults =
            vec![FaultRule::new("/api", Fault::redirect(status, &elsewhere)).times(1)];
        sim.set_scenario(next).unwrap();
        let answer = call(sim.fmc(), "POST", LOGIN, &[], NO_BODY).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.header("Location"), Some(elsewhere.as_str()));
    }
    let mut odd = sim.scenario();
    odd.fmc.wire.faults = vec![FaultRule::new("", Fault::redirect(200, "/"))];
    assert!(sim.set_scenario(odd).is_err());
}

#[tokio::test]
async fn a_chassis_may_send_chunks_and_take_any_content_type() {
    let mut scenario = Scenario::default();
    scenario.fxos.chunked_bodies = true;
    scenario.fxos.lax_content_type = true;
    let sim = sim(scenario).await;
    let token = fxos::log_in(sim.fxos()).await;
    let system = fxos::get(sim.fxos(), &token, "/api/sys").await;
    assert_eq!(system.header("Transfer-Encoding"), Some("chunked"));
    assert_eq!(system.header("Content-Length"), None);
    let path = "/api/sys/service/datetime-svc";
    let body = r#"{"commDateTime":[{"dn":"sys/svc-ext/datetime-svc","timezone":"UTC"}]}"#;
    for (lax, refused) in [(true, false), (false, true)] {
        let mut next = sim.scenario();
        next.fxos.lax_content_type = lax;
        sim.set_scenario(next).unwrap();
        let headers = [("TOKEN", token.as_str()), fxos::JSON];
        let written = call(sim.fxos(), "PATCH", path, &headers, body).await;
        assert_eq!(written.status() == 415, refused, "{written:?}");
    }
}
