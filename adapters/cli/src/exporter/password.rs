//! Salted slow hashes of the passwords of those who may ask.

use argon2::password_hash::{self, PasswordHash, PasswordHasher as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use oobwatch_client::Zeroizing;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::exit::{Failure, say};
use crate::secret::{Source, What};

/// Memory that a hash of the configuration may ask for, in KiB, and passes over
/// it: whoever knows a user name can have it asked for.
const MOST_MEMORY: u32 = 64 * 1024;
const MOST_PASSES: u32 = 4;

/// Asks for a password, and prints its hash.
pub(super) fn print_hash() -> Result<(), Failure> {
    let password = Source::Prompt
        .read(What::Password, "scrapers of the exporter")
        .map_err(Failure::usage)?
        .into_zeroizing();
    let line = hash(&password).map_err(Failure::failed)?;
    say(&line).map_err(Failure::unprinted)
}

/// Argon2id with what OWASP's password storage cheat sheet asks for (19 MiB, two
/// passes), in the PHC string format.
fn hash(password: &str) -> Result<String, password_hash::Error> {
    let mut salt = [0; 16];
    let random = SystemRandom::new().fill(&mut salt);
    random.map_err(|_| password_hash::Error::Crypto)?;
    let params = Params::new(19 * 1024, 2, 1, None)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let salt = SaltString::encode_b64(&salt)?;
    Ok(argon2
        .hash_password(password.as_bytes(), &salt)?
        .to_string())
}

/// Whether a hash of the configuration can be used, and if not, why.
pub(super) fn problem(hash: &str) -> Option<&'static str> {
    let Ok(hash) = PasswordHash::new(hash) else {
        return Some("it is damaged");
    };
    let Ok(params) = Params::try_from(&hash) else {
        return Some("its parameters are none of Argon2");
    };
    if hash.hash.is_none() || hash.salt.is_none() {
        return Some("it lacks its salt or its end");
    }
    (params.m_cost() > MOST_MEMORY || params.t_cost() > MOST_PASSES)
        .then_some("it takes too much memory or time (at most m=65536, t=4)")
}

/// Whether `password` is the one that was hashed. Slow, on purpose; compares in
/// constant time.
pub(super) fn verify(password: &Zeroizing<String>, hash: &str) -> bool {
    use argon2::PasswordVerifier as _;
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_good_for_its_password_alone() {
        let one = hash("S3cr3t").unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_eq!(problem(&one), None);
        assert!(verify(&"S3cr3t".to_owned().into(), &one));
        assert!(!verify(&"S3cr3u".to_owned().into(), &one));
        assert_ne!(one, hash("S3cr3t").unwrap(), "no salt");
    }

    #[test]
    fn a_hash_that_can_not_be_used_is_named() {
        let whole = hash("x").unwrap();
        let cut = whole.rsplit_once('$').unwrap().0;
        for (text, word) in [
            ("$argon2id$", "damaged"),
            (cut, "lacks"),
            (&*whole.replace("m=19456", "m=4000000"), "too much"),
            (&*whole.replace("t=2", "t=2000"), "too much"),
        ] {
            assert!(
                problem(text).is_some_and(|why| why.contains(word)),
                "{text}"
            );
        }
    }
}
