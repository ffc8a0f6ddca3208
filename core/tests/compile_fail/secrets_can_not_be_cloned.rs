//! There is one of each secret: when it is dropped, it is gone.
use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::exchange::{AuthOutcome, Grant};
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::Session;

pub const fn clone<T: Clone>() {}

pub fn case() {
    clone::<AccessToken>(); //~ E0277
    clone::<RefreshToken>(); //~ E0277
    clone::<Login<'_>>(); //~ E0277
    clone::<Bearer<'_>>(); //~ E0277
    clone::<Grant>(); //~ E0277
    clone::<AuthOutcome>(); //~ E0277
    clone::<Session>(); //~ E0277
}
