//! Tokens, as types that do not show themselves.
//!
//! Nothing here implements `Debug`, `Display`, `Clone` or `defmt::Format`, and
//! the memory is zeroized on drop.

use heapless::Vec;
use zeroize::Zeroize as _;

use crate::error::{ConfigError, Forbidden, Part};

/// Longest token that is kept, in bytes. An FMC sends 36, a chassis 64.
pub const TOKEN_MAX: usize = 128;

/// Bytes that arrive in pieces and are zeroized on drop.
#[derive(Default)]
pub(crate) struct Secret {
    bytes: Vec<u8, TOKEN_MAX, u8>,
    overflow: bool,
}

impl Secret {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            overflow: false,
        }
    }

    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.overflow |= self.bytes.extend_from_slice(piece).is_err();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The token, if it is one: visible ASCII only (RFC 9110, section 5.6.2,
    /// and wider), not empty, not too long. Blanks around it are not part of it.
    fn token(&self) -> Option<&str> {
        let token = self.bytes.trim_ascii();
        if token.is_empty() || self.overflow || !token.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        core::str::from_utf8(token).ok()
    }

    fn parse(token: &str) -> Result<Self, ConfigError> {
        let mut secret = Self::new();
        secret.push(token.as_bytes());
        match (secret.token(), secret.overflow) {
            (_, true) => Err(ConfigError::TooLong(Part::Token)),
            (Some(kept), _) if kept.len() == token.len() => Ok(secret),
            _ if token.is_empty() => Err(ConfigError::Empty(Part::Token)),
            _ => Err(ConfigError::Forbidden(Part::Token, Forbidden::Character)),
        }
    }
}

impl Drop for Secret {
    // Once, not wherever a token may go.
    #[inline(never)]
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

macro_rules! token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name(Secret);

        impl $name {
            /// A token obtained elsewhere.
            ///
            /// # Errors
            /// [`ConfigError`] if it is empty, longer than [`TOKEN_MAX`], or
            /// holds anything but visible ASCII.
            pub fn new(token: &str) -> Result<Self, ConfigError> {
                Secret::parse(token).map(Self)
            }

            /// The token itself, for the one output that is meant to show it.
            #[must_use]
            pub fn expose_secret(&self) -> &str {
                self.0.token().unwrap_or_default()
            }

            pub(crate) fn received(secret: Secret) -> Option<Self> {
                secret.token().is_some().then_some(Self(secret))
            }
        }
    };
}

token! {
    /// What opens requests: FMC's `X-auth-access-token`, FXOS's `TOKEN`.
    AccessToken
}

token! {
    /// FMC's `X-auth-refresh-token`. Goes to the refresh path and nowhere else.
    RefreshToken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_visible_ascii_of_bounded_length() {
        let longest = std::string::String::from_utf8(std::vec![b'a'; TOKEN_MAX]).unwrap();
        assert_eq!(
            AccessToken::new(&longest).ok().unwrap().expose_secret(),
            longest
        );
        let refused = |token: &str| AccessToken::new(token).err();
        assert_eq!(
            refused(&(longest + "a")),
            Some(ConfigError::TooLong(Part::Token))
        );
        assert_eq!(refused(""), Some(ConfigError::Empty(Part::Token)));
        for bad in [" a", "a ", "a b", "a\r\nb", "\u{e9}"] {
            let why = ConfigError::Forbidden(Part::Token, Forbidden::Character);
            assert_eq!(refused(bad), Some(why), "{bad:?}");
        }
    }

    #[test]
    fn blanks_around_a_received_token_are_not_part_of_it() {
        let mut secret = Secret::new();
        secret.push(b"abc");
        secret.push(b" \t");
        assert_eq!(
            AccessToken::received(secret).unwrap().expose_secret(),
            "abc"
        );
        assert!(AccessToken::received(Secret::new()).is_none());
    }
}
