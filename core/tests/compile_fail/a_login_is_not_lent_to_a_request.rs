//! An ordinary request takes a bearer, never a user name and password.
use oobwatch_core::credentials::{Bearer, Login};
use oobwatch_core::exchange::{Exchange, Request};
use oobwatch_core::http::Limits;
use oobwatch_core::origin::Origin;
use oobwatch_core::session::{Permit, Session};

pub fn case(session: &Session, origin: &Origin<'_>, permit: &Permit, login: &Login<'_>) {
    let (request, limits, mut out) = (Request::get("/"), Limits::default(), [0; 1024]);
    let mut lent: Option<&Bearer<'_>> = None;
    let _ = login;
    lent = Some(login); //~ E0308
    let _ = Exchange::start(session, origin, permit, &request, lent, limits, &mut out);
}
