//! Links between documents lead to pages and headings that are there.

use std::collections::{BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::pages::{self, Page};

/// A link as it is written, and where.
struct Link {
    place: String,
    to: String,
}

fn links(page: &Page) -> Vec<Link> {
    let parser = Parser::new_ext(&page.text, Options::ENABLE_TABLES).into_offset_iter();
    let links = parser.filter_map(|(event, range)| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(Link {
            place: page.place(range.start),
            to: dest_url.into_string(),
        }),
        _ => None,
    });
    links.collect()
}

/// The anchors of the headings, as mdBook and others name them.
fn anchors(text: &str) -> BTreeSet<String> {
    let (mut anchors, mut times) = (BTreeSet::new(), HashMap::<String, u32>::new());
    let mut heading = None::<String>;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let id = anchor(&heading.take().unwrap_or_default());
                let before = times.entry(id.clone()).or_default();
                let id = match *before {
                    0 => id,
                    n => format!("{id}-{n}"),
                };
                *before += 1;
                anchors.insert(id);
            }
            _ => {}
        }
    }
    anchors
}

fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        c if c.is_alphanumeric() || matches!(c, '_' | '-') => Some(c.to_ascii_lowercase()),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.collect()
}

/// `a/b/../c` as `a/c`; none if it leaves the root.
fn normal(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// What is wrong with a link of `page`.
fn fault(page: &Page, to: &str, known: &HashMap<String, BTreeSet<String>>) -> Option<String> {
    if to.contains("://") || to.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = to.split_once('#').unwrap_or((to, ""));
    let target = match path {
        "" => page.path.clone(),
        path => {
            let folder = Path::new(&page.path).parent().unwrap_or(Path::new(""));
            normal(&folder.join(path)).unwrap_or_default()
        }
    };
    if page.in_book() && !target.starts_with("docs/") {
        return Some("it leaves docs/, so the book can not follow it".into());
    }
    match known.get(&target) {
        Some(anchors) if !heading.is_empty() && !anchors.contains(heading) => {
            Some(format!("{target} has no such heading; it has {anchors:?}"))
        }
        Some(_) => None,
        None if pages::root().join(&target).exists() && !target.is_empty() => None,
        None => Some("there is no such file".into()),
    }
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages::all();
    let mut known: HashMap<String, BTreeSet<String>> = pages
        .iter()
        .map(|page| (page.path.clone(), anchors(&page.text)))
        .collect();
    for page in &pages {
        if let Some(included) = included(page) {
            let anchors = known[&included].clone();
            known.insert(page.path.clone(), anchors);
        }
    }
    let mut wrong = Vec::new();
    for page in &pages {
        for link in links(page) {
            if let Some(why) = fault(page, &link.to, &known) {
                wrong.push(format!("{}: ({}): {why}", link.place, link.to));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The document that a page of the book consists of.
fn included(page: &Page) -> Option<String> {
    let (_, rest) = page.text.split_once("{{#include ")?;
    let (path, _) = rest.split_once("}}")?;
    let folder = PathBuf::from(&page.path);
    normal(&folder.parent()?.join(path))
}

#[test]
fn the_book_has_every_page_once() {
    let pages = pages::all();
    let summary = pages.iter().find(|page| page.path == "docs/SUMMARY.md");
    let mut named: Vec<String> = links(summary.expect("docs/SUMMARY.md"))
        .into_iter()
        .map(|link| format!("docs/{}", link.to))
        .collect();
    named.sort();
    let mut there: Vec<String> = pages
        .iter()
        .filter(|page| page.in_book() && page.path != "docs/SUMMARY.md")
        .map(|page| page.path.clone())
        .collect();
    there.sort();
    assert_eq!(named, there);
}

#[test]
fn anchors_are_those_of_mdbook() {
    let text = "# What it is\n## `a_b` and C++\n## Twice\n## Twice\n";
    let expected = ["a_b-and-c", "twice", "twice-1", "what-it-is"];
    assert!(anchors(text).iter().map(String::as_str).eq(expected));
}
