//! There is no user name and password without the box that it is for.
use oobwatch_core::credentials::Login;
use oobwatch_core::origin::Origin;

pub fn case(origin: &Origin<'_>) {
    let _ = Login::new(origin, "user", "password");
    let _ = Login::new("user", "password"); //~ E0061
}
