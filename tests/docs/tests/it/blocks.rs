//! The blocks of code of a page, and what is to be done with each.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use crate::pages::Page;

/// A block of code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// `PATH:LINE`.
    pub(crate) place: String,
    pub(crate) language: String,
    pub(crate) text: String,
    pub(crate) note: Note,
}

/// What the line before a block says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Note {
    None,
    /// The block is this file.
    File(String),
    /// It can not be run, because.
    NotRun(String),
    /// It stands in this file of the repository.
    From(String),
}

impl Note {
    /// Of the last HTML before a block.
    fn of(html: &str) -> Self {
        let inside = html
            .trim()
            .strip_prefix("<!--")
            .and_then(|rest| rest.strip_suffix("-->"));
        let Some((word, rest)) = inside.and_then(|inside| inside.split_once(':')) else {
            return Self::None;
        };
        let rest = rest.trim().to_owned();
        match word.trim() {
            "file" => Self::File(rest),
            "not run" => Self::NotRun(rest),
            "from" => Self::From(rest),
            _ => Self::None,
        }
    }
}

/// All of a page, in order.
pub(crate) fn of(page: &Page) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut html, mut open) = (String::new(), None::<Block>);
    for (event, range) in Parser::new(&page.text).into_offset_iter() {
        match event {
            Event::Start(Tag::HtmlBlock) => html.clear(),
            Event::Html(text) => html.push_str(&text),
            Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                open = Some(Block {
                    place: page.place(range.start),
                    language,
                    text: String::new(),
                    note: Note::of(&core::mem::take(&mut html)),
                });
            }
            Event::Text(text) if open.is_some() => {
                open.as_mut().unwrap().text.push_str(&text);
            }
            Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
            _ => html.clear(),
        }
    }
    blocks
}

#[test]
fn a_note_belongs_to_the_block_after_it() {
    let page = Page {
        path: "p.md".into(),
        text:
            "<!-- not run: a board -->\n```console\n$ flash\n```\n\nText.\n\n```toml\na = 1\n```\n"
                .into(),
    };
    let [first, second] = of(&page).try_into().unwrap();
    assert_eq!(first.note, Note::NotRun("a board".into()));
    assert_eq!(
        (first.place.as_str(), first.text.as_str()),
        ("p.md:2", "$ flash\n")
    );
    assert_eq!(
        (second.note, second.language.as_str()),
        (Note::None, "toml")
    );
}
