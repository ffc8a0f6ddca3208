//! The password can not be taken out of what is lent to a login.
use oobwatch_core::credentials::Login;

pub fn case(login: &Login<'_>) {
    let _ = login;
    let _ = login.password; //~ E0616
}
