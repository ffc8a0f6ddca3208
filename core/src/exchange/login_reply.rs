//! The body of an FXOS login: a token, and how long it is good.

use zeroize::Zeroize as _;

use crate::json::{JsonError, Pick, Picked, Value};
use crate::secret::{Secret, TOKEN_MAX};

/// The reply in the guide has 106 bytes; a longer token and blanks fit.
const REPLY_MAX: usize = 512;

const TOKEN: usize = 0;
const PATHS: &[&str] = &["token", "refreshPeriod"];

/// Reads the reply while it comes.
pub(super) struct LoginReply {
    pick: Pick<TOKEN_MAX>,
    seconds: Option<u32>,
    /// How many bytes may still come.
    left: usize,
}

impl LoginReply {
    pub(super) fn new() -> Self {
        Self {
            pick: Pick::new(PATHS),
            seconds: None,
            left: REPLY_MAX,
        }
    }

    /// Takes the next piece; puts the token into `token`.
    pub(super) fn push(&mut self, piece: &[u8], token: &mut Secret) {
        let Some(left) = self.left.checked_sub(piece.len()) else {
            self.left = 0;
            return;
        };
        self.left = left;
        // An error comes back at the end.
        let seconds = &mut self.seconds;
        let _ = self.pick.push(piece, &mut Found { token, seconds });
    }

    /// The seconds after which the box wants a new login, if it said so.
    ///
    /// # Errors
    /// The reply is not JSON, not whole, or too long.
    pub(super) fn finish(&mut self, token: &mut Secret) -> Result<Option<u32>, JsonError> {
        let seconds = &mut self.seconds;
        self.pick.finish(&mut Found { token, seconds })?;
        Ok(self.seconds)
    }
}

impl Drop for LoginReply {
    fn drop(&mut self) {
        self.pick.zeroize();
    }
}

struct Found<'a> {
    token: &'a mut Secret,
    seconds: &'a mut Option<u32>,
}

impl Picked for Found<'_> {
    fn value(&mut self, path: usize, value: Value<'_>) {
        if path == TOKEN {
            // The first counts, as it does among header fields.
            if self.token.is_empty() {
                self.token.push(value.as_string().unwrap_or_default());
            }
        } else {
            // A string or a number; 0 says that none is wanted.
            *self.seconds = value.as_u32().filter(|&seconds| seconds > 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::AccessToken;

    fn read(body: &str) -> Option<(std::string::String, Option<u32>)> {
        let (mut reply, mut token) = (LoginReply::new(), Secret::new());
        body.as_bytes()
            .chunks(7)
            .for_each(|piece| reply.push(piece, &mut token));
        let seconds = reply.finish(&mut token).ok()?;
        let token = AccessToken::received(token)?;
        Some((token.expose_secret().into(), seconds))
    }

    #[test]
    fn the_period_is_a_string_or_a_number() {
        let token = || std::string::String::from("a205");
        let both = [
            (r#"{"refreshPeriod":"0","token":"a205"}"#, None),
            (r#"{ "token": "a205" , "refreshPeriod": "600" }"#, Some(600)),
            (r#"{"refreshPeriod":600,"token":"a205"}"#, Some(600)),
            (r#"{"token":"a205","other":{"x":[1,2]}}"#, None),
            (r#"{"refreshPeriod":-1,"token":"a205"}"#, None),
        ];
        for (body, seconds) in both {
            assert_eq!(read(body), Some((token(), seconds)), "{body}");
        }
    }

    #[test]
    fn without_a_token_there_is_no_session() {
        for body in [
            "",
            "{}",
            "[]",
            r#"{"token":""}"#,
            r#"{"token":5}"#,
            r#"{"token":"a205""#,
            "<html>",
        ] {
            assert_eq!(read(body), None, "{body}");
        }
        let padded = std::format!("{{{}\"token\":\"a\"}}", " ".repeat(REPLY_MAX));
        assert_eq!(read(&padded), None);
    }
}
