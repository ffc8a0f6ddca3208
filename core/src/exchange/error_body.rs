//! What an error answer says, in the shapes that the boxes use.

use crate::json::{Pick, Picked, Value};
use crate::text::Text;

/// The code and text of an error answer. The text is the box's own words: kept
/// to a length, safe to print, but not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ErrorBody {
    /// The `error-code` of a chassis (551, 552, 555, 101, …).
    pub code: Option<u16>,
    /// The description, the first of several; empty if there is none.
    pub text: Text<160>,
}

impl ErrorBody {
    /// Whether the text holds `words`, in any letter case.
    pub(crate) fn says(&self, words: &str) -> bool {
        let text = self.text.as_bytes();
        text.windows(words.len().max(1))
            .any(|part| part.eq_ignore_ascii_case(words.as_bytes()))
    }

    /// Whether the box failed and did not say at what: a sign of load.
    pub(crate) fn is_silent(&self) -> bool {
        self.text.is_empty() || self.says("the action type is null")
    }
}

/// Reads the body of an answer that is not a success.
///
/// FMC: `{"error":{"messages":[{"description":…}]}}`, where `messages` may hold
/// an empty object and, on cdFMC, `error` may be a string; Restlet's own
/// `reasonPhrase` and `description`; FXOS: `error-code`, `error-description`.
/// The JSON member counts, never a substring. A body that is something else
/// (HTML, empty, a few stray bytes before the JSON) is no error of its own.
pub(super) struct ErrorScan {
    /// Room for a byte more than is kept, so that a cut shows.
    pick: Pick<161>,
    found: Found,
    first: Option<u8>,
}

#[derive(Default)]
struct Found {
    body: ErrorBody,
    /// Place of the text's path in [`PATHS`]: a lower one is better.
    rank: Option<usize>,
}

const ERROR_CODE: usize = 0;
const PATHS: &[&str] = &[
    "error-code",
    "error.messages[].description",
    "error-description",
    "errorDescription",
    "description",
    "reasonPhrase",
    "errorMsg",
    "message",
    "error",
];

impl ErrorScan {
    pub(super) fn new() -> Self {
        Self {
            pick: Pick::after_junk(PATHS),
            found: Found::default(),
            first: None,
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        if self.first.is_none() {
            self.first = piece
                .iter()
                .copied()
                .find(|byte| !byte.is_ascii_whitespace());
        }
        // What is not JSON is no error of its own.
        let _ = self.pick.push(piece, &mut self.found);
    }

    /// What was found, and whether the body looks like a web page.
    pub(super) fn finish(self) -> (ErrorBody, bool) {
        (self.found.body, self.first == Some(b'<'))
    }
}

impl Picked for Found {
    fn value(&mut self, path: usize, value: Value<'_>) {
        if path == ERROR_CODE {
            self.body.code = value.as_u32().and_then(|code| u16::try_from(code).ok());
        } else if !value.text.is_empty() && self.rank.is_none_or(|rank| path < rank) {
            self.rank = Some(path);
            self.body.text.clear();
            self.body.text.push(value.text);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString as _;

    use super::*;

    fn read(body: &str) -> (Option<u16>, std::string::String, bool) {
        let one_by_one = {
            let mut scan = ErrorScan::new();
            body.as_bytes().chunks(1).for_each(|byte| scan.push(byte));
            scan.finish()
        };
        let mut scan = ErrorScan::new();
        scan.push(body.as_bytes());
        let (error, html) = scan.finish();
        assert_eq!((&error, html), (&one_by_one.0, one_by_one.1), "{body}");
        (error.code, error.text.to_string(), html)
    }

    #[test]
    fn every_shape_that_was_seen() {
        let cases = [
            (
                r#"{"error":{"category":"FRAMEWORK","messages":[{"description":"Access token invalid."}],"severity":"ERROR"}}"#,
                None,
                "Access token invalid.",
            ),
            (
                r#"{"error":{"category":"OTHER","messages":[{}],"severity":"ERROR"}}"#,
                None,
                "",
            ),
            (
                r#"{"code":429,"description":"rate limiting","homeRef":"/","reasonPhrase":"Too Many Requests"}"#,
                None,
                "rate limiting",
            ),
            (
                r#"{"reasonPhrase":"Too Many Requests"}"#,
                None,
                "Too Many Requests",
            ),
            (
                r#"{"error":"invalid_token","errorDescription":"The bearer token is invalid or revoked"}"#,
                None,
                "The bearer token is invalid or revoked",
            ),
            (r#"{"error":"invalid_token"}"#, None, "invalid_token"),
            (
                r#"{ "error-code": "551", "error-description": "Authentication failed", "error-nr": "unidentified-fail" }"#,
                Some(551),
                "Authentication failed",
            ),
            (r#"{"error-code":552}"#, Some(552), ""),
            (
                r#"{"note":"error-code 552","x":"\"error-code\":\"552\""}"#,
                None,
                "",
            ),
            ("", None, ""),
            ("plain text", None, ""),
            (
                "HTTP Bad Request, what follows is: {\"error-code\":\"101\"}",
                Some(101),
                "",
            ),
        ];
        for (body, code, text) in cases {
            assert_eq!(read(body), (code, text.to_string(), false), "{body}");
        }
    }

    #[test]
    fn a_web_page_is_told_by_its_first_byte() {
        assert_eq!(
            read("\r\n <html><body>503</body></html>"),
            (None, "".to_string(), true)
        );
    }

    #[test]
    fn the_first_message_counts_and_a_long_one_is_cut() {
        let body = r#"{"error":{"messages":[{"description":"one"},{"description":"two"}]}}"#;
        assert_eq!(read(body).1, "one");
        let long = "x".repeat(10_000);
        let body = std::format!(r#"{{"description":"{long}"}}"#);
        assert_eq!(read(&body).1, "x".repeat(160) + "\u{2026}");
    }
}
