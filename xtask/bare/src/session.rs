//! The token session alone: admit, settle, time.

use core::hint::black_box;

use crate::text;
use oobwatch_core::Instant;
use oobwatch_core::error::{Error, TransportError};
use oobwatch_core::exchange::{AuthOutcome, Lost, Outcome};
use oobwatch_core::latch::Latch;
use oobwatch_core::origin::Origin;
use oobwatch_core::product::Product;
use oobwatch_core::session::{Admit, Class, Rules, Session, Ticket};

/// Calls it with what the optimiser can not know.
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
                let outcome = black_box(Outcome::Lost(lost()));
                let _ = black_box(session.settle(now, permit, &mut ticket, &outcome));
            }
            Admit::Authenticate(permit) => {
                let outcome = black_box(AuthOutcome::Lost(lost()));
                let _ = black_box(session.settle_auth(now, permit, outcome, &mut latch));
            }
            Admit::Wait { .. } | Admit::Stop(_) => {
                black_box(session.poll_timeout());
            }
        }
    }
}

fn lost() -> Lost {
    Lost {
        error: Error::Transport(TransportError::Io),
        may_have_reached: black_box(true),
        stale: black_box(false),
    }
}
