//! Answers that come instead of what was asked for: pages, redirects, 429, errors under load.

use core::time::Duration;

use serde_json::{Value, json};

use crate::answer::{Answer, html_page};
use crate::scenario::{Fault, RetryAfter, TooMany, Trouble};
use crate::unit::Unit;

const JSON: &str = "application/json;charset=UTF-8";

/// The answer that a fault puts in place of the right one, if it is such a fault.
pub(crate) fn instead(fault: &Fault, unit: &Unit) -> Option<Answer> {
    Some(match fault {
        Fault::Html { status } => html_page(*status),
        Fault::Redirect { location, status } => {
            html_page(*status).header("Location", location.as_str())
        }
        Fault::TooMany {
            shape,
            retry_after,
            retry_after_s,
        } => too_many(
            unit,
            *shape,
            *retry_after,
            Duration::from_secs(*retry_after_s),
        ),
        Fault::Trouble { what } => trouble(*what),
        Fault::Answer {
            status,
            content_type,
            body,
            headers,
        } => canned(*status, content_type, body, headers),
        _ => return None,
    })
}

/// 429.
pub(crate) fn too_many(
    unit: &Unit,
    shape: TooMany,
    retry_after: RetryAfter,
    wait: Duration,
) -> Answer {
    let answer = match shape {
        TooMany::Html => html_page(429),
        TooMany::Cisco => cisco(429, "FRAMEWORK", "Too Many Requests"),
        TooMany::Restlet => Answer::with_body(429, JSON, restlet_429().to_string()),
    };
    match retry_after {
        RetryAfter::None => answer,
        RetryAfter::Seconds => {
            // Rounded up: at that time there is room.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            answer.header("Retry-After", seconds.to_string())
        }
        RetryAfter::Date => {
            let date = httpdate::fmt_http_date(unit.wall() + wait);
            answer.header("Retry-After", date)
        }
    }
}

/// Restlet's `StatusInfo`, members in alphabetical order.
fn restlet_429() -> Value {
    json!({
        "code": 429,
        "contactEmail": null,
        "description": "The server is refusing to service the request because the user has sent \
                        too many requests in a given amount of time (\"rate limiting\")",
        "homeRef": "/",
        "reasonPhrase": "Too Many Requests",
        "uri": "http://tools.ietf.org/html/rfc6585#section-4",
    })
}

fn trouble(what: Trouble) -> Answer {
    match what {
        Trouble::EmptyObject => Answer::with_body(200, JSON, "{}"),
        Trouble::ErrorIn200 => cisco(200, "FRAMEWORK", "Internal error"),
        Trouble::TryAgain => cisco(400, "FRAMEWORK", "Search Service n.a. Please try again."),
        Trouble::RetrySometime => cisco(
            400,
            "FRAMEWORK",
            "System is busy. Please retry the operation after sometime.",
        ),
        Trouble::AccessTokenInvalid => cisco(401, "FRAMEWORK", "Access token invalid."),
        Trouble::Bare401 => Answer::empty(401),
        Trouble::ErrorAsText => Answer::with_body(
            401,
            JSON,
            r#"{"error":"invalid_token","errorDescription":"The bearer token is invalid or revoked"}"#,
        ),
        Trouble::RequiredAuthorization => cisco(
            400,
            "FRAMEWORK",
            "You do not have the required authorization",
        ),
        Trouble::NotAuthorized => cisco(403, "FRAMEWORK", "The user is not authorized"),
        Trouble::RequestTimeout => cisco(408, "FRAMEWORK", "Access token invalid."),
        Trouble::TooLarge => html_page(413),
        Trouble::Unprocessable => cisco(422, "OTHER", "Unprocessable Entity"),
        Trouble::EmptyMessage => Answer::with_body(
            500,
            JSON,
            r#"{"error":{"category":"OTHER","messages":[{}],"severity":"ERROR"}}"#,
        ),
        Trouble::ActionTypeNull => cisco(500, "FRAMEWORK", "The action type is null"),
        Trouble::TimedOut => cisco(504, "FRAMEWORK", "Request Timed Out. Retry after sometime."),
        Trouble::BackendError => crate::fxos::error(
            400,
            "101",
            "Error communicating with FX-OS API backend",
            "unidentified-fail",
        ),
        Trouble::AuthorizationRequired => {
            crate::fxos::error(400, "552", "Authorization required", "service-unavailable")
        }
    }
}

fn cisco(status: u16, category: &'static str, description: &'static str) -> Answer {
    crate::fmc::error(status, category, description)
}

fn canned(status: u16, content_type: &str, body: &str, headers: &[(String, String)]) -> Answer {
    let answer = if body.is_empty() {
        Answer::empty(status)
    } else {
        Answer::with_body(status, content_type, body.to_owned())
    };
    headers
        .iter()
        .cloned()
        .fold(answer, |answer, (name, value)| answer.header(name, value))
}
