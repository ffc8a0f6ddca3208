//! Where passwords and tokens go.

use super::ensure;
use crate::trace::{Found, Sent, Token, Trace};

const LOGIN_PATHS: [&str; 2] = ["/api/fmc_platform/v1/auth/generatetoken", "/api/login"];
const REFRESH_PATH: &str = "/api/fmc_platform/v1/auth/refreshtoken";

pub(super) fn the_password_goes_only_to_the_login_path(trace: &Trace) -> Result<(), String> {
    each(trace, |sent, found| {
        !matches!(found, Found::Password(_)) || LOGIN_PATHS.contains(&sent.path.as_str())
    })
}

pub(super) fn the_refresh_token_goes_only_to_the_refresh_path(trace: &Trace) -> Result<(), String> {
    each(trace, |sent, found| {
        !matches!(found, Found::Refresh(_)) || sent.path == REFRESH_PATH
    })
}

pub(super) fn no_credential_leaves_its_origin(trace: &Trace) -> Result<(), String> {
    each(trace, |sent, found| match found {
        Found::Password(user) => sent.to == Some(sent.home) && user == sent.user,
        Found::Access(Token { at_box, .. }) | Found::Refresh(Token { at_box, .. }) => {
            sent.to == Some(at_box)
        }
    })
}

fn each(trace: &Trace, is_right: impl Fn(&Sent, Found) -> bool) -> Result<(), String> {
    for sent in &trace.sent {
        for found in &sent.secrets {
            ensure(is_right(sent, *found), || {
                let (at, path, to) = (sent.at, &sent.path, sent.to);
                format!("{found:?} went to {path} of box {to:?} at {at} ms")
            })?;
        }
    }
    Ok(())
}
