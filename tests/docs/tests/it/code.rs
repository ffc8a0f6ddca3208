//! Rust in the documents stands in a file that is compiled.

use crate::blocks::{self, Note};
use crate::pages;

/// Without the blanks that begin its lines, as a file may indent what a page does
/// not; nor the marks of documentation, whose examples are compiled, too.
fn bare(text: &str) -> String {
    let inside = |line: &str| -> String {
        let line = line.trim();
        let line = line.strip_prefix("//!").unwrap_or(line);
        line.trim().to_owned()
    };
    let lines = text.lines().map(inside).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn rust_is_from_a_file_that_compiles() {
    let mut seen = 0;
    for block in pages::all().iter().flat_map(blocks::of) {
        let place = &block.place;
        match &block.note {
            Note::From(path) => {
                let file = std::fs::read_to_string(pages::root().join(path));
                let file = file.unwrap_or_else(|error| panic!("{place}: {path}: {error}"));
                assert!(
                    bare(&file).contains(&bare(&block.text)),
                    "{place} is not what {path} says"
                );
                seen += 1;
            }
            _ => assert!(
                !block.language.starts_with("rust"),
                "{place}: Rust is shown from a file, with '<!-- from: PATH -->' before it"
            ),
        }
    }
    assert!(seen > 0);
}
