//! What a box knows its clients by. Lent to one exchange at a time, never kept.

use crate::error::{ConfigError, Forbidden, Part};
use crate::origin::{Origin, OriginTag};
use crate::product::Product;

/// Bytes of a user name, and of a password: what both can have in a head that
/// is written into 4 KiB. The boxes take far less.
const LENGTH_MAX: usize = 1024;

/// A user name and password for one box. Only a login can use it.
///
/// Has neither `Debug` nor `Clone` nor accessors: it is written into the request
/// of a login by [`AuthExchange`](crate::exchange::AuthExchange) and nowhere else.
pub struct Login<'a> {
    pub(crate) origin: OriginTag,
    pub(crate) user: &'a str,
    pub(crate) password: &'a str,
}

impl<'a> Login<'a> {
    /// Credentials for the box at `origin`.
    ///
    /// FMC gets them as HTTP Basic, in UTF-8; a chassis as header values, as
    /// they are, never URL-encoded (FXOS REST API, Client Authentication).
    ///
    /// # Errors
    /// [`ConfigError`] if one is empty or over 1 KiB; if one holds CR, LF or NUL; if an FMC
    /// user name holds a colon; if one begins or ends with a blank and is for a
    /// chassis, whose server would strip it.
    pub fn new(origin: &Origin<'_>, user: &'a str, password: &'a str) -> Result<Self, ConfigError> {
        check(origin.product(), Part::User, user)?;
        check(origin.product(), Part::Password, password)?;
        if origin.product() == Product::Fmc && user.bytes().any(|byte| byte == b':') {
            return Err(ConfigError::Forbidden(Part::User, Forbidden::Colon));
        }
        Ok(Self {
            origin: origin.tag(),
            user,
            password,
        })
    }
}

fn check(product: Product, part: Part, text: &str) -> Result<(), ConfigError> {
    let text = text.as_bytes();
    let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let line_break = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
    let control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    if text.is_empty() {
        Err(ConfigError::Empty(part))
    } else if text.len() > LENGTH_MAX {
        Err(ConfigError::TooLong(part))
    } else if text.iter().any(line_break) {
        Err(ConfigError::Forbidden(part, Forbidden::LineBreak))
    } else if product == Product::Fxos && (blank(text.first()) || blank(text.last())) {
        Err(ConfigError::Forbidden(part, Forbidden::BlankAtEnd))
    } else if product == Product::Fxos && text.iter().any(control) {
        Err(ConfigError::Forbidden(part, Forbidden::Character))
    } else {
        Ok(())
    }
}

/// A static bearer token for one cloud-delivered FMC.
pub struct Bearer<'a> {
    pub(crate) origin: OriginTag,
    pub(crate) token: &'a str,
}

impl<'a> Bearer<'a> {
    /// The API token `token` of the box at `origin`.
    ///
    /// # Errors
    /// [`ConfigError`] if it is empty or holds anything but visible ASCII.
    pub fn new(origin: &Origin<'_>, token: &'a str) -> Result<Self, ConfigError> {
        if token.is_empty() {
            Err(ConfigError::Empty(Part::Token))
        } else if token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self {
                origin: origin.tag(),
                token,
            })
        } else {
            Err(ConfigError::Forbidden(Part::Token, Forbidden::Character))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(product: Product, user: &str, password: &str) -> Option<ConfigError> {
        let origin = Origin::new(product, "box.example").unwrap();
        Login::new(&origin, user, password).err()
    }

    #[test]
    fn what_would_change_its_meaning_on_the_way_is_refused() {
        use ConfigError::{Empty, Forbidden as F};
        use Forbidden::{BlankAtEnd, Colon, LineBreak};
        assert_eq!(refused(Product::Fmc, "api", "a:b c "), None);
        assert_eq!(
            refused(Product::Fmc, "a:pi", "x"),
            Some(F(Part::User, Colon))
        );
        assert_eq!(refused(Product::Fxos, "a:pi", "p w"), None);
        assert_eq!(
            refused(Product::Fxos, "api", "pw "),
            Some(F(Part::Password, BlankAtEnd))
        );
        assert_eq!(refused(Product::Fmc, "", "x"), Some(Empty(Part::User)));
        let long = "x".repeat(LENGTH_MAX + 1);
        let too_long = ConfigError::TooLong(Part::Password);
        assert_eq!(refused(Product::Fmc, "api", &long), Some(too_long));
        assert_eq!(refused(Product::Fmc, "api", &long[1..]), None);
        assert_eq!(
            refused(Product::Fmc, "api", "x\r\ny"),
            Some(F(Part::Password, LineBreak))
        );
        assert_eq!(
            refused(Product::Fxos, "a\npi", "x"),
            Some(F(Part::User, LineBreak))
        );
    }
}
