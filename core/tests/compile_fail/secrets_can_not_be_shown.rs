//! What holds a secret has no form that could end up in a log or a panic.
use core::fmt::{Debug, Display};

use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::exchange::{AuthExchange, AuthOutcome, Grant};
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::Session;

pub const fn debug<T: Debug>() {}
pub const fn display<T: Display>() {}

pub fn case() {
    debug::<AccessToken>(); //~ E0277
    debug::<RefreshToken>(); //~ E0277
    debug::<Login<'_>>(); //~ E0277
    debug::<Bearer<'_>>(); //~ E0277
    debug::<Grant>(); //~ E0277
    debug::<AuthOutcome>(); //~ E0277
    debug::<AuthExchange<'_>>(); //~ E0277
    debug::<Session>(); //~ E0277
    display::<AccessToken>(); //~ E0277
    display::<RefreshToken>(); //~ E0277
    display::<Login<'_>>(); //~ E0277
    display::<Bearer<'_>>(); //~ E0277
}
