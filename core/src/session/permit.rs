//! Receipts: neither `Copy` nor `Clone`, so that each is settled once.

use super::slots::Slot;
use crate::exchange::Lost;
use crate::time::Instant;

/// Leave to send one request with the session's token.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a permit is settled with what came of the request"]
pub struct Permit {
    pub(super) session: u32,
    pub(super) generation: u32,
    /// A probe has none: it goes over the tenth connection.
    pub(super) slot: Option<Slot>,
    /// Tells whether the token is still good.
    pub(super) probe: bool,
}

/// Election to log in, refresh or log out for everybody.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "others wait until this is settled, or its lease runs out"]
pub struct AuthPermit {
    pub(super) session: u32,
    pub(super) flight: u32,
    pub(super) kind: AuthKind,
    pub(super) elected: Instant,
    /// A busy box can put it off until then.
    pub(super) latest: Instant,
}

impl AuthPermit {
    /// What its holder is to do.
    #[must_use]
    pub const fn kind(&self) -> AuthKind {
        self.kind
    }

    /// Whether it must go over a connection that was not used before. A login
    /// or refresh can not be sent twice, so it does not risk an idle
    /// connection that the box is about to close; a logout can.
    #[must_use]
    pub const fn wants_fresh_connection(&self) -> bool {
        !self.is_repeatable()
    }

    /// Whether it is sent again, over a fresh connection, after it was `lost`.
    #[must_use]
    pub const fn goes_again(&self, lost: &Lost) -> bool {
        self.is_repeatable() && lost.stale
    }

    const fn is_repeatable(&self) -> bool {
        matches!(self.kind, AuthKind::Logout)
    }
}

/// What an elected caller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AuthKind {
    /// FMC `generatetoken`, FXOS `/api/login`.
    Login,
    /// FMC `revokeaccess`, FXOS `/api/logout`.
    Logout,
    /// FMC `refreshtoken`.
    Refresh,
}

/// The one login, refresh, logout or probe that is under way.
pub(super) struct Flight {
    pub(super) number: u32,
    pub(super) kind: AuthKind,
    pub(super) lease_end: Instant,
    /// The session is to stay closed after this logout.
    pub(super) closing: bool,
    /// It is none of the three, but a probe of the token.
    pub(super) probe: bool,
}

impl Flight {
    pub(super) const fn lease_end(&self) -> Instant {
        self.lease_end
    }

    pub(super) const fn logs_out(&self) -> bool {
        matches!(self.kind, AuthKind::Logout)
    }

    pub(super) fn is_of(&self, session: u32, permit: &AuthPermit) -> bool {
        let same = permit.flight == self.number && permit.kind == self.kind;
        same && permit.session == session && !self.probe
    }
}
