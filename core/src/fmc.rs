//! The words of the FMC REST API (FMC REST quick start; names in the letter
//! case that an FMC of 2020 sends, compared in any).

/// POST with HTTP Basic and a blank body: a new session.
pub const GENERATE_TOKEN: &str = "/api/fmc_platform/v1/auth/generatetoken";
/// POST with both tokens: new tokens for old ones.
pub const REFRESH_TOKEN: &str = "/api/fmc_platform/v1/auth/refreshtoken";
/// POST with the access token: the session is over.
pub const REVOKE_ACCESS: &str = "/api/fmc_platform/v1/auth/revokeaccess";
/// GET: version of the box. The cheapest read that needs a token.
pub const SERVER_VERSION: &str = "/api/fmc_platform/v1/info/serverversion";
/// Opens every request but the login.
pub const ACCESS_TOKEN_FIELD: &str = "X-auth-access-token";
/// Sent to [`REFRESH_TOKEN`], beside the access token.
pub const REFRESH_TOKEN_FIELD: &str = "X-auth-refresh-token";
/// What stands for the UUID of the session's domain in a path.
pub const DOMAIN_PLACEHOLDER: &str = "{domainUUID}";
