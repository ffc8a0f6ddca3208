//! One permit, one request: neither `Clone` nor `Copy`.
use oobwatch_core::session::{Admit, AuthPermit, Permit, Ticket};

pub const fn clone<T: Clone>() {}

pub fn case() {
    clone::<Permit>(); //~ E0277
    clone::<AuthPermit>(); //~ E0277
    clone::<Admit>(); //~ E0277
    clone::<Ticket>(); //~ E0277
}
