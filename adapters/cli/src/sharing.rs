//! Which targets share a session, and what they must then have in common: decided
//! here, for all commands.
//!
//! Targets on one box and account share a login, as an FMC keeps one session for
//! each user. Its connections are made under one trust and with one password, so
//! a target that says otherwise of them is refused before anything is sent.

use core::time::Duration;
use std::collections::HashMap;

use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Trust;
use oobwatch_client::{Credential, Zeroizing};
use ring::digest::{Digest, SHA256, digest};

use crate::args::AccessArgs;
use crate::config::{Config, Problems};
use crate::exit::Failure;
use crate::settings::{Access, Reach};
use crate::target::Target;

/// A box and a user on it, in words; and the domain where there is no session to
/// share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    url: String,
    user: Option<String>,
    domain: Option<String>,
}

/// What targets have in common that share a session; `()` for a secret that was not read.
#[derive(Clone, PartialEq)]
pub(crate) struct Key<S = Secret> {
    pub(crate) address: Target,
    pub(crate) trust: TrustKey,
    pub(crate) secret: S,
    pub(crate) timeout: Option<Duration>,
    pub(crate) cache: bool,
    /// Only of a cloud-delivered FMC, which has no session to share.
    pub(crate) domain: Option<String>,
}

/// How certificates are judged: equal if they were read to be the same.
#[derive(Clone)]
pub(crate) struct TrustKey {
    trust: Trust,
    /// The digest of what the CA file held.
    held: Option<Digest>,
}

/// What is logged in with.
#[derive(Clone)]
pub(crate) enum Secret {
    Login(Credential),
    Bearer(Zeroizing<String>),
}

impl Identity {
    /// Whose session it is.
    pub(crate) fn of(reach: &Reach) -> Self {
        Self::new(&reach.target, own_domain(reach))
    }

    fn new(target: &Target, domain: Option<String>) -> Self {
        Self {
            url: target.to_string().to_ascii_lowercase(),
            user: target.user.clone(),
            domain,
        }
    }
}

/// Not one that a session can be seen from.
fn own_domain(reach: &Reach) -> Option<String> {
    match reach.target.product {
        Product::CdFmc => reach.domain.clone(),
        Product::Fmc | Product::Fxos => None,
    }
}

impl<S: PartialEq> Key<S> {
    /// For a target that logs in with that.
    ///
    /// # Errors
    /// The CA file can not be read.
    pub(crate) fn of(reach: &Reach, secret: S) -> Result<Self, Failure> {
        Ok(Self {
            address: reach.target.clone(),
            trust: TrustKey::of(reach)?,
            secret,
            timeout: reach.timeout,
            cache: reach.cache,
            domain: own_domain(reach),
        })
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity::new(&self.address, self.domain.clone())
    }

    /// Whether there is a session to log out of.
    pub(crate) const fn has_session(&self) -> bool {
        !matches!(self.address.product, Product::CdFmc)
    }

    /// Has a target with this key share the session of `first`, which is for the
    /// same box and account.
    ///
    /// # Errors
    /// They differ in how it would be spoken to.
    pub(crate) fn share(&self, reach: &Reach, first: &str, with: &Self) -> Result<(), Failure> {
        let at_odds = self.at_odds(first, with);
        at_odds.map_or(Ok(()), |why| Err(reach.unusable(why)))
    }

    fn at_odds(&self, first: &str, with: &Self) -> Option<String> {
        self.difference(with).map(|what| {
            format!(
                "is the same box and account as {first}, and so shares its session; give both the same {what}"
            )
        })
    }

    fn difference(&self, other: &Self) -> Option<&'static str> {
        [
            (self.trust != other.trust, "pins or ca_file"),
            (self.secret != other.secret, "password"),
            (self.timeout != other.timeout, "timeout"),
            (self.cache != other.cache, "cache"),
        ]
        .into_iter()
        .find_map(|(differs, what)| differs.then_some(what))
    }
}

impl TrustKey {
    fn of(reach: &Reach) -> Result<Self, Failure> {
        let read = |path: &std::path::Path| {
            let bytes = std::fs::read(path).map_err(|error| {
                let path = path.display();
                reach.unusable(format!("can not read the CA file {path}: {error}"))
            })?;
            Ok::<_, Failure>(digest(&SHA256, &bytes))
        };
        Ok(Self {
            held: reach.trust.ca_path().map(read).transpose()?,
            trust: reach.trust.clone(),
        })
    }
}

impl PartialEq for TrustKey {
    fn eq(&self, other: &Self) -> bool {
        let held = |key: &Self| key.held.map(|held| held.as_ref().to_vec());
        self.trust.is_same(&other.trust) && held(self) == held(other)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Login(ours), Self::Login(theirs)) => ours.is_same(theirs),
            (Self::Bearer(ours), Self::Bearer(theirs)) => ours == theirs,
            (Self::Login(_), Self::Bearer(_)) | (Self::Bearer(_), Self::Login(_)) => false,
        }
    }
}

/// Adds which targets would be refused for that, as far as it can be told without reading a secret.
pub(crate) fn check(config: &Config, problems: &Problems<'_>) {
    let mut firsts = HashMap::new();
    for (name, _) in config.targets() {
        // A CA file that can not be read is a problem of its own.
        let access = Access::resolve(name, &AccessArgs::default(), None, config);
        let Some(key) = access
            .ok()
            .and_then(|access| Key::of(&access.reach, ()).ok())
        else {
            continue;
        };
        let known = firsts.entry(key.identity());
        let (first, with) = known.or_insert_with(|| (name, key.clone()));
        if let (Some(why), Ok(entry)) = (key.at_odds(first, with), config.target(name)) {
            problems.add(entry.board.at, format!("targets.{name} {why}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of a target of this configuration, whose password is that.
    fn key(target: &str, credential: &Credential) -> (Reach, Key) {
        let config = format!(
            "[credentials.c]\nuser = 'api'\npassword_env = 'P'\n[targets.t]\ncredentials = 'c'\n{target}"
        );
        let config = Config::parse(&config, "/o.toml".as_ref()).unwrap();
        let access = Access::resolve("t", &AccessArgs::default(), None, &config).unwrap();
        let key = Key::of(&access.reach, Secret::Login(credential.clone())).unwrap();
        (access.reach, key)
    }

    const PINS: [&str; 2] = [
        "sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "sha256:1111111111111111111111111111111111111111111111111111111111111111",
    ];

    #[test]
    fn what_shares_a_session_says_the_same_of_it() {
        let credential = Credential::new("api", "p".to_owned());
        let [one, two] = PINS;
        let pins = format!("pins = ['{one}', '{two}']\n");
        let (_, first) = key(&format!("url = 'fmc://h'\n{pins}"), &credential);
        let refused = |target: &str, credential: &Credential| {
            let (reach, key) = key(target, credential);
            assert_eq!(Identity::of(&reach), first.identity());
            assert_eq!(key.identity(), first.identity());
            let shared = key.share(&reach, "first", &first);
            shared.err().map(|failure| failure.to_string())
        };
        let same = format!("url = 'fmc://H:443'\ndomain = 'x'\npins = ['{two}', '{one}']\n");
        assert_eq!(refused(&same, &credential), None);
        let (_folder, path) = file("x");
        for (target, what) in [
            (format!("pins = ['{one}']\n"), "pins or ca_file"),
            (format!("ca_file = '{path}'\n"), "pins or ca_file"),
            (String::new(), "pins or ca_file"),
            (format!("{pins}timeout = 7\n"), "timeout"),
            (format!("{pins}cache = true\n"), "cache"),
        ] {
            let why = refused(&format!("url = 'fmc://h'\n{target}"), &credential).unwrap();
            assert!(why.contains(&format!("give both the same {what}")), "{why}");
        }
        let other = Credential::new("api", "q".to_owned());
        let why = refused(&format!("url = 'fmc://h'\n{pins}"), &other).unwrap();
        assert!(why.contains("give both the same password"), "{why}");
    }

    #[test]
    fn a_configuration_that_would_be_refused_is_no_good() {
        let lines = |of_b: &str| {
            let text = format!(
                "[credentials.c]\nuser = 'api'\npassword_file = 'none'\n[targets.a]\nurl = 'fmc://h'\ncredentials = 'c'\n[targets.b]\nurl = 'fmc://h'\ndomain = 'x'\ncredentials = 'c'\n{of_b}\n"
            );
            let config = Config::parse(&text, "/o.toml".as_ref()).unwrap();
            let problems = config.problems();
            check(&config, &problems);
            problems.into_lines()
        };
        assert_eq!(lines("skip = ['alerts']"), [""; 0]);
        let pins = format!("pins = ['{}']", PINS[0]);
        for (of_b, what) in [
            (&*pins, "pins or ca_file"),
            ("timeout = 7", "timeout"),
            ("cache = true", "cache"),
        ] {
            let due = format!(
                "/o.toml:7:10: targets.b is the same box and account as a, and so shares its session; give both the same {what}"
            );
            assert_eq!(lines(of_b), [due]);
        }
    }

    /// The same path says nothing, if the file is another one.
    #[test]
    fn a_ca_file_is_what_it_held() {
        let credential = Credential::new("api", "p".to_owned());
        let (_folder, path) = file("one");
        let target = format!("url = 'fmc://h'\nca_file = '{path}'\n");
        let (_, first) = key(&target, &credential);
        assert!(first == key(&target, &credential).1);
        std::fs::write(&path, "another").unwrap();
        assert!(first != key(&target, &credential).1);
    }

    fn file(text: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, text).unwrap();
        let path = path.to_str().unwrap().to_owned();
        (folder, path)
    }
}
