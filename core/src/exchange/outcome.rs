//! What came of a request, as the session needs to know it.

use crate::error::{ConfigError, Error};
use crate::exchange::ErrorBody;
use crate::origin::OriginTag;
use crate::secret::{AccessToken, RefreshToken};
use crate::text::Text;

/// What came of one attempt at a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "the session has to know what came of it"]
pub enum Outcome {
    /// An answer came, whole.
    Response(Response),
    /// No whole answer came.
    Lost(Lost),
}

/// What came of a login, a refresh or a logout.
#[must_use = "the session has to know what came of it"]
pub enum AuthOutcome {
    /// The box gave tokens.
    Granted(Grant),
    /// The box answered without giving tokens.
    Response(Response),
    /// No whole answer came.
    Lost(Lost),
}

impl AuthOutcome {
    /// The same for the session on the box at `origin`: there, tokens of another
    /// box are none.
    pub(crate) fn seen_from(self, origin: OriginTag) -> Self {
        match self {
            Self::Granted(grant) if grant.origin != origin => Self::Lost(Lost {
                error: ConfigError::OtherOrigin.into(),
                may_have_reached: true,
                stale: false,
            }),
            outcome => outcome,
        }
    }
}

/// The facts of an answer. Its body has gone to the sink.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// What an error body said; empty on success.
    pub error: ErrorBody,
    /// The answer is a web page.
    pub html: bool,
    /// The `Date` of the answer, in Unix seconds by the clock of the box.
    pub date: Option<u64>,
    /// When the box wants to be asked again.
    pub retry_after: Option<RetryAfter>,
    /// The body is `{}` and nothing else: what a busy FMC sends for a list.
    pub empty_object: bool,
}

/// A `Retry-After` field (RFC 9110, section 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RetryAfter {
    /// A date, in Unix seconds by the clock of the box.
    Date(u64),
    /// Seconds from the answer on.
    Seconds(u32),
}

impl Response {
    /// Whether the status is one of success.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Whether the status is a redirect. 304 is none: nothing conditional is
    /// ever asked.
    #[must_use]
    pub const fn is_redirect(&self) -> bool {
        matches!(self.status, 300..=399)
    }
}

/// An attempt that ended without a whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Lost {
    /// How it ended.
    pub error: Error,
    /// Whether a part of the request may have reached the box.
    pub may_have_reached: bool,
    /// Whether the connection had been used before and was closed before the
    /// first byte of an answer: the box closes idle ones, so this is normal.
    pub stale: bool,
}

/// Tokens that the box gave.
pub struct Grant {
    /// The box: no session on another takes them.
    pub(crate) origin: OriginTag,
    /// Opens requests.
    pub access: AccessToken,
    /// Renews the session; an FMC gives one, a chassis does not.
    pub refresh: Option<RefreshToken>,
    /// Seconds after which a chassis wants a new login (`refreshPeriod`).
    pub refresh_period: Option<u32>,
    /// The domain of the session: the one asked for, else the user's own.
    pub domain: Domain,
    /// `USER_UUID`.
    pub user: Text<36>,
    /// `DOMAIN_ID`.
    pub domain_id: Text<16>,
    /// The `Date` of the answer, in Unix seconds by the clock of the box.
    pub date: Option<u64>,
}

/// What a login said about the domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// The answer named none.
    Unknown,
    /// Requests go to this one.
    Uuid(Text<36>),
    /// The one asked for is not there, or not the only one of its name.
    Failed(ConfigError),
}
