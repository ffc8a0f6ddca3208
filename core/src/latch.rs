//! What keeps a wrong password from being tried until the account is locked.
//!
//! One [`Latch`] per credential, shared by all sessions that log in with it: on
//! how many boxes a password is wrong makes no difference to a directory that
//! counts. At most two refusals, the second at least a minute after the first
//! (FMC answers a burst of logins with 401 to the right password too), then no
//! more until the operator says so. One login at a time tries a password that no
//! box has accepted within the last minute: when it is changed under a fleet of
//! sessions, one of them finds out, not all.
//!
//! What differs from one credential or program to the next is its [`Policy`].
//! Where a latch is kept is the adapter's business: what has to outlive it is
//! what [`Latch::restored`] takes.

use core::time::Duration;

use crate::time::Instant;

/// Refusals after which a credential is tried no more.
pub(crate) const REFUSALS_MAX: u8 = 2;

/// Between the first refusal and the second try.
const SECOND_TRY: Duration = Duration::from_secs(60);

/// How long a login is waited for before another box is asked.
const SLOW: Duration = Duration::from_secs(10);

/// How long a credential that was accepted is taken for right.
const PROVEN: Duration = Duration::from_secs(60);

/// What a latch goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Policy {
    /// The password is good for one login, whatever came of it.
    pub single_use: bool,
    /// A program that runs once makes no second try: it leaves that to the next
    /// run.
    pub one_shot: bool,
    /// A credential that is latched may be tried once more, so long after its
    /// last refusal. `None`: not until [`Latch::reset`].
    pub retry: Option<Duration>,
}

/// How often one credential was refused, and whether it may be tried.
#[derive(Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Latch {
    policy: Policy,
    refusals: u8,
    /// Some of those refusals came to this latch, not to one before it.
    refused_here: bool,
    /// A box may have seen the password.
    tried: bool,
    refused_at: Instant,
    /// A box has accepted it then, and none refused it since.
    accepted_at: Option<Instant>,
    /// The last login with the unproven credential that began and may be under
    /// way.
    trying: Option<Instant>,
    /// One that began before it, and takes long.
    slow: Option<Instant>,
    resets: u8,
    epoch: u32,
}

/// Whether a login may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[must_use]
pub enum Leave {
    /// It may. What comes of it is told to the latch.
    Go,
    /// Not before that time.
    NotBefore(Instant),
    /// Not until [`Latch::reset`].
    Latched,
    /// Another login tries it right now, until then at most.
    Wait(Instant),
}

impl Latch {
    /// A latch for a credential that nobody has tried yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            policy: Policy {
                single_use: false,
                one_shot: false,
                retry: None,
            },
            refusals: 0,
            refused_here: false,
            tried: false,
            refused_at: Instant::from_millis(0),
            accepted_at: None,
            trying: None,
            slow: None,
            resets: 0,
            epoch: 0,
        }
    }

    /// A latch for a credential that was refused so often, the last time then.
    #[must_use]
    pub const fn restored(refusals: u8, refused_at: Instant) -> Self {
        Self {
            refusals,
            refused_at,
            tried: refusals > 0,
            ..Self::new()
        }
    }

    /// The same latch with another policy.
    #[must_use]
    pub const fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The same latch for a password that a box may have seen.
    #[must_use]
    pub const fn with_tried(mut self, tried: bool) -> Self {
        self.tried = tried;
        self
    }

    /// Whether the credential may be tried at all, whoever is trying it now.
    pub fn standing(&self, now: Instant) -> Leave {
        let spent = self.policy.single_use && self.tried;
        let left_to_next_run = self.policy.one_shot && self.refused_here;
        if spent || left_to_next_run {
            return Leave::Latched;
        }
        let wait = match self.refusals {
            0 => return Leave::Go,
            refusals if refusals < REFUSALS_MAX => Some(SECOND_TRY),
            _ => self.policy.retry,
        };
        match wait.map(|wait| self.refused_at.after(wait)) {
            None => Leave::Latched,
            Some(until) if now < until => Leave::NotBefore(until),
            Some(_) => Leave::Go,
        }
    }

    /// Asks for a login that ends within `lease`.
    pub fn ask(&mut self, now: Instant, lease: Duration) -> Leave {
        match self.standing(now) {
            Leave::Go => {}
            not_now => return not_now,
        }
        self.slow.take_if(|since| since.after(lease) <= now);
        self.trying.take_if(|since| since.after(lease) <= now);
        match self.trying {
            Some(since) => self.ask_beside(now, since, lease),
            None => {
                self.trying = (!self.is_proven(now)).then_some(now);
                Leave::Go
            }
        }
    }

    /// A box that hangs does not keep the others from being asked: one more try
    /// goes beside it, if there are two left.
    fn ask_beside(&mut self, now: Instant, since: Instant, lease: Duration) -> Leave {
        if let Some(first) = self.slow {
            Leave::Wait(first.after(lease))
        } else if self.refusals > 0 || self.policy.single_use {
            Leave::Wait(since.after(lease))
        } else if now < since.after(SLOW) {
            Leave::Wait(since.after(SLOW))
        } else {
            self.slow = self.trying.replace(now);
            Leave::Go
        }
    }

    /// A box has accepted the credential.
    pub const fn accepted(&mut self, now: Instant) {
        if self.policy.retry.is_some() && self.refusals >= REFUSALS_MAX {
            // What refused it then may have been a directory that was down.
            self.resets = self.resets.wrapping_add(1);
        }
        self.clear();
        self.tried = true;
        self.accepted_at = Some(now);
    }

    /// A box has refused the credential.
    pub const fn refused(&mut self, now: Instant) {
        self.refusals = self.refusals.saturating_add(1);
        self.refused_at = now;
        self.refused_here = true;
        self.accepted_at = None;
        self.unanswered();
    }

    /// The login went out, and ended without an answer to the question.
    pub const fn unanswered(&mut self) {
        self.tried = true;
        self.undecided();
    }

    /// The login did not go out.
    pub const fn undecided(&mut self) {
        // Of two that are under way, the one that began last may have longest to go.
        if self.slow.take().is_none() {
            self.trying = None;
        }
        self.epoch = self.epoch.wrapping_add(1);
    }

    /// The operator has changed the credential, or the account.
    pub const fn reset(&mut self) {
        self.clear();
        self.resets = self.resets.wrapping_add(1);
    }

    const fn clear(&mut self) {
        *self = Self {
            policy: self.policy,
            resets: self.resets,
            epoch: self.epoch.wrapping_add(1),
            ..Self::new()
        };
    }

    /// Moves whenever those who wait should ask again.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// How often it was [reset](Self::reset), or accepted after all: what sessions have counted before
    /// that counts no more.
    pub(crate) const fn resets(&self) -> u8 {
        self.resets
    }

    /// What the latch goes by.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// Refusals since the credential was last accepted.
    #[must_use]
    pub const fn refusals(&self) -> u8 {
        self.refusals
    }

    /// Whether a box may have seen the password.
    #[must_use]
    pub const fn is_tried(&self) -> bool {
        self.tried
    }

    /// Whether a box has accepted the credential within the last minute, so
    /// that several logins may try it at once.
    #[must_use]
    pub fn is_proven(&self, now: Instant) -> bool {
        self.accepted_at.is_some_and(|at| now - at < PROVEN)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LEASE: Duration = Duration::from_secs(180);

    fn at(seconds: u64) -> Instant {
        Instant::from_millis(seconds * 1_000)
    }

    #[test]
    fn two_refusals_a_minute_apart_and_no_more() {
        let mut latch = Latch::new();
        assert_eq!(latch.ask(at(0), LEASE), Leave::Go);
        latch.refused(at(1));
        assert_eq!(latch.ask(at(60), LEASE), Leave::NotBefore(at(61)));
        assert_eq!(latch.ask(at(61), LEASE), Leave::Go);
        latch.refused(at(62));
        assert_eq!(latch.ask(at(1_000_000), LEASE), Leave::Latched);
        latch.reset();
        assert_eq!(latch.ask(at(1_000_000), LEASE), Leave::Go);
    }

    #[test]
    fn an_unproven_credential_is_tried_by_one_at_a_time() {
        let mut latch = Latch::new();
        assert_eq!(latch.ask(at(0), LEASE), Leave::Go);
        assert_eq!(latch.ask(at(1), LEASE), Leave::Wait(at(10)));
        latch.accepted(at(2));
        assert_eq!(latch.ask(at(2), LEASE), Leave::Go);
        assert_eq!(latch.ask(at(61), LEASE), Leave::Go);
        assert_eq!(latch.ask(at(62), LEASE), Leave::Go);
        assert_eq!(latch.ask(at(62), LEASE), Leave::Wait(at(72)));
    }

    #[test]
    fn a_box_that_hangs_is_worked_around_once() {
        let mut latch = Latch::new();
        assert_eq!(latch.ask(at(0), LEASE), Leave::Go);
        assert_eq!(latch.ask(at(10), LEASE), Leave::Go);
        assert_eq!(latch.ask(at(11), LEASE), Leave::Wait(at(180)));
        latch.refused(at(12));
        latch.refused(at(13));
        assert_eq!(latch.ask(at(1_000), LEASE), Leave::Latched);
    }

    #[test]
    fn a_try_that_nobody_reports_blocks_for_its_lease() {
        let mut latch = Latch::restored(1, at(0));
        assert_eq!(latch.ask(at(60), LEASE), Leave::Go);
        assert_eq!(latch.ask(at(239), LEASE), Leave::Wait(at(240)));
        assert_eq!(latch.ask(at(240), LEASE), Leave::Go);
    }

    #[test]
    fn a_program_that_runs_once_makes_no_second_try() {
        let policy = Policy {
            one_shot: true,
            ..Policy::default()
        };
        let mut latch = Latch::new().with_policy(policy);
        assert_eq!(latch.ask(at(0), LEASE), Leave::Go);
        latch.refused(at(1));
        assert_eq!(latch.ask(at(1_000_000), LEASE), Leave::Latched);
        let mut next_run = Latch::restored(1, at(1)).with_policy(policy);
        assert_eq!(next_run.ask(at(60), LEASE), Leave::NotBefore(at(61)));
        assert_eq!(next_run.ask(at(61), LEASE), Leave::Go);
        next_run.refused(at(61));
        assert_eq!(next_run.ask(at(1_000_000), LEASE), Leave::Latched);
    }

    #[test]
    fn a_single_use_password_is_tried_once_whatever_comes_of_it() {
        let policy = Policy {
            single_use: true,
            ..Policy::default()
        };
        let ends: [fn(&mut Latch); 3] = [
            |latch| latch.accepted(at(1)),
            |latch| latch.refused(at(1)),
            Latch::unanswered,
        ];
        for end in ends {
            let mut latch = Latch::new().with_policy(policy);
            assert_eq!(latch.ask(at(0), LEASE), Leave::Go);
            assert_eq!(latch.ask(at(20), LEASE), Leave::Wait(at(180)));
            end(&mut latch);
            assert_eq!(latch.ask(at(1_000_000), LEASE), Leave::Latched);
            let mut next_run = Latch::new().with_policy(policy).with_tried(latch.tried);
            assert_eq!(next_run.ask(at(1_000_000), LEASE), Leave::Latched);
        }
        let mut latch = Latch::new().with_policy(policy);
        assert_eq!(latch.ask(at(0), LEASE), Leave::Go);
        latch.undecided();
        assert_eq!(latch.ask(at(1), LEASE), Leave::Go, "no box has seen it");
    }

    #[test]
    fn a_latched_credential_is_tried_once_a_day_if_so_told() {
        let day = Duration::from_secs(86_400);
        let mut latch = Latch::restored(2, at(0)).with_policy(Policy {
            retry: Some(day),
            ..Policy::default()
        });
        assert_eq!(latch.ask(at(86_399), LEASE), Leave::NotBefore(at(86_400)));
        assert_eq!(latch.ask(at(86_400), LEASE), Leave::Go);
        latch.refused(at(86_401));
        let next = Leave::NotBefore(at(86_401 + 86_400));
        assert_eq!(latch.ask(at(100_000), LEASE), next);
    }

    proptest! {
        /// However many boxes ask, in whatever order things end: a wrong
        /// password is refused twice, and the tries are a minute apart.
        #[test]
        fn a_wrong_password_is_refused_twice(pauses in prop::collection::vec(0u64..200, 1..300)) {
            let (mut latch, mut now, mut refused) = (Latch::new(), 0, std::vec::Vec::new());
            for pause in pauses {
                now += pause;
                if latch.ask(at(now), LEASE) == Leave::Go {
                    refused.push(now);
                    latch.refused(at(now));
                }
            }
            prop_assert!(refused.len() <= 2);
            prop_assert!(refused.windows(2).all(|two| two[1] - two[0] >= 60));
        }

        /// However they overlap, hang, end unheard or are lost within their
        /// lease: those under way and those refused are never more than two.
        #[test]
        fn no_more_are_under_way_than_may_be_refused(
            steps in prop::collection::vec((0u64..40, 0u8..4, any::<prop::sample::Index>()), 1..300),
        ) {
            let (mut latch, mut now, mut refused) = (Latch::new(), 0, 0);
            let mut under_way = std::vec::Vec::new();
            for (pause, step, which) in steps {
                now += pause;
                under_way.retain(|since| now < since + LEASE.as_secs());
                match step {
                    0 | 1 if latch.ask(at(now), LEASE) == Leave::Go => under_way.push(now),
                    2 | 3 if !under_way.is_empty() => {
                        under_way.remove(which.index(under_way.len()));
                        if step == 2 {
                            refused += 1;
                            latch.refused(at(now));
                        } else {
                            latch.unanswered();
                        }
                    }
                    _ => {}
                }
                prop_assert!(under_way.len() + refused <= 2, "{under_way:?}, {refused} refused");
            }
        }
    }
}
