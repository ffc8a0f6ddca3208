//! Random stories: who logs in where, and what happens to them. They shrink, and
//! print as numbered steps.

use core::fmt;

use oobwatch_core::product::Product;
use oobwatch_core::session::{AuthKind, Class};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::trace::Drop;

/// Credentials. Each is accepted by all boxes, until they are told otherwise.
pub(crate) const USERS: [(&str, &str); 2] = [("ann", "secret-0"), ("bob", "secret-1")];
pub(crate) const HOSTS: [&str; 3] = ["one.example", "two.example", "three.example"];

/// A world and what happens in it.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) boxes: Vec<BoxPlan>,
    pub(crate) seats: Vec<Seat>,
    pub(crate) steps: Vec<Step>,
}

/// What is true of a box for the whole story.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BoxPlan {
    pub(crate) product: Product,
    /// FMC: a second login of a user ends the first.
    pub(crate) one_per_user: bool,
    /// FMC: minutes after which a login ends, whatever is refreshed.
    pub(crate) browser_timeout: Option<u64>,
    /// FXOS: seconds after which it wants a new login.
    pub(crate) refresh_period: Option<u64>,
}

/// A session of ours: a user on a box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    pub(crate) at_box: usize,
    pub(crate) user: usize,
}

/// Indices are taken modulo what there is.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A caller has a request.
    Ask {
        seat: usize,
        class: Class,
    },
    /// Callers who all come at once.
    Burst {
        seat: usize,
        class: Class,
        callers: usize,
    },
    /// Reads, one after the other.
    Beat {
        seat: usize,
        every: u64,
        times: u64,
    },
    /// Time passes, in milliseconds.
    Pass(u64),
    /// The machine is suspended: time passes, and nobody is asked meanwhile.
    Suspend {
        minutes: u64,
    },
    /// A read; and so many seconds later a slow stream, and a read beside it.
    Upload {
        seat: usize,
        after: u64,
    },
    /// The next requests of that kind meet with this.
    Fault {
        at_box: usize,
        on: On,
        fate: Fate,
        times: usize,
    },
    /// One of the callers goes away.
    Drop {
        caller: usize,
        how: Drop,
    },
    /// Somebody else logs in as the user of that seat.
    Intrude {
        seat: usize,
    },
    Reboot {
        at_box: usize,
    },
    /// The password is changed on the box, or back.
    Password {
        at_box: usize,
        right: bool,
    },
    /// The operator resets the latch.
    Reset {
        user: usize,
    },
    HandOver {
        seat: usize,
    },
    Reopen {
        seat: usize,
    },
}

/// Which requests a fault is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Any,
    Auth(AuthKind),
    Probe,
    Request,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// There is no connection.
    NoConnection,
    /// Nothing arrives, and nothing comes back.
    RequestLost,
    /// The box does it, and the answer is lost.
    ReplyLost,
    /// The idle connection was closed by the box.
    Stale,
    /// The answer takes so many seconds.
    Slow(u64),
    /// 429, with `Retry-After` in seconds.
    TooMany(Option<u64>),
    /// 429, with `Retry-After` as a date so many seconds ahead.
    TooManyUntil(u64),
    /// 503 of the web server in front: nothing was done.
    Unavailable,
    /// 504 in HTML: it may have been done.
    GatewayTimeout,
    /// 500 with an empty message: the same.
    SilentError,
    /// 400 "please try again": nothing was done.
    TryAgain,
    /// 200 `{}`.
    EmptyObject,
    /// 401 or 552, whatever the token or the password.
    Unauthorized,
    /// 403: the right to it is lacking.
    Forbidden,
    /// Success without tokens.
    NoTokens,
    /// 302 to a host of somebody else's.
    Redirect,
}

impl Story {
    pub(crate) fn strategy() -> impl Strategy<Value = Self> {
        (
            vec(box_plan(), 1..=3),
            vec((0..3_usize, 0..2_usize), 1..=3),
            vec(step(), 1..40),
        )
            .prop_map(|(boxes, seats, steps)| {
                let count = boxes.len();
                let seat = |(at_box, user)| Seat {
                    at_box: at_box % count,
                    user,
                };
                Self {
                    seats: seats.into_iter().map(seat).collect(),
                    boxes,
                    steps,
                }
            })
    }
}

fn box_plan() -> impl Strategy<Value = BoxPlan> {
    (
        prop_oneof![3 => Just(Product::Fmc), 1 => Just(Product::Fxos)],
        any::<bool>(),
        option::weighted(0.2, select(vec![10, 60])),
        option::weighted(0.3, select(vec![300, 600, 1800])),
    )
        .prop_map(
            |(product, one_per_user, browser_timeout, refresh_period)| BoxPlan {
                product,
                one_per_user,
                browser_timeout,
                refresh_period,
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    let seat = 0..3_usize;
    let at_box = 0..3_usize;
    prop_oneof![
        12 => (seat.clone(), class()).prop_map(|(seat, class)| Step::Ask { seat, class }),
        1 => (seat.clone(), class(), prop_oneof![6 => 2..14_usize, 1 => 100..200_usize])
            .prop_map(|(seat, class, callers)| Step::Burst { seat, class, callers }),
        4 => (seat.clone(), select(vec![1, 60, 300, 1740, 1750, 1800, 1860]), 1..8_u64)
            .prop_map(|(seat, every, times)| Step::Beat { seat, every, times }),
        8 => prop_oneof![1..200_u64, 200..5_000_u64, 5_000..90_000_u64, 90_000..7_200_000_u64]
            .prop_map(Step::Pass),
        1 => (1..300_u64).prop_map(|minutes| Step::Suspend { minutes }),
        1 => (seat.clone(), 1_700..1_800_u64)
            .prop_map(|(seat, after)| Step::Upload { seat, after }),
        10 => (at_box.clone(), on(), fate(), prop_oneof![4 => Just(1), 1 => 2..6_usize])
            .prop_map(|(at_box, on, fate, times)| Step::Fault { at_box, on, fate, times }),
        4 => (0..4_usize, select(vec![Drop::Vanishes, Drop::Settles, Drop::Detaches]))
            .prop_map(|(caller, how)| Step::Drop { caller, how }),
        1 => seat.clone().prop_map(|seat| Step::Intrude { seat }),
        1 => at_box.clone().prop_map(|at_box| Step::Reboot { at_box }),
        2 => (at_box, any::<bool>()).prop_map(|(at_box, right)| Step::Password { at_box, right }),
        1 => (0..2_usize).prop_map(|user| Step::Reset { user }),
        1 => seat.clone().prop_map(|seat| Step::HandOver { seat }),
        2 => seat.prop_map(|seat| Step::Reopen { seat }),
    ]
}

fn class() -> impl Strategy<Value = Class> {
    prop_oneof![
        6 => Just(Class::Read),
        3 => Just(Class::Write),
        2 => Just(Class::Stream),
        1 => Just(Class::Logout),
    ]
}

fn on() -> impl Strategy<Value = On> {
    prop_oneof![
        2 => Just(On::Any),
        3 => Just(On::Auth(AuthKind::Login)),
        3 => Just(On::Auth(AuthKind::Refresh)),
        1 => Just(On::Auth(AuthKind::Logout)),
        1 => Just(On::Probe),
        4 => Just(On::Request),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        2 => Just(Fate::NoConnection),
        2 => Just(Fate::RequestLost),
        3 => Just(Fate::ReplyLost),
        2 => Just(Fate::Stale),
        3 => (1..29_u64).prop_map(Fate::Slow),
        2 => option::of(0..200_u64).prop_map(Fate::TooMany),
        1 => (0..200_u64).prop_map(Fate::TooManyUntil),
        1 => Just(Fate::Unavailable),
        1 => Just(Fate::GatewayTimeout),
        1 => Just(Fate::SilentError),
        1 => Just(Fate::TryAgain),
        1 => Just(Fate::EmptyObject),
        4 => Just(Fate::Unauthorized),
        1 => Just(Fate::Forbidden),
        1 => Just(Fate::NoTokens),
        1 => Just(Fate::Redirect),
    ]
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, plan) in self.boxes.iter().enumerate() {
            writeln!(f, "box {place}: {plan:?}")?;
        }
        for (place, seat) in self.seats.iter().enumerate() {
            let (name, at_box) = (USERS[seat.user].0, seat.at_box);
            writeln!(f, "session {place}: {name} on box {at_box}")?;
        }
        for (place, step) in self.steps.iter().enumerate() {
            writeln!(f, "{:3}. {step:?}", place + 1)?;
        }
        Ok(())
    }
}
