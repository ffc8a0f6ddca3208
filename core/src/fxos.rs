//! The words of the FXOS chassis REST API (Getting Started with the FXOS REST
//! API).

/// POST with the credentials as header fields: a new session.
pub const LOGIN: &str = "/api/login";
/// POST with the token: the session is over.
pub const LOGOUT: &str = "/api/logout";
/// GET: version of the running bundle. The cheapest read known.
pub const MGMT_VERSION: &str = "/api/sys/firmware/version/mgmt";
/// Opens every request but the login.
pub const TOKEN_FIELD: &str = "TOKEN";
/// Header field of a login.
pub const USERNAME_FIELD: &str = "username";
/// Header field of a login. As it is, never URL-encoded.
pub const PASSWORD_FIELD: &str = "password";
