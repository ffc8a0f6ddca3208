//! Clients for the time of one command: made before anything is sent, and
//! logged out whatever comes of the work.

use core::future::Future;
use core::time::Duration;

use oobwatch_client::core::error::ConfigError;
use oobwatch_client::core::product::Product;
use oobwatch_client::{
    BuildError, Builder, Client, ClientError, Credential, Timeouts, until_interrupted,
};

use crate::advice;
use crate::exit::{Failure, warn};
use crate::record::{Kind, Record};
use crate::secret::Secret;
use crate::settings::{Access, Credentials, Reach};

/// A client, and what its box is called.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) label: String,
    pub(crate) client: Client,
    product: Product,
    record: Option<Record>,
}

/// The credentials of one command: the same user name and password are one
/// credential, however many targets have them, and are refused as one.
#[derive(Default)]
pub(crate) struct Wallet(Vec<Credential>);

impl Wallet {
    fn credential(&mut self, user: String, password: Secret) -> Credential {
        let known = |known: &&Credential| known.is(&user, password.expose_secret());
        if let Some(known) = self.0.iter().find(known) {
            return known.clone();
        }
        let new = Credential::new(user, password.into_zeroizing());
        self.0.push(new.clone());
        new
    }
}

impl Session {
    /// Reads the secret and makes the client. Sends nothing.
    pub(crate) fn new(
        access: &Access,
        wallet: &mut Wallet,
        record: Option<&Record>,
    ) -> Result<Self, Failure> {
        let credentials = access.credentials()?;
        let conceal = |kind, value: &str| record.iter().for_each(|to| to.conceal(kind, value));
        let domain = access.reach.domain.iter();
        let in_domain = |builder: Builder| domain.fold(builder, Builder::domain);
        Self::build(&access.reach, record, |builder| match credentials {
            Credentials::Login { user, password } => {
                conceal(Kind::Secret, password.expose_secret());
                conceal(Kind::User, &user);
                Ok(in_domain(builder).credential(wallet.credential(user, password)))
            }
            Credentials::Bearer(token) => {
                conceal(Kind::Token, token.expose_secret());
                Ok(in_domain(builder).bearer(token.into_zeroizing()))
            }
        })
    }

    /// Makes a client with tokens that were obtained `age` ago. Sends nothing.
    pub(crate) fn with_tokens(
        reach: &Reach,
        access: &Secret,
        refresh: Option<&Secret>,
        age: Duration,
        record: Option<&Record>,
    ) -> Result<Self, Failure> {
        let (access, refresh) = (access.expose_secret(), refresh.map(Secret::expose_secret));
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
        Failure::Failed(advice::line(&self.label, self.product, error))
    }

    /// Puts an error into the transcript, if there is one.
    pub(crate) fn note(&self, error: &impl ToString) {
        if let Some(record) = &self.record {
            record.failure(&error.to_string());
        }
    }

    /// [`run`] with this session alone.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T, Failure> {
        run(core::slice::from_ref(self), work).await
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
/// `sessions` out before it returns.
pub(crate) async fn run<T>(
    sessions: &[Session],
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    let done = until_interrupted(work).await;
    let mut problems = close_all(sessions).await;
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
