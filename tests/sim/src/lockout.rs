//! Accounts that are locked after failed logins.

use core::time::Duration;
use std::collections::BTreeMap;

use crate::clock::VirtualTime;
use crate::scenario::Lockout;

/// Failed logins in a row, by user.
#[derive(Debug, Default)]
pub(crate) struct Lockouts(BTreeMap<String, Failures>);

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: u32,
    latest: VirtualTime,
}

impl Failures {
    fn lock(self, rule: &Lockout, now: VirtualTime) -> bool {
        let life = rule.seconds.map(Duration::from_secs);
        rule.failures != 0
            && self.count >= rule.failures
            && life.is_none_or(|life| now < self.latest + life)
    }
}

impl Lockouts {
    pub(crate) fn is_locked(&self, user: &str, rule: &Lockout, now: VirtualTime) -> bool {
        let failures = self.0.get(user).copied().unwrap_or_default();
        failures.lock(rule, now)
    }

    /// A wrong password. Tries at a locked account are not counted: they do not prolong its lock.
    pub(crate) fn failed(&mut self, user: &str, rule: &Lockout, now: VirtualTime) {
        let failures = self.0.entry(user.into()).or_default();
        if failures.lock(rule, now) {
            return;
        }
        if rule.failures != 0 && failures.count >= rule.failures {
            // The lock has run out.
            failures.count = 0;
        }
        failures.count += 1;
        failures.latest = now;
    }

    pub(crate) fn succeeded(&mut self, user: &str) {
        self.0.remove(user);
    }

    pub(crate) fn locked(&self, rule: &Lockout, now: VirtualTime) -> Vec<String> {
        let locked = self.0.iter().filter(|(_, one)| one.lock(rule, now));
        locked.map(|(user, _)| user.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> VirtualTime {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_lock_comes_with_the_last_straw_and_runs_out() {
        let rule = Lockout {
            failures: 2,
            seconds: Some(60),
            ..Lockout::default()
        };
        let mut lockouts = Lockouts::default();
        lockouts.failed("u", &rule, at(0));
        assert!(!lockouts.is_locked("u", &rule, at(0)));
        lockouts.failed("u", &rule, at(10));
        assert!(lockouts.is_locked("u", &rule, at(10)));
        lockouts.failed("u", &rule, at(50));
        assert!(!lockouts.is_locked("u", &rule, at(70)), "not prolonged");
        lockouts.failed("u", &rule, at(71));
        assert!(!lockouts.is_locked("u", &rule, at(71)), "counts anew");
        assert!(!lockouts.is_locked("other", &rule, at(71)));
    }

    #[test]
    fn a_good_login_wipes_the_slate_and_a_lock_may_be_for_good() {
        let rule = Lockout {
            failures: 2,
            ..Lockout::default()
        };
        let mut lockouts = Lockouts::default();
        lockouts.failed("u", &rule, at(0));
        lockouts.succeeded("u");
        lockouts.failed("u", &rule, at(1));
        assert!(lockouts.locked(&rule, at(1)).is_empty());
        lockouts.failed("u", &rule, at(2));
        assert_eq!(lockouts.locked(&rule, at(1_000_000_000)), ["u"]);
        assert!(lockouts.locked(&Lockout::default(), at(3)).is_empty());
    }
}
