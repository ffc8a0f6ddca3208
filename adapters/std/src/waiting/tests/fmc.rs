//! As much of an FMC as two callers can fall over: one session per user, tokens
//! that are replaced by a refresh and end with a logout.

#[derive(Default)]
pub(super) struct Fmc {
    password_is_wrong: bool,
    live: Option<u32>,
    has_expired: bool,
    issued: u32,
    /// Sessions opened, by a login or before the run.
    pub(super) opened: u32,
    pub(super) refused_logins: u32,
    pub(super) refreshes: u32,
    pub(super) refused_refreshes: u32,
    pub(super) logouts: u32,
    pub(super) answered: u32,
}

const ROOT: &str = "/api/fmc_platform/v1/auth/";

impl Fmc {
    pub(super) fn new(password_is_wrong: bool) -> Self {
        Self {
            password_is_wrong,
            ..Self::default()
        }
    }

    /// Opens a session; the number in its tokens.
    pub(super) fn open(&mut self) -> u32 {
        self.opened += 1;
        self.issue()
    }

    /// Takes the access token no more; the refresh token still.
    pub(super) fn expire(&mut self) {
        self.has_expired = true;
    }

    pub(super) fn is_open(&self) -> bool {
        self.live.is_some() && !self.has_expired
    }

    fn issue(&mut self) -> u32 {
        self.issued += 1;
        self.has_expired = false;
        self.live = Some(self.issued);
        self.issued
    }

    /// The answer to a request.
    pub(super) fn answer(&mut self, request: &str) -> String {
        let has = |kind: &str| {
            let live = self
                .live
                .filter(|n| request.contains(&format!("\r\nX-auth-{kind}-token: {kind}{n}\r\n")));
            live.is_some()
        };
        let (access, refresh) = (has("access") && !self.has_expired, has("refresh"));
        match path(request).strip_prefix(ROOT) {
            Some("generatetoken") if self.password_is_wrong => {
                self.refused_logins += 1;
                status(401)
            }
            Some("generatetoken") => tokens(self.open()),
            Some("refreshtoken") if refresh => {
                self.refreshes += 1;
                tokens(self.issue())
            }
            Some("refreshtoken") => {
                self.refused_refreshes += 1;
                status(401)
            }
            Some("revokeaccess") if access => {
                self.logouts += 1;
                self.live = None;
                status(204)
            }
            None if access => {
                self.answered += 1;
                status(200)
            }
            _ => status(401),
        }
    }
}

pub(super) fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap_or_default()
}

pub(super) fn is_auth(path: &str) -> bool {
    path.starts_with(ROOT)
}

pub(super) fn is_logout(path: &str) -> bool {
    path.ends_with("/revokeaccess")
}

fn tokens(n: u32) -> String {
    format!(
        "HTTP/1.1 204 204\r\nX-auth-access-token: access{n}\r\nX-auth-refresh-token: refresh{n}\r\n\r\n"
    )
}

fn status(status: u16) -> String {
    format!("HTTP/1.1 {status} {status}\r\nContent-Length: 0\r\n\r\n")
}
