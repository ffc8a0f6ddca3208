//! The bytes that go out, and what comes of the bytes that come in.

use std::string::{String, ToString as _};
use std::vec::Vec;
use std::{format, vec};

use proptest::prelude::*;

use super::*;
use crate::credentials::{Bearer, Login};
use crate::error::{ConfigError, Error, Forbidden, Part, PeerError, ResourceError};
use crate::http::{Limits, Method, Persistence};
use crate::origin::Origin;
use crate::product::Product;
use crate::session::{
    Admit, AuthKind, AuthNext, AuthPermit, Class, Next, Permit, Rules, Session, Ticket,
};
use crate::time::Instant;

const LOGIN_204: &str = "HTTP/1.1 204 204\r\n\
    Date: Tue, 11 Aug 2020 02:54:06 GMT\r\n\
    Server: Apache\r\n\
    X-auth-access-token: aa6f8326-0a0c-4f48-9d85-7a920c0fdca5\r\n\
    X-auth-refresh-token: 674e87d1-1572-4cd1-b86d-3abec04ca59d\r\n\
    USER_UUID: fc47b914-8121-11ea-ac18-f0428d0155cd\r\n\
    DOMAIN_ID: 111\r\n\
    DOMAIN_UUID: e276abec-e0f2-11e3-8169-6d9ed49b625f\r\n\
    global: e276abec-e0f2-11e3-8169-6d9ed49b625f\r\n\
    DOMAINS: [{\"name\": \"Global\", \"uuid\": \"e276abec-e0f2-11e3-8169-6d9ed49b625f\"}]\r\n\
    \r\n";

const FXOS_200: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
    Content-Length: 106\r\n\r\n{\n  \"refreshPeriod\": \"0\",\n  \
    \"token\": \"a205739a4d56359730c08ee7bda559cd6e4dd36ad65bb10a17f71d4cea356028\"\n}";

fn fmc() -> Origin<'static> {
    Origin::new(Product::Fmc, "fmc.example:8443").unwrap()
}

fn chassis() -> Origin<'static> {
    Origin::new(Product::Fxos, "[2001:db8::1]").unwrap()
}

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn elect(session: &mut Session, now: u64, class: Class) -> AuthPermit {
    match session.admit_alone(at(now), &mut Ticket::new(class)) {
        Admit::Authenticate(permit) => permit,
        other => panic!("{other:?}"),
    }
}

/// Sends what `permit` says; the text that went out, and what came of it.
fn authenticate(
    session: &mut Session,
    origin: &Origin<'_>,
    now: u64,
    permit: AuthPermit,
    answer: &str,
) -> (String, AuthNext) {
    let login = Login::new(origin, "api:x".trim_end_matches(":x"), "S3cr3t: pw").unwrap();
    let mut out = [0; 700];
    let (mut exchange, length) =
        AuthExchange::start(session, origin, &permit, Some(&login), None, &mut out).unwrap();
    for byte in answer.as_bytes() {
        let _ = exchange.push(&[*byte], &mut Discard).unwrap();
    }
    let sent = String::from_utf8(out[..length].to_vec()).unwrap();
    (
        sent,
        session.settle_auth_alone(at(now), permit, exchange.finish()),
    )
}

fn open(origin: &Origin<'_>, answer: &str) -> (Session, String) {
    let mut session = Session::new(origin, 1, Rules::default());
    let permit = elect(&mut session, 0, Class::Read);
    let (sent, next) = authenticate(&mut session, origin, 0, permit, answer);
    assert_eq!(next, AuthNext::Continue);
    (session, sent)
}

fn go(session: &mut Session) -> Permit {
    match session.admit_alone(at(1), &mut Ticket::new(Class::Read)) {
        Admit::Go(permit) => permit,
        other => panic!("{other:?}"),
    }
}

fn encode(
    session: &Session,
    origin: &Origin<'_>,
    permit: &Permit,
    request: &Request<'_>,
) -> String {
    let mut out = [0; 700];
    let limits = Limits::default();
    let (_, length) =
        Exchange::start(session, origin, permit, request, None, limits, &mut out).unwrap();
    String::from_utf8(out[..length].to_vec()).unwrap()
}

fn agent() -> String {
    format!(
        "User-Agent: oobwatch/{}\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n",
        env!("CARGO_PKG_VERSION")
    )
}

#[test]
fn an_fmc_session_on_the_wire() {
    let (mut session, sent) = open(&fmc(), LOGIN_204);
    assert_eq!(
        sent,
        format!(
            "POST /api/fmc_platform/v1/auth/generatetoken HTTP/1.1\r\nHost: fmc.example:8443\r\n{}\
             Authorization: Basic YXBpOlMzY3IzdDogcHc=\r\nContent-Length: 0\r\n\r\n",
            agent()
        )
    );
    let access = "X-auth-access-token: aa6f8326-0a0c-4f48-9d85-7a920c0fdca5\r\n";
    let refresh = "X-auth-refresh-token: 674e87d1-1572-4cd1-b86d-3abec04ca59d\r\n";
    let permit = go(&mut session);
    let request = Request::get("/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords");
    assert_eq!(
        encode(&session, &fmc(), &permit, &request),
        format!(
            "GET /api/fmc_config/v1/domain/e276abec-e0f2-11e3-8169-6d9ed49b625f/devices/devicerecords \
             HTTP/1.1\r\nHost: fmc.example:8443\r\n{}{access}\r\n",
            agent()
        )
    );
    let permit = elect(&mut session, 1_790_000, Class::Read);
    let (sent, next) = authenticate(&mut session, &fmc(), 1_790_000, permit, LOGIN_204);
    assert_eq!(next, AuthNext::Continue);
    assert_eq!(
        sent,
        format!(
            "POST /api/fmc_platform/v1/auth/refreshtoken HTTP/1.1\r\nHost: fmc.example:8443\r\n{}\
             {access}{refresh}Content-Length: 0\r\n\r\n",
            agent()
        )
    );
    let permit = elect(&mut session, 1_790_001, Class::Logout);
    let (sent, next) = authenticate(
        &mut session,
        &fmc(),
        1_790_001,
        permit,
        "HTTP/1.1 204 204\r\n\r\n",
    );
    assert_eq!(next, AuthNext::Closed);
    assert_eq!(
        sent,
        format!(
            "POST /api/fmc_platform/v1/auth/revokeaccess HTTP/1.1\r\nHost: fmc.example:8443\r\n{}\
             {access}Content-Length: 0\r\n\r\n",
            agent()
        )
    );
}

#[test]
fn a_chassis_session_on_the_wire() {
    let (mut session, sent) = open(&chassis(), FXOS_200);
    assert_eq!(
        sent,
        format!(
            "POST /api/login HTTP/1.1\r\nHost: [2001:db8::1]\r\n{}username: api\r\n\
             password: S3cr3t: pw\r\nContent-Length: 0\r\n\r\n",
            agent()
        )
    );
    let token = "TOKEN: a205739a4d56359730c08ee7bda559cd6e4dd36ad65bb10a17f71d4cea356028\r\n";
    let permit = go(&mut session);
    let request = Request::json(Method::Patch, "/api/sys/auth-default", 2);
    assert_eq!(
        encode(&session, &chassis(), &permit, &request),
        format!(
            "PATCH /api/sys/auth-default HTTP/1.1\r\nHost: [2001:db8::1]\r\n{}{token}\
             Content-Type: application/json\r\nContent-Length: 2\r\n\r\n",
            agent()
        )
    );
    let permit = elect(&mut session, 5, Class::Logout);
    assert_eq!(permit.kind(), AuthKind::Logout);
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let (sent, next) = authenticate(&mut session, &chassis(), 5, permit, answer);
    assert_eq!(next, AuthNext::Closed);
    assert!(sent.starts_with("POST /api/logout HTTP/1.1\r\n") && sent.contains(token));
}

#[test]
fn a_bearer_is_lent_to_each_request() {
    let origin = Origin::new(Product::CdFmc, "tenant.example").unwrap();
    let mut session = Session::new(&origin, 1, Rules::default());
    let bearer = Bearer::new(&origin, "eyJhbGciOi.J9").unwrap();
    let permit = go(&mut session);
    let mut out = [0; 400];
    let request = Request::get("/api/fmc_config/v1/domain/{domainUUID}/x");
    let limits = Limits::default();
    let (_, length) = Exchange::start(
        &session,
        &origin,
        &permit,
        &request,
        Some(&bearer),
        limits,
        &mut out,
    )
    .unwrap();
    let sent = String::from_utf8(out[..length].to_vec()).unwrap();
    assert!(sent.contains("\r\nAuthorization: Bearer eyJhbGciOi.J9\r\n"));
    assert!(sent.contains("/domain/e276abec-e0f2-11e3-8169-6d9ed49b625f/x "));
}

#[test]
fn what_belongs_to_one_box_does_not_go_to_another() {
    let (mut session, _) = open(&fmc(), LOGIN_204);
    let other = Origin::new(Product::Fmc, "evil.example").unwrap();
    let permit = go(&mut session);
    let mut out = [0; 700];
    let request = Request::get("/x");
    let refused = Exchange::start(
        &session,
        &other,
        &permit,
        &request,
        None,
        Limits::default(),
        &mut out,
    );
    assert_eq!(refused.err(), Some(ConfigError::OtherOrigin.into()));
    let mut session = Session::new(&fmc(), 1, Rules::default());
    let permit = elect(&mut session, 0, Class::Read);
    let login = Login::new(&other, "api", "pw").unwrap();
    let refused = AuthExchange::start(&session, &fmc(), &permit, Some(&login), None, &mut out);
    assert_eq!(refused.err(), Some(ConfigError::OtherOrigin.into()));
    assert_eq!(out, [0; 700], "something was left behind");
}

#[test]
fn a_request_that_was_let_go_does_not_follow_a_logout() {
    let (mut session, _) = open(&fmc(), LOGIN_204);
    let permit = go(&mut session);
    let _elected = elect(&mut session, 2, Class::Logout);
    let (request, limits, mut out) = (Request::get("/x"), Limits::default(), [0; 700]);
    let started = Exchange::start(&session, &fmc(), &permit, &request, None, limits, &mut out);
    assert_eq!(started.err(), Some(ConfigError::StalePermit.into()));
    assert_eq!(out, [0; 700], "something was left behind");
}

#[test]
fn tokens_of_one_box_are_not_taken_by_a_session_on_another() {
    let other = Origin::new(Product::Fmc, "evil.example").unwrap();
    let login = Login::new(&other, "api", "pw").unwrap();
    let mut elsewhere = Session::new(&other, 1, Rules::default());
    let permit = elect(&mut elsewhere, 0, Class::Read);
    let mut out = [0; 700];
    let (mut exchange, _) =
        AuthExchange::start(&elsewhere, &other, &permit, Some(&login), None, &mut out).unwrap();
    let _ = exchange.push(LOGIN_204.as_bytes(), &mut Discard).unwrap();

    let mut session = Session::new(&fmc(), 1, Rules::default());
    let permit = elect(&mut session, 0, Class::Read);
    let next = session.settle_auth_alone(at(0), permit, exchange.finish());
    assert_eq!(next, AuthNext::Fail(ConfigError::OtherOrigin.into()));
    assert!(!session.is_open());
    assert_eq!(session.stats().orphans, 1);
}

#[test]
fn a_request_that_can_not_be_written_leaves_nothing() {
    let (mut session, _) = open(&fmc(), LOGIN_204);
    let permit = go(&mut session);
    let mut out = [0; 700];
    for (path, why) in [
        ("/a b", Forbidden::Blank),
        ("/a\r\nX: y", Forbidden::LineBreak),
        ("/\u{e9}", Forbidden::Character),
        ("https://evil.example/", Forbidden::Character),
    ] {
        let request = Request::get(path);
        let limits = Limits::default();
        let refused = Exchange::start(&session, &fmc(), &permit, &request, None, limits, &mut out);
        assert_eq!(
            refused.err(),
            Some(ConfigError::Forbidden(Part::Path, why).into()),
            "{path:?}"
        );
        assert_eq!(out, [0; 700]);
    }
    let needed = encode(&session, &fmc(), &permit, &Request::get("/x")).len();
    let limits = Limits::default();
    let mut out = vec![0; needed - 1];
    let short = Exchange::start(
        &session,
        &fmc(),
        &permit,
        &Request::get("/x"),
        None,
        limits,
        &mut out,
    );
    let needed = u32::try_from(needed).unwrap();
    assert_eq!(
        short.err(),
        Some(ResourceError::RequestBuffer { needed }.into())
    );
    assert!(out.iter().all(|&byte| byte == 0));
}

fn receive(answer: &str, pieces: usize) -> Result<(Response, Persistence), Error> {
    let (mut session, _) = open(&fmc(), LOGIN_204);
    let permit = go(&mut session);
    let mut out = [0; 700];
    let request = Request::get("/x");
    let limits = Limits::default();
    let (mut exchange, _) =
        Exchange::start(&session, &fmc(), &permit, &request, None, limits, &mut out)?;
    for piece in answer.as_bytes().chunks(pieces) {
        if exchange.push(piece, &mut Discard)? == Progress::Done {
            let persistence = exchange.persistence();
            let Outcome::Response(response) = exchange.finish() else {
                unreachable!()
            };
            let mut ticket = Ticket::new(Class::Read);
            let outcome = Outcome::Response(response.clone());
            match session.settle(at(2), permit, &mut ticket, &outcome) {
                Next::Fail(error) => return Err(error),
                _ => return Ok((response, persistence)),
            }
        }
    }
    exchange.eof().map(|()| unreachable!())
}

#[test]
fn answers_that_are_not_the_rest_api_are_told_apart() {
    let redirect =
        "HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(
        receive(redirect, 9).err(),
        Some(PeerError::Redirect(302).into())
    );
    let page =
        "HTTP/1.1 200 OK\r\nContent-Type: text/HTML; charset=x\r\nContent-Length: 6\r\n\r\n<html>";
    assert_eq!(receive(page, 9).err(), Some(PeerError::WebPage(200).into()));
    let page = "HTTP/1.1 502 Bad\r\nContent-Length: 7\r\n\r\n\n<html>";
    assert_eq!(receive(page, 9).err(), Some(PeerError::WebPage(502).into()));
}

#[test]
fn bytes_after_the_answer_end_the_connection() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    let (_, persistence) = receive(answer, 1_000).unwrap();
    assert_ne!(persistence, Persistence::Close);
    let (response, persistence) = receive(&format!("{answer}HTTP/1.1"), 1_000).unwrap();
    assert_eq!((response.status, persistence), (200, Persistence::Close));
}

#[derive(Default)]
struct Names(Vec<String>);

impl Sink for Names {
    fn domain(&mut self, name: &[u8], _: &[u8]) {
        self.0.push(String::from_utf8_lossy(name).into_owned());
    }

    fn body(&mut self, _: &[u8]) {
        panic!("the body of an auth answer may hold a token");
    }
}

proptest! {
    /// Any letter case, any order, any split, any number of domains: the
    /// same tokens, the domain that was asked for, every domain listed.
    #[test]
    fn a_login_is_read_in_any_shape(
        pieces in 1usize..300,
        domains in 1usize..300,
        wanted in any::<prop::sample::Index>(),
        upper in any::<bool>(),
        swap in any::<bool>(),
    ) {
        let list: Vec<_> = (0..domains)
            .map(|n| serde_json::json!({
                "name": format!("Global/D{n}"),
                "uuid": format!("{n:08x}-0000-0000-0000-000000000000"),
            }))
            .collect();
        let list = serde_json::to_string(&list).unwrap();
        let mut fields = vec![
            "X-auth-access-token: aaa".to_string(),
            "X-auth-refresh-token:rrr ".to_string(),
            "DOMAIN_UUID: e276abec-e0f2-11e3-8169-6d9ed49b625f".to_string(),
            format!("DOMAINS: {list}"),
        ];
        if swap {
            fields.reverse();
        }
        if upper {
            for field in &mut fields {
                let (name, value) = field.split_once(':').unwrap();
                *field = format!("{}:{value}", name.to_ascii_uppercase());
            }
        }
        let answer = format!("HTTP/1.1 204\r\n{}\r\n\r\n", fields.join("\r\n"));
        let wanted = wanted.index(domains);
        let name = format!("d{wanted}");
        let mut session = Session::new(&fmc(), 1, Rules::default());
        let permit = elect(&mut session, 0, Class::Read);
        let login = Login::new(&fmc(), "u", "p").unwrap();
        let mut out = [0; 512];
        let (mut exchange, _) =
            AuthExchange::start(&session, &fmc(), &permit, Some(&login), Some(&name), &mut out).unwrap();
        let mut names = Names::default();
        for piece in answer.as_bytes().chunks(pieces) {
            let _ = exchange.push(piece, &mut names).unwrap();
        }
        prop_assert_eq!(names.0.len(), domains);
        prop_assert_eq!(session.settle_auth_alone(at(0), permit, exchange.finish()), AuthNext::Continue);
        let (access, refresh) = session.tokens().unwrap();
        prop_assert_eq!((access.expose_secret(), refresh.unwrap().expose_secret()), ("aaa", "rrr"));
        let uuid = format!("{wanted:08x}-0000-0000-0000-000000000000");
        prop_assert_eq!(session.domain(), Some(uuid.as_str()));
    }

    /// The password stands in the login and nowhere else; the refresh token in
    /// the refresh and nowhere else.
    #[test]
    fn secrets_stay_on_their_path(password in "[!-~]{8,40}", user in "[a-z]{1,90}") {
        let origin = fmc();
        let login = Login::new(&origin, &user, &password).unwrap();
        let mut session = Session::new(&origin, 1, Rules::default());
        let mut sent = Vec::new();
        for (now, class) in [(0, Class::Read), (1_790_000, Class::Read), (1_790_001, Class::Logout)] {
            let permit = elect(&mut session, now, class);
            let mut out = [0; 1024];
            let (mut exchange, length) =
                AuthExchange::start(&session, &origin, &permit, Some(&login), None, &mut out).unwrap();
            sent.push(String::from_utf8(out[..length].to_vec()).unwrap());
            let _ = exchange.push(LOGIN_204.as_bytes(), &mut Discard).unwrap();
            let _ = session.settle_auth_alone(at(now), permit, exchange.finish());
        }
        use base64::Engine as _;
        let mut basic = vec![0; 400];
        let plain = format!("{user}:{password}");
        let length = base64::engine::general_purpose::STANDARD.encode_slice(plain, &mut basic).unwrap();
        let basic = String::from_utf8(basic[..length].to_vec()).unwrap();
        let with = |what: &str| -> Vec<bool> { sent.iter().map(|text| text.contains(what)).collect() };
        prop_assert_eq!(with(&basic), [true, false, false]);
        prop_assert_eq!(with(&password), [false, false, false]);
        prop_assert_eq!(with("X-auth-refresh-token"), [false, true, false]);
        prop_assert_eq!(with("/auth/generatetoken "), [true, false, false]);
        prop_assert_eq!(with("/auth/refreshtoken "), [false, true, false]);
    }

    /// The same on a chassis, which takes the password as it is.
    #[test]
    fn secrets_of_a_chassis_stay_on_their_path(password in "[!-~]{8,40}") {
        let origin = chassis();
        let login = Login::new(&origin, "api", &password).unwrap();
        let mut session = Session::new(&origin, 1, Rules::default());
        let sent = [(0, Class::Read), (1, Class::Logout)].map(|(now, class)| {
            let permit = elect(&mut session, now, class);
            let mut out = [0; 1024];
            let (mut exchange, length) =
                AuthExchange::start(&session, &origin, &permit, Some(&login), None, &mut out).unwrap();
            let _ = exchange.push(FXOS_200.as_bytes(), &mut Discard).unwrap();
            let _ = session.settle_auth_alone(at(now), permit, exchange.finish());
            String::from_utf8(out[..length].to_vec()).unwrap()
        });
        let line = format!("\r\npassword: {password}\r\n");
        prop_assert_eq!(sent.each_ref().map(|text| text.contains(&line)), [true, false]);
        prop_assert_eq!(sent.each_ref().map(|text| text.contains("\r\nTOKEN: ")), [false, true]);
        prop_assert_eq!(sent.each_ref().map(|text| text.starts_with("POST /api/login ")), [true, false]);
        prop_assert!(!sent[1].contains("password"));
    }
}
