//! Which box is meant: `fmc://[user@]host[:port]` and its like, or a name to look up.

use core::fmt;
use core::str::FromStr;

use oobwatch_client::core::product::Product;
use oobwatch_client::{Address, AddressError};

/// What stands for TARGET on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TargetArg {
    /// A box by its address.
    Url(Target),
    /// A name from the configuration.
    Name(String),
}

/// A box by its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) product: Product,
    pub(crate) user: Option<String>,
    pub(crate) address: Address,
}

impl fmt::Display for Target {
    /// Without the user, who is nobody else's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}://{}",
            self.product.as_str(),
            self.address.authority()
        )
    }
}

impl FromStr for TargetArg {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        refuse_control(text)?;
        if text.contains("://") {
            text.parse().map(Self::Url)
        } else if text.is_empty() || text.contains(['/', '@', ':']) {
            Err(TargetError::NoScheme)
        } else {
            Ok(Self::Name(text.to_owned()))
        }
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        refuse_control(text)?;
        let (scheme, rest) = text.split_once("://").ok_or(TargetError::NoScheme)?;
        let product = product(scheme)?;
        // A password may hold any of the characters that are looked for below: look for it first.
        let (user, address) = match rest.rsplit_once('@') {
            Some((user, _)) if user.contains(':') => return Err(TargetError::Password),
            Some((user, address)) => (Some(percent_decode(user)?), address),
            None => (None, rest),
        };
        if address.contains(['/', '?', '#']) {
            return Err(TargetError::Path);
        }
        match user.as_deref() {
            Some(_) if product == Product::CdFmc => return Err(TargetError::BearerOnly),
            Some("") => return Err(TargetError::User),
            Some(user) => refuse_control(user)?,
            None => {}
        }
        Ok(Self {
            product,
            user,
            address: address.parse().map_err(TargetError::Address)?,
        })
    }
}

fn refuse_control(text: &str) -> Result<(), TargetError> {
    if text.chars().any(char::is_control) {
        Err(TargetError::Control)
    } else {
        Ok(())
    }
}

fn product(scheme: &str) -> Result<Product, TargetError> {
    match scheme.to_ascii_lowercase().as_str() {
        "fmc" => Ok(Product::Fmc),
        "fxos" => Ok(Product::Fxos),
        "cdfmc" => Ok(Product::CdFmc),
        "http" => Err(TargetError::PlainHttp),
        "https" => Err(TargetError::Https),
        _ => Err(TargetError::Scheme),
    }
}

fn percent_decode(text: &str) -> Result<String, TargetError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => break,
            [b'%', high, low, rest @ ..] => {
                let digits = [char::from(*high), char::from(*low)].map(|digit| digit.to_digit(16));
                let [Some(high), Some(low)] = digits else {
                    return Err(TargetError::User);
                };
                bytes.extend(u8::try_from(high << 4 | low));
                rest
            }
            [b'%', ..] => return Err(TargetError::User),
            [byte, rest @ ..] => {
                bytes.push(*byte);
                rest
            }
        };
    }
    String::from_utf8(bytes).map_err(|_| TargetError::User)
}

/// Why a text names no box. Never quotes the text: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetError {
    Address(AddressError),
    BearerOnly,
    Control,
    Https,
    NoScheme,
    Password,
    Path,
    PlainHttp,
    Scheme,
    User,
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address(error) => return error.fmt(f),
            Self::BearerOnly => "a cdfmc:// target has no user: it takes a bearer token, from --bearer-file or --bearer-env",
            Self::Control => "the target holds a control character such as CR, LF or NUL; remove it",
            Self::Https => "https:// does not say which API is meant; write fmc://host for a Management Center, fxos://host for a chassis",
            Self::NoScheme => "the target is neither fmc://host, fxos://host or cdfmc://host, nor a name from the configuration",
            Self::Password => "the target holds a password; passwords never go into a target, which every process can read on a command line: change it, and use --password-file, --password-env or the prompt (in the configuration: password_file or password_env)",
            Self::Path => "a target ends after its host and port; the path of a request is an argument of its own",
            Self::PlainHttp => "plain http is refused on purpose: it would send the password in the clear; write fmc://host or fxos://host, which are always HTTPS",
            Self::Scheme => "the target's scheme is unknown; write fmc://host, fxos://host or cdfmc://host",
            Self::User => "the user before the '@' is empty or not percent-encoded UTF-8",
        })
    }
}

impl core::error::Error for TargetError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Target {
        match text.parse() {
            Ok(TargetArg::Url(target)) => target,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn refused(text: &str) -> TargetError {
        text.parse::<TargetArg>().unwrap_err()
    }

    #[test]
    fn addresses_are_read() {
        let cases = [
            ("fmc://fmc1", Product::Fmc, None, "fmc1", 443, "fmc1"),
            (
                "FXOS://admin@192.0.2.7:8443",
                Product::Fxos,
                Some("admin"),
                "192.0.2.7",
                8443,
                "192.0.2.7:8443",
            ),
            (
                "fmc://[2001:db8::1]",
                Product::Fmc,
                None,
                "2001:db8::1",
                443,
                "[2001:db8::1]",
            ),
            (
                "fmc://[fe80::1%25eth0]:444",
                Product::Fmc,
                None,
                "fe80::1%eth0",
                444,
                "[fe80::1]:444",
            ),
            (
                "fmc://a%40b%3Ac@h_1.example",
                Product::Fmc,
                Some("a@b:c"),
                "h_1.example",
                443,
                "h_1.example",
            ),
            (
                "fmc://me@home@fmc1",
                Product::Fmc,
                Some("me@home"),
                "fmc1",
                443,
                "fmc1",
            ),
            (
                "cdfmc://x.cdo.cisco.com",
                Product::CdFmc,
                None,
                "x.cdo.cisco.com",
                443,
                "x.cdo.cisco.com",
            ),
        ];
        for (text, product, user, host, port, authority) in cases {
            let target = url(text);
            assert_eq!(target.product, product, "{text}");
            assert_eq!(target.user.as_deref(), user, "{text}");
            assert_eq!(
                (target.address.host(), target.address.port()),
                (host, port),
                "{text}"
            );
            assert_eq!(target.address.authority(), authority, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        use AddressError as A;
        use TargetError as E;
        let cases = [
            ("http://fmc1", E::PlainHttp),
            ("https://fmc1/api", E::Https),
            ("ssh://fmc1", E::Scheme),
            ("fmc1:443", E::NoScheme),
            ("", E::NoScheme),
            ("fmc://", E::Address(A::NoHost)),
            ("fmc://admin@", E::Address(A::NoHost)),
            ("fmc://:443", E::Address(A::NoHost)),
            ("fmc://admin:secret@fmc1", E::Password),
            ("fmc://admin:se/cr?et@fmc1", E::Password),
            ("fmc://@fmc1", E::User),
            ("fmc://%zz@fmc1", E::User),
            ("fmc://%ff@fmc1", E::User),
            ("fmc://a%0d%0ab@fmc1", E::Control),
            ("fmc://fmc1\r\nX: y", E::Control),
            ("name\0", E::Control),
            ("fmc://fmc1/", E::Path),
            ("fmc://fmc1?a", E::Path),
            ("fmc://fmc1:0", E::Address(A::Port)),
            ("fmc://fmc1:65536", E::Address(A::Port)),
            ("fmc://fmc1:+1", E::Address(A::Port)),
            ("fmc://[::1]x", E::Address(A::Port)),
            ("fmc://2001:db8::1", E::Address(A::Ipv6)),
            ("fmc://[2001:db8::1", E::Address(A::Ipv6)),
            ("fmc://[192.0.2.1]", E::Address(A::Ipv6)),
            ("fmc://h\u{f6}st", E::Address(A::Host)),
            ("fmc://a b", E::Address(A::Host)),
            ("cdfmc://admin@x", E::BearerOnly),
        ];
        for (text, error) in cases {
            assert_eq!(refused(text), error, "{text:?}");
        }
        assert_eq!("lab".parse(), Ok(TargetArg::Name("lab".to_owned())));
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_is_fit_for_a_header(text in "(fmc|fxos|cdfmc)://\\PC{0,30}") {
            if let Ok(TargetArg::Url(target)) = text.parse::<TargetArg>() {
                let authority = target.address.authority();
                prop_assert!(oobwatch_client::core::origin::Origin::new(target.product, authority).is_ok());
                let printed: Target = target.to_string().parse().unwrap();
                prop_assert_eq!(printed.address.authority(), authority);
            }
        }

        #[test]
        fn a_password_is_never_quoted(password in "[a-z]{8,12}") {
            let error = refused(&format!("fmc://admin:{password}@fmc1")).to_string();
            prop_assert!(!error.contains(&password));
        }
    }
}
