//! The management centre: routes, response heads, error bodies.

mod auth;
mod chassis;
mod deployment;
mod devices;
mod domains;
mod groups;
mod health;
mod list;
mod networks;
mod session;
mod since;

use core::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request};
use serde::Serialize;

use crate::answer::{Answer, Content, Headers, html_page};
use crate::lockout::Lockouts;
use crate::scenario::FmcScenario;
use crate::unit::{Shared, World};
use list::Query;
use networks::Networks;
use session::Sessions;

const LOGIN: &str = "/api/fmc_platform/v1/auth/generatetoken";
const REFRESH: &str = "/api/fmc_platform/v1/auth/refreshtoken";
const REVOKE: &str = "/api/fmc_platform/v1/auth/revokeaccess";

/// The description of the API in Swagger 2.0, which some clients go by. That it is given to anyone,
/// without a token, is a guess.
const API_EXPLORER: &str = "/api/api-explorer/fmc.json";
const EXPLORED: &str = include_str!("api_explorer.json");

/// FMC refuses a larger payload with 422.
const BODY_LIMIT: usize = 2_048_000;

#[derive(Debug)]
pub(crate) struct Fmc {
    world: Arc<World>,
    shared: Shared,
    sessions: Mutex<Sessions>,
    lockouts: Mutex<Lockouts>,
    /// Right passwords still to be refused; `None` while there is no burst.
    burst_refusals_left: Mutex<Option<u32>>,
    networks: Mutex<Networks>,
}

/// A request past authentication.
#[derive(Debug)]
struct Call<'a> {
    method: &'a Method,
    query: Query,
    /// `https://host:port/path`, as the client called it.
    url: String,
    /// `https://host:port`.
    origin: String,
    body: Bytes,
    switches: &'a FmcScenario,
    /// Which domain is asked for.
    domain: usize,
    /// Seconds since 1970 by the box's own clock.
    box_seconds: u64,
}

impl Call<'_> {
    /// The first of so many objects that each domain has.
    fn first(&self, each: usize) -> usize {
        match self.switches.domains_differ {
            true => self.domain * each,
            false => 0,
        }
    }

    /// The domain that objects are in: the Global one, unless each domain has its own.
    fn domain_reference(&self) -> devices::Reference {
        domains::reference(self.switches, self.first(1))
    }

    /// Where an object of this domain is to be had.
    fn link(&self, path: &str) -> String {
        let domain = self.domain_reference().id;
        format!("{}/api/fmc_config/v1/domain/{domain}/{path}", self.origin)
    }
}

impl Fmc {
    pub(crate) fn new(world: Arc<World>, shared: Shared) -> Self {
        Self {
            world,
            shared,
            sessions: Mutex::default(),
            lockouts: Mutex::default(),
            burst_refusals_left: Mutex::default(),
            networks: Mutex::default(),
        }
    }

    fn switches(&self) -> FmcScenario {
        self.world.scenario.borrow().fmc.clone()
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>, path: &str) -> Answer {
        let (parts, body) = request.into_parts();
        // The body is read whatever it is: FMC ignores it where it has no use for it.
        let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
            return error(422, "OTHER", "Unprocessable Entity");
        };
        let switches = self.switches();
        if !path.starts_with("/api/") || switches.rest_disabled {
            return html_page(404);
        }
        if path == API_EXPLORER {
            return Answer::with_body(200, "application/json", EXPLORED);
        }
        if !is_auth(path) {
            return self.authorised(&parts, body.to_bytes(), path, &switches);
        }
        if is_missing(&switches, path) {
            return invalid_url();
        }
        match path {
            _ if parts.method != Method::POST => not_supported(&parts.method),
            LOGIN => self.login_after_latency(&parts.headers).await,
            REFRESH => self.refresh(&parts.headers),
            _ => self.revoke(&parts.headers),
        }
    }

    fn authorised(&self, parts: &Parts, body: Bytes, path: &str, switches: &FmcScenario) -> Answer {
        let caller = match self.authorise(&parts.headers, switches) {
            Ok(caller) => caller,
            Err(refusal) => return refusal,
        };
        let writes = !matches!(parts.method, Method::GET | Method::HEAD);
        let answer = if is_missing(switches, path) {
            invalid_url()
        } else if writes && caller.read_only {
            error(403, "FRAMEWORK", "The user is not authorized")
        } else {
            let origin = origin(&parts.headers, switches);
            let mut call = Call {
                method: &parts.method,
                query: Query::parse(parts.uri.query().unwrap_or_default()),
                url: format!("{origin}{path}"),
                origin,
                body,
                switches,
                domain: 0,
                box_seconds: self.box_seconds(switches),
            };
            self.route(&mut call, path)
        };
        answer.user(caller.user.as_deref())
    }

    fn box_seconds(&self, switches: &FmcScenario) -> u64 {
        let right = self.world.unix_seconds();
        right.saturating_add_signed(switches.wire.date_skew_s)
    }

    fn route(&self, call: &mut Call<'_>, path: &str) -> Answer {
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match segments.as_slice() {
            ["api", "fmc_platform", "v1", "info", "serverversion"] => {
                reading(call, health::server_version)
            }
            ["api", "fmc_platform", "v1", "info", "domain"] => reading(call, domains::list),
            ["api", "fmc_platform", "v1", "license", "smartlicenses"] => {
                reading(call, health::licenses)
            }
            ["api", "fmc_config", "v1", "domain", domain, rest @ ..] => {
                let Some(index) = domains::find(call.switches, domain) else {
                    return invalid_url();
                };
                call.domain = index;
                self.route_in_domain(call, rest)
            }
            _ => invalid_url(),
        }
    }

    fn route_in_domain(&self, call: &Call<'_>, rest: &[&str]) -> Answer {
        match rest {
            ["devices", "devicerecords"] => reading(call, devices::list),
            ["devices", "devicerecords", id] => reading(call, |call| devices::one(call, id)),
            ["devicehapairs", "ftddevicehapairs"] => reading(call, groups::pairs),
            ["devicehapairs", "ftddevicehapairs", id] => {
                reading(call, |call| groups::pair_of(call, id))
            }
            ["deviceclusters", "ftddevicecluster"] => reading(call, groups::clusters),
            ["deviceclusters", "ftddevicecluster", id] => {
                reading(call, |call| groups::cluster_of(call, id))
            }
            ["chassis", "fmcmanagedchassis"] => reading(call, chassis::list),
            ["chassis", "fmcmanagedchassis", id] => reading(call, |call| chassis::one(call, id)),
            ["chassis", "fmcmanagedchassis", id, which] => {
                reading(call, |call| chassis::summary(call, id, which))
            }
            ["health", "alerts"] => reading(call, health::alerts),
            ["integration", "fmchastatuses"] => reading(call, health::ha_statuses),
            ["deployment", "deployabledevices"] => reading(call, deployment::deployable),
            ["deployment", "jobhistories"] => reading(call, deployment::jobs),
            ["object", "networks"] => crate::unit::lock(&self.networks).collection(call),
            ["object", "networks", id] => crate::unit::lock(&self.networks).member(call, id),
            _ => invalid_url(),
        }
    }
}

/// Whether a path is one of the three that make and end sessions.
pub(crate) fn is_auth(path: &str) -> bool {
    [LOGIN, REFRESH, REVOKE].contains(&path)
}

/// Whether a path is the one that makes sessions.
pub(crate) fn is_login(path: &str) -> bool {
    path == LOGIN
}

/// The class under which such a path is counted.
pub(crate) fn auth_class(path: &str) -> Option<&'static str> {
    match path {
        LOGIN => Some("login"),
        REFRESH => Some("refresh"),
        REVOKE => Some("logout"),
        _ => None,
    }
}

fn is_missing(switches: &FmcScenario, path: &str) -> bool {
    let in_domain = path
        .strip_prefix("/api/fmc_config/v1/domain/")
        .and_then(|rest| rest.split_once('/'));
    let in_domain = in_domain.map(|(_, rest)| rest);
    let too_new = !switches.all_endpoints
        && since::lacks(&switches.server_version, in_domain.unwrap_or(path));
    too_new
        || switches.missing.iter().any(|prefix| {
            path.starts_with(prefix) || in_domain.is_some_and(|rest| rest.starts_with(prefix))
        })
}

fn reading(call: &Call<'_>, answer: impl FnOnce(&Call<'_>) -> Answer) -> Answer {
    match *call.method {
        Method::GET | Method::HEAD => answer(call),
        _ => not_supported(call.method),
    }
}

/// The headers of every FMC answer around those of this one. Framing comes after them.
pub(crate) fn frame_headers(own: Headers) -> Headers {
    let fixed = |headers: &[(&'static str, &str)]| -> Headers {
        headers
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect()
    };
    let mut headers = fixed(&[
        ("Server", "Apache"),
        (
            "Strict-Transport-Security",
            "max-age=31536000; includeSubDomains",
        ),
        ("Cache-Control", "no-store"),
        ("Accept-Ranges", "bytes"),
        (
            "Vary",
            "Accept-Charset,Accept-Encoding,Accept-Language,Accept",
        ),
    ]);
    headers.extend(own);
    headers.extend(fixed(&[
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-UA-Compatible", "IE=edge"),
        ("X-Permitted-Cross-Domain-Policies", "none"),
        ("X-XSS-Protection", "1; mode=block"),
        ("Referrer-Policy", "same-origin"),
        ("Content-Security-Policy", "base-uri 'self'"),
        ("X-Content-Type-Options", "nosniff"),
    ]));
    headers
}

/// A password anywhere but at login, or a refresh token anywhere but at refresh.
pub(crate) fn has_stray_credentials(headers: &HeaderMap, path: &str) -> bool {
    let authorization = headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let basic = authorization.is_some_and(|value| {
        value
            .first_chunk()
            .is_some_and(|scheme: &[u8; 6]| scheme.eq_ignore_ascii_case(b"basic "))
    });
    (basic && path != LOGIN) || (headers.contains_key("x-auth-refresh-token") && path != REFRESH)
}

/// What links begin with.
fn origin(headers: &HeaderMap, switches: &FmcScenario) -> String {
    if !switches.link_origin.is_empty() {
        return switches.link_origin.clone();
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    format!("https://{}", host.unwrap_or("firepower"))
}

fn json(status: u16, body: &impl Serialize) -> Answer {
    let mut answer = Answer::json(status, body);
    if let Content::Some { content_type, .. } = &mut answer.content {
        content_type.push_str(";charset=UTF-8");
    }
    answer
}

/// Cisco's error body.
pub(crate) fn error(status: u16, category: &'static str, description: impl fmt::Display) -> Answer {
    #[derive(Serialize)]
    struct Envelope {
        error: Body,
    }
    #[derive(Serialize)]
    struct Body {
        category: &'static str,
        messages: [Message; 1],
        severity: &'static str,
    }
    #[derive(Serialize)]
    struct Message {
        description: String,
    }
    let messages = [Message {
        description: description.to_string(),
    }];
    json(
        status,
        &Envelope {
            error: Body {
                category,
                messages,
                severity: "ERROR",
            },
        },
    )
}

fn invalid_url() -> Answer {
    error(404, "FRAMEWORK", "Invalid URL")
}

fn not_supported(method: &Method) -> Answer {
    error(
        405,
        "FRAMEWORK",
        format_args!("The method {method} is not supported"),
    )
}
