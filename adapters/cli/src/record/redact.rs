//! Pseudonyms, and the text that they replace.

use core::fmt;
use std::collections::HashMap;

use serde_json::Value;

use super::shape::{is_schema_word, shape};
use super::spelling::{base64_parts, spelled};
use super::vocabulary::{Rule, header, query_is_shown};
use super::{Field, json};

/// Shorter values are replaced where they stand alone, but not looked for inside of text.
const SHORTEST_SOUGHT: usize = 4;

/// The Global domain has this UUID on every FMC: it identifies nobody.
const GLOBAL_DOMAIN: &str = "e276abec-e0f2-11e3-8169-6d9ed49b625f";

/// What a value is; the first part of its pseudonym.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Address,
    Host,
    Name,
    Secret,
    Serial,
    Text,
    Token,
    User,
    Uuid,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Address => "address",
            Self::Host => "host",
            Self::Name => "name",
            Self::Secret => "secret",
            Self::Serial => "serial",
            Self::Text => "text",
            Self::Token => "token",
            Self::User => "user",
            Self::Uuid => "uuid",
        })
    }
}

/// Knows every value that was replaced, and its pseudonym.
#[derive(Default)]
pub(super) struct Redactor {
    pseudonyms: HashMap<String, String>,
    /// What is looked for inside of all text, however it is escaped: in clear and in base64, the longest first.
    sought: Vec<(String, String)>,
    counts: HashMap<Kind, usize>,
}

impl Redactor {
    /// Replaces `value` from now on, also inside of longer text.
    pub(super) fn conceal(&mut self, kind: Kind, value: &str) {
        let pseudonym = self.pseudonym(kind, value);
        let known = self.sought.iter().any(|(spelling, _)| spelling == value);
        if known || value.len() < SHORTEST_SOUGHT {
            return;
        }
        let spellings = base64_parts(value).chain([value.to_owned()]);
        self.sought
            .extend(spellings.map(|spelling| (spelling, pseudonym.clone())));
        self.sought
            .sort_by_key(|(spelling, _)| core::cmp::Reverse(spelling.len()));
    }

    fn pseudonym(&mut self, kind: Kind, value: &str) -> String {
        if let Some(known) = self.pseudonyms.get(value) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let pseudonym = format!("{kind}-{count}");
        self.pseudonyms.insert(value.to_owned(), pseudonym.clone());
        pseudonym
    }

    /// The pseudonym of a value of which nothing may be shown.
    pub(super) fn whole(&mut self, kind: Kind, value: &str) -> String {
        if value.is_empty() || value == GLOBAL_DOMAIN {
            return value.to_owned();
        }
        match kind {
            Kind::Secret | Kind::Token | Kind::User => {
                self.conceal(kind, value);
                self.pseudonym(kind, value)
            }
            _ => self.pseudonym(shape(value).unwrap_or(kind), value),
        }
    }

    /// A value that is a word of the API, unless it holds something known.
    pub(super) fn word(&mut self, text: &str) -> String {
        if let Some(known) = self.pseudonyms.get(text) {
            return known.clone();
        }
        self.without_sought(text)
    }

    /// Text for people: known values, quotations and what looks like an identifier are replaced.
    pub(super) fn prose(&mut self, text: &str) -> String {
        let text = self.word(text);
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            if let Some((quoted, after)) = quotation(rest) {
                out.push(first);
                out.push_str(&self.whole(Kind::Name, quoted));
                out.push(first);
                rest = after;
                continue;
            }
            let inside =
                |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | '(' | ')' | ',' | ';');
            let end = rest
                .find(|c| !inside(c))
                .unwrap_or(rest.len())
                .max(first.len_utf8());
            let (word, after) = rest.split_at(end);
            out.push_str(&self.word_of_prose(word));
            rest = after;
        }
        out
    }

    fn word_of_prose(&mut self, word: &str) -> String {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric());
        let pseudonym = match (self.pseudonyms.get(core), shape(core)) {
            (Some(known), _) => known.clone(),
            (None, Some(kind)) => self.whole(kind, core),
            (None, None) if looks_named(core) && !self.is_pseudonym(core) => {
                self.whole(Kind::Name, core)
            }
            (None, None) => return word.to_owned(),
        };
        word.replacen(core, &pseudonym, 1)
    }

    fn is_pseudonym(&self, word: &str) -> bool {
        self.pseudonyms.values().any(|pseudonym| pseudonym == word)
    }

    /// `text` with the pseudonyms of what is looked for.
    pub(super) fn without_sought(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let mut sought = self.sought.iter();
            let found = sought
                .find_map(|(known, pseudonym)| Some((spelled(rest, known)?, pseudonym.as_str())));
            let as_it_is = (first.len_utf8(), rest.split_at(first.len_utf8()).0);
            let (length, shown) = found.unwrap_or(as_it_is);
            out.push_str(shown);
            rest = rest.split_at(length).1;
        }
        out
    }
}

/// The parts of a message.
impl Redactor {
    /// A header field, ready to print.
    pub(super) fn field(&mut self, name: &str, value: &[u8]) -> (String, String) {
        let value = String::from_utf8_lossy(value);
        let value = value.trim();
        let shown = match header(name) {
            Rule::Show => self.word(value),
            Rule::Prose => self.prose(value),
            Rule::Json => self.body(value.as_bytes()).replace('\n', " "),
            Rule::Authorization => self.authorization(value),
            Rule::Replace(kind) => self.whole(kind, value),
        };
        (self.word(name), shown.replace(char::is_control, " "))
    }

    /// The scheme is worth knowing (RFC 9110, section 11.4); what follows is the secret.
    fn authorization(&mut self, value: &str) -> String {
        match value.split_once(' ') {
            Some((scheme @ ("Basic" | "Bearer"), secret)) => {
                format!("{scheme} {}", self.whole(Kind::Secret, secret.trim()))
            }
            _ => self.whole(Kind::Secret, value),
        }
    }

    /// A body, ready to print: its JSON, or its length.
    ///
    /// Broken JSON, HTML and the rest may spell a value in ways that nobody foresaw, so they are
    /// left out.
    pub(super) fn body(&mut self, body: &[u8]) -> String {
        let value = serde_json::from_slice::<Value>(body);
        let value = value.map(|value| json::redacted(self, value));
        match value.and_then(|value| serde_json::to_string_pretty(&value)) {
            Ok(text) => text,
            Err(_) => format!("({} bytes that are not JSON, left out)", body.len()),
        }
    }

    /// A path and query.
    pub(super) fn target(&mut self, target: &str) -> String {
        let (path, query) = target.split_once('?').map_or((target, ""), |split| split);
        let mut segments = Vec::new();
        let mut names_follow = false;
        for segment in path.split('/') {
            let shown = !names_follow && is_schema_word(segment);
            segments.push(if shown {
                self.word(segment)
            } else {
                self.whole(Kind::Text, segment)
            });
            // A chassis names application instances and logical devices in its paths.
            names_follow = matches!(segment, "app-inst" | "ld");
        }
        let mut out = segments.join("/");
        for (index, pair) in query.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let show = query_is_shown(name) && value.bytes().all(|b| b.is_ascii_alphanumeric());
            let value = if show {
                self.word(value)
            } else {
                self.whole(Kind::Text, value)
            };
            let name = if is_schema_word(name) || query_is_shown(name) {
                self.word(name)
            } else {
                self.whole(Kind::Text, name)
            };
            out.push(if index == 0 { '?' } else { '&' });
            out.extend([name.as_str(), "=", value.as_str()]);
        }
        out
    }

    /// Conceals the tokens that a response brings, before any of it is written.
    pub(super) fn learn_tokens(&mut self, fields: &[Field<'_>], body: &[u8]) {
        for (name, value) in fields {
            if header(name) == Rule::Replace(Kind::Token) {
                self.conceal(Kind::Token, String::from_utf8_lossy(value).trim());
            }
        }
        let reply = serde_json::from_slice::<Value>(body).unwrap_or_default();
        if let Some(token) = reply.get("token").and_then(Value::as_str) {
            self.conceal(Kind::Token, token);
        }
    }
}

/// The text between two quotation marks, and what follows the second.
fn quotation(text: &str) -> Option<(&str, &str)> {
    let mark = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text.strip_prefix(mark)?.split_once(mark)
}

/// Words of a sentence are letters, the first perhaps a capital; `FTDv-Edge1` is a name.
fn looks_named(word: &str) -> bool {
    let mut chars = word.chars();
    let ordinary = |c: char| c.is_lowercase() || "'-/".contains(c);
    let number = word.bytes().all(|byte| byte.is_ascii_digit());
    let acronym = word.len() <= 6 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let sentence = chars.next().is_none_or(char::is_alphabetic) && chars.all(ordinary);
    !(number || acronym || sentence)
}
