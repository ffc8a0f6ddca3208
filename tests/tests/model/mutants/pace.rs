//! Too much at once, or too soon.

use core::time::Duration;

use oobwatch_core::Error;
use oobwatch_core::Instant;
use oobwatch_core::exchange::{Exchange, Request};
use oobwatch_core::latch::Latch;
use oobwatch_core::session::{Admit, Permit, Rules, Ticket, Wait};

use super::{Base, Second, base};
use crate::machine::Machine;

/// The session begins with other rules.
macro_rules! goes_by {
    ($(#[$doc:meta])* $name:ident: $rules:expr) => {
        $(#[$doc])*
        pub(super) struct $name(pub(super) Base, pub(super) bool);

        impl Machine for $name {
            base!();

            fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
                if !core::mem::replace(&mut self.1, true) {
                    self.0.go_by($rules);
                }
                self.0.session.admit(now, ticket, latch)
            }
        }
    };
}

goes_by! {
    /// No budget.
    KnowsNoRate: Rules { rate: 0, ..Rules::default() }
}

goes_by! {
    /// No time between a displacement and the next login.
    LogsInAgainAtOnce: Rules { interval: Duration::ZERO, ..Rules::default() }
}

/// Whoever would have to wait for that goes with a copy of the session.
macro_rules! does_not_wait {
    ($(#[$doc:meta])* $name:ident: $wait:ident) => {
        $(#[$doc])*
        pub(super) struct $name(pub(super) Base, pub(super) Second);

        impl Machine for $name {
            base!();

            fn admit(&mut self, now: Instant, ticket: &mut Ticket, latch: &mut Latch) -> Admit {
                match self.0.session.admit(now, ticket, latch) {
                    Admit::Wait { why: Wait::$wait, .. } => {
                        self.1.twin(&self.0, now);
                        self.1.of(self.0.home).admit(now, ticket, latch)
                    }
                    admit => admit,
                }
            }

            fn start(
                &self,
                permit: &Permit,
                request: &Request<'_>,
            ) -> Result<(Exchange, Vec<u8>), Error> {
                self.1.start_either(&self.0, permit, request)
            }
        }
    };
}

does_not_wait! {
    /// A connection for everybody.
    OpensConnections: Connections
}

does_not_wait! {
    /// A write beside the other.
    WritesAtOnce: Write
}
