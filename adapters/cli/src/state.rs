//! What runs of the command remember, and what is said about it.

use core::time::Duration;
use std::path::PathBuf;
use std::time::SystemTime;

use oobwatch_client::core::latch::Policy;
use oobwatch_client::state::{Next, Recovered, Standing, State, default_dir};

use crate::config::{Config, Named};
use crate::exit::Failure;

/// After which a latched credential is tried once more, where so configured.
const RETRY: Duration = Duration::from_secs(24 * 60 * 60);

/// What to do where nothing can be remembered.
const WITHOUT: &str = "name another directory with --state-dir, or use --no-state";

/// Where the state is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Nothing is to be remembered.
    Nowhere,
    /// There is no home directory to have it in.
    Homeless,
    Dir(PathBuf),
}

impl Place {
    pub(crate) fn of(config: &Config) -> Self {
        if config.no_state {
            return Self::Nowhere;
        }
        let dir = config.state_dir.clone().or_else(default_dir);
        dir.map_or(Self::Homeless, Self::Dir)
    }

    /// Opens the state, unless there is to be none.
    pub(crate) fn open(&self) -> Result<Option<State>, Failure> {
        let dir = match self {
            Self::Nowhere => return Ok(None),
            Self::Dir(dir) => dir,
            Self::Homeless => {
                let why =
                    "there is no home directory to remember refused passwords and open sessions in";
                return Err(Failure::Usage(format!("{why}; {WITHOUT}")));
            }
        };
        let opened = State::open(dir);
        opened
            .map(Some)
            .map_err(|error| Failure::Usage(format!("{error}; {WITHOUT}")))
    }
}

/// Opens the state that a configuration names, unless there is to be none.
pub(crate) fn open(config: &Config) -> Result<Option<State>, Failure> {
    Place::of(config).open()
}

/// When a credential may be tried; `one_shot` by a process that runs once.
pub(crate) fn policy(named: Option<&Named>, one_shot: bool) -> Policy {
    Policy {
        one_shot,
        single_use: named.is_some_and(|named| named.single_use),
        retry: named
            .is_some_and(|named| named.latch_retry)
            .then_some(RETRY),
    }
}

/// What follows from a refusal; `name` is what the credential is unlocked by.
pub(crate) fn outlook(standing: Standing, name: &str, now: SystemTime) -> String {
    let times = match standing.refusals {
        0 => {
            return format!(
                "the password is good for one login, and has been used; change it, or run: oobwatch unlock {name}"
            );
        }
        1 => "refused once so far".to_owned(),
        more => format!("refused {more} times"),
    };
    match standing.next {
        Next::Now => format!("{times}; it can be tried again now"),
        Next::At(at) => {
            let wait = at.duration_since(now).unwrap_or_default();
            format!("{times}; the next try is allowed in {}", span(wait))
        }
        Next::Never => format!(
            "{times}: it is not tried again before it is changed, or you run: oobwatch unlock {name}"
        ),
    }
}

/// What has to be said about what earlier runs had left on a box.
pub(crate) fn leftovers(recovered: &Recovered, now: SystemTime) -> Vec<String> {
    let mut lines = Vec::new();
    if recovered.lost > 0 {
        let until = recovered.lost_until.unwrap_or(now);
        let left = until.duration_since(now).unwrap_or_default();
        lines.push(format!(
            "{} of an earlier run may have opened a session that nobody can close; it ends by itself in {} at the latest",
            count(recovered.lost, "login"),
            span(left)
        ));
    }
    if recovered.failed > 0 {
        lines.push(format!(
            "{} of an earlier run could not be closed ({}); the next run tries again",
            count(recovered.failed, "session"),
            recovered
                .failure
                .as_deref()
                .unwrap_or("it is not known why")
        ));
    }
    lines
}

fn count(number: u32, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// `57 s`, `12 min`, `23 h`; never less than it is.
pub(crate) fn span(span: Duration) -> String {
    let seconds = span.as_secs() + u64::from(span.subsec_nanos() > 0);
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_never_less_than_it_is() {
        let cases = [
            (Duration::from_millis(1), "1 s"),
            (Duration::from_secs(119), "119 s"),
            (Duration::from_secs(121), "3 min"),
            (Duration::from_secs(7_201), "3 h"),
        ];
        for (duration, text) in cases {
            assert_eq!(span(duration), text);
        }
    }

    #[test]
    fn a_one_shot_run_leaves_the_second_try_to_the_next() {
        assert!(policy(None, true).one_shot);
        let named = Named {
            name: "n".to_owned(),
            single_use: false,
            latch_retry: true,
        };
        assert_eq!(policy(Some(&named), true).retry, Some(RETRY));
    }
}
