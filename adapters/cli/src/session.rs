//! Clients for the time of one command: made before anything is sent, and
//! logged out whatever comes of the work.

use core::future::Future;
use core::pin::pin;
use core::time::Duration;
use std::time::SystemTime;

use oobwatch_client::core::error::{ConfigError, Error, PeerError};
use oobwatch_client::core::health::{Limits, Report};
use oobwatch_client::core::latch::Policy;
use oobwatch_client::core::product::Product;
use oobwatch_client::state::State;
use oobwatch_client::{
    BuildError, Builder, Client, ClientError, Credential, Timeouts, Zeroizing, until_interrupted,
};

use crate::advice;
use crate::config::{Config, Named};
use crate::exit::{Failure, warn};
use crate::record::{Kind, Record};
use crate::scope::Scope;
use crate::secret;
use crate::settings::{Access, Credentials, Reach};
use crate::sharing::Secret;
use crate::state::{self, policy};

/// A client, and what its box is called.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) label: String,
    pub(crate) client: Client,
    product: Product,
    /// What is looked at.
    scope: Scope,
    /// What the credential is unlocked by.
    unlocked_by: String,
    record: Option<Record>,
}

/// The credentials of one command: the same user name and password are one
/// credential, however many targets have them, and are refused as one. And
/// where is remembered what came of them.
pub(crate) struct Wallet {
    /// Where the state is to be, if anywhere.
    state_dir: state::Place,
    /// The process runs once, and leaves the second try of a password to others.
    one_shot: bool,
    credentials: Vec<Credential>,
    state: Option<State>,
}

impl Wallet {
    /// For a command, which runs once.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            state_dir: state::Place::of(config),
            one_shot: true,
            credentials: Vec::new(),
            state: None,
        }
    }

    /// For a process that stays.
    pub(crate) fn resident(config: &Config) -> Self {
        Self {
            one_shot: false,
            ..Self::new(config)
        }
    }

    /// The state, if there is to be one. It is opened before anything is sent.
    pub(crate) fn state(&mut self) -> Result<Option<State>, Failure> {
        if self.state.is_none() {
            self.state = self.state_dir.open()?;
        }
        Ok(self.state.clone())
    }

    /// The credential of that user name and password.
    pub(crate) fn credential(
        &mut self,
        user: String,
        password: Zeroizing<String>,
        named: Option<&Named>,
    ) -> Credential {
        let known = |known: &&Credential| known.is(&user, &password);
        if let Some(known) = self.credentials.iter().find(known) {
            return known.clone();
        }
        let new = Credential::new(user, password).with_policy(self.policy(named));
        let new = match named {
            Some(named) => new.named(&named.name),
            None => new,
        };
        self.credentials.push(new.clone());
        new
    }

    /// Reads what a target logs in with. It will not be in `record`.
    pub(crate) fn secret(
        &mut self,
        access: &Access,
        record: Option<&Record>,
    ) -> Result<Secret, Failure> {
        let conceal = |kind, value: &str| record.iter().for_each(|to| to.conceal(kind, value));
        Ok(match access.credentials()? {
            Credentials::Login { user, password } => {
                conceal(Kind::Secret, password.expose_secret());
                conceal(Kind::User, &user);
                let password = password.into_zeroizing();
                Secret::Login(self.credential(user, password, access.named.as_ref()))
            }
            Credentials::Bearer(token) => {
                conceal(Kind::Token, token.expose_secret());
                Secret::Bearer(token.into_zeroizing())
            }
        })
    }

    /// When a credential of the configuration may be tried.
    pub(crate) fn policy(&self, named: Option<&Named>) -> Policy {
        policy(named, self.one_shot)
    }

    /// Forgets the others.
    pub(crate) fn keep_only(&mut self, used: impl FnMut(&Credential) -> bool) {
        self.credentials.retain(used);
    }
}

impl Session {
    /// Reads the secret and makes the client. Sends nothing.
    pub(crate) fn new(
        access: &Access,
        wallet: &mut Wallet,
        record: Option<&Record>,
    ) -> Result<Self, Failure> {
        let secret = wallet.secret(access, record)?;
        Self::with_secret(access, secret, wallet, record)
    }

    /// Makes the client. Sends nothing.
    pub(crate) fn with_secret(
        access: &Access,
        secret: Secret,
        wallet: &mut Wallet,
        record: Option<&Record>,
    ) -> Result<Self, Failure> {
        let domain = access.reach.domain.iter();
        let in_domain = |builder: Builder| domain.fold(builder, Builder::domain);
        let unlocked_by = access.named.as_ref().map(|named| named.name.clone());
        let made = Self::build(&access.reach, record, |builder| match secret {
            Secret::Login(credential) => {
                let builder = in_domain(builder).credential(credential);
                let builder = builder.shared_session(access.reach.cache);
                Ok(wallet.state()?.into_iter().fold(builder, Builder::state))
            }
            Secret::Bearer(token) => Ok(in_domain(builder).bearer(token)),
        });
        let made = made?;
        Ok(Self {
            unlocked_by: unlocked_by.unwrap_or(made.unlocked_by),
            ..made
        })
    }

    /// The same session by the name of another target, and from its domain.
    pub(crate) fn seen_as(&self, reach: &Reach) -> Self {
        let domain = reach.domain.as_deref();
        let domain = domain.filter(|_| reach.target.product == Product::Fmc);
        let client = domain.map(|domain| self.client.with_domain(domain));
        Self {
            label: reach.label.clone(),
            client: client.unwrap_or_else(|| self.client.clone()),
            scope: reach.scope.clone(),
            ..self.clone()
        }
    }

    /// Makes a client that can only close what others have left open.
    pub(crate) fn for_leftovers(reach: &Reach, state: State) -> Result<Self, Failure> {
        Self::build(reach, None, |builder| Ok(builder.state(state)))
    }

    /// Makes a client with tokens that were obtained `age` ago. Sends nothing.
    pub(crate) fn with_tokens(
        reach: &Reach,
        access: &secret::Secret,
        refresh: Option<&secret::Secret>,
        age: Duration,
        record: Option<&Record>,
    ) -> Result<Self, Failure> {
        let (access, refresh) = (
            access.expose_secret(),
            refresh.map(secret::Secret::expose_secret),
        );
        if let Some(record) = record {
            record.conceal(Kind::Token, access);
            refresh
                .iter()
                .for_each(|token| record.conceal(Kind::Token, token));
        }
        Self::build(reach, record, |builder| {
            builder
                .with_tokens(access, refresh, age, 0)
                .map_err(|error| Failure::Usage(format!("{}: {error}", reach.label)))
        })
    }

    fn build(
        reach: &Reach,
        record: Option<&Record>,
        authorize: impl FnOnce(Builder) -> Result<Builder, Failure>,
    ) -> Result<Self, Failure> {
        if let Some(warning) = reach.warning() {
            warn(&warning);
        }
        let timeouts = Timeouts::default();
        let timeouts = reach.timeout.map_or(timeouts, |all| timeouts.at_most(all));
        let mut builder = Client::builder(reach.target.product, reach.target.address.clone())
            .trust(reach.trust.clone())
            .timeouts(timeouts);
        if let Some(record) = record {
            record.conceal(Kind::Host, reach.target.address.host());
            builder = builder.tap(record.tap());
        }
        let client = authorize(builder)?.build();
        Ok(Self {
            label: reach.label.clone(),
            product: reach.target.product,
            scope: reach.scope.clone(),
            unlocked_by: reach.target.to_string().to_ascii_lowercase(),
            record: record.cloned(),
            client: client.map_err(|error| match error {
                // Only without a login: with one, names are looked up in its list.
                BuildError::Config(ConfigError::DomainMissing) => reach.unusable(
                    "a domain is found by its name in the answer to a login, and there is none here; give its UUID",
                ),
                error => reach.unusable(error),
            })?,
        })
    }

    /// The line for an error of this client's.
    pub(crate) fn failed(&self, error: &ClientError) -> Failure {
        if error.error().is_some() {
            self.note(error);
        }
        let mut line = advice::line(&self.label, self.product, error);
        if let Some(outlook) = error.error().and_then(|error| self.outlook(error)) {
            line = format!("{line}; {outlook}");
        }
        Failure::Failed(line)
    }

    /// Checks the box, and judges what is found. What failed is noted.
    pub(crate) async fn check(&self) -> Report {
        let items = self.scope.items();
        let mut report = self.client.check_of(items, Duration::MAX).await;
        self.scope.judge(&mut report);
        if let Some(error) = report.error {
            self.note(&error);
        }
        report
    }

    /// By what its numbers are judged.
    pub(crate) const fn limits(&self) -> &Limits {
        &self.scope.limits
    }

    /// What follows from a refused password, if `error` is one.
    pub(crate) fn outlook(&self, error: Error) -> Option<String> {
        if error != Error::Peer(PeerError::LoginRefused) {
            return None;
        }
        let standing = self.client.standing().ok()??;
        Some(state::outlook(
            standing,
            &self.unlocked_by,
            SystemTime::now(),
        ))
    }

    /// Puts an error into the transcript, if there is one.
    pub(crate) fn note(&self, error: &impl ToString) {
        if let Some(record) = &self.record {
            record.failure(&error.to_string());
        }
    }

    /// [`run`] with this session alone, after what earlier runs had left on its
    /// box is closed.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        let work = async {
            self.recover().await;
            work.await
        };
        run(core::slice::from_ref(self), work).await
    }

    /// Closes what earlier runs had left on the box, and says what it could not.
    pub(crate) async fn recover(&self) {
        match self.client.recover().await {
            Ok(recovered) => {
                for line in state::leftovers(&recovered, SystemTime::now()) {
                    warn(&format!("{}: {line}", self.label));
                }
            }
            Err(error) => warn(&format!("{}: {error}", self.label)),
        }
    }

    /// Logs out. Doing it again does nothing. What is said if that failed.
    pub(crate) async fn close(&self) -> Option<String> {
        let error = self.client.close().await.err()?;
        Some(format!(
            "{}: could not log out ({error}); the box ends the session by itself when its token expires",
            self.label
        ))
    }
}

/// Does `work`, or drops it on Ctrl-C and SIGTERM; either way, logs all
/// `sessions` out before it returns. A second signal is the last: then nothing
/// more is waited for.
pub(crate) async fn run<T>(
    sessions: &[Session],
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    let done = until_interrupted(work).await;
    let mut signal = done.as_ref().err().copied();
    let mut closing = pin!(close_all(sessions));
    let mut problems = loop {
        match until_interrupted(&mut closing).await {
            Ok(problems) => break problems,
            Err(again) if signal.is_none() => signal = Some(again),
            Err(again) => {
                let left = "told twice: not all sessions were closed".to_owned();
                return Err(Failure::Interrupted(again, vec![left]));
            }
        }
    };
    let records = sessions
        .iter()
        .filter_map(|session| session.record.as_ref());
    problems.extend(records.filter_map(Record::problem));
    match done {
        Ok(value) => {
            problems.iter().for_each(|problem| warn(problem));
            Ok(value)
        }
        Err(signal) => Err(Failure::Interrupted(signal, problems)),
    }
}

async fn close_all(sessions: &[Session]) -> Vec<String> {
    let closing: Vec<_> = sessions
        .iter()
        .cloned()
        .map(|session| tokio::spawn(async move { session.close().await }))
        .collect();
    let mut problems = Vec::new();
    for task in closing {
        problems.extend(task.await.ok().flatten());
    }
    problems
}
