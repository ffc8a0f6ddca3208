//! The salted slow hash of a password in `[exporter.users]`, and whether it can be used.

use core::fmt;
use core::str::FromStr;

use argon2::password_hash::PasswordHash as Phc;
use argon2::{Params, Version};

/// Memory that a hash may ask for, in KiB, and passes over it: whoever knows a user name can have
/// it asked for.
const MOST_MEMORY: u32 = 64 * 1024;
const MOST_PASSES: u32 = 4;

/// A hash in the PHC string format that a password can be compared with. It is no password, but
/// nobody's business.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PasswordHash(String);

impl PasswordHash {
    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

impl FromStr for PasswordHash {
    type Err = &'static str;

    /// The reason does not quote the text, which may be the password itself.
    fn from_str(text: &str) -> Result<Self, &'static str> {
        if !text.starts_with("$argon2id$") {
            return Err("it is no hash of a password");
        }
        let hash = Phc::new(text).map_err(|_| "it is damaged")?;
        if hash.hash.is_none() || hash.salt.is_none() {
            return Err("it lacks its salt or its end");
        }
        let version = hash.version.map(Version::try_from).transpose();
        let params = Params::try_from(&hash);
        let (Ok(_), Ok(params)) = (version, params) else {
            return Err("its version or its parameters are none of Argon2");
        };
        if params.m_cost() > MOST_MEMORY || params.t_cost() > MOST_PASSES {
            return Err("it takes too much memory or time (at most m=65536, t=4)");
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `S3cr3t scraper`.
    const HASH: &str = "$argon2id$v=19$m=64,t=1,p=1$c2l4dGVlbiBieXRlcyAhIQ$bc0NmG08Vpj5sJAy7cjnhJn7sfiVpSvn4DENrCFCM4o";

    #[test]
    fn a_hash_that_can_not_be_used_is_named() {
        assert_eq!(HASH.parse::<PasswordHash>().unwrap().as_str(), HASH);
        let cut = HASH.rsplit_once('$').unwrap().0;
        for (text, word) in [
            ("S3cr3t scraper", "no hash"),
            (&*HASH.replace("argon2id", "argon2i"), "no hash"),
            ("$argon2id$", "damaged"),
            (cut, "lacks"),
            (&*HASH.replace("v=19", "v=18"), "version"),
            (&*HASH.replace("m=64", "m=1"), "parameters"),
            (&*HASH.replace("p=1", "p=99"), "parameters"),
            (&*HASH.replace("m=64", "m=65537"), "too much"),
            (&*HASH.replace("m=64", "m=4294967295"), "too much"),
            (&*HASH.replace("t=1", "t=5"), "too much"),
        ] {
            let why = text.parse::<PasswordHash>().unwrap_err();
            assert!(why.contains(word), "{text}: {why}");
        }
        let most = HASH.replace("m=64,t=1", "m=65536,t=4");
        assert!(most.parse::<PasswordHash>().is_ok());
    }
}
