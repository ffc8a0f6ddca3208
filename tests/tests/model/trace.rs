//! What happened in a story, in order: all that a property may look at.

use oobwatch_core::session::{AuthKind, Class, Stats, Stop, Wait};

use crate::story::BoxPlan;

/// Milliseconds since the story began.
pub(crate) type Millis = u64;

/// A story as it went.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) log: Vec<(Millis, Event)>,
    /// Requests as they left, in order.
    pub(crate) sent: Vec<Sent>,
    /// The box of each session.
    pub(crate) plans: Vec<BoxPlan>,
    /// The credential of each session.
    pub(crate) users: Vec<usize>,
    pub(crate) callers: Vec<Asker>,
    /// How each session stood at the end.
    pub(crate) seats: Vec<SeatEnd>,
    /// Logins as the boxes see them, whoever logged in.
    pub(crate) logins: Vec<BoxLogin>,
}

#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The session gave leave, or elected.
    Admitted {
        caller: usize,
        seat: usize,
        kind: Kind,
    },
    /// Told to wait; or, without a reason, to come again then.
    Waits {
        caller: usize,
        why: Option<Wait>,
        until: Millis,
    },
    /// By its place in [`Trace::sent`].
    Sent(usize),
    /// The same, and what the session was told about it.
    Settled(usize, Told),
    /// Admitted, but nothing left: no connection, or a permit gone stale.
    Unsent { caller: usize },
    /// The caller went away. Its permit is lost, settled, or the exchange goes on.
    Dropped { caller: usize, how: Drop },
    /// A request is over.
    Ended { caller: usize, end: End },
    /// The session gave its tokens away.
    HandedOver { seat: usize },
    /// Logged out, and opened again when there had been so many callers.
    Reopened { seat: usize, callers: usize },
    /// The operator reset the latch of a credential.
    Reset { user: usize },
    /// Callers and session kept each other busy without time passing.
    Spun,
}

/// What became of a request that its caller dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drop {
    /// Nothing is settled: the lease has to end it.
    Vanishes,
    /// Settled as lost, as a guard on the permit does.
    Settles,
    /// The elected exchange runs in a task of its own and goes on.
    Detaches,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Auth(AuthKind),
    Probe,
    Request(Class),
}

pub(crate) const LOGIN: Kind = Kind::Auth(AuthKind::Login);
pub(crate) const REFRESH: Kind = Kind::Auth(AuthKind::Refresh);
pub(crate) const LOGOUT: Kind = Kind::Auth(AuthKind::Logout);

/// One request as it left.
pub(crate) struct Sent {
    pub(crate) at: Millis,
    pub(crate) admitted: Millis,
    pub(crate) caller: usize,
    pub(crate) seat: usize,
    pub(crate) user: usize,
    pub(crate) kind: Kind,
    /// The box that the seat belongs to.
    pub(crate) home: usize,
    /// The box that it went to; `None` is somebody else's host.
    pub(crate) to: Option<usize>,
    /// The box has done, or may have done, what it was asked.
    pub(crate) executed: bool,
    pub(crate) path: String,
    pub(crate) secrets: Vec<Found>,
    /// What its session was told, and when. `None`: its caller was dropped.
    pub(crate) told: Option<(Millis, Told)>,
}

impl Sent {
    pub(crate) fn was_told(&self, is: impl Fn(Told) -> bool) -> bool {
        self.told.is_some_and(|(_, told)| is(told))
    }

    /// The access token that it went with.
    pub(crate) fn token(&self) -> Option<Token> {
        self.secrets.iter().find_map(|found| match found {
            Found::Access(token) => Some(*token),
            _ => None,
        })
    }
}

/// A secret found in the bytes of a request, wherever it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Password(usize),
    Access(Token),
    Refresh(Token),
}

/// Which token: of which login, after how many refreshes. Logins are numbered
/// over all boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Token {
    pub(crate) at_box: usize,
    pub(crate) login: usize,
    pub(crate) refreshes: usize,
}

/// What the session was told about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    Granted(Token),
    /// The token opened it, whatever the status.
    Accepted(u16),
    /// 401 or 552 to a request with a token; to a refresh, that it is refused.
    TokenRefused,
    /// To a login: refused, or success without tokens.
    LoginRefused,
    /// A logout was done, or there was nothing to log out.
    Gone,
    /// Not now. `holds` everybody off for so long, in milliseconds.
    Busy {
        status: u16,
        holds: Option<Millis>,
    },
    /// An answer that says nothing of the above.
    Other(u16),
    /// No answer came; the request may have arrived.
    Lost,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Delivered(u16),
    Ambiguous,
    Failed,
    Stopped(Stop),
    LoggedOut,
}

/// Who wanted to send a request, and since when.
#[derive(Clone, Copy)]
pub(crate) struct Asker {
    pub(crate) seat: usize,
    pub(crate) class: Class,
    pub(crate) since: Millis,
}

/// A session at the end of the story.
pub(crate) struct SeatEnd {
    pub(crate) stats: Stats,
    pub(crate) is_open: bool,
    /// Whether nothing stood in the way of the last read: not logged out, and
    /// the credential not refused.
    pub(crate) should_work: bool,
    /// What came of the last read.
    pub(crate) last_read: Option<End>,
}

/// A login as the box sees it.
#[derive(Clone, Debug)]
pub(crate) struct BoxLogin {
    pub(crate) at_box: usize,
    /// The seat that logged in; `None` is somebody else.
    pub(crate) seat: Option<usize>,
    pub(crate) user: usize,
    pub(crate) refreshes: usize,
    pub(crate) at: Millis,
    /// Since the last tokens.
    pub(crate) renewed: Millis,
    pub(crate) used: Millis,
    /// Logged out, displaced or lost in a reboot.
    pub(crate) is_gone: bool,
    /// Ended by another login of the same user.
    pub(crate) is_displaced: bool,
    /// It was open when its seat logged in once more, or at the end.
    pub(crate) is_left: bool,
}
