//! What the simulator counted: the answer to `GET /state`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The counts of both boxes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Virtual time since the start, in milliseconds.
    pub clock_ms: u64,
    /// The management centre.
    pub fmc: BoxState,
    /// The chassis.
    pub fxos: BoxState,
}

/// The counts of one box.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxState {
    /// TCP connections accepted.
    pub connections: u64,
    /// TLS handshakes that failed, such as when the client refused the certificate.
    pub failed_handshakes: u64,
    /// Handshakes that succeeded, by TLS version.
    pub tls_versions: BTreeMap<String, u64>,
    /// Logins that gave a token.
    pub logins: u64,
    /// Logins refused.
    pub refused_logins: u64,
    /// Refreshes that gave new tokens.
    pub refreshes: u64,
    /// Refreshes refused.
    pub refused_refreshes: u64,
    /// Sessions ended by their client: `revokeaccess`, `/api/logout`.
    pub revokes: u64,
    /// Logouts for which there was no session.
    pub refused_revokes: u64,
    /// Logins whose session was made, but whose answer did not get through in full.
    pub lost_logins: u64,
    /// Refreshes that took effect, but whose answer did not get through in full.
    pub lost_refreshes: u64,
    /// Logouts that took effect, but whose answer did not get through in full.
    pub lost_revokes: u64,
    /// Sessions whose token is good now.
    pub live_sessions: usize,
    /// FMC: sessions whose access token has expired but that could still be refreshed.
    pub expired_sessions: usize,
    /// Live sessions, by user.
    pub sessions_by_user: BTreeMap<String, usize>,
    /// Sessions, live or refreshable, whose present token no request has carried: just made,
    /// or their answer was lost, or their client went away.
    pub orphaned_sessions: usize,
    /// Sessions that ended by age without having been revoked.
    pub lapsed_sessions: u64,
    /// Sessions that ended because their user logged in again.
    pub displaced_sessions: u64,
    /// Sessions that the box ended by itself: `POST /end-sessions`, the fault `end_session`.
    pub ended_sessions: u64,
    /// Users that are locked out now.
    pub locked_accounts: Vec<String>,
    /// Requests that carried a password, or a refresh token, to a path that has no use for it.
    pub stray_credentials: u64,
    /// Requests that carried a token or a cookie that this box never issued, or the user of no
    /// account of its own.
    pub foreign_credentials: u64,
    /// The headers that carried those, by name.
    pub foreign_headers: BTreeMap<String, u64>,
    /// Requests answered 429 by `rate_limit`.
    pub rate_limited: u64,
    /// Connections that are open now.
    pub open_connections: usize,
    /// The most connections that were open at once.
    pub peak_connections: usize,
    /// The most requests that came in any 60 seconds of virtual time.
    pub peak_requests_per_minute: usize,
    /// The most logins that were asked for, refused ones too, in any hour of virtual time.
    pub peak_logins_per_hour: usize,
    /// The most requests that were unanswered at once.
    pub peak_parallel_requests: usize,
    /// The most writes among them.
    pub peak_parallel_writes: usize,
    /// Answers being held back now.
    pub held: usize,
    /// Requests by class: `login`, `refresh`, `logout`, `read`, `write`.
    pub classes: BTreeMap<String, u64>,
    /// Requests by method and path, without query; UUIDs are written `{uuid}`.
    pub requests: BTreeMap<String, u64>,
    /// Answers by status code.
    pub statuses: BTreeMap<u16, u64>,
    /// Images received.
    pub uploads: Vec<Upload>,
}

/// An image received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Path it was sent to.
    pub path: String,
    /// Bytes that arrived.
    pub bytes: u64,
    /// SHA-256 of those bytes, in hexadecimal.
    pub sha256: String,
    /// Whether the body arrived to its end.
    pub complete: bool,
}

/// The key under which a request is counted.
pub(crate) fn request_key(method: &str, path: &str) -> String {
    format!("{method} {}", normal(path))
}

/// A path whose UUIDs are written `{uuid}`.
pub(crate) fn normal(path: &str) -> String {
    let segments: Vec<&str> = path
        .split('/')
        .map(|part| if is_uuid(part) { "{uuid}" } else { part })
        .collect();
    segments.join("/")
}

/// Dashed groups of 8-4-4-4-12 hexadecimal digits; FMC's object identifiers are no RFC 9562 UUIDs.
fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_in_paths_are_counted_together() {
        let path = "/api/fmc_config/v1/domain/e276abec-e0f2-11e3-8169-6d9ed49b625f/x/default";
        assert_eq!(
            request_key("GET", path),
            "GET /api/fmc_config/v1/domain/{uuid}/x/default"
        );
        assert_eq!(
            request_key("PUT", "/a/00505699-76B7-0ed3-0000-004294969351"),
            "PUT /a/{uuid}"
        );
    }
}
