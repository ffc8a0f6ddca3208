//! Neither token can take the place of the other.
use oobwatch_core::exchange::Grant;
use oobwatch_core::secret::{AccessToken, RefreshToken};

pub fn case(grant: &mut Grant, access: AccessToken, refresh: RefreshToken) {
    let _ = (&grant, &access, &refresh);
    grant.access = refresh; //~ E0308
    grant.refresh = Some(access); //~ E0308
}
