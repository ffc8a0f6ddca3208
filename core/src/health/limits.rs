//! Limits that an operator sets on what was measured.

use core::fmt;
use core::str::FromStr;

use heapless::Vec;

use super::{Measure, Verdict};

/// How many measures can have limits.
pub const LIMITS_MAX: usize = 16;

/// A number with three places after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Milli(pub i64);

impl Milli {
    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self(number.saturating_mul(1000))
    }

    /// The number without its places, and without its sign.
    #[must_use]
    pub const fn magnitude(self) -> u32 {
        let whole = self.0.unsigned_abs() / 1000;
        if whole > u32::MAX as u64 {
            u32::MAX
        } else {
            whole as u32
        }
    }
}

impl fmt::Display for Milli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, places) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        let sign = if self.0 < 0 { "-" } else { "" };
        match places {
            0 => write!(f, "{sign}{whole}"),
            _ => write!(f, "{sign}{whole}.{places:03}"),
        }
    }
}

/// A range of numbers as monitoring plugins write it (monitoring plugins
/// guidelines, "Threshold and Ranges"): `10` is 0 to 10, `10:` is 10 and more,
/// `~:10` is 10 and less, `10:20` is 10 to 20, and with `@` before it, all else.
///
/// Numbers have at most three places after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Range {
    /// `@`: the range is where not to be.
    inverted: bool,
    start: Option<Milli>,
    end: Option<Milli>,
}

impl Range {
    /// `at_least` and more.
    pub(super) const fn from(at_least: i64) -> Self {
        Self {
            inverted: false,
            start: Some(Milli::whole(at_least)),
            end: None,
        }
    }

    /// None at all.
    pub(super) const ZERO: Self = Self {
        inverted: false,
        start: Some(Milli(0)),
        end: Some(Milli(0)),
    };

    /// Whether `number` is where it should be.
    #[must_use]
    pub fn allows(&self, number: Milli) -> bool {
        let inside = self.start.is_none_or(|start| number >= start)
            && self.end.is_none_or(|end| number <= end);
        inside != self.inverted
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.inverted { "@" } else { "" })?;
        match (self.start, self.end) {
            (Some(Milli(0)), Some(end)) => write!(f, "{end}"),
            (Some(start), Some(end)) => write!(f, "{start}:{end}"),
            (Some(start), None) => write!(f, "{start}:"),
            (None, Some(end)) => write!(f, "~:{end}"),
            (None, None) => f.write_str("~:"),
        }
    }
}

/// Why a text is no [`Range`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RangeError {
    /// One of its ends is no number of at most 15 digits and three places.
    Number,
    /// It ends before it starts.
    Order,
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => {
                "is not a range; write it as 10, 10:, ~:10, 10:20 or @10:20, with at most three \
                 places after the point"
            }
            Self::Order => "is a range that ends before it starts; write the smaller number first",
        })
    }
}

impl core::error::Error for RangeError {}

impl FromStr for Range {
    type Err = RangeError;

    fn from_str(text: &str) -> Result<Self, RangeError> {
        let (inverted, text) = match text.strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (start, end) = match text.split_once(':') {
            Some(("~", end)) => (None, end),
            Some((start, end)) => (Some(number(start)?), end),
            None => (Some(Milli(0)), text),
        };
        let end = match end {
            "" if text.contains(':') => None,
            end => Some(number(end)?),
        };
        match (start, end) {
            (Some(start), Some(end)) if start > end => Err(RangeError::Order),
            _ => Ok(Self {
                inverted,
                start,
                end,
            }),
        }
    }
}

fn number(text: &str) -> Result<Milli, RangeError> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
    if whole.is_empty() || whole.len() > 15 || places.is_empty() || places.len() > 3 {
        return Err(RangeError::Number);
    }
    let zeros = (places.len()..3).map(|_| b'0');
    let digits = whole.bytes().chain(places.bytes()).chain(zeros);
    let mut number: i64 = 0;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return Err(RangeError::Number);
        }
        // At most 18 digits: never out of range.
        number = number
            .saturating_mul(10)
            .saturating_add(i64::from(byte & 0x0f));
    }
    Ok(Milli(sign * number))
}

/// The limits of one target. A measure that has none is judged by what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(Vec<Limit, LIMITS_MAX>);

/// The limits of one measure. Outside both, the worse counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Limit {
    /// What is limited.
    pub measure: Measure,
    /// Outside of it is WARNING.
    pub warning: Option<Range>,
    /// Outside of it is CRITICAL.
    pub critical: Option<Range>,
}

impl Limits {
    /// None.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// Sets the limits of a measure, in place of those that it has.
    ///
    /// # Errors
    /// The limits back, if [`LIMITS_MAX`] other measures have some.
    pub fn set(&mut self, limit: Limit) -> Result<(), Limit> {
        match self
            .0
            .iter_mut()
            .find(|known| known.measure == limit.measure)
        {
            Some(known) => {
                *known = limit;
                Ok(())
            }
            None => self.0.push(limit),
        }
    }

    /// The limits of `measure`: those set, else what stands for its meaning.
    #[must_use]
    pub fn of(&self, measure: Measure) -> Limit {
        let set = self.0.iter().find(|known| known.measure == measure);
        set.copied().unwrap_or_else(|| measure.default_limit())
    }

    /// All that were set.
    pub fn iter(&self) -> impl Iterator<Item = &Limit> + Clone {
        self.0.iter()
    }
}

impl Limit {
    /// What `number` is worth.
    #[must_use]
    pub fn verdict(&self, number: Milli) -> Verdict {
        let outside = |range: Option<Range>| range.is_some_and(|range| !range.allows(number));
        match (outside(self.critical), outside(self.warning)) {
            (true, _) => Verdict::Critical,
            (false, true) => Verdict::Warning,
            (false, false) => Verdict::Ok,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_of_the_guidelines() {
        // "Threshold and Ranges": the examples of the guidelines.
        for (text, inside, outside) in [
            ("10", &[0, 10][..], &[-1, 11][..]),
            ("10:", &[10, 11], &[9, -1]),
            ("~:10", &[-5, 10], &[11]),
            ("10:20", &[10, 20], &[9, 21]),
            ("@10:20", &[9, 21], &[10, 20]),
        ] {
            let range: Range = text.parse().unwrap();
            assert!(
                inside.iter().all(|n| range.allows(Milli::whole(*n))),
                "{text}"
            );
            assert!(
                !outside.iter().any(|n| range.allows(Milli::whole(*n))),
                "{text}"
            );
            assert_eq!(range.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_range() {
        for text in [
            "", ":", "a", "1:b", "~", "1.2345", "--1", "1:2:3", "1 ", "1.", ".5", "1e3",
        ] {
            assert_eq!(text.parse::<Range>(), Err(RangeError::Number), "{text}");
        }
        assert_eq!("20:10".parse::<Range>(), Err(RangeError::Order));
        assert_eq!("-1".parse::<Range>(), Err(RangeError::Order));
    }

    proptest! {
        #[test]
        fn a_range_prints_as_it_reads(
            inverted: bool,
            start in prop::option::of(-1_000_000_i64..1_000_000),
            length in prop::option::of(0_i64..1_000_000),
        ) {
            let start = start.map(Milli);
            let end = length.map(|length| Milli(start.map_or(0, |start| start.0) + length));
            let range = Range { inverted, start, end };
            prop_assert_eq!(range.to_string().parse(), Ok(range));
        }

        #[test]
        fn any_text_is_a_range_or_an_error(text in "[-@~:.0-9a ]{0,24}") {
            if let Ok(range) = text.parse::<Range>() {
                let again: Range = format!("{range}").parse().unwrap();
                prop_assert_eq!(again, range);
            }
        }
    }

    #[test]
    fn the_worse_of_two_limits_counts() {
        let limit = Limit {
            measure: Measure::Uptime,
            warning: "5".parse().ok(),
            critical: "10".parse().ok(),
        };
        for (number, verdict) in [
            (5, Verdict::Ok),
            (6, Verdict::Warning),
            (11, Verdict::Critical),
        ] {
            assert_eq!(limit.verdict(Milli::whole(number)), verdict);
        }
    }
}
