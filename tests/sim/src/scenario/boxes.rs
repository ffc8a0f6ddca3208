//! Switches of each box: accounts, sessions, and what it has to show.

use serde::{Deserialize, Serialize};

use super::limits::{LoginBurst, RateLimit, SessionLimits};
use super::{Lockout, Wire};

/// A user of a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// User name.
    pub user: String,
    /// Password, in UTF-8.
    pub password: String,
    /// May only read: every write is answered 403.
    #[serde(default)]
    pub read_only: bool,
}

impl Account {
    /// An account that may read and write.
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            read_only: false,
        }
    }
}

/// Switches of the management centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FmcScenario {
    /// Connections and faults.
    pub wire: Wire,
    /// Who may log in. The first is the one that the simulator names when it is ready.
    pub accounts: Vec<Account>,
    /// So many logins are refused whatever their password. Counts down.
    pub refuse_logins: u32,
    /// Right passwords that are refused after a burst of requests.
    pub login_burst: LoginBurst,
    /// Accounts are locked after failed logins.
    pub lockout: Lockout,
    /// Logins are refused for the number of sessions.
    pub session_limits: SessionLimits,
    /// Milliseconds of virtual time before a login is looked at.
    pub login_latency_ms: u64,
    /// A login without `Authorization`, but with a good access token, is as good as one with a
    /// password.
    pub login_by_token: bool,
    /// Seconds that an access token lives.
    pub token_life_s: u64,
    /// Refreshes per login.
    pub refresh_limit: u32,
    /// What happens to a refresh beyond them.
    pub refresh_cap: RefreshCap,
    /// A refresh may come after the access token has expired.
    pub refresh_after_expiry: bool,
    /// What a refused refresh is told.
    pub refresh_error: String,
    /// What a request is told whose access token is not good.
    pub access_error: String,
    /// Every 401 comes without a body.
    pub bare_401: bool,
    /// Every 401 carries `WWW-Authenticate: Basic`.
    pub www_authenticate: bool,
    /// The REST API is switched off: every path below `/api` is a 404 of the web server.
    pub rest_disabled: bool,
    /// Requests that are answered 429.
    pub rate_limit: RateLimit,
    /// Paths that this version does not have: 404. Each is a prefix of the path, or of what
    /// follows the domain in it.
    pub missing: Vec<String>,
    /// Seconds after a login at which both of its tokens die ("browser session timeout").
    pub session_life_s: Option<u64>,
    /// Seconds without an accepted request after which both tokens of a session die.
    pub idle_s: Option<u64>,
    /// Status of an answer that carries tokens.
    pub token_status: u16,
    /// A token that `Authorization: Bearer` may carry instead of a session, as on cloud-delivered
    /// FMC.
    pub bearer_token: Option<String>,
    /// What a request is told whose bearer token is not good.
    pub bearer_error: String,
    /// A login ends the other sessions of its user.
    pub one_session_per_user: bool,
    /// The previous access token goes on working after a refresh.
    pub old_token_survives_refresh: bool,
    /// The refresh token goes on working after `revokeaccess`.
    pub refresh_token_survives_revoke: bool,
    /// A refresh is answered with `DOMAINS` and `USER_UUID` too.
    pub refresh_repeats_domains: bool,
    /// `No Content` rather than `204` as the reason phrase.
    pub reason_text: bool,
    /// Letter case of header names.
    pub header_case: HeaderCase,
    /// JSON bodies with `Content-Length` rather than chunked.
    pub sized_bodies: bool,
    /// Names of the domains; the first is the login domain.
    pub domains: Vec<String>,
    /// Domains to make up, if more than are named.
    pub domain_count: usize,
    /// Those made up have names with quotes, slashes, backslashes and letters beyond ASCII.
    pub odd_domains: bool,
    /// How `DOMAINS` is written.
    pub domains_style: DomainsStyle,
    /// How a list without items is answered.
    pub empty_list: EmptyList,
    /// `https://host:port` in `links` and `paging`; empty: the one that the client called.
    pub link_origin: String,
    /// Number of managed devices.
    pub devices: usize,
    /// `healthStatus` of the devices, over and over. `""` leaves the member out.
    pub health: Vec<String>,
    /// Devices with changes to deploy.
    pub pending_deployments: usize,
    /// `overallStatus` of high availability; empty: a standalone management centre.
    pub ha_status: String,
    /// `serverVersion`.
    pub server_version: String,
    /// `uptime`: free text, whose form has changed between releases.
    pub uptime: String,
}

impl FmcScenario {
    /// What no box could do.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let success = (200..300).contains(&self.token_status);
        (!success).then_some("`token_status` must be 200 to 299")
    }
}

impl Default for FmcScenario {
    fn default() -> Self {
        Self {
            wire: Wire::default(),
            accounts: vec![
                Account::new("api-monitor", "S1m:Pass-word"),
                Account::new("ciscoeser", "ciscpapiuser"),
                Account::new("apiuser", "apiuser"),
            ],
            refuse_logins: 0,
            login_burst: LoginBurst::default(),
            lockout: Lockout::default(),
            session_limits: SessionLimits::default(),
            login_latency_ms: 0,
            login_by_token: false,
            token_life_s: 30 * 60,
            refresh_limit: 3,
            refresh_cap: RefreshCap::Refused,
            refresh_after_expiry: true,
            refresh_error: "Invalid refresh token".into(),
            access_error: "Access token invalid.".into(),
            bare_401: false,
            www_authenticate: false,
            rest_disabled: false,
            rate_limit: RateLimit::default(),
            missing: Vec::new(),
            session_life_s: None,
            idle_s: None,
            token_status: 204,
            bearer_token: None,
            bearer_error: "CDO token is invalid".into(),
            one_session_per_user: true,
            old_token_survives_refresh: false,
            refresh_token_survives_revoke: false,
            refresh_repeats_domains: false,
            reason_text: false,
            header_case: HeaderCase::Real,
            sized_bodies: false,
            domains: vec![
                "Global".into(),
                "Global/Devel".into(),
                "Global/Sites/North".into(),
            ],
            domain_count: 0,
            odd_domains: false,
            domains_style: DomainsStyle::Spaced,
            empty_list: EmptyList::NoItems,
            link_origin: String::new(),
            devices: 3,
            health: vec!["green".into()],
            pending_deployments: 0,
            ha_status: "GOOD".into(),
            server_version: "7.4.2 (build 172)".into(),
            uptime: "5 days, 3 hours, 20 minutes".into(),
        }
    }
}

/// Letter case of header names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderCase {
    /// As captured: `X-auth-access-token`, `DOMAINS`, `global`.
    #[default]
    Real,
    /// All lower, as from a gateway that speaks HTTP/2 to the box.
    Lower,
    /// All upper.
    Upper,
    /// `X-Auth-Access-Token`, `Domains`, as Go writes them.
    Title,
}

/// What happens to a refresh beyond the limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshCap {
    /// 401 with `refresh_error`.
    #[default]
    Refused,
    /// 204 without tokens.
    NoTokens,
    /// There is no limit.
    Unlimited,
}

/// How a list without items is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyList {
    /// 200, and no member `items`.
    #[default]
    NoItems,
    /// 200 with `"items":[]`.
    EmptyArray,
    /// 404, as from old versions.
    NotFound,
}

/// How the `DOMAINS` header is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainsStyle {
    /// `{"name": "Global", "uuid": "..."}`, as captured in 2020; non-ASCII as UTF-8.
    #[default]
    Spaced,
    /// `{"uuid":"...","name":"Global"}`, as captured in 2024; non-ASCII as UTF-8.
    Compact,
    /// As `Compact`, but in ISO 8859-1, with `\uXXXX` for what it does not have.
    Latin1,
    /// As `Compact`, with `\uXXXX` for non-ASCII and `\/` for `/`.
    Escaped,
}

/// Switches of the chassis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FxosScenario {
    /// Connections and faults.
    pub wire: Wire,
    /// Who may log in. The first is the one that the simulator names when it is ready.
    pub accounts: Vec<Account>,
    /// So many logins are refused whatever their password. Counts down.
    pub refuse_logins: u32,
    /// Accounts are locked after failed logins.
    pub lockout: Lockout,
    /// Logins are refused for the number of sessions.
    pub session_limits: SessionLimits,
    /// Seconds without a request after which a session ends.
    pub idle_s: u64,
    /// Seconds after its login at which a session ends ("absolute timeout").
    pub session_life_s: Option<u64>,
    /// `refreshPeriod` of the login answer; other than 0, the session ends so many seconds
    /// after its login.
    pub refresh_period: u64,
    /// `refreshPeriod` as a JSON number rather than a string.
    pub refresh_period_as_number: bool,
    /// The token also comes as a response header `token`.
    pub token_header: bool,
    /// `Accept: */*`, or none, is as good as `application/json`.
    pub lax_accept: bool,
    /// A body may come with any `Content-Type`, or none.
    pub lax_content_type: bool,
    /// Bodies chunked rather than with `Content-Length`.
    pub chunked_bodies: bool,
    /// Logging out without a session is answered 400 rather than HTTP 555.
    pub logout_400: bool,
    /// Text before the JSON of a 400 answer to a configuration call.
    pub error_prefix: String,
    /// `packageVersion` of the running firmware.
    pub version: String,
    /// Paths that this model or version does not have: 404. Each is a prefix of the path, or the
    /// name of a class.
    pub missing: Vec<String>,
    /// `model` of the chassis.
    pub chassis_model: String,
    /// `operState` of the chassis.
    pub chassis_state: String,
    /// Operational states of the application instances, one per slot.
    pub app_states: Vec<String>,
    /// Severities of the faults.
    pub fault_severities: Vec<String>,
}

impl Default for FxosScenario {
    fn default() -> Self {
        Self {
            wire: Wire::default(),
            accounts: vec![Account::new("admin", "S1m Pass:word")],
            refuse_logins: 0,
            lockout: Lockout::default(),
            session_limits: SessionLimits::default(),
            idle_s: 600,
            session_life_s: None,
            refresh_period: 0,
            refresh_period_as_number: false,
            token_header: false,
            lax_accept: false,
            lax_content_type: false,
            chunked_bodies: false,
            logout_400: false,
            error_prefix: String::new(),
            version: "2.14(1.131)".into(),
            missing: Vec::new(),
            chassis_model: "FPR-C9300-AC".into(),
            chassis_state: "operable".into(),
            app_states: vec!["online".into()],
            fault_severities: Vec::new(),
        }
    }
}
