//! The management centre's rules.

use core::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use oobwatch_sim::{Account, BoxInfo, DomainsStyle, Scenario, Sim};
use serde_json::json;

use crate::support::{Connection, NO_BODY, Response, call, sim};

pub(crate) const LOGIN: &str = "/api/fmc_platform/v1/auth/generatetoken";
pub(crate) const REFRESH: &str = "/api/fmc_platform/v1/auth/refreshtoken";
pub(crate) const REVOKE: &str = "/api/fmc_platform/v1/auth/revokeaccess";
pub(crate) const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";
pub(crate) const DOMAIN: &str = "/api/fmc_config/v1/domain/e276abec-e0f2-11e3-8169-6d9ed49b625f";
pub(crate) const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);

pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Tokens {
    pub(crate) fn of(response: &Response) -> Self {
        assert_eq!(response.status(), 204, "{response:?}");
        let token = |name| response.header(name).unwrap().to_owned();
        Self {
            access: token("X-auth-access-token"),
            refresh: token("X-auth-refresh-token"),
        }
    }

    pub(crate) fn headers(&self) -> [(&'static str, &str); 2] {
        [
            ("X-auth-access-token", &self.access),
            ("X-auth-refresh-token", &self.refresh),
        ]
    }
}

pub(crate) fn basic(user: &str, password: &str) -> String {
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{user}:{password}"))
    )
}

pub(crate) async fn log_in(fmc: &BoxInfo) -> Tokens {
    let credentials = basic(&fmc.user, &fmc.password);
    Tokens::of(
        &call(
            fmc,
            "POST",
            LOGIN,
            &[("Authorization", &credentials)],
            NO_BODY,
        )
        .await,
    )
}

pub(crate) async fn refresh(fmc: &BoxInfo, tokens: &Tokens) -> Response {
    call(fmc, "POST", REFRESH, &tokens.headers(), NO_BODY).await
}

pub(crate) async fn get(fmc: &BoxInfo, tokens: &Tokens, path: &str) -> Response {
    call(
        fmc,
        "GET",
        path,
        &[("X-auth-access-token", &tokens.access)],
        NO_BODY,
    )
    .await
}

pub(crate) fn refusal(response: &Response) -> (u16, String) {
    let description = &response.json()["error"]["messages"][0]["description"];
    (response.status(), description.as_str().unwrap().to_owned())
}

async fn one_domain() -> Sim {
    let mut scenario = Scenario::default();
    scenario.fmc.domains = vec!["Global".into()];
    sim(scenario).await
}

/// Cisco's document 215918, captured with curl on 11 August 2020.
fn head_of_2020(date: &str, tokens: &Tokens, end: &str) -> String {
    let Tokens { access, refresh } = tokens;
    format!(
        "HTTP/1.1 204 204\r\n\
         Date: {date}\r\n\
         Server: Apache\r\n\
         Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n\
         Cache-Control: no-store\r\n\
         Accept-Ranges: bytes\r\n\
         Vary: Accept-Charset,Accept-Encoding,Accept-Language,Accept\r\n\
         X-auth-access-token: {access}\r\n\
         X-auth-refresh-token: {refresh}\r\n\
         USER_UUID: fc47b914-8121-11ea-ac18-f0428d0155cd\r\n\
         DOMAIN_ID: 111\r\n\
         DOMAIN_UUID: e276abec-e0f2-11e3-8169-6d9ed49b625f\r\n\
         global: e276abec-e0f2-11e3-8169-6d9ed49b625f\r\n\
         DOMAINS: [{{\"name\": \"Global\", \"uuid\": \"e276abec-e0f2-11e3-8169-6d9ed49b625f\"}}]\r\n\
         X-Frame-Options: SAMEORIGIN\r\n\
         X-UA-Compatible: IE=edge\r\n\
         X-Permitted-Cross-Domain-Policies: none\r\n\
         X-XSS-Protection: 1; mode=block\r\n\
         Referrer-Policy: same-origin\r\n\
         Content-Security-Policy: base-uri 'self'\r\n\
         X-Content-Type-Options: nosniff\r\n\
         {end}\r\n"
    )
}

#[tokio::test]
async fn the_login_head_is_byte_for_byte_that_of_2020() {
    let sim = one_domain().await;
    let credentials = basic("ciscoeser", "ciscpapiuser");
    let headers = [("Authorization", credentials.as_str())];
    let response = call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY).await;
    let date = response.header("Date").unwrap();
    assert_eq!(
        response.head,
        head_of_2020(date, &Tokens::of(&response), "")
    );
    assert!(date.ends_with(" GMT") && date.len() == "Tue, 11 Aug 2020 02:54:06 GMT".len());
}

/// The capture of 2024 is of a client that sends `Connection: keep-alive`; that of 2020 is not.
#[tokio::test]
async fn a_client_that_asks_for_keep_alive_is_told_its_limits() {
    let sim = one_domain().await;
    let credentials = basic("apiuser", "apiuser");
    let headers = [
        ("Authorization", credentials.as_str()),
        ("Connection", "keep-alive"),
    ];
    let response = call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY).await;
    let end = "Keep-Alive: timeout=5, max=100\r\nConnection: Keep-Alive\r\n";
    let date = response.header("Date").unwrap();
    assert_eq!(
        response.head,
        head_of_2020(date, &Tokens::of(&response), end)
    );
}

#[tokio::test]
async fn reason_phrase_and_domains_style_are_switches() {
    let mut scenario = Scenario::default();
    scenario.fmc.reason_text = true;
    scenario.fmc.domains = vec!["Global".into(), "Global/Devel".into()];
    scenario.fmc.domains_style = DomainsStyle::Compact;
    let sim = sim(scenario).await;
    let credentials = basic("apiuser", "apiuser");
    let response = call(
        sim.fmc(),
        "POST",
        LOGIN,
        &[("Authorization", &credentials)],
        NO_BODY,
    )
    .await;
    assert!(response.head.starts_with("HTTP/1.1 204 No Content\r\n"));
    assert_eq!(
        response.header("DOMAINS"),
        Some(concat!(
            r#"[{"uuid":"e276abec-e0f2-11e3-8169-6d9ed49b625f","name":"Global"}, "#,
            r#"{"uuid":"61e913a3-4bd6-7bde-54b6-000000000000","name":"Global/Devel"}]"#
        ))
    );
}

#[tokio::test]
async fn a_login_takes_any_body_any_type_doubled_slashes_and_odd_passwords() {
    let mut scenario = Scenario::default();
    scenario.fmc.accounts = vec![Account::new("käthe", "a:b:ç c")];
    let sim = sim(scenario).await;
    let credentials = basic("käthe", "a:b:ç c");
    let doubled = format!("/{LOGIN}");
    for (path, content_type, body) in [
        (LOGIN, "application/json", "null"),
        (LOGIN, "application/xml", "{}"),
        (doubled.as_str(), "text/plain", "junk"),
    ] {
        let headers = [
            ("aUTHORIZATION", credentials.as_str()),
            ("Content-Type", content_type),
        ];
        assert_eq!(
            call(sim.fmc(), "POST", path, &headers, body).await.status(),
            204,
            "{path}"
        );
    }
    assert_eq!(sim.state().fmc.logins, 3);
}

#[tokio::test]
async fn a_login_without_good_credentials_is_refused_in_ciscos_words() {
    let sim = sim(Scenario::default()).await;
    let wrong = basic("apiuser", "wrong");
    let bearer = basic("apiuser", "apiuser").replace("Basic", "Bearer");
    for value in [
        wrong.as_str(),
        &bearer,
        "Basic",
        "Basic !!!",
        "Basic YXBpdXNlcg==",
    ] {
        let headers = [("Authorization", value)];
        let response = call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY).await;
        assert_eq!(
            refusal(&response),
            (401, "User authentication failed.".into()),
            "{value}"
        );
    }
    let response = call(sim.fmc(), "POST", LOGIN, &[], NO_BODY).await;
    assert!(response.head.starts_with("HTTP/1.1 401 401\r\n"));
    assert_eq!(
        response.body,
        r#"{"error":{"category":"FRAMEWORK","messages":[{"description":"User authentication failed."}],"severity":"ERROR"}}"#
    );
    let state = sim.state().fmc;
    assert_eq!(
        (state.logins, state.refused_logins, state.live_sessions),
        (0, 6, 0)
    );
}

#[tokio::test]
async fn refused_logins_can_be_had_a_number_of_times() {
    let mut scenario = Scenario::default();
    scenario.fmc.refuse_logins = 2;
    let sim = sim(scenario).await;
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    for expected in [401, 401, 204] {
        let headers = [("Authorization", credentials.as_str())];
        assert_eq!(
            call(sim.fmc(), "POST", LOGIN, &headers, NO_BODY)
                .await
                .status(),
            expected
        );
    }
}

#[tokio::test]
async fn an_access_token_lives_half_an_hour() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    sim.advance(HALF_AN_HOUR - Duration::from_millis(1));
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    sim.advance(Duration::from_millis(1));
    let late = get(sim.fmc(), &tokens, VERSION).await;
    assert_eq!(refusal(&late), (401, "Access token invalid.".into()));
    let state = sim.state().fmc;
    assert_eq!((state.live_sessions, state.expired_sessions), (0, 1));
}

#[tokio::test]
async fn three_refreshes_even_of_expired_tokens_and_no_fourth() {
    let sim = sim(Scenario::default()).await;
    let mut tokens = log_in(sim.fmc()).await;
    for _ in 0..3 {
        sim.advance(HALF_AN_HOUR);
        let response = refresh(sim.fmc(), &tokens).await;
        let next = Tokens::of(&response);
        assert_eq!(response.header("DOMAINS"), None);
        assert!(response.header("DOMAIN_UUID").is_some());
        assert_eq!(
            get(sim.fmc(), &tokens, VERSION).await.status(),
            401,
            "the old token died"
        );
        assert_eq!(get(sim.fmc(), &next, VERSION).await.status(), 200);
        tokens = next;
    }
    let fourth = refresh(sim.fmc(), &tokens).await;
    assert_eq!(refusal(&fourth), (401, "Invalid refresh token".into()));
    assert_eq!(
        get(sim.fmc(), &tokens, VERSION).await.status(),
        200,
        "it lives to its end"
    );
    let state = sim.state().fmc;
    assert_eq!(
        (
            state.refreshes,
            state.refused_refreshes,
            state.stray_credentials
        ),
        (3, 1, 0)
    );
}

#[tokio::test]
async fn a_refresh_needs_both_tokens_of_one_session_and_each_once() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    let [access, refresh_token] = tokens.headers();
    let stranger = (
        "X-auth-access-token",
        "aa6f8326-0a0c-4f48-9d85-7a920c0fdca5",
    );
    for headers in [
        &[access][..],
        &[refresh_token],
        &[stranger, refresh_token],
        &[],
    ] {
        let response = call(sim.fmc(), "POST", REFRESH, headers, NO_BODY).await;
        assert_eq!(
            refusal(&response),
            (401, "Invalid refresh token".into()),
            "{headers:?}"
        );
    }
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 204);
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 401, "spent");
}

#[tokio::test]
async fn the_old_token_may_survive_a_refresh_until_its_own_end() {
    let mut scenario = Scenario::default();
    scenario.fmc.old_token_survives_refresh = true;
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    sim.advance(HALF_AN_HOUR / 2);
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 204);
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 200);
    sim.advance(HALF_AN_HOUR / 2);
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 401);
}

#[tokio::test]
async fn a_browser_session_timeout_ends_both_tokens() {
    let mut scenario = Scenario::default();
    scenario.fmc.session_life_s = Some(600);
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    sim.advance(Duration::from_secs(600));
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 401);
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 401);
    assert_eq!(sim.state().fmc.expired_sessions, 0);
}

#[tokio::test]
async fn a_second_login_of_a_user_ends_the_first_unless_switched_off() {
    let sim = sim(Scenario::default()).await;
    let first = log_in(sim.fmc()).await;
    let second = log_in(sim.fmc()).await;
    assert_eq!(get(sim.fmc(), &first, VERSION).await.status(), 401);
    assert_eq!(get(sim.fmc(), &second, VERSION).await.status(), 200);

    let mut lenient = sim.scenario();
    lenient.fmc.one_session_per_user = false;
    sim.set_scenario(lenient).unwrap();
    let third = log_in(sim.fmc()).await;
    assert_eq!(get(sim.fmc(), &second, VERSION).await.status(), 200);
    assert_eq!(get(sim.fmc(), &third, VERSION).await.status(), 200);
    assert_eq!(sim.state().fmc.live_sessions, 2);
}

#[tokio::test]
async fn revoking_is_a_post_and_ends_the_session() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    let [access, _] = tokens.headers();
    assert_eq!(
        call(sim.fmc(), "DELETE", REVOKE, &[access], NO_BODY)
            .await
            .status(),
        405
    );
    let revoked = call(sim.fmc(), "POST", REVOKE, &[access], NO_BODY).await;
    assert!(revoked.head.starts_with("HTTP/1.1 204 204\r\n"));
    assert_eq!(revoked.header("Content-Length"), None);
    assert_eq!(get(sim.fmc(), &tokens, VERSION).await.status(), 401);
    assert_eq!(refresh(sim.fmc(), &tokens).await.status(), 401);
    assert_eq!(
        call(sim.fmc(), "POST", REVOKE, &[access], NO_BODY)
            .await
            .status(),
        401
    );
    let state = sim.state().fmc;
    assert_eq!((state.revokes, state.live_sessions), (1, 0));
}

#[tokio::test]
async fn bodies_are_chunked_json_unless_switched_to_a_length() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    let chunked = get(sim.fmc(), &tokens, VERSION).await;
    assert!(chunked.head.ends_with(
        "X-Content-Type-Options: nosniff\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/json;charset=UTF-8\r\n\r\n"
    ));
    assert_eq!(
        chunked.json()["items"][0]["serverVersion"],
        "7.4.2 (build 172)"
    );

    let mut sized = sim.scenario();
    sized.fmc.sized_bodies = true;
    sim.set_scenario(sized).unwrap();
    let sized = get(sim.fmc(), &tokens, VERSION).await;
    assert_eq!(sized.header("Transfer-Encoding"), None);
    assert_eq!(sized.body, chunked.body);
}

#[tokio::test]
async fn device_records_come_in_pages_with_the_clients_own_address_in_links() {
    let mut scenario = Scenario::default();
    scenario.fmc.devices = 60;
    scenario.fmc.health = vec!["green".into(), "yellow".into(), String::new()];
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    let records = format!("{DOMAIN}/devices/devicerecords");

    let first = get(sim.fmc(), &tokens, &records).await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 25);
    assert_eq!(
        first["items"][0].as_object().unwrap().len(),
        4,
        "not expanded"
    );
    assert_eq!(
        first["paging"],
        json!({
            "offset": 0, "limit": 25, "count": 60, "pages": 3,
            "next": [format!("https://box.example{records}?offset=25&limit=25")],
        })
    );
    let last = format!("{records}?expanded=true&offset=58&limit=9999");
    let page = get(sim.fmc(), &tokens, &last).await.json();
    let healths: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["healthStatus"])
        .collect();
    assert_eq!(healths, [&json!("yellow"), &json!(null)]);
    assert_eq!(page["paging"]["limit"], 1000);
    let past = get(sim.fmc(), &tokens, &format!("{records}?offset=60"))
        .await
        .json();
    assert_eq!(
        past.get("items"),
        None,
        "items is absent from an empty page"
    );
    let junk = get(sim.fmc(), &tokens, &format!("{records}?limit=many")).await;
    assert_eq!(junk.status(), 400);
}

#[tokio::test]
async fn a_thousand_devices_and_domains_fit() {
    let mut scenario = Scenario::default();
    scenario.fmc.devices = 1000;
    scenario.fmc.domain_count = 1000;
    let sim = sim(scenario).await;
    let credentials = basic(&sim.fmc().user, &sim.fmc().password);
    let login = call(
        sim.fmc(),
        "POST",
        LOGIN,
        &[("Authorization", &credentials)],
        NO_BODY,
    )
    .await;
    assert!(login.header("DOMAINS").unwrap().len() > 70_000);
    let path = format!("{DOMAIN}/devices/devicerecords?expanded=true&limit=1000");
    let list = get(sim.fmc(), &Tokens::of(&login), &path).await;
    assert!(list.body.len() > 2_500_000, "{}", list.body.len());
    assert_eq!(list.json()["items"].as_array().unwrap().len(), 1000);
}

#[tokio::test]
async fn the_other_health_lists_follow_the_switches() {
    let mut scenario = Scenario::default();
    scenario.fmc.health = vec!["green".into(), "red".into()];
    scenario.fmc.pending_deployments = 2;
    scenario.fmc.ha_status = "GOOD".into();
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    let list = async |path: &str| {
        get(sim.fmc(), &tokens, &format!("{DOMAIN}{path}"))
            .await
            .json()
    };

    let alerts = list("/health/alerts?filter=status:red,yellow").await;
    assert_eq!(alerts["paging"]["count"], 1);
    assert_eq!(alerts["items"][0]["status"], "RED");
    let own = list("/health/alerts?filter=deviceUUIDs:0").await;
    assert_eq!(own["items"][0]["deviceUUID"], "0");
    let ha = list("/integration/fmchastatuses").await;
    assert_eq!(ha["items"][0]["overallStatus"], "GOOD");
    let mut alone = sim.scenario();
    alone.fmc.ha_status = String::new();
    sim.set_scenario(alone).unwrap();
    let ha = list("/integration/fmchastatuses").await;
    assert_eq!((ha.get("items"), &ha["paging"]["count"]), (None, &json!(0)));
    let deployable = list("/deployment/deployabledevices?expanded=true").await;
    assert_eq!(deployable["paging"]["count"], 2);
    let domains = get(
        sim.fmc(),
        &tokens,
        "/api/fmc_platform/v1/info/domain?limit=1&offset=1",
    )
    .await;
    assert_eq!(domains.json()["items"][0]["name"], "Global/Devel");
}

#[tokio::test]
async fn unknown_paths_and_domains_are_invalid_urls_after_authentication() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    for path in [
        "/api/fmc_platform/v1/info/nothing",
        "/api/fmc_config/v1/domain/00000000-0000-0000-0000-000000000000/devices/devicerecords",
        "/api/fmc_config/v1/domain/default/policy/sslpolicies",
    ] {
        let response = get(sim.fmc(), &tokens, path).await;
        assert_eq!(response.status(), 404);
        assert_eq!(
            response.body,
            r#"{"error":{"category":"FRAMEWORK","messages":[{"description":"Invalid URL"}],"severity":"ERROR"}}"#
        );
        assert_eq!(
            call(sim.fmc(), "GET", path, &[], NO_BODY).await.status(),
            401
        );
    }
    let by_alias = "/api/fmc_config/v1/domain/default/devices/devicerecords";
    assert_eq!(get(sim.fmc(), &tokens, by_alias).await.status(), 200);
}

#[tokio::test]
async fn networks_can_be_made_changed_and_removed() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    let all = format!("{DOMAIN}/object/networks");
    let headers = [tokens.headers()[0], ("Content-Type", "application/json")];
    let send = async |method: &str, path: &str, body: &str| {
        call(sim.fmc(), method, path, &headers, body).await
    };

    let body = r#"{"name":"Lab","value":"10.1.0.0/16","type":"Network"}"#;
    let made = send("POST", &all, body).await;
    assert_eq!(made.status(), 201);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let one = format!("{all}/{id}");
    assert_eq!(
        refusal(&send("POST", &all, body).await),
        (400, "Duplicate Name".into())
    );
    let body = format!(r#"{{"id":"{id}","name":"Lab","value":"10.2.0.0/16"}}"#);
    assert_eq!(send("PUT", &one, &body).await.status(), 200);
    assert_eq!(
        get(sim.fmc(), &tokens, &one).await.json()["value"],
        "10.2.0.0/16"
    );
    assert_eq!(
        send("PUT", &one, r#"{"name":"Lab","value":"10.2.0.0/16"}"#)
            .await
            .status(),
        400
    );
    assert_eq!(
        get(sim.fmc(), &tokens, &all).await.json()["paging"]["count"],
        3
    );
    assert_eq!(send("DELETE", &one, NO_BODY).await.status(), 200);
    assert_eq!(get(sim.fmc(), &tokens, &one).await.status(), 404);

    for junk in [
        "",
        "[]",
        "{",
        r#"{"name":"x","value":"10.0.0.0/8","colour":"red"}"#,
    ] {
        assert_eq!(send("POST", &all, junk).await.status(), 422, "{junk}");
    }
    assert_eq!(
        send("POST", &all, r#"{"name":"x","value":"ten"}"#)
            .await
            .status(),
        400
    );
    assert_eq!(send("PATCH", &one, NO_BODY).await.status(), 404);
    assert_eq!(send("PATCH", &all, NO_BODY).await.status(), 405);
}

#[tokio::test]
async fn a_read_only_account_can_not_write() {
    let mut scenario = Scenario::default();
    scenario.fmc.accounts = vec![Account {
        read_only: true,
        ..Account::new("watcher", "look-only")
    }];
    let sim = sim(scenario).await;
    let tokens = log_in(sim.fmc()).await;
    let path = format!("{DOMAIN}/object/networks");
    assert_eq!(get(sim.fmc(), &tokens, &path).await.status(), 200);
    let refused = call(sim.fmc(), "POST", &path, &[tokens.headers()[0]], "{}").await;
    assert_eq!(
        refusal(&refused),
        (403, "The user is not authorized".into())
    );
}

#[tokio::test]
async fn errors_that_apache_drops_the_connection_for_say_so() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    let mut connection = Connection::open(sim.fmc()).await;
    let path = format!("{DOMAIN}/devices/devicerecords?limit=x");
    let response = connection
        .request("GET", &path, &[tokens.headers()[0]], NO_BODY)
        .await;
    assert_eq!(response.header("Connection"), Some("close"));
    assert_eq!(connection.rest().await, "");
}

#[tokio::test]
async fn credentials_where_they_do_not_belong_are_counted() {
    let sim = sim(Scenario::default()).await;
    let tokens = log_in(sim.fmc()).await;
    assert_eq!(
        call(sim.fmc(), "GET", VERSION, &tokens.headers(), NO_BODY)
            .await
            .status(),
        200
    );
    assert_eq!(sim.state().fmc.stray_credentials, 1);
}

#[tokio::test]
async fn a_bearer_token_stands_for_a_session_where_it_is_switched_on() {
    let mut scenario = Scenario::default();
    scenario.fmc.bearer_token = Some("a.jwt.token".into());
    let sim = sim(scenario).await;
    let read = async |token| {
        let headers = [("Authorization", token)];
        call(sim.fmc(), "GET", VERSION, &headers, NO_BODY).await
    };
    assert_eq!(read("Bearer a.jwt.token").await.status(), 200);
    let refused = refusal(&read("Bearer another").await);
    assert_eq!(refused, (401, "CDO token is invalid".into()));
    assert_eq!(sim.state().fmc.stray_credentials, 0);
    assert_eq!(refusal(&read("Basic a.jwt.token").await).0, 401);
    assert_eq!(sim.state().fmc.stray_credentials, 1);
}

#[tokio::test]
async fn the_description_of_the_api_names_what_there_is() {
    let sim = sim(Scenario::default()).await;
    let path = "/api/api-explorer/fmc.json";
    let described = call(sim.fmc(), "GET", path, &[], NO_BODY).await.json();
    let tokens = log_in(sim.fmc()).await;
    let mut read = 0;
    for (path, methods) in described["paths"].as_object().unwrap() {
        if path.contains("{objectId}") || methods.get("get").is_none() {
            continue;
        }
        let path = path.replace("{domainUUID}", "default");
        let answer = get(sim.fmc(), &tokens, &path).await;
        assert_eq!(answer.status(), 200, "{path}");
        read += 1;
    }
    assert_eq!(read, 12);
    for word in ["definitions", "parameters"] {
        assert!(described[word].is_object());
    }
}
