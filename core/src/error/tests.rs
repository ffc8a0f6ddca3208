//! What errors say, of each kind.

extern crate std;

use std::collections::BTreeSet;
use std::string::ToString as _;

use super::*;

#[test]
fn errors_stay_small() {
    assert!(core::mem::size_of::<Error>() <= 12);
}

#[test]
fn each_says_what_happened_and_what_to_do_next() {
    let mut said = BTreeSet::new();
    for error in one_of_each() {
        let text = error.to_string();
        let next = error.next_step();
        let what = text
            .strip_suffix(next)
            .and_then(|what| what.strip_suffix("; "));
        let what = what.unwrap_or_else(|| panic!("{text} does not end with {next}"));
        assert!(!what.is_empty() && !what.contains([';', '\n']), "{what}");
        assert!(!next.is_empty() && !next.contains([';', '\n']), "{next}");
        assert!(!next.ends_with('.'), "{next}");
        // Two of the longest, with a name and a verdict, are less than a syslog line.
        assert!(text.len() <= 190, "{} bytes: {text}", text.len());
        assert!(said.insert(text.clone()), "{text} is said of two");
    }
    assert!(said.len() > 60);
}
