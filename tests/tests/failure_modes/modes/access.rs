//! Passwords, rights, and what becomes of a token.

use super::{
    CONFIG, HALF_HOUR, LOGIN, LOGOUT, MINUTE, REFRESH, VERSION, at, fmc, on_cdfmc, trouble,
};
use crate::runner::Ask::{Check, Every, Hidden, OtherGuess, OtherLogin, Pass, Read};
use crate::runner::Mode;

pub(super) fn passwords() -> Vec<Mode> {
    vec![
        fmc(
            "wrong password, 8 targets share it",
            "",
            [Every(20, 125, vec![Check])],
        )
        .with_password("wrong")
        .clients(8),
        fmc(
            "wrong password, account locks after 3",
            "lockout = {failures = 3}",
            [Every(MINUTE, 60, vec![Check])],
        )
        .with_password("wrong"),
        fmc(
            "somebody else has locked the account for 30 min",
            "lockout = {failures = 2, seconds = 1800}",
            [OtherGuess, OtherGuess, Every(MINUTE, 60, vec![Check])],
        ),
        fmc(
            "logins answered 401 in a burst of requests, password right",
            "login_burst = {requests = 1, refusals = 4}",
            [OtherLogin, Every(MINUTE, 3, vec![Check])],
        ),
        fmc(
            "login answered 401 once, password right",
            "refuse_logins = 1",
            [Every(MINUTE, 3, vec![Check])],
        ),
        fmc(
            "the same, four times in a row",
            "refuse_logins = 4",
            [Every(MINUTE, 6, vec![Check])],
        ),
        fmc(
            "401 without a body, password wrong",
            "bare_401 = true",
            [Every(MINUTE, 5, vec![Check])],
        )
        .with_password("wrong"),
        fmc(
            "login answered 204 without tokens",
            &at(LOGIN, r#"kind = "answer", status = 204"#, ""),
            [Every(MINUTE, 5, vec![Check])],
        ),
        fmc(
            "no session left for the account",
            "one_session_per_user = false\nsession_limits = {per_user = 1}",
            [OtherLogin, Every(MINUTE, 5, vec![Check])],
        ),
        fmc(
            "REST API disabled",
            "rest_disabled = true",
            [Every(MINUTE, 5, vec![Check])],
        ),
        fmc(
            "account may not read devices (403)",
            &at(
                CONFIG,
                r#"kind = "answer", status = 403, body = '{"error":{"messages":[{"description":"The user is not authorized"}]}}'"#,
                "",
            ),
            [Check],
        ),
        fmc(
            "account may not read devices (401)",
            &at(CONFIG, &trouble("access_token_invalid"), ""),
            [Every(MINUTE, 10, vec![Check])],
        ),
    ]
}

pub(super) fn tokens() -> Vec<Mode> {
    let reads = |times| [Every(600, times, vec![Read(VERSION)])];
    vec![
        fmc(
            "token expired, as expected",
            "",
            [Read(VERSION), Pass(HALF_HOUR), Read(VERSION)],
        ),
        fmc(
            "token expired, box's clock only",
            "",
            [Read(VERSION), Hidden(HALF_HOUR), Read(VERSION)],
        ),
        fmc("four hours, reads every 10 min", "", reads(24)),
        fmc(
            "box lets tokens live 20 min",
            "token_life_s = 1200",
            [Every(MINUTE, 120, vec![Check])],
        ),
        fmc(
            "box allows one refresh, then 401",
            "refresh_limit = 1",
            reads(24),
        ),
        fmc(
            "box allows one refresh, then 204 without tokens",
            "refresh_limit = 1\nrefresh_cap = \"no_tokens\"",
            reads(24),
        ),
        fmc(
            "box allows refreshes without end",
            "refresh_cap = \"unlimited\"",
            reads(24),
        ),
        fmc(
            "expired token can not be refreshed",
            "refresh_after_expiry = false",
            [Read(VERSION), Pass(HALF_HOUR), Read(VERSION)],
        ),
        fmc(
            "401 without a body, token expired",
            "bare_401 = true",
            [Read(VERSION), Hidden(HALF_HOUR), Read(VERSION)],
        ),
        fmc(
            "a good token answered 401, once",
            &at(
                VERSION,
                &trouble("access_token_invalid"),
                "skip = 1\ntimes = 1",
            ),
            [Read(VERSION), Read(VERSION), Read(VERSION)],
        ),
        fmc(
            "browser session timeout 10 min",
            "session_life_s = 600",
            [Every(MINUTE, 120, vec![Check])],
        ),
        fmc(
            "browser session timeout 60 min",
            "session_life_s = 3600",
            [Every(MINUTE, 360, vec![Check])],
        ),
    ]
}

pub(super) fn lost_replies() -> Vec<Mode> {
    vec![
        fmc(
            "reply to the login lost",
            &at(LOGIN, r#"kind = "lost_reply""#, "times = 1"),
            [Check, Pass(MINUTE), Check],
        ),
        fmc(
            "reply to the refresh lost",
            &at(REFRESH, r#"kind = "lost_reply""#, "times = 1"),
            [Read(VERSION), Pass(HALF_HOUR), Read(VERSION)],
        ),
        fmc(
            "reply to the logout lost",
            &at(LOGOUT, r#"kind = "lost_reply""#, "times = 1"),
            [Check],
        ),
        fmc(
            "logout not heard",
            &at(LOGOUT, r#"kind = "close""#, "times = 1"),
            [Check],
        ),
    ]
}

pub(super) fn bearers() -> Vec<Mode> {
    let minutes = |times| [Every(MINUTE, times, vec![Check])];
    vec![
        on_cdfmc("bearer token refused", "", minutes(5)).with_password("another"),
        on_cdfmc(
            "a good bearer token answered 401, once",
            &at(CONFIG, &trouble("error_as_text"), "times = 1"),
            minutes(2),
        ),
    ]
}
