//! Switches of the management centre: sessions, and what it has to show.

use serde::{Deserialize, Serialize};

use super::limits::{LoginBurst, RateLimit, SessionLimits};
use super::managed::{Alerts, Clusters, HaPairs, Jobs, License, ManagedChassis};
use super::{Account, Lockout, Wire};

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
    /// What becomes of the `offset` of a list.
    pub offset: Offset,
    /// `https://host:port` in `links` and `paging`; empty: the one that the client called.
    pub link_origin: String,
    /// Endpoints that came after `server_version` are there all the same.
    pub all_endpoints: bool,
    /// Every domain has devices, pairs, clusters, chassis and alerts of its own, as many as the
    /// switches say, rather than all domains the same.
    pub domains_differ: bool,
    /// Number of managed devices.
    pub devices: usize,
    /// `healthStatus` of the devices, over and over. `""` leaves the member out.
    pub health: Vec<String>,
    /// `isConnected` of the devices, over and over. None: the member is missing.
    pub connected: Vec<bool>,
    /// Bytes of an expanded device record, about: policies are added until it has so many.
    pub device_bytes: usize,
    /// High-availability pairs of devices.
    pub ha_pairs: HaPairs,
    /// Clusters of devices.
    pub clusters: Clusters,
    /// Health alerts.
    pub alerts: Alerts,
    /// Devices with changes to deploy.
    pub pending_deployments: usize,
    /// So many of these are being deployed to.
    pub running_deployments: usize,
    /// The history of deployments.
    pub jobs: Jobs,
    /// `overallStatus` of the management centre's own high availability; empty: it stands alone.
    pub ha_status: String,
    /// `syncStatus` of the same.
    pub ha_sync: String,
    /// Smart licence.
    pub license: License,
    /// Chassis that the management centre manages.
    pub chassis: ManagedChassis,
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
            offset: Offset::Heeded,
            link_origin: String::new(),
            all_endpoints: false,
            domains_differ: false,
            devices: 3,
            health: vec!["green".into()],
            connected: vec![true],
            device_bytes: 3_000,
            ha_pairs: HaPairs::default(),
            clusters: Clusters::default(),
            alerts: Alerts::default(),
            pending_deployments: 0,
            running_deployments: 0,
            jobs: Jobs::default(),
            ha_status: String::new(),
            ha_sync: "GOOD".into(),
            license: License::default(),
            chassis: ManagedChassis::default(),
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

/// What becomes of the `offset` of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offset {
    /// The list is shown from there.
    #[default]
    Heeded,
    /// Every page is the first, and says so, as from a cache that does not look at the query.
    Ignored,
    /// Every page is the first, and says that it is the one asked for.
    Echoed,
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
