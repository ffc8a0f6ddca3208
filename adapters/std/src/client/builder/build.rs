//! How a client is put together: all that is sent later is checked here.

use core::hash::{BuildHasher as _, Hasher as _};
use core::sync::atomic::{AtomicBool, AtomicU64};
use core::time::Duration;
use std::collections::hash_map::RandomState;
use std::sync::{Arc, Mutex};

use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::error::ConfigError;
use oobwatch_core::http::Limits;
use oobwatch_core::origin::Origin;
use oobwatch_core::product::Product;
use oobwatch_core::secret::AccessToken;
use oobwatch_core::session::{Ages, Rules, Session};
use tokio_rustls::TlsConnector;

use super::{Adopted, Builder};
use crate::address::Address;
use crate::client::Client;
use crate::connect::{Connector, Timeouts};
use crate::credential::Credential;
use crate::error::BuildError;
use crate::home::{Secret, Shared};
use crate::pool::Pool;
use crate::state::{CredentialId, Keeper};
use crate::waiting::Epoch;

impl Builder {
    /// Makes the client. Reads the CA file, if one is named.
    ///
    /// # Errors
    /// [`BuildError`], before anything was sent.
    pub fn build(self) -> Result<Client, BuildError> {
        let mut session = self.session()?;
        let keeper = self.keeper();
        let memory = keeper.as_ref().map_or(self.memory, Keeper::memory);
        session.remember(self.clock.now(), memory);
        if let Some(Adopted {
            access,
            refresh,
            age,
            refreshes,
        }) = self.tokens
        {
            let ages = Ages {
                token: age,
                session: age,
                refreshes,
            };
            session.adopt(self.clock.now(), ages, access, refresh);
        }
        let tls = TlsConnector::from(self.trust.client_config()?);
        let server_name = self.trust.server_name(self.address.host())?;
        Ok(Client::new(Shared {
            product: self.product,
            connector: Connector {
                address: self.address,
                server_name,
                tls,
                timeouts: self.timeouts,
                certificate: Mutex::default(),
                tap: self.tap,
                made: AtomicU64::new(0),
            },
            pool: Pool::new(self.connections),
            session: Mutex::new(session),
            closed: AtomicBool::new(false),
            epoch: Epoch::default(),
            clock: self.clock,
            secret: self.secret,
            no_credential: Credential::new("", String::new()),
            domain: self.domain,
            domains: Mutex::default(),
            limits: Limits {
                body: self.body_limit,
                ..Limits::default()
            },
            keeper,
        }))
    }

    fn keeper(&self) -> Option<Keeper> {
        let state = self.state.clone()?;
        if self.product == Product::CdFmc {
            return None;
        }
        let target = target(self.product, &self.address);
        let credential = match &self.secret {
            Secret::Login(credential) => {
                let id = CredentialId {
                    name: credential.name().unwrap_or(&target).to_owned(),
                    user: credential.user().to_owned(),
                };
                Some((id, credential.clone()))
            }
            Secret::Bearer(_) | Secret::None => None,
        };
        Some(Keeper {
            state,
            product: self.product,
            target,
            shared: self.shared && credential.is_some(),
            credential,
            longest: self.longest_login(),
            clock: self.clock.clone(),
            held: Arc::default(),
            learned: Mutex::default(),
            refusal_noted: AtomicBool::new(false),
        })
    }

    /// A login takes no longer than that; its lease must not run out before.
    fn longest_login(&self) -> Duration {
        let Timeouts {
            connect,
            tls,
            total,
            ..
        } = self.timeouts;
        connect + tls + total + Duration::from_secs(30)
    }

    /// A login may come after those of two other processes: that which renews
    /// the same session, and that which tries the same credential.
    fn longest_election(&self) -> Duration {
        let others = if self.state.is_some() { 2 } else { 0 };
        self.longest_login() * (1 + others)
    }

    /// Checks all that is sent later, so that bad input sends nothing.
    fn session(&self) -> Result<Session, BuildError> {
        let origin = Origin::new(self.product, self.address.authority())?;
        match (&self.secret, self.product) {
            (Secret::Login(credential), Product::Fmc | Product::Fxos) => {
                Login::new(&origin, credential.user(), credential.password())?;
            }
            (Secret::Bearer(token), Product::CdFmc) => {
                Bearer::new(&origin, token)?;
            }
            (Secret::None, Product::Fmc | Product::Fxos)
                if self.tokens.is_some() || self.state.is_some() => {}
            (Secret::None, _) => return Err(BuildError::NoCredentials),
            _ => return Err(ConfigError::OtherCredentials.into()),
        }
        let can_login = matches!(self.secret, Secret::Login(_));
        let mut session = Session::new(
            &origin,
            self.seed.unwrap_or_else(random),
            Rules {
                can_login,
                patience: self.timeouts.patience,
                auth_lease: self.rules.auth_lease.max(self.longest_election()),
                ..self.rules
            },
        );
        if let Some(domain) = &self.domain {
            match session.use_domain(domain) {
                // A login finds the name in its list; without one it is unknown.
                Err(error) if !can_login => return Err(error.into()),
                _ => {}
            }
        }
        Ok(session)
    }
}

impl Client {
    /// A client of the same box that has a token and nothing else.
    pub(crate) fn with_tokens_alone(&self, access: &str) -> Result<Self, ConfigError> {
        let shared = self.shared();
        let origin = Origin::new(shared.product, shared.connector.address.authority())?;
        let rules = Rules {
            can_login: false,
            ..Rules::default()
        };
        let mut session = Session::new(&origin, random(), rules);
        session.adopt(
            shared.clock.now(),
            Ages::default(),
            AccessToken::new(access)?,
            None,
        );
        Ok(Self::new(Shared {
            product: shared.product,
            connector: shared.connector.another(),
            pool: Pool::new(1),
            session: Mutex::new(session),
            closed: AtomicBool::new(false),
            epoch: Epoch::default(),
            clock: shared.clock.clone(),
            secret: Secret::None,
            no_credential: Credential::new("", String::new()),
            domain: None,
            domains: Mutex::default(),
            limits: shared.limits,
            keeper: None,
        }))
    }
}

/// What a box is called in records: `fmc://host`.
fn target(product: Product, address: &Address) -> String {
    let authority = address.authority().to_ascii_lowercase();
    format!("{}://{authority}", product.as_str())
}

/// Tells sessions apart and spreads their waits; the standard library's source
/// of hash seeds is random enough for both.
fn random() -> u32 {
    let number = RandomState::new().build_hasher().finish();
    u32::try_from(number >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::State;

    /// A client of a box that is not there. Nothing is sent to it.
    fn of(product: Product) -> Builder {
        let address = "box.example:8443".parse().unwrap();
        let pin = crate::tls::Pin::Certificate([7; 32]);
        Client::builder(product, address).trust(crate::tls::Trust::pins([pin]))
    }

    #[test]
    fn credentials_fit_the_product_or_nothing_is_made() {
        use BuildError::{Config, NoCredentials};
        use ConfigError::OtherCredentials;
        for product in [Product::CdFmc, Product::Fmc, Product::Fxos] {
            let is_cloud = product == Product::CdFmc;
            let none = of(product).build().unwrap_err();
            assert!(matches!(none, NoCredentials), "{product:?}: {none}");
            let others = match is_cloud {
                true => of(product).login("api", "p".to_owned()),
                false => of(product).bearer("t".to_owned()),
            };
            let others = others.build().unwrap_err();
            assert!(matches!(others, Config(OtherCredentials)), "{product:?}");
            let own = match is_cloud {
                true => of(product).bearer("t".to_owned()),
                false => of(product).login("api", "p".to_owned()),
            };
            assert!(own.build().is_ok(), "{product:?}");
            // Tokens of a session do without; a cloud-delivered FMC has none.
            let adopted = of(product).with_tokens("a", None, Duration::ZERO, 0);
            assert_eq!(adopted.unwrap().build().is_ok(), !is_cloud, "{product:?}");
        }
    }

    #[test]
    fn only_a_session_with_a_login_is_shared_and_only_one_with_a_state_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let state = || State::open(folder.path().join("state")).unwrap();
        let shared = |builder: Builder| {
            let client = builder.shared_session(true).build().unwrap();
            client
                .keeper()
                .map(|keeper| (keeper.shared, keeper.target.clone()))
        };
        let login = |product| of(product).login("api", "p".to_owned());
        let name = |name: &str| name.to_owned();
        assert_eq!(shared(login(Product::Fmc)), None);
        assert_eq!(
            shared(login(Product::Fxos).state(state())),
            Some((true, name("fxos://box.example:8443")))
        );
        // One that is there to close what others have left.
        assert_eq!(
            shared(of(Product::Fmc).state(state())),
            Some((false, name("fmc://box.example:8443")))
        );
        let bearer = of(Product::CdFmc).bearer("t".to_owned());
        assert_eq!(shared(bearer.state(state())), None);
    }

    /// Whoever waits for a login waits for those of other processes, too.
    #[test]
    fn the_lease_of_a_login_is_longer_than_what_it_may_take() {
        let folder = tempfile::tempdir().unwrap();
        let alone = of(Product::Fmc);
        let longest = alone.longest_login();
        assert!(longest > Duration::from_secs(10 + 10 + 120));
        assert_eq!(alone.longest_election(), longest);
        let state = State::open(folder.path().join("state")).unwrap();
        assert_eq!(
            of(Product::Fmc).state(state).longest_election(),
            longest * 3
        );
    }
}
