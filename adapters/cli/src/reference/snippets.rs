//! Pieces of the configuration in the documents: every key in them is read.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::exit::Failure;

/// What no piece may be told. That the rest of the file is missing is no fault of it.
const FAULTS: [&str; 3] = ["there is no such", "this is", "not TOML"];

fn pages(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            into.push(path);
        }
    }
}

/// The blocks of TOML of a page that are pieces of the configuration.
fn pieces(page: &str) -> impl Iterator<Item = &str> {
    let blocks = page.split("```toml\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("\n```").next());
    blocks.filter(|block| !block.starts_with("[dependencies]"))
}

#[test]
fn every_key_in_the_documents_is_read() {
    let mut paths = Vec::new();
    pages(&oobwatch_docs::folder(), &mut paths);
    let mut seen = 0;
    for path in paths {
        let page = fs::read_to_string(&path).unwrap();
        for piece in pieces(&page) {
            seen += 1;
            let Err(failure) = Config::parse(piece, &path) else {
                continue;
            };
            let Failure::Refused(lines) = failure else {
                panic!("{}: {failure}", path.display());
            };
            for line in lines {
                let faulty = FAULTS.iter().any(|fault| line.contains(fault));
                assert!(!faulty, "{line}\n{piece}");
            }
        }
    }
    assert!(seen > 5, "{seen}");
}
