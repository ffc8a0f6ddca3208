//! Leave to send a request is no leave to log in, refresh or log out.
use oobwatch_core::credentials::Login;
use oobwatch_core::exchange::AuthExchange;
use oobwatch_core::origin::Origin;
use oobwatch_core::session::{AuthPermit, Permit, Session};

pub fn case(
    session: &Session,
    origin: &Origin<'_>,
    elected: &AuthPermit,
    permit: &Permit,
    login: &Login<'_>,
) {
    let mut out = [0; 1024];
    let mut leave = elected;
    let _ = permit;
    leave = permit; //~ E0308
    let _ = AuthExchange::start(session, origin, leave, Some(login), None, &mut out);
}
