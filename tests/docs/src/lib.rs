//! Parts of the documents that a test writes: between
//! `<!-- generated: NAME -->` and `<!-- end of NAME -->` on lines of their own.
//!
//! What stands there is made of the code it is about, by a test of the package
//! that has this code. So it is never wrong for longer than until the next test.

mod metrics;

use core::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

pub use metrics::metrics;

/// Set: the parts are written anew, and not compared.
pub const BLESS: &str = "OOBWATCH_BLESS";

/// Two tests of one program may bless parts of the same page.
static PAGES: Mutex<()> = Mutex::new(());

/// The folder of the documents.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))
}

/// Compares a part of a page of `docs` with what it has to be, or with
/// `OOBWATCH_BLESS=1` writes it.
///
/// # Panics
/// The page says something else, or has no such part: how to write it is said.
#[track_caller]
pub fn generated(page: &str, part: &str, expected: &str) {
    let _one = PAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let path = folder().join(page);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
    let range = between(&text, part)
        .unwrap_or_else(|| panic!("docs/{page} has no '<!-- generated: {part} -->' with its end"));
    let expected = format!("\n{}\n\n", expected.trim());
    if text[range.clone()] == expected {
        return;
    }
    if std::env::var_os(BLESS).is_some() {
        let mut blessed = text;
        blessed.replace_range(range, &expected);
        std::fs::write(&path, blessed).unwrap_or_else(|error| panic!("{page}: {error}"));
        return;
    }
    let written: Vec<&str> = text[range].lines().collect();
    let new = expected.lines().filter(|line| !written.contains(line));
    panic!(
        "docs/{page} says something else of {part}. If what is new is right, write it by running this test with {BLESS}=1. New:\n{}",
        new.collect::<Vec<_>>().join("\n")
    );
}

/// What stands between the lines of the two marks.
fn between(text: &str, part: &str) -> Option<Range<usize>> {
    let begin = format!("<!-- generated: {part} -->\n");
    let start = text.find(&begin)? + begin.len();
    let end = text[start..].find(&format!("<!-- end of {part} -->"))?;
    Some(start..start + end)
}

/// A text as a cell of a table in Markdown.
#[must_use]
pub fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_by_its_marks() {
        let text = "a\n<!-- generated: x -->\nb\n<!-- end of x -->\nc";
        assert_eq!(&text[between(text, "x").unwrap()], "b\n");
        assert_eq!(between(text, "y"), None);
        assert_eq!(between("<!-- generated: x -->\nb", "x"), None);
    }

    #[test]
    fn a_cell_ends_no_column() {
        assert_eq!(cell("a|b\nc"), "a\\|b c");
    }
}
