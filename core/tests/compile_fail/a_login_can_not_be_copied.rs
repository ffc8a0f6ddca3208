//! Who is lent a user name and password has one use of it.
use oobwatch_core::credentials::Login;

pub fn case(login: Login<'_>) {
    fn lend(_: Login<'_>) {}
    lend(login);
    lend(login); //~ E0382
}
