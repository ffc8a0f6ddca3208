//! Stories in which the session once broke a rule, as short as they got.

use oobwatch_core::product::Product;
use oobwatch_core::session::{AuthKind, Class};

use crate::machine::Real;
use crate::properties;
use crate::story::{BoxPlan, Fate, On, Seat, Step, Story};
use crate::world::World;

const FMC: BoxPlan = BoxPlan {
    product: Product::Fmc,
    one_per_user: false,
    browser_timeout: None,
    refresh_period: None,
};

const READ: Step = ask(0, Class::Read);
const WRITE: Step = ask(0, Class::Write);
const STREAM: Step = ask(0, Class::Stream);
const LOG_OUT: Step = ask(0, Class::Logout);
const SECOND: Step = Step::Pass(1_000);

const fn ask(seat: usize, class: Class) -> Step {
    Step::Ask { seat, class }
}

const fn fault(on: On, fate: Fate) -> Step {
    let (at_box, times) = (0, 1);
    Step::Fault {
        at_box,
        on,
        fate,
        times,
    }
}

/// Every rule is kept by that many sessions of one user, each on such a box.
fn is_kept(plan: BoxPlan, sessions: usize, mut steps: Vec<Step>) {
    // What was begun ends before calm comes.
    steps.push(Step::Pass(60_000));
    let story = Story {
        boxes: vec![plan; sessions],
        seats: (0..sessions)
            .map(|at_box| Seat { at_box, user: 0 })
            .collect(),
        steps,
    };
    let broken = properties::broken(&World::new(&story, Real::machine).play(&story));
    assert!(broken.is_empty(), "{}\n{story}", broken.join("\n"));
}

/// It was counted as handed over, and as an orphan.
#[test]
fn handed_over_under_a_logout() {
    is_kept(
        FMC,
        1,
        vec![READ, SECOND, LOG_OUT, Step::HandOver { seat: 0 }],
    );
}

/// The login left all the same.
#[test]
fn handed_over_before_a_login_left() {
    is_kept(FMC, 1, vec![READ, Step::HandOver { seat: 0 }]);
}

/// The session went by its own count of refusals, for ever.
#[test]
fn the_latch_of_a_stopped_session_is_reset() {
    let wrong = Step::Password {
        at_box: 0,
        right: false,
    };
    let beat = Step::Beat {
        seat: 0,
        every: 60,
        times: 3,
    };
    is_kept(FMC, 1, vec![wrong, beat, Step::Reset { user: 0 }]);
}

/// Reads went on.
#[test]
fn a_stream_is_told_that_the_box_is_busy() {
    let busy = fault(On::Request, Fate::TooMany(Some(30)));
    is_kept(FMC, 1, vec![READ, SECOND, busy, STREAM, SECOND, READ]);
}

/// The login after it followed at once.
#[test]
fn a_logout_is_told_that_the_box_is_busy() {
    let chassis = BoxPlan {
        product: Product::Fxos,
        refresh_period: Some(300),
        ..FMC
    };
    let busy = fault(On::Auth(AuthKind::Logout), Fate::TooMany(Some(30)));
    is_kept(chassis, 1, vec![READ, Step::Pass(270_000), busy, READ]);
}

/// The session that the box had renewed was forgotten.
#[test]
fn a_refresh_is_lost() {
    let lost = fault(On::Auth(AuthKind::Refresh), Fate::ReplyLost);
    is_kept(FMC, 1, vec![READ, Step::Pass(1_800_000), lost, READ]);
}

/// The token was taken for accepted.
#[test]
fn a_read_is_redirected_before_a_stream() {
    let redirect = fault(On::Request, Fate::Redirect);
    let steps = vec![redirect, READ, SECOND, STREAM];
    is_kept(FMC, 1, steps);
}

/// Two more logins tried the password at once, after it was refused.
#[test]
fn a_login_comes_too_late_to_leave() {
    let wrong = |at_box| Step::Password {
        at_box,
        right: false,
    };
    let minutes = Step::Pass(120_000);
    let late = [
        READ,
        Step::Suspend { minutes: 3 },
        READ,
        ask(1, Class::Read),
    ];
    let steps = [wrong(0), wrong(1), READ, minutes].into_iter().chain(late);
    is_kept(FMC, 2, steps.collect());
}

/// A third write went beside the second.
#[test]
fn a_write_comes_back_after_its_lease() {
    let late = [WRITE, Step::Pass(41), Step::Suspend { minutes: 3 }];
    let after = [WRITE, WRITE, READ];
    let steps = [READ, SECOND].into_iter().chain(late).chain(after);
    is_kept(FMC, 1, steps.collect());
}
