//! What is kept of secrets: tokens encrypted, passwords as a slow hash.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::dir::{Dir, fill_random};
use super::error::StateError;

/// The file that the key is in.
const KEY_FILE: &str = "key";

/// What a key file begins with.
const KEY_HEAD: &str = "oobwatch key 1 ";

const KEY_LEN: usize = 32;

/// Bytes of a password's hash, and of the salt.
const HASH_LEN: usize = 32;
pub(super) const SALT_LEN: usize = 16;

/// Blocks, of 1 KiB, that a slow hash has room for: more than 32 MiB. glibc gives
/// a piece of that size back to the system as soon as it is freed; of smaller
/// ones it may keep one for each thread (mallopt(3), `M_MMAP_THRESHOLD`), and a
/// watcher that met one wrong password would be twice as large from then on. Of
/// the room that is not used no memory is taken.
const GIVEN_BACK: usize = 33 * 1024;

/// Encrypts tokens (ChaCha20-Poly1305, RFC 8439).
pub(super) struct Key(LessSafeKey);

impl Key {
    /// Reads the key, or makes one.
    pub(super) fn load(dir: &Dir) -> Result<Self, StateError> {
        let _alone = dir.lock("key.lock")?;
        let path = dir.path().join(KEY_FILE);
        let damaged = || {
            let why = "is no key; remove it (sessions that are remembered can then not be closed, and end by themselves)";
            StateError::unreadable(&path, why)
        };
        let bytes = match dir.read(KEY_FILE)? {
            Some(text) => parse(&Zeroizing::new(text)).ok_or_else(damaged)?,
            None => make(dir)?,
        };
        let key = UnboundKey::new(&CHACHA20_POLY1305, &*bytes).map_err(|_| damaged())?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Encrypts `secret`, so that it opens with the same `bound` only.
    ///
    /// The nonce is random: with a record or two a minute there is no collision
    /// to fear for longer than the machine will live.
    pub(super) fn seal(&self, bound: &[u8], secret: &[u8]) -> Result<String, StateError> {
        let mut nonce = [0; NONCE_LEN];
        fill_random(&mut nonce)?;
        let mut sealed = Zeroizing::new(secret.to_vec());
        let tag = self.0.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound),
            &mut sealed,
        );
        let tag = tag.map_err(|_| StateError::no_randomness(KEY_FILE.as_ref()))?;
        Ok(STANDARD.encode([&nonce, &**sealed, tag.as_ref()].concat()))
    }

    /// What [`seal`](Self::seal) was given. `None`: not by this key, not for
    /// this purpose, or damaged.
    pub(super) fn open(&self, bound: &[u8], sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(STANDARD.decode(sealed).ok()?);
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.0.open_in_place(nonce, Aad::from(bound), sealed).ok()?;
        Some(Zeroizing::new(opened.to_vec()))
    }
}

fn make(dir: &Dir) -> Result<Zeroizing<[u8; KEY_LEN]>, StateError> {
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    fill_random(&mut *bytes)?;
    let text = Zeroizing::new(format!("{KEY_HEAD}{}\n", STANDARD.encode(*bytes)));
    dir.replace(KEY_FILE, text.as_bytes())?;
    Ok(bytes)
}

fn parse(text: &[u8]) -> Option<Zeroizing<[u8; KEY_LEN]>> {
    let text = core::str::from_utf8(text).ok()?;
    let encoded = text.trim_end().strip_prefix(KEY_HEAD)?;
    let bytes = Zeroizing::new(STANDARD.decode(encoded).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

/// What tells whether a password is the one that was refused, without saying
/// which it was: Argon2id with what OWASP's password storage cheat sheet asks
/// for (19 MiB, two passes).
pub(super) fn slow_hash(password: &str, salt: &[u8]) -> Option<[u8; HASH_LEN]> {
    let params = Params::new(19 * 1024, 2, 1, Some(HASH_LEN)).ok()?;
    let mut memory = Vec::with_capacity(GIVEN_BACK);
    memory.resize(params.block_count(), Block::default());
    let mut hash = [0; HASH_LEN];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut hash, &mut memory)
        .ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_a_damaged_one_is_named() {
        let outer = tempfile::tempdir().unwrap();
        let dir = Dir::open(&outer.path().join("state")).unwrap();
        let sealed = Key::load(&dir).unwrap().seal(b"for", b"secret").unwrap();
        let opened = Key::load(&dir).unwrap().open(b"for", &sealed).unwrap();
        assert_eq!(*opened, b"secret");
        assert!(Key::load(&dir).unwrap().open(b"other", &sealed).is_none());
        dir.replace(KEY_FILE, b"oobwatch key 1 AAAA\n").unwrap();
        let error = Key::load(&dir).err().unwrap().to_string();
        assert!(error.contains("key is no key"), "{error}");
    }

    #[test]
    fn a_hash_depends_on_the_salt() {
        let (one, two) = (
            slow_hash("pw", &[1; SALT_LEN]),
            slow_hash("pw", &[2; SALT_LEN]),
        );
        assert!(one.is_some() && one != two);
        assert_ne!(one, slow_hash("pv", &[1; SALT_LEN]));
    }

    proptest! {
        #[test]
        fn what_was_not_sealed_does_not_open(text in "[A-Za-z0-9+/=]{0,80}", flip in 0usize..60) {
            let outer = tempfile::tempdir().unwrap();
            let dir = Dir::open(&outer.path().join("state")).unwrap();
            let key = Key::load(&dir).unwrap();
            prop_assert!(key.open(b"for", &text).is_none());
            let mut sealed = key.seal(b"for", b"some secret").unwrap().into_bytes();
            let place = flip % (sealed.len() - 2);
            sealed[place] = if sealed[place] == b'A' { b'B' } else { b'A' };
            prop_assert!(key.open(b"for", &String::from_utf8(sealed).unwrap()).is_none());
        }
    }
}
