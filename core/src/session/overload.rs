//! Answers that say "not now", and how long to wait after one.

use super::Class;
use crate::exchange::{Response, RetryAfter};
use crate::product::Product;

/// No single wait is longer than this, in milliseconds, whatever `Retry-After`
/// says.
const WAIT_MAX: u32 = 60_000;

/// The first wait after an answer without `Retry-After`, in milliseconds; each
/// further one of a request is twice as long.
const FIRST_WAIT: u32 = 1_000;

/// What the box is too busy for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Busy {
    /// For anything, until its rate limit allows more (HTTP 429).
    Box,
    /// For this request.
    Request,
}

/// Whether an answer asks for patience, and whether the request could be sent
/// again: what was turned away at the door, what may have been begun only if it
/// reads. (A stream can not, but others hear of a busy box from it.)
pub(super) fn busy(product: Product, class: Class, response: &Response) -> Option<Busy> {
    let says = |words: &str| response.error.says(words);
    match (product, response.status) {
        (_, 429) => Some(Busy::Box),
        (Product::Fxos, 400) => (response.error.code == Some(101)).then_some(Busy::Request),
        (_, 400) if says("please try again") => Some(Busy::Request),
        (_, 400) if says("retry the operation after sometime") => Some(Busy::Request),
        _ if class != Class::Read => None,
        (_, 503 | 504) => Some(Busy::Request),
        (Product::CdFmc | Product::Fmc, 500) if response.error.is_silent() => Some(Busy::Request),
        // Under load an FMC answers a list with 200 and an empty object.
        (Product::CdFmc | Product::Fmc, 200) if response.empty_object => Some(Busy::Request),
        _ => None,
    }
}

/// How long to wait, in milliseconds, after the answer, the `tries`-th of its kind to one request.
/// Without `Retry-After`, `random` moves it by up to a quarter either way, so
/// that callers who were turned away together do not come back together.
pub(super) fn wait(response: &Response, tries: u8, random: u32) -> u32 {
    let asked = match response.retry_after {
        Some(RetryAfter::Seconds(seconds)) => Some(seconds),
        Some(RetryAfter::Date(until)) => response.date.map(|now| {
            let seconds = until.saturating_sub(now);
            u32::try_from(seconds).unwrap_or(u32::MAX)
        }),
        None => None,
    };
    let grown = |tries: u8| {
        let base = (FIRST_WAIT << tries.min(6)).min(WAIT_MAX);
        base / 4 * 3 + base / 2 * (random % 1024) / 1024
    };
    let millis = match (asked, tries.checked_sub(1)) {
        // A little more, for clocks that count in whole seconds. A box that says
        // the same again and again is asked ever less often all the same.
        (Some(seconds), again) => {
            let told = seconds.saturating_mul(1_000).saturating_add(random % 250);
            told.max(again.map_or(0, grown))
        }
        (None, _) => grown(tries),
    };
    millis.min(WAIT_MAX)
}

/// The next of a sequence of numbers that look random (Marsaglia's xorshift).
pub(super) const fn next_random(state: &mut u32) -> u32 {
    let mut x = *state | 1;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    *state = x;
    x
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exchange::ErrorBody;

    fn answer(status: u16, text: &str, code: Option<u16>) -> Response {
        let error = ErrorBody {
            code,
            text: text.into(),
        };
        Response {
            status,
            error,
            ..Response::default()
        }
    }

    #[test]
    fn what_says_not_now() {
        use Busy::{Box, Request};
        use Class::{Read, Stream, Write};
        use Product::{Fmc, Fxos};
        for (product, class, response, expected) in [
            (Fmc, Read, answer(429, "Too Many Requests", None), Some(Box)),
            (Fmc, Write, answer(429, "", None), Some(Box)),
            (Fmc, Stream, answer(429, "", None), Some(Box)),
            (Fmc, Read, answer(503, "", None), Some(Request)),
            (Fmc, Write, answer(503, "", None), None),
            (
                Fmc,
                Read,
                answer(504, "Request Timed Out. Retry after sometime.", None),
                Some(Request),
            ),
            (
                Fmc,
                Write,
                answer(400, "Search Service n.a. Please try again.", None),
                Some(Request),
            ),
            (
                Fmc,
                Read,
                answer(400, "x: retry the operation after sometime", None),
                Some(Request),
            ),
            (Fmc, Read, answer(400, "Duplicate Name", None), None),
            (Fmc, Read, answer(500, "", None), Some(Request)),
            (
                Fmc,
                Read,
                answer(500, "The action type is null", None),
                Some(Request),
            ),
            (Fmc, Read, answer(500, "NullPointerException", None), None),
            (Fmc, Write, answer(500, "", None), None),
            (Fxos, Write, answer(400, "", Some(101)), Some(Request)),
            (Fxos, Read, answer(500, "", None), None),
            (Fmc, Read, answer(200, "", None), None),
        ] {
            assert_eq!(
                busy(product, class, &response),
                expected,
                "{class:?} {response:?}"
            );
        }
        let empty = Response {
            empty_object: true,
            ..answer(200, "", None)
        };
        assert_eq!(busy(Fmc, Read, &empty), Some(Request));
        assert_eq!(busy(Fmc, Write, &empty), None);
        assert_eq!(busy(Fxos, Read, &empty), None);
    }

    proptest! {
        #[test]
        fn waits_grow_and_have_an_end(tries in any::<u8>(), random in any::<u32>(), seconds in any::<u32>()) {
            let response = Response::default();
            let grown = wait(&response, tries, random);
            let base = (1_000u32 << tries.min(6)).min(WAIT_MAX);
            let most = (base * 5 / 4).min(WAIT_MAX);
            prop_assert!(grown >= base * 3 / 4 && grown <= most, "{grown:?}");
            let told = Response { retry_after: Some(RetryAfter::Seconds(seconds)), ..response };
            let told = wait(&told, tries, random);
            let asked = seconds.saturating_mul(1_000);
            prop_assert!(told <= WAIT_MAX);
            prop_assert!(told >= asked.min(WAIT_MAX));
        }

        #[test]
        fn a_date_counts_from_the_clock_of_the_box(now in 0u64..1 << 40, ahead in 0u32..50, random in any::<u32>()) {
            let retry_after = Some(RetryAfter::Date(now + u64::from(ahead)));
            let response = Response { retry_after, date: Some(now), ..Response::default() };
            let told = wait(&response, 0, random);
            prop_assert!(told >= ahead * 1_000 && told <= (ahead + 1) * 1_000);
        }
    }
}
