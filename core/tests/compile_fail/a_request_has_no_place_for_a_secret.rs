//! A request is worded without tokens and credentials.
use oobwatch_core::exchange::Request;
use oobwatch_core::secret::{AccessToken, RefreshToken};

pub fn case(access: &AccessToken, refresh: &RefreshToken) {
    let _ = (access, refresh);
    let mut request = Request::get("/");
    request.path = access; //~ E0308
    request.content_type = refresh; //~ E0308
    let _ = request;
}
