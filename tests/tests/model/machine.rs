//! What the world drives: the session of `core`, or a mutant of it.

use oobwatch_core::Error;
use oobwatch_core::Instant;
use oobwatch_core::credentials::Login;
use oobwatch_core::exchange::{AuthExchange, AuthOutcome, Exchange, Outcome, Request};
use oobwatch_core::http::Limits;
use oobwatch_core::latch::Latch;
use oobwatch_core::origin::Origin;
use oobwatch_core::product::Product;
use oobwatch_core::session::{
    Admit, AuthNext, AuthPermit, Next, Permit, Rules, Session, Stats, Ticket,
};

/// Room for any head that is written here.
const HEAD: usize = 2048;

/// Who logs in where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    pub(crate) id: u32,
    pub(crate) product: Product,
    pub(crate) host: &'static str,
    pub(crate) user: &'static str,
    pub(crate) password: &'static str,
}

impl Home {
    pub(crate) fn origin(&self) -> Origin<'static> {
        Origin::new(self.product, self.host).expect("hosts are names")
    }

    pub(crate) fn session(&self) -> Session {
        Session::new(&self.origin(), self.id, Rules::default())
    }

    fn login(&self) -> Login<'static> {
        Login::new(&self.origin(), self.user, self.password).expect("names and passwords are ASCII")
    }
}

/// A session as an adapter uses it. What a mutant does not change is the real one.
pub(crate) trait Machine {
    fn home(&self) -> Home;
    fn session(&self) -> &Session;
    fn session_mut(&mut self) -> &mut Session;

    fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
        self.session_mut().admit(now, ticket, latch)
    }

    fn settle(
        &mut self,
        now: Instant,
        permit: Permit,
        ticket: &mut Ticket,
        outcome: Outcome,
    ) -> Next {
        self.session_mut().settle(now, permit, ticket, &outcome)
    }

    fn settle_auth(
        &mut self,
        now: Instant,
        permit: AuthPermit,
        outcome: AuthOutcome,
        latch: &mut Latch,
    ) -> AuthNext {
        self.session_mut().settle_auth(now, permit, outcome, latch)
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.session_mut().handle_timeout(now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.session().poll_timeout()
    }

    fn epoch(&self) -> u32 {
        self.session().epoch()
    }

    fn stats(&self) -> Stats {
        self.session().stats()
    }

    /// The host that is connected to.
    fn dials(&self) -> String {
        self.home().host.to_owned()
    }

    fn start(&self, permit: &Permit, request: &Request<'_>) -> Result<(Exchange, Vec<u8>), Error> {
        start(self.session(), &self.home(), permit, request)
    }

    fn start_auth(&self, permit: &AuthPermit) -> Result<(AuthExchange<'static>, Vec<u8>), Error> {
        start_auth(self.session(), &self.home(), permit)
    }
}

/// Encodes a request with the token of `session`.
pub(crate) fn start(
    session: &Session,
    home: &Home,
    permit: &Permit,
    request: &Request<'_>,
) -> Result<(Exchange, Vec<u8>), Error> {
    let mut head = vec![0; HEAD];
    let (origin, limits) = (home.origin(), Limits::default());
    let (exchange, length) =
        Exchange::start(session, &origin, permit, request, None, limits, &mut head)?;
    head.truncate(length);
    Ok((exchange, head))
}

/// Encodes the login, refresh or logout that `session` has elected for.
pub(crate) fn start_auth(
    session: &Session,
    home: &Home,
    permit: &AuthPermit,
) -> Result<(AuthExchange<'static>, Vec<u8>), Error> {
    let mut head = vec![0; HEAD];
    let (origin, login) = (home.origin(), home.login());
    let (exchange, length) =
        AuthExchange::start(session, &origin, permit, Some(&login), None, &mut head)?;
    head.truncate(length);
    Ok((exchange, head))
}

/// How a world makes its machines.
pub(crate) type Make = fn(Home) -> Box<dyn Machine>;

/// The machine as it is.
pub(crate) struct Real(Home, Session);

impl Real {
    pub(crate) fn machine(home: Home) -> Box<dyn Machine> {
        Box::new(Self(home, home.session()))
    }
}

impl Machine for Real {
    fn home(&self) -> Home {
        self.0
    }

    fn session(&self) -> &Session {
        &self.1
    }

    fn session_mut(&mut self) -> &mut Session {
        &mut self.1
    }
}
