//! The chassis: the order in which a request is checked, and error bodies.

mod inventory;
mod session;
mod tree;
mod upload;

use core::fmt;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName};
use hyper::{Method, Request};
use serde::Serialize;

use crate::answer::Answer;
use crate::events::What;
use crate::lockout::Lockouts;
use crate::scenario::FxosScenario;
use crate::unit::{Shared, World, lock};
use session::Sessions;
use tree::Tree;

const LOGIN: &str = "/api/login";
const LOGOUT: &str = "/api/logout";
/// A guess: no document names the path to which images are uploaded.
const IMAGES: &str = "/api/sys/firmware/images";

const BODY_LIMIT: usize = 1 << 20;

#[derive(Debug)]
pub(crate) struct Fxos {
    world: Arc<World>,
    shared: Shared,
    sessions: Mutex<Sessions>,
    lockouts: Mutex<Lockouts>,
    tree: Mutex<Tree>,
}

impl Fxos {
    pub(crate) fn new(world: Arc<World>, shared: Shared) -> Self {
        Self {
            world,
            shared,
            sessions: Mutex::default(),
            lockouts: Mutex::default(),
            tree: Mutex::default(),
        }
    }

    fn switches(&self) -> FxosScenario {
        self.world.scenario.borrow().fxos.clone()
    }

    /// Checks `Accept`, then the session, then what is asked for.
    pub(crate) async fn answer(&self, request: Request<Incoming>, path: &str) -> Answer {
        if !path.starts_with("/api/") && path != "/api" {
            return error(404, "404", "Object not found", "not-found");
        }
        if !self.accepts_json(request.headers()) {
            return error(406, "406", "Not acceptable", "not-acceptable");
        }
        match path {
            LOGIN | LOGOUT if request.method() != Method::POST => method_not_supported(),
            LOGIN => self.login(request.headers()),
            LOGOUT => self.logout(request.headers()),
            _ => match self.session(request.headers()) {
                None => error(400, "552", "Authorization required", "service-unavailable")
                    .what(What::Unauthorized),
                Some(session) => self
                    .authorised(request, path, session.read_only)
                    .await
                    .user(Some(&session.user)),
            },
        }
    }

    async fn authorised(&self, request: Request<Incoming>, path: &str, read_only: bool) -> Answer {
        let switches = self.switches();
        if is_missing(&switches, path, request.uri().query()) {
            return error(404, "404", "Object not found", "not-found");
        }
        let writes = request.method() != Method::GET && request.method() != Method::HEAD;
        if writes && read_only {
            return error(403, "403", "Permission denied", "insufficiently-equipped");
        }
        if path == IMAGES {
            return self.upload(request).await;
        }
        let (parts, body) = request.into_parts();
        let uploads_json = matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
        let checks_type = uploads_json && !switches.lax_content_type;
        if checks_type && !has_type(&parts.headers, CONTENT_TYPE, "application/json") {
            return unsupported_type();
        }
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            return error(
                400,
                "400",
                "Request body too large or cut short",
                "unidentified-fail",
            );
        };
        let query = parts.uri.query().unwrap_or_default();
        lock(&self.tree).answer(&switches, &parts.method, path, query, &body.to_bytes())
    }

    fn accepts_json(&self, headers: &HeaderMap) -> bool {
        if has_type(headers, ACCEPT, "application/json") {
            return true;
        }
        let any = !headers.contains_key(ACCEPT) || has_type(headers, ACCEPT, "*/*");
        any && self.world.scenario.borrow().fxos.lax_accept
    }
}

/// Whether a path is one of the two that make and end sessions.
pub(crate) fn is_auth(path: &str) -> bool {
    [LOGIN, LOGOUT].contains(&path)
}

/// The class under which such a path is counted.
pub(crate) fn auth_class(path: &str) -> Option<&'static str> {
    match path {
        LOGIN => Some("login"),
        LOGOUT => Some("logout"),
        _ => None,
    }
}

fn is_missing(switches: &FxosScenario, path: &str, query: Option<&str>) -> bool {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let classes: Vec<_> = pairs.filter(|(name, _)| name == "classId").collect();
    let by_class = |one: &String| {
        !switches.missing_class_is_400 && classes.iter().any(|(_, class)| class == one)
    };
    let mut missing = switches.missing.iter();
    missing.any(|one| path.starts_with(one.as_str()) || by_class(one))
}

/// A password anywhere but at login.
pub(crate) fn has_stray_credentials(headers: &HeaderMap, path: &str) -> bool {
    path != LOGIN && (headers.contains_key("password") || headers.contains_key("authorization"))
}

/// Whether a list of media types, such as `Accept`, holds one, parameters aside.
fn has_type(headers: &HeaderMap, name: HeaderName, wanted: &str) -> bool {
    let values = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let mut types = values.flat_map(|value| value.split(','));
    types.any(|one| {
        let media_type = one.split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case(wanted)
    })
}

/// The chassis' error body. Its form is documented for 551, 552 and 555; the others follow it.
#[derive(Serialize)]
struct ErrorBody {
    #[serde(rename = "error-code")]
    code: &'static str,
    #[serde(rename = "error-description")]
    description: String,
    #[serde(rename = "error-nr")]
    nr: &'static str,
}

pub(crate) fn error(
    status: u16,
    code: &'static str,
    description: impl fmt::Display,
    nr: &'static str,
) -> Answer {
    Answer::json(
        status,
        &ErrorBody {
            code,
            description: description.to_string(),
            nr,
        },
    )
}

fn method_not_supported() -> Answer {
    error(405, "405", "Method not supported", "unsupported-method")
}

fn unsupported_type() -> Answer {
    error(
        415,
        "415",
        "Unsupported Content Type",
        "unsupported-content-type",
    )
}
