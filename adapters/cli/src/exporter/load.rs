//! From a configuration to a fleet: what did not change keeps its session.

use std::collections::HashMap;
use std::sync::Arc;

use oobwatch_client::core::latch::Policy;
use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Trust;
use oobwatch_client::{Client, Credential, Timeouts, Zeroizing};

use super::fleet::{Account, Fleet, Target};
use crate::args::AccessArgs;
use crate::config::Config;
use crate::exit::Failure;
use crate::secret::{Source, What};
use crate::session::Wallet;
use crate::settings::{Access, Reach};
use crate::sharing::{Identity, Key, Secret, TrustKey};

/// Makes fleets, one after the other. What they have in common is made once.
pub(super) struct Loader {
    pub(super) wallet: Wallet,
    /// Equal ones share one TLS configuration.
    trusts: Vec<(TrustKey, Trust)>,
    warnings: Vec<String>,
}

/// What is known while one configuration is read.
struct Loading<'a> {
    config: &'a Config,
    before: HashMap<Identity, Arc<Account>>,
    now: HashMap<Identity, (String, Arc<Account>)>,
    secrets: Vec<(Source, Zeroizing<String>)>,
    /// When each credential may be tried, by the first of its names.
    policies: Vec<(Credential, Policy)>,
}

impl Loader {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            wallet: Wallet::resident(config),
            trusts: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// What has to be said of the configuration that was loaded last.
    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        self.warnings.iter().cloned()
    }

    /// Resolves every target, and reads every secret. Sends nothing. Accounts of
    /// `before` that did not change are kept, with their sessions.
    ///
    /// # Errors
    /// All that is wrong, a line each.
    pub(super) fn load(&mut self, config: &Config, before: &Fleet) -> Result<Fleet, Failure> {
        self.warnings.clear();
        let known = before.accounts.iter();
        let mut loading = Loading {
            config,
            before: known
                .map(|account| (account.key.identity(), Arc::clone(account)))
                .collect(),
            now: HashMap::new(),
            secrets: Vec::new(),
            policies: Vec::new(),
        };
        let mut fleet = Fleet {
            modules: config.modules.clone(),
            ..Fleet::default()
        };
        let mut problems = Vec::new();
        for (name, _) in config.targets() {
            match self.target(name, &mut loading) {
                Ok(target) => drop(fleet.targets.insert(name.to_owned(), Arc::new(target))),
                Err(failure) => problems.push(failure.to_string()),
            }
        }
        if !problems.is_empty() {
            self.forget_unused(before);
            return Err(Failure::Refused(problems));
        }
        for (credential, policy) in loading.policies {
            credential.set_policy(policy);
        }
        let accounts = loading.now.into_values();
        fleet.accounts = accounts.map(|(_, account)| account).collect();
        self.forget_unused(&fleet);
        Ok(fleet)
    }

    fn target(&mut self, name: &str, loading: &mut Loading<'_>) -> Result<Target, Failure> {
        let config = loading.config;
        let access = Access::resolve(name, &AccessArgs::default(), None, config)?;
        let reach = &access.reach;
        let key = Key::of(reach, self.secret(&access, loading)?)?;
        let account = self.account(key, reach, loading)?;
        let domain = reach.domain.as_ref().filter(|_| account.key.has_session());
        let client = match domain {
            Some(domain) => account.client.with_domain(domain),
            None => account.client.clone(),
        };
        Ok(Target {
            name: name.to_owned(),
            account,
            client,
            scope: reach.scope.clone(),
            flights: Arc::default(),
        })
    }

    /// The account of the target: another target's, an earlier configuration's,
    /// or a new one.
    fn account(
        &mut self,
        key: Key,
        reach: &Reach,
        loading: &mut Loading<'_>,
    ) -> Result<Arc<Account>, Failure> {
        let identity = key.identity();
        if let Some((first, account)) = loading.now.get(&identity) {
            key.share(reach, first, &account.key)?;
            return Ok(Arc::clone(account));
        }
        let kept = loading.before.get(&identity);
        let kept = kept.filter(|account| account.key == key).cloned();
        let account = match kept {
            Some(account) => account,
            None => Arc::new(self.make(key, reach)?),
        };
        let label = reach.label.clone();
        loading.now.insert(identity, (label, Arc::clone(&account)));
        Ok(account)
    }

    fn make(&mut self, key: Key, reach: &Reach) -> Result<Account, Failure> {
        let timeouts = Timeouts::default();
        let timeouts = key.timeout.map_or(timeouts, |all| timeouts.at_most(all));
        let trust = self.trust(&key.trust, reach)?;
        let builder = Client::builder(key.address.product, key.address.address.clone())
            .trust(trust)
            .timeouts(timeouts);
        let builder = match &key.secret {
            Secret::Bearer(token) => builder.bearer(token.clone()),
            Secret::Login(credential) => {
                let builder = builder.credential(credential.clone());
                let builder = builder.shared_session(key.cache);
                match self.wallet.state()? {
                    Some(state) => builder.state(state),
                    None => builder,
                }
            }
        };
        let builder = match &key.domain {
            Some(domain) => builder.domain(domain),
            None => builder,
        };
        let client = builder.build().map_err(|error| reach.unusable(error))?;
        Ok(Account::new(key, client))
    }

    fn secret(&mut self, access: &Access, loading: &mut Loading<'_>) -> Result<Secret, Failure> {
        let reach = &access.reach;
        if access.source == Source::Prompt {
            return Err(reach.unusable(
                "nobody is there to be asked for the password; name password_file or password_env in its credentials (cdFMC: bearer_file or bearer_env)",
            ));
        }
        let what = match reach.target.product {
            Product::CdFmc => What::Bearer,
            Product::Fmc | Product::Fxos => What::Password,
        };
        let mut known = loading.secrets.iter();
        let known = known.find(|(source, _)| *source == access.source);
        let text = match known {
            Some((_, text)) => text.clone(),
            None => {
                self.warnings.extend(access.source.warning());
                let read = access.source.read(what, &reach.label);
                let text = read.map_err(|error| reach.unusable(error))?;
                let text = text.into_zeroizing();
                loading.secrets.push((access.source.clone(), text.clone()));
                text
            }
        };
        Ok(match &reach.target.user {
            None => Secret::Bearer(text),
            Some(user) => {
                let named = access.named.as_ref();
                let credential = self.wallet.credential(user.clone(), text, named);
                let mut known = loading.policies.iter();
                if !known.any(|(other, _)| other.is_same(&credential)) {
                    let policy = self.wallet.policy(named);
                    loading.policies.push((credential.clone(), policy));
                }
                Secret::Login(credential)
            }
        })
    }

    /// One TLS configuration for all that trust the same.
    fn trust(&mut self, key: &TrustKey, reach: &Reach) -> Result<Trust, Failure> {
        if let Some((_, known)) = self.trusts.iter().find(|(known, _)| known == key) {
            return Ok(known.clone());
        }
        let trust = reach.trust.clone().prepared();
        let trust = trust.map_err(|error| reach.unusable(error))?;
        self.trusts.push((key.clone(), trust.clone()));
        Ok(trust)
    }

    /// Old passwords and authorities are not kept.
    fn forget_unused(&mut self, fleet: &Fleet) {
        let used = |fits: &dyn Fn(&Key) -> bool| {
            let mut accounts = fleet.accounts.iter();
            accounts.any(|account| fits(&account.key))
        };
        self.trusts
            .retain(|(key, _)| used(&|in_use| in_use.trust == *key));
        self.wallet.keep_only(|credential| {
            used(&|in_use| matches!(&in_use.secret, Secret::Login(had) if had.is_same(credential)))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads configurations one after the other.
    struct Reloads {
        folder: tempfile::TempDir,
        loader: Loader,
        fleet: Fleet,
    }

    impl Reloads {
        fn new() -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                loader: Loader::new(&Config::default().with_state(None, true)),
                fleet: Fleet::default(),
            }
        }

        /// `key` is added to the credentials, `more` to the file.
        fn read(&mut self, key: &str, more: &str) -> Result<Policy, Failure> {
            std::fs::write(self.folder.path().join("password"), "S3cr3t").unwrap();
            let text = format!(
                "[credentials.c]\nuser = 'u'\npassword_file = 'password'\n{key}\n[targets.t]\nurl = 'fmc://h.invalid'\ncredentials = 'c'\n{more}\n"
            );
            let config = Config::parse(&text, &self.folder.path().join("oobwatch.toml"))?;
            self.fleet = self.loader.load(&config, &self.fleet)?;
            Ok(self.policy())
        }

        fn policy(&self) -> Policy {
            match &self.fleet.targets["t"].account.key.secret {
                Secret::Login(credential) => credential.policy(),
                Secret::Bearer(_) => panic!("a bearer"),
            }
        }
    }

    /// The session is kept, and so is what boxes have said of the password.
    #[tokio::test]
    async fn a_reload_says_anew_when_a_password_may_be_tried() {
        let mut reloads = Reloads::new();
        assert_eq!(reloads.read("", "").unwrap(), Policy::default());
        let first = Arc::clone(&reloads.fleet.targets["t"].account);
        assert!(reloads.read("single_use = true", "").unwrap().single_use);
        let policy = reloads.read("latch_retry = true", "").unwrap();
        assert!(!policy.single_use && policy.retry.is_some());
        assert!(Arc::ptr_eq(&first, &reloads.fleet.targets["t"].account));
        let wrong = "[targets.u]\nurl = 'fmc://u@h.invalid'";
        reloads.read("", wrong).unwrap_err();
        assert_eq!(reloads.policy(), policy, "what is wrong changes nothing");
        assert_eq!(reloads.read("", "").unwrap(), Policy::default());
    }

    /// Of a configuration that is not used, no password is kept.
    #[tokio::test]
    async fn what_is_wrong_leaves_no_password_behind() {
        let mut reloads = Reloads::new();
        reloads.read("", "").unwrap();
        let other = "[credentials.d]\nuser = 'v'\npassword_file = 'password'\n[targets.s]\nurl = 'fmc://s.invalid'\ncredentials = 'd'\n";
        let wrong = "[targets.u]\nurl = 'fmc://u@h.invalid'";
        reloads.read("", &format!("{other}{wrong}")).unwrap_err();
        let mut users = Vec::new();
        reloads.loader.wallet.keep_only(|credential| {
            users.push(credential.user().to_owned());
            true
        });
        assert_eq!(users, ["u"]);
    }
}
