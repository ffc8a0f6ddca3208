//! Every key of the configuration.

use crate::config::command::reference;

#[test]
fn the_page_of_the_configuration_is_what_is_read() {
    oobwatch_docs::generated("reference/configuration.md", "keys", &reference());
}
