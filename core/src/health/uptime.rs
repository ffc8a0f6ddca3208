//! How long a box has been up: free text, in the ways that boxes write it.

/// The seconds of an uptime; `None` if it is written in a way that is not known.
///
/// An FMC writes `16 days  5:24`, `16 days  24 min`, `5:24` and `24 min` (as
/// `uptime` does), since 10.0 `5 days, 3 hours, 20 minutes`; a chassis
/// `12:03:45:10`, days first (`systemUpTime`).
pub(super) fn seconds(text: &str) -> Option<u32> {
    let mut total: u32 = 0;
    let mut words = text
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        let part = match word.contains(':') {
            true => clock(word)?,
            false => number(word)?.checked_mul(unit(words.next()?)?)?,
        };
        total = total.checked_add(part)?;
    }
    Some(total)
}

/// `hours:minutes`, or `days:hours:minutes:seconds`.
fn clock(word: &str) -> Option<u32> {
    let mut parts = [0; 4];
    let mut length: usize = 0;
    for part in word.split(':') {
        *parts.get_mut(length)? = number(part)?;
        length = length.checked_add(1)?;
    }
    let [first, second, third, fourth] = parts;
    let units: [(u32, u32); 4] = match length {
        2 => [(first, 3_600), (second, 60), (0, 0), (0, 0)],
        4 => [(first, 86_400), (second, 3_600), (third, 60), (fourth, 1)],
        _ => return None,
    };
    units.into_iter().try_fold(0_u32, |sum, (part, unit)| {
        sum.checked_add(part.checked_mul(unit)?)
    })
}

fn number(text: &str) -> Option<u32> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

fn unit(word: &str) -> Option<u32> {
    Some(match word {
        "day" | "days" => 86_400,
        "hour" | "hours" | "hr" | "hrs" => 3_600,
        "min" | "mins" | "minute" | "minutes" => 60,
        "sec" | "secs" | "second" | "seconds" => 1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn as_boxes_write_it() {
        for (text, expected) in [
            ("16 days  5:24", 16 * 86_400 + 5 * 3_600 + 24 * 60),
            ("16 days  24 min", 16 * 86_400 + 24 * 60),
            ("16 days, 5:24", 16 * 86_400 + 5 * 3_600 + 24 * 60),
            ("5:24", 5 * 3_600 + 24 * 60),
            ("24 min", 24 * 60),
            (
                "5 days, 3 hours, 20 minutes",
                5 * 86_400 + 3 * 3_600 + 20 * 60,
            ),
            ("1 day, 1 hour, 1 minute", 86_400 + 3_600 + 60),
            ("12:03:45:10", 12 * 86_400 + 3 * 3_600 + 45 * 60 + 10),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for text in [
            "",
            "days",
            "5",
            "5 fortnights",
            "a:b",
            "1:2:3",
            "1:2:3:4:5",
            "-1 min",
            "up 5 min",
            "99999999 days",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9:, a-z]{0,40}") {
            let _ = seconds(&text);
        }
    }
}
