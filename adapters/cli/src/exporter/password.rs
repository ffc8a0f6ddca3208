//! Salted slow hashes of the passwords of those who may ask.

use argon2::password_hash::{self, PasswordHasher as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use oobwatch_client::Zeroizing;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::config::PasswordHash;
use crate::exit::{Failure, say};
use crate::secret::{SecretError, Source, What};

/// Asks for a password, and prints its hash.
pub(super) fn print_hash() -> Result<(), Failure> {
    let password = Source::Prompt
        .read(What::Password, "scrapers of the exporter")
        .map_err(|error| match error {
            SecretError::NoTerminal(_) => Failure::usage(
                "the password is asked for, and stdin is no terminal to ask on; run this in a terminal",
            ),
            other => Failure::usage(other),
        })?
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

/// Whether `password` is the one that was hashed. Slow, on purpose; compares in
/// constant time.
pub(super) fn verify(password: &Zeroizing<String>, hash: &PasswordHash) -> bool {
    use argon2::PasswordVerifier as _;
    password_hash::PasswordHash::new(hash.as_str()).is_ok_and(|hash| {
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
        let whole: PasswordHash = one.parse().unwrap();
        assert!(verify(&"S3cr3t".to_owned().into(), &whole));
        assert!(!verify(&"S3cr3u".to_owned().into(), &whole));
        assert_ne!(one, hash("S3cr3t").unwrap(), "no salt");
    }
}
