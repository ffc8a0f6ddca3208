//! Only a session gives permits.
use oobwatch_core::session::{AuthPermit, Permit};

pub const fn default<T: Default>() {}

pub fn case(permit: &Permit, elected: &AuthPermit) {
    let _ = (permit, elected);
    let _ = permit.generation; //~ E0616
    let _ = elected.flight; //~ E0616
    default::<Permit>(); //~ E0277
    default::<AuthPermit>(); //~ E0277
}
