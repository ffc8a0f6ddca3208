//! What a check is worth to an operator.

use core::fmt;

use crate::error::{Error, PeerError, TransportError};

/// The four results of a check (monitoring plugins guidelines, return codes).
///
/// Ordered by weight, so that the worst of several is their maximum. UNKNOWN
/// weighs more than OK and less than WARNING: what is known to be wrong is not
/// hidden by what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// All is well.
    Ok,
    /// The health could not be found out.
    Unknown,
    /// Someone should look.
    Warning,
    /// Someone must act.
    Critical,
}

impl Verdict {
    /// All of them, the worst first.
    pub const WORST_FIRST: [Self; 4] = [Self::Critical, Self::Warning, Self::Unknown, Self::Ok];

    /// The name as monitoring systems write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The exit code of a plugin: 0 to 3 for OK, WARNING, CRITICAL, UNKNOWN.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// What an error says of the box.
    ///
    /// A box that does not connect, does not complete TLS with a certificate we
    /// trust, or does not answer is CRITICAL, as with the standard plugins. All
    /// else is UNKNOWN: our own link, address, name or settings, a refused
    /// account, a busy box. The box may be in perfect health.
    #[must_use]
    pub const fn of(error: &Error) -> Self {
        match error {
            Error::Transport(
                TransportError::NoLink
                | TransportError::NoAddress
                | TransportError::NameNotFound
                | TransportError::Dropped
                | TransportError::Source,
            )
            | Error::Peer(
                PeerError::Http(_)
                | PeerError::Json(_)
                | PeerError::LoginRefused
                | PeerError::BearerRefused
                | PeerError::Displaced
                | PeerError::NoTokens
                | PeerError::Unauthorized
                | PeerError::Overloaded(_)
                | PeerError::Redirect(_)
                | PeerError::WebPage(_)
                | PeerError::AuthStatus(_)
                | PeerError::Status(_),
            )
            | Error::Config(_)
            | Error::Resource(_) => Self::Unknown,
            Error::Transport(_) => Self::Critical,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_the_maximum() {
        let mut by_weight = Verdict::WORST_FIRST;
        by_weight.sort();
        by_weight.reverse();
        assert_eq!(by_weight, Verdict::WORST_FIRST);
        assert_eq!(Verdict::WORST_FIRST.map(Verdict::exit_code), [2, 1, 3, 0]);
    }
}
