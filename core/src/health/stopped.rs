//! Which layer an error belongs to.

use super::Layer;
use crate::error::{ConfigError, Error, PeerError, ResourceError};

/// The layer that was not reached because of `error`.
///
/// A status is judged as the answer to a read: 401 and 403 and the other 4xx
/// are a box that will not let us read, 429 and 5xx one that can not answer
/// now, anything else an answer that makes no sense.
#[must_use]
pub const fn stopped_at(error: &Error) -> Layer {
    match error {
        Error::Transport(error) => error.layer(),
        Error::Peer(error) => peer(error),
        Error::Config(
            ConfigError::DomainMissing | ConfigError::DomainAmbiguous | ConfigError::DomainUnknown,
        ) => Layer::Authorised,
        // The login was not made, whatever the box is like.
        Error::Config(ConfigError::StateUnusable | ConfigError::StateBusy) => Layer::Authenticated,
        Error::Resource(ResourceError::BodyLimit) => Layer::Data,
        Error::Resource(ResourceError::TlsMemory) => Layer::Tls,
        Error::Config(_) | Error::Resource(_) => Layer::Http,
    }
}

const fn peer(error: &PeerError) -> Layer {
    match error {
        PeerError::Http(_)
        | PeerError::Overloaded(_)
        | PeerError::Redirect(_)
        | PeerError::WebPage(_) => Layer::Http,
        PeerError::LoginRefused
        | PeerError::BearerRefused
        | PeerError::Displaced
        | PeerError::NoTokens => Layer::Authenticated,
        PeerError::AuthStatus(429 | 500..=599) | PeerError::Status(429 | 500..=599) => Layer::Http,
        PeerError::AuthStatus(_) => Layer::Authenticated,
        PeerError::Unauthorized => Layer::Authorised,
        PeerError::Status(400..=499) => Layer::Authorised,
        PeerError::Status(_) | PeerError::Json(_) => Layer::Data,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;
    use crate::error::{CertificateError, Part, TransportError};
    use crate::json::JsonError;

    fn of(error: impl Into<Error>) -> (Layer, Verdict) {
        let error = error.into();
        (stopped_at(&error), Verdict::of(&error))
    }

    #[test]
    fn on_the_way() {
        use TransportError as E;
        for (error, layer) in [
            (E::NoLink, Layer::Link),
            (E::NoAddress, Layer::Address),
            (E::NameNotFound, Layer::Name),
            (E::Dropped, Layer::Http),
            (E::Source, Layer::Http),
        ] {
            assert_eq!(of(error), (layer, Verdict::Unknown), "{error}");
        }
        for (error, layer) in [
            (E::ConnectRefused, Layer::Tcp),
            (E::ConnectTimeout, Layer::Tcp),
            (E::Unreachable, Layer::Tcp),
            (E::Tls, Layer::Tls),
            (E::TlsTimeout, Layer::Tls),
            (E::Certificate(CertificateError::PinMismatch), Layer::Tls),
            (E::Closed, Layer::Http),
            (E::Truncated, Layer::Http),
            (E::FirstByteTimeout, Layer::Http),
            (E::Timeout, Layer::Http),
            (E::Io, Layer::Http),
        ] {
            assert_eq!(of(error), (layer, Verdict::Critical), "{error}");
        }
    }

    #[test]
    fn in_the_answer() {
        use PeerError as E;
        for (error, layer) in [
            (E::Redirect(302), Layer::Http),
            (E::WebPage(200), Layer::Http),
            (E::Status(503), Layer::Http),
            (E::AuthStatus(503), Layer::Http),
            (E::AuthStatus(404), Layer::Authenticated),
            (E::Status(429), Layer::Http),
            (E::LoginRefused, Layer::Authenticated),
            (E::BearerRefused, Layer::Authenticated),
            (E::NoTokens, Layer::Authenticated),
            (E::Displaced, Layer::Authenticated),
            (E::Unauthorized, Layer::Authorised),
            (E::Status(403), Layer::Authorised),
            (E::Status(204), Layer::Data),
            (E::Json(JsonError::Truncated), Layer::Data),
        ] {
            assert_eq!(of(error), (layer, Verdict::Unknown), "{error}");
        }
    }

    #[test]
    fn on_our_side() {
        assert_eq!(
            of(ConfigError::DomainMissing),
            (Layer::Authorised, Verdict::Unknown)
        );
        assert_eq!(
            of(ConfigError::StateUnusable),
            (Layer::Authenticated, Verdict::Unknown)
        );
        assert_eq!(
            of(ConfigError::Empty(Part::User)),
            (Layer::Http, Verdict::Unknown)
        );
        assert_eq!(
            of(ResourceError::HeadLimit(1)),
            (Layer::Http, Verdict::Unknown)
        );
        assert_eq!(of(ResourceError::TlsMemory), (Layer::Tls, Verdict::Unknown));
        assert_eq!(
            of(ResourceError::BodyLimit),
            (Layer::Data, Verdict::Unknown)
        );
    }
}
