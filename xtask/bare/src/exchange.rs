//! Requests and logins written, their answers read: the session, both kinds of
//! exchange and the parser, for every product.

use core::hint::black_box;

use oobwatch_core::Instant;
use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::exchange::{
    Answer, AuthExchange, AuthOutcome, BodyLength, Discard, Exchange, Outcome, Request,
};
use oobwatch_core::http::{Limits, Method};
use oobwatch_core::latch::Latch;
use oobwatch_core::origin::Origin;
use oobwatch_core::product::Product;
use oobwatch_core::session::{Admit, AuthPermit, Class, Permit, Rules, Session, Ticket};

use crate::{buffer, bytes, text};

/// Drives a session as an adapter does.
pub fn run() {
    let Ok(origin) = Origin::new(black_box(Product::Fmc), text()) else {
        return;
    };
    let mut session = Session::new(&origin, 1, Rules::default());
    let mut latch = Latch::new();
    let mut ticket = Ticket::new(black_box(Class::Read));
    while black_box(true) {
        let now = Instant::from_millis(black_box(1));
        session.handle_timeout(now);
        match session.admit(now, &mut ticket, &mut latch) {
            Admit::Go(permit) | Admit::Probe(permit) => {
                if let Some(outcome) = request(&session, &origin, &permit) {
                    let _ = black_box(session.settle(now, permit, &mut ticket, &outcome));
                }
            }
            Admit::Authenticate(permit) => {
                if let Some(outcome) = authenticate(&session, &origin, &permit) {
                    let _ = black_box(session.settle_auth(now, permit, outcome, &mut latch));
                }
            }
            Admit::Wait { .. } | Admit::Stop(_) => {
                black_box(session.poll_timeout());
            }
        }
    }
}

fn request(session: &Session, origin: &Origin<'_>, permit: &Permit) -> Option<Outcome> {
    let bearer = Bearer::new(origin, text()).ok();
    let mut out = buffer::<512>();
    let request = Request {
        method: black_box(Method::Get),
        path: text(),
        domain: black_box(None),
        body: black_box(BodyLength::None),
        content_type: text(),
    };
    let limits = Limits::default();
    let started = Exchange::start(
        session,
        origin,
        permit,
        &request,
        bearer.as_ref(),
        limits,
        &mut out,
    );
    let (mut exchange, length) = started.ok()?;
    black_box((&out, length));
    read(&mut exchange)?;
    Some(exchange.finish())
}

fn authenticate(
    session: &Session,
    origin: &Origin<'_>,
    permit: &AuthPermit,
) -> Option<AuthOutcome> {
    let login = Login::new(origin, text(), text()).ok();
    let mut out = buffer::<512>();
    let started = AuthExchange::start(
        session,
        origin,
        permit,
        login.as_ref(),
        Some(text()),
        &mut out,
    );
    let (mut exchange, length) = started.ok()?;
    black_box((&out, length));
    read(&mut exchange)?;
    Some(exchange.finish())
}

fn read(answer: &mut impl Answer) -> Option<()> {
    let _ = black_box(answer.push(bytes(), &mut Discard).ok()?);
    answer.eof().ok()
}
