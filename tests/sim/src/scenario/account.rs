//! Who may log in to a box.

use serde::{Deserialize, Serialize};

/// A user of a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// User name.
    pub user: String,
    /// Password, in UTF-8.
    pub password: String,
    /// May only read: every write is answered 403.
    #[serde(default)]
    pub read_only: bool,
}

impl Account {
    /// An account that may read and write.
    #[must_use]
    pub fn new(user: &str, password: &str) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            read_only: false,
        }
    }
}
