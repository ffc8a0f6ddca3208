//! Clients for the time of one command: made before anything is sent, and
//! logged out whatever comes of the work.

use core::future::Future;

use oobwatch_client::core::product::Product;
use oobwatch_client::{Builder, Client, ClientError, Timeouts, until_interrupted};

use crate::advice;
use crate::exit::{Failure, warn};
use crate::secret::Secret;
use crate::settings::{Access, Credentials, Reach};

/// A client, and what its box is called.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) label: String,
    pub(crate) client: Client,
    product: Product,
}

impl Session {
    /// Reads the secret and makes the client. Sends nothing.
    pub(crate) fn new(access: &Access) -> Result<Self, Failure> {
        let credentials = access.credentials()?;
        Self::build(&access.reach, |builder| match credentials {
            Credentials::Login { user, password } => {
                Ok(builder.login(user, password.into_zeroizing()))
            }
            Credentials::Bearer(token) => Ok(builder.bearer(token.into_zeroizing())),
        })
    }

    /// Makes a client with tokens that were obtained `age` ago. Sends nothing.
    pub(crate) fn with_tokens(
        reach: &Reach,
        access: &Secret,
        refresh: Option<&Secret>,
        age: core::time::Duration,
    ) -> Result<Self, Failure> {
        let refresh = refresh.map(Secret::expose_secret);
        Self::build(reach, |builder| {
            builder
                .with_tokens(access.expose_secret(), refresh, age, 0)
                .map_err(|error| Failure::Usage(format!("{}: {error}", reach.label)))
        })
    }

    fn build(
        reach: &Reach,
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
        if let Some(domain) = &reach.domain {
            builder = builder.domain(domain);
        }
        let client = authorize(builder)?.build();
        Ok(Self {
            label: reach.label.clone(),
            product: reach.target.product,
            client: client.map_err(|error| Failure::Usage(format!("{}: {error}", reach.label)))?,
        })
    }

    /// The line for an error of this client's.
    pub(crate) fn failed(&self, error: &ClientError) -> Failure {
        Failure::Failed(advice::line(&self.label, self.product, error))
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
    let problems = close_all(sessions).await;
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
