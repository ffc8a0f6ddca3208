//! Secrets that go where they do not belong.

use oobwatch_core::Error;
use oobwatch_core::Instant;
use oobwatch_core::exchange::{Exchange, Outcome, Request};
use oobwatch_core::session::{Next, Permit, Ticket};

use super::{Base, base};
use crate::machine::{Machine, start};

/// The credentials go with every request, as if each were a login.
pub(super) struct SendsPasswordAlways(pub(super) Base, pub(super) ());

impl Machine for SendsPasswordAlways {
    base!();

    fn start(&self, permit: &Permit, request: &Request<'_>) -> Result<(Exchange, Vec<u8>), Error> {
        let (exchange, head) = start(&self.0.session, &self.0.home, permit, request)?;
        Ok((exchange, with_field(head, "password", self.0.home.password)))
    }
}

/// Both tokens go with every request.
pub(super) struct SendsBothTokensAlways(pub(super) Base, pub(super) ());

impl Machine for SendsBothTokensAlways {
    base!();

    fn start(&self, permit: &Permit, request: &Request<'_>) -> Result<(Exchange, Vec<u8>), Error> {
        let (exchange, head) = start(&self.0.session, &self.0.home, permit, request)?;
        let refresh = self.0.session.tokens().and_then(|(_, refresh)| refresh);
        let head = match refresh {
            Some(token) => with_field(head, "X-auth-refresh-token", token.expose_secret()),
            None => head,
        };
        Ok((exchange, head))
    }
}

/// Goes where a redirect points, token and all.
pub(super) struct FollowsRedirects(pub(super) Base, pub(super) Option<String>);

impl Machine for FollowsRedirects {
    base!();

    fn settle(
        &mut self,
        now: Instant,
        permit: Permit,
        ticket: &mut Ticket,
        outcome: Outcome,
    ) -> Next {
        let redirect = matches!(&outcome, Outcome::Response(response) if response.is_redirect());
        self.1 = redirect.then(|| "elsewhere.example".to_owned());
        match self.0.session.settle(now, permit, ticket, &outcome) {
            _ if redirect => Next::Again,
            next => next,
        }
    }

    fn dials(&self) -> String {
        let host = self.1.clone();
        host.unwrap_or_else(|| self.0.home.host.to_owned())
    }
}

/// One more field at the end of a head.
fn with_field(mut head: Vec<u8>, name: &str, value: &str) -> Vec<u8> {
    head.truncate(head.len() - 2);
    head.extend_from_slice(format!("{name}: {value}\r\n\r\n").as_bytes());
    head
}
