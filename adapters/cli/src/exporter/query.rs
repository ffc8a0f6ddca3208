//! What `/probe` is asked.

use core::fmt;
use core::time::Duration;

/// The query of a `/probe`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query {
    pub(super) target: String,
    pub(super) module: Option<String>,
    pub(super) debug: bool,
}

/// Why a query is not one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum QueryError {
    NoTarget,
    Twice(&'static str),
    Unknown(String),
    Debug,
}

impl Query {
    /// Reads what stands after the `?`.
    pub(super) fn parse(query: &str) -> Result<Self, QueryError> {
        let (mut target, mut module, mut debug) = (None, None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let (name, place) = match &*name {
                "target" => ("target", &mut target),
                "module" => ("module", &mut module),
                "debug" => ("debug", &mut debug),
                other => return Err(QueryError::Unknown(other.to_owned())),
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(QueryError::Twice(name));
            }
        }
        Ok(Self {
            target: target
                .filter(|name| !name.is_empty())
                .ok_or(QueryError::NoTarget)?,
            module: module.filter(|name| !name.is_empty()),
            debug: match debug.as_deref() {
                None | Some("false") => false,
                Some("true") => true,
                Some(_) => return Err(QueryError::Debug),
            },
        })
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTarget => f.write_str(
                "which target is missing: ask for /probe?target=NAME, NAME being a target of the configuration",
            ),
            Self::Twice(name) => write!(f, "the parameter {name} is there twice; give it once"),
            Self::Unknown(name) => write!(
                f,
                "there is no parameter {name:?}; there are target, module and debug"
            ),
            Self::Debug => f.write_str("debug is true or false"),
        }
    }
}

/// What is kept back of the time that Prometheus waits: the answer has a way to
/// go.
const MARGIN: Duration = Duration::from_millis(500);

/// The time that a scrape has, by `X-Prometheus-Scrape-Timeout-Seconds`. `None`
/// if it says nothing of sense.
pub(super) fn scrape_limit(header: &str) -> Option<Duration> {
    let seconds: f64 = header.trim().parse().ok()?;
    let timeout = Duration::try_from_secs_f64(seconds).ok()?;
    // Of a second or less, half is left.
    let limit = timeout.saturating_sub(MARGIN).max(timeout / 2);
    (!limit.is_zero()).then_some(limit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exporter::flight::patience;

    #[test]
    fn what_is_not_asked_right_is_named() {
        let cases = [
            ("", QueryError::NoTarget),
            ("target=", QueryError::NoTarget),
            ("module=x", QueryError::NoTarget),
            ("target=a&target=b", QueryError::Twice("target")),
            ("target=a&target=a", QueryError::Twice("target")),
            ("target=a&module=x&module=", QueryError::Twice("module")),
            (
                "target=a&tarqet=b",
                QueryError::Unknown("tarqet".to_owned()),
            ),
            ("target=a&debug=yes", QueryError::Debug),
        ];
        for (query, error) in cases {
            assert_eq!(Query::parse(query), Err(error), "{query}");
        }
    }

    proptest! {
        #[test]
        fn any_name_comes_through(name in "\\PC{1,40}", module in proptest::option::of("\\PC{1,20}"), debug: bool) {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("target", &name);
            if let Some(module) = &module {
                query.append_pair("module", module);
            }
            if debug {
                query.append_pair("debug", "true");
            }
            let parsed = Query::parse(&query.finish());
            prop_assert_eq!(parsed, Ok(Query { target: name, module, debug }));
        }

        #[test]
        fn a_limit_is_within_the_timeout(seconds in 0.01f64..10_000.0) {
            let limit = scrape_limit(&seconds.to_string()).unwrap().as_secs_f64();
            prop_assert!(limit > 0.0 && limit < seconds);
            let patience = patience(Duration::from_secs_f64(limit)).as_secs_f64();
            prop_assert!(patience < seconds, "the answer comes after {patience} s");
            prop_assert!(seconds < 1.0 || limit >= seconds - 0.5 - 1e-6);
        }

        #[test]
        fn no_header_is_too_odd(header in "\\PC{0,20}") {
            let _ = scrape_limit(&header);
        }
    }

    #[test]
    fn a_header_without_sense_says_nothing() {
        for header in ["", "0", "-1", "NaN", "inf", "1e300", "ten"] {
            assert_eq!(scrape_limit(header), None, "{header}");
        }
    }
}
