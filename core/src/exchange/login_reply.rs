//! The body of an FXOS login: small, so it is kept whole and then parsed.
//!
//! `serde-json-core` stays in this module (and in the JSON report): it keeps
//! panic branches that a link-time proof sees. What it is given is bounded.

use heapless::Vec;
use serde::Deserialize;
use zeroize::Zeroize as _;

use crate::secret::{AccessToken, Secret};

/// The reply in the guide has 106 bytes; a longer token and blanks fit.
const REPLY_MAX: usize = 512;

/// Keeps the reply while it comes.
pub(super) struct LoginReply {
    body: Vec<u8, REPLY_MAX, u16>,
    overflow: bool,
}

/// `refreshPeriod` comes as a string or as a number: `P` is tried as either.
#[derive(Deserialize)]
struct Reply<'a, P> {
    token: &'a str,
    #[serde(rename = "refreshPeriod")]
    refresh_period: Option<P>,
}

impl LoginReply {
    pub(super) const fn new() -> Self {
        Self {
            body: Vec::new(),
            overflow: false,
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.overflow |= self.body.extend_from_slice(piece).is_err();
    }

    /// The token, and the seconds after which the box wants a new login.
    pub(super) fn finish(self) -> Option<(AccessToken, Option<u32>)> {
        if self.overflow {
            return None;
        }
        let (text, seconds) = match parse::<&str>(&self.body) {
            Some(reply) => (
                reply.token,
                reply.refresh_period.and_then(|s| s.trim().parse().ok()),
            ),
            None => {
                let reply = parse::<i64>(&self.body)?;
                (
                    reply.token,
                    reply.refresh_period.and_then(|s| u32::try_from(s).ok()),
                )
            }
        };
        let mut token = Secret::new();
        token.push(text.as_bytes());
        Some((
            AccessToken::received(token)?,
            seconds.filter(|&seconds| seconds > 0),
        ))
    }
}

impl Drop for LoginReply {
    fn drop(&mut self) {
        self.body.zeroize();
    }
}

fn parse<'a, P: Deserialize<'a>>(body: &'a [u8]) -> Option<Reply<'a, P>> {
    serde_json_core::from_slice(body)
        .ok()
        .map(|(reply, _)| reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<(std::string::String, Option<u32>)> {
        let mut reply = LoginReply::new();
        body.as_bytes()
            .chunks(7)
            .for_each(|piece| reply.push(piece));
        reply
            .finish()
            .map(|(token, seconds)| (token.expose_secret().into(), seconds))
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
            "<html>",
        ] {
            assert_eq!(read(body), None, "{body}");
        }
        let padded = std::format!("{{{}\"token\":\"a\"}}", " ".repeat(REPLY_MAX));
        assert_eq!(read(&padded), None);
    }
}
