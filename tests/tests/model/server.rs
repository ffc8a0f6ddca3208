//! The boxes: an FMC and an FXOS chassis by the script of a story. They answer
//! in bytes, to bytes, and share no code with `core`.

use core::time::Duration;
use std::collections::VecDeque;
use std::time::UNIX_EPOCH;

use oobwatch_core::product::Product;
use oobwatch_core::session::AuthKind;

use crate::story::{BoxPlan, Fate, On};
use crate::trace::{BoxLogin, Found, Kind, Millis, Token, Told};
use crate::wire::Head;

/// An FMC access token lives so long.
pub(crate) const TOKEN_LIFE: Millis = 30 * 60_000;
/// An FMC login can be refreshed so often.
pub(crate) const REFRESHES: usize = 3;
/// A chassis forgets a session that was idle for so long.
const FXOS_IDLE: Millis = 600_000;
/// What a story's first millisecond is on the clock of every box.
const BOX_EPOCH: Millis = 1_790_000_000_000;

/// One box.
pub(crate) struct Server {
    pub(crate) place: usize,
    pub(crate) plan: BoxPlan,
    pub(crate) takes_passwords: bool,
    pub(crate) faults: VecDeque<(On, Fate)>,
}

/// What comes back.
pub(crate) struct Reply {
    pub(crate) bytes: Vec<u8>,
    /// What a reader is to make of it.
    pub(crate) told: Told,
    /// The box has done, or may have done, what it was asked.
    pub(crate) executed: bool,
}

impl Server {
    pub(crate) fn new(place: usize, plan: BoxPlan) -> Self {
        Self {
            place,
            plan,
            takes_passwords: true,
            faults: VecDeque::new(),
        }
    }

    /// The fault that a request of this kind meets with, once.
    pub(crate) fn fault(&mut self, kind: Kind, fresh: bool) -> Option<Fate> {
        let fits = |&(on, fate): &(On, Fate)| {
            let kind = match (on, kind) {
                (On::Any, _) | (On::Probe, Kind::Probe) | (On::Request, Kind::Request(_)) => true,
                (On::Auth(on), Kind::Auth(kind)) => on == kind,
                _ => false,
            };
            kind && !(fate == Fate::Stale && fresh)
        };
        let place = self.faults.iter().position(fits)?;
        self.faults.remove(place).map(|(_, fate)| fate)
    }

    /// Answers what has arrived.
    pub(crate) fn answer(
        &self,
        now: Millis,
        head: &Head,
        seat: usize,
        fate: Option<Fate>,
        logins: &mut Vec<BoxLogin>,
    ) -> Reply {
        if let Some(reply) = self.out_of_turn(now, head, fate) {
            return reply;
        }
        match head.auth(self.plan.product) {
            Some(AuthKind::Login) => self.log_in(now, head, seat, fate, logins),
            Some(AuthKind::Refresh) => self.refresh(now, head, fate, logins),
            Some(AuthKind::Logout) => self.log_out(now, head, logins),
            None if !self.opens(now, head, logins) => self.refused(),
            None if fate == Some(Fate::Forbidden) => {
                reply(403, JSON, &cisco("not authorized"), Told::Accepted(403)).undone()
            }
            None => reply(200, JSON, "{\"items\":[]}", Told::Accepted(200)),
        }
    }

    /// Answers that have nothing to do with what was asked.
    fn out_of_turn(&self, now: Millis, head: &Head, fate: Option<Fate>) -> Option<Reply> {
        let auth = head.auth(self.plan.product);
        let html = "Content-Type: text/html\r\n";
        let reply = match fate? {
            Fate::TooMany(seconds) => {
                let field = seconds.map(|seconds| format!("Retry-After: {seconds}\r\n"));
                too_many(&field.unwrap_or_default(), seconds.unwrap_or(0))
            }
            Fate::TooManyUntil(seconds) => {
                let (date, until) = (http_date(now), http_date(now + seconds * 1000));
                let fields = format!("Date: {date}\r\nRetry-After: {until}\r\n");
                too_many(&fields, seconds)
            }
            Fate::Unavailable => reply(503, html, "<p>down</p>", self.busy(503)).undone(),
            Fate::GatewayTimeout => reply(504, html, "<p>late</p>", self.busy(504)),
            Fate::SilentError => {
                reply(500, JSON, "{\"error\":{\"messages\":[{}]}}", self.busy(500))
            }
            Fate::TryAgain => reply(400, JSON, &cisco("Please try again"), self.busy(400)).undone(),
            Fate::EmptyObject if auth.is_none() => reply(200, JSON, "{}", self.busy(200)),
            Fate::Unauthorized if auth == Some(AuthKind::Login) => self.refused_login(),
            Fate::Unauthorized if auth.is_none() => self.refused(),
            Fate::Redirect => {
                let to = "Location: https://elsewhere.example/\r\n";
                reply(302, to, "", Told::Other(302)).undone()
            }
            _ => return None,
        };
        Some(reply)
    }

    fn log_in(
        &self,
        now: Millis,
        head: &Head,
        seat: usize,
        fate: Option<Fate>,
        logins: &mut Vec<BoxLogin>,
    ) -> Reply {
        let Some(Found::Password(user)) = head.secrets.first().copied() else {
            return self.refused_login();
        };
        if !self.takes_passwords {
            return self.refused_login();
        }
        let token = self.open(now, user, Some(seat), logins);
        if fate == Some(Fate::NoTokens) {
            // It was no session after all.
            logins[token.login].is_gone = true;
            return reply(200, JSON, "{}", Told::LoginRefused);
        }
        self.granted(token)
    }

    /// A new login, of ours or of somebody else.
    pub(crate) fn open(
        &self,
        now: Millis,
        user: usize,
        seat: Option<usize>,
        logins: &mut Vec<BoxLogin>,
    ) -> Token {
        if self.plan.product == Product::Fmc && self.plan.one_per_user {
            let here = logins.iter_mut().filter(|l| l.at_box == self.place);
            for login in here.filter(|login| login.user == user) {
                login.is_displaced |= !login.is_gone;
                login.is_gone = true;
            }
        }
        if seat.is_some() {
            self.note_left(now, seat, logins);
        }
        logins.push(BoxLogin {
            at_box: self.place,
            seat,
            user,
            refreshes: 0,
            at: now,
            renewed: now,
            used: now,
            is_gone: false,
            is_displaced: false,
            is_left: false,
        });
        Token {
            at_box: self.place,
            login: logins.len() - 1,
            refreshes: 0,
        }
    }

    /// Notes which of the sessions that a seat has opened here, or any, are
    /// still open.
    pub(crate) fn note_left(&self, now: Millis, seat: Option<usize>, logins: &mut [BoxLogin]) {
        for login in logins.iter_mut().filter(|login| login.at_box == self.place) {
            let is_its = seat.is_none() || login.seat == seat;
            login.is_left |= is_its && self.is_open(now, login);
        }
    }

    fn granted(&self, token: Token) -> Reply {
        let (access, refresh) = (token.name("access"), token.name("refresh"));
        if self.plan.product == Product::Fmc {
            let fields =
                format!("X-auth-access-token: {access}\r\nX-auth-refresh-token: {refresh}\r\n");
            return reply(204, &fields, "", Told::Granted(token));
        }
        let period = self.plan.refresh_period.unwrap_or(0);
        let body = format!("{{\"refreshPeriod\":\"{period}\",\"token\":\"{access}\"}}");
        reply(200, JSON, &body, Told::Granted(token))
    }

    fn refresh(
        &self,
        now: Millis,
        head: &Head,
        fate: Option<Fate>,
        logins: &mut [BoxLogin],
    ) -> Reply {
        let token = head.secrets.iter().find_map(|found| match found {
            Found::Refresh(token) => Some(*token),
            _ => None,
        });
        let Some(token) = token.filter(|token| self.knows(now, *token, logins)) else {
            return reply(
                401,
                JSON,
                &cisco("Invalid refresh token"),
                Told::TokenRefused,
            );
        };
        let login = &mut logins[token.login];
        if fate == Some(Fate::NoTokens) {
            return reply(204, "", "", Told::Other(204));
        }
        // Now and then a session ends out of the blue.
        login.is_gone |= fate == Some(Fate::Unauthorized);
        if login.is_gone || login.refreshes == REFRESHES {
            return reply(
                401,
                JSON,
                &cisco("Invalid refresh token"),
                Told::TokenRefused,
            );
        }
        login.refreshes += 1;
        login.renewed = now;
        self.granted(Token {
            refreshes: login.refreshes,
            ..token
        })
    }

    fn log_out(&self, now: Millis, head: &Head, logins: &mut [BoxLogin]) -> Reply {
        if !self.opens(now, head, logins) {
            return match self.plan.product {
                Product::Fxos => reply(555, JSON, "{\"error-code\":\"555\"}", Told::Gone),
                _ => reply(401, JSON, &cisco("Access token invalid."), Told::Gone),
            };
        }
        if let Some(token) = head.access() {
            logins[token.login].is_gone = true;
        }
        match self.plan.product {
            Product::Fxos => reply(200, JSON, "{\"logout\":\"ok\"}", Told::Gone),
            _ => reply(204, "", "", Told::Gone),
        }
    }

    /// Whether the access token of a request is good; then it was used.
    fn opens(&self, now: Millis, head: &Head, logins: &mut [BoxLogin]) -> bool {
        let Some(token) = head
            .access()
            .filter(|token| self.knows(now, *token, logins))
        else {
            return false;
        };
        let is_open = self.is_open(now, &logins[token.login]);
        if is_open {
            logins[token.login].used = now;
        }
        is_open
    }

    /// Whether the newest access token of a login is good.
    pub(crate) fn is_open(&self, now: Millis, login: &BoxLogin) -> bool {
        let is_young = self.plan.product == Product::Fxos || now < login.renewed + TOKEN_LIFE;
        is_young && self.holds(now, login)
    }

    /// Whether it is the newest token of a login that has not ended.
    fn knows(&self, now: Millis, token: Token, logins: &[BoxLogin]) -> bool {
        logins.get(token.login).is_some_and(|login| {
            token.at_box == self.place
                && login.refreshes == token.refreshes
                && self.holds(now, login)
        })
    }

    /// Whether a login has not ended: what a refresh asks.
    fn holds(&self, now: Millis, login: &BoxLogin) -> bool {
        let within = |limit: Option<Millis>, since: Millis| limit.is_none_or(|l| now < since + l);
        let lives = match self.plan.product {
            Product::Fxos => {
                let period = self.plan.refresh_period.map(|seconds| seconds * 1000);
                within(Some(FXOS_IDLE), login.used) && within(period, login.at)
            }
            _ => within(
                self.plan.browser_timeout.map(|minutes| minutes * 60_000),
                login.at,
            ),
        };
        lives && !login.is_gone
    }

    /// Of an FMC; a chassis that answers so has taken the token.
    fn busy(&self, status: u16) -> Told {
        match (self.plan.product, status) {
            (Product::Fxos, 200 | 400 | 500) => Told::Accepted(status),
            _ => Told::Busy {
                status,
                holds: None,
            },
        }
    }

    fn refused(&self) -> Reply {
        let told = Told::TokenRefused;
        let refused = match self.plan.product {
            Product::Fxos => reply(400, JSON, "{\"error-code\":\"552\"}", told),
            _ => reply(401, JSON, &cisco("Access token invalid."), told),
        };
        refused.undone()
    }

    fn refused_login(&self) -> Reply {
        let told = Told::LoginRefused;
        match self.plan.product {
            Product::Fxos => reply(400, JSON, "{\"error-code\":\"551\"}", told),
            _ => reply(401, JSON, &cisco("User authentication failed"), told),
        }
    }
}

impl Reply {
    /// What was asked for was turned away before anything was begun.
    const fn undone(mut self) -> Self {
        self.executed = false;
        self
    }
}

const JSON: &str = "Content-Type: application/json\r\n";

/// 429 holds off everybody, for a minute at most.
fn too_many(fields: &str, seconds: u64) -> Reply {
    let told = Told::Busy {
        status: 429,
        holds: Some(seconds.min(60) * 1000),
    };
    let body = "{\"reasonPhrase\":\"Too Many Requests\"}";
    reply(429, &format!("{fields}{JSON}"), body, told).undone()
}

/// The body of an FMC's error.
fn cisco(text: &str) -> String {
    let messages = format!("[{{\"description\":\"{text}\"}}]");
    format!(
        "{{\"error\":{{\"category\":\"FRAMEWORK\",\"messages\":{messages},\"severity\":\"ERROR\"}}}}"
    )
}

/// The reason phrase of an FMC is the status.
fn reply(status: u16, fields: &str, body: &str, told: Told) -> Reply {
    let length = match status {
        204 => String::new(),
        _ => format!("Content-Length: {}\r\n", body.len()),
    };
    let text = format!("HTTP/1.1 {status} {status}\r\n{fields}{length}\r\n{body}");
    Reply {
        bytes: text.into_bytes(),
        told,
        executed: true,
    }
}

fn http_date(now: Millis) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(BOX_EPOCH + now))
}
