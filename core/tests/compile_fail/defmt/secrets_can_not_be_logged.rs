//! What holds a secret has no form for `defmt` either.
use defmt::Format;
use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::exchange::{AuthExchange, AuthOutcome, Grant, Response};
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::Session;

pub const fn format<T: Format>() {}

pub fn case() {
    format::<Response>();
    format::<AccessToken>(); //~ E0277
    format::<RefreshToken>(); //~ E0277
    format::<Login<'_>>(); //~ E0277
    format::<Bearer<'_>>(); //~ E0277
    format::<Grant>(); //~ E0277
    format::<AuthOutcome>(); //~ E0277
    format::<AuthExchange<'_>>(); //~ E0277
    format::<Session>(); //~ E0277
}
