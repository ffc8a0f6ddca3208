//! Neither token can take the place of the other.
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::Session;
use oobwatch_core::time::Instant;

pub fn case(session: &mut Session, now: Instant, access: [AccessToken; 2], refresh: RefreshToken) {
    let age = core::time::Duration::ZERO;
    let [one, other] = access;
    session.adopt(now, age, 0, refresh, None); //~ E0308
    session.adopt(now, age, 0, one, Some(other)); //~ E0308
}
