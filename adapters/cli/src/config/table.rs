//! One table of the file, whose keys are asked for one after the other.
//!
//! What does not fit is added to the problems and counts as not there, so that the rest is looked
//! at, too. Every key that a table may have is a [`Key`] of its [`Section`]: what it says is
//! checked against, and the reference that people read is made from it.

use core::fmt::Display;
use core::ops::RangeInclusive;
use core::str::FromStr;
use std::borrow::Cow;
use std::path::PathBuf;

use oobwatch_client::core::health;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::Reader;
use super::references::{Kind, Reference};
use super::section::{Key, Section};
use crate::nearest::suggestion;
use crate::secret::{Source as Secret, What};

/// A table that is being read.
pub(super) struct Table<'r, 's> {
    /// What it is called in problems: `targets.fmc`.
    pub(super) name: String,
    /// Where its head stands.
    pub(super) at: usize,
    section: &'static Section,
    left: Vec<(Spanned<Cow<'s, str>>, Spanned<DeValue<'s>>)>,
    asked: Vec<&'static str>,
    pub(super) reader: &'r Reader<'s>,
}

impl<'r, 's> Table<'r, 's> {
    pub(super) fn new(
        name: String,
        at: usize,
        section: &'static Section,
        table: DeTable<'s>,
        reader: &'r Reader<'s>,
    ) -> Self {
        Self {
            name,
            at,
            section,
            left: table.into_iter().collect(),
            asked: Vec::new(),
            reader,
        }
    }

    /// Adds a problem with what stands at `at`, or with the table itself.
    pub(super) fn problem(&self, at: Option<usize>, text: impl Display) {
        let at = at.unwrap_or(self.at);
        let name = &self.name;
        self.reader.problems.add(at, format!("{name}: {text}"));
    }

    /// Adds a problem with a key.
    pub(super) fn problem_of(&self, key: Key, at: usize, text: impl Display) {
        let path = self.path_of(key.name);
        self.reader.problems.add(at, format!("{path}: {text}"));
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    fn take(&mut self, key: Key) -> Option<Spanned<DeValue<'s>>> {
        debug_assert!(self.section.keys.iter().any(|known| known.name == key.name));
        self.asked.push(key.name);
        let at = self
            .left
            .iter()
            .position(|(name, _)| *name.get_ref() == key.name)?;
        let value = self.left.swap_remove(at).1;
        // What stands nowhere was put in by the parser, for a value that is not TOML.
        (!value.span().is_empty()).then_some(value)
    }

    pub(super) fn misfit(&self, key: Key, value: &Spanned<DeValue<'_>>) {
        let (found, due) = (described(value.get_ref()), key.takes);
        self.problem_of(
            key,
            value.span().start,
            format!("this is {found}; {due} is due"),
        );
    }

    pub(super) fn taken<T>(
        &mut self,
        key: Key,
        fit: impl FnOnce(DeValue<'s>) -> Result<T, DeValue<'s>>,
    ) -> Option<Spanned<T>> {
        let value = self.take(key)?;
        let span = value.span();
        match fit(value.into_inner()) {
            Ok(fitting) => Some(Spanned::new(span, fitting)),
            Err(other) => {
                self.misfit(key, &Spanned::new(span, other));
                None
            }
        }
    }

    pub(super) fn text(&mut self, key: Key) -> Option<Spanned<String>> {
        self.taken(key, |value| match value {
            DeValue::String(text) => Ok(text.into_owned()),
            other => Err(other),
        })
    }

    /// True, if it says so.
    pub(super) fn flag(&mut self, key: Key) -> bool {
        let flag = self.taken(key, |value| value.as_bool().ok_or(value));
        flag.is_some_and(Spanned::into_inner)
    }

    pub(super) fn number(&mut self, key: Key, range: &RangeInclusive<u32>) -> Option<Spanned<u32>> {
        self.taken(key, |value| {
            let number = value.as_integer();
            let number = number.and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
            number.filter(|number| range.contains(number)).ok_or(value)
        })
    }

    /// A range of numbers; one that is a number needs no quotes.
    pub(super) fn range(&mut self, key: Key) -> Option<health::Range> {
        let text = self.taken(key, |value| match value {
            DeValue::String(text) => Ok(text.into_owned()),
            DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().to_owned()),
            DeValue::Float(number) => Ok(number.as_str().to_owned()),
            other => Err(other),
        })?;
        let range = text.get_ref().parse::<health::Range>();
        range
            .map_err(|error| self.problem_of(key, text.span().start, format!("this {error}")))
            .ok()
    }

    /// Whether nothing is left that was not asked for; before the first is, whether it has no keys.
    pub(super) const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// A text that means something.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, key: Key) -> Option<Spanned<T>> {
        let text = self.text(key)?;
        self.parse(key, &text)
    }

    fn parse<T: FromStr<Err: Display>>(
        &self,
        key: Key,
        text: &Spanned<String>,
    ) -> Option<Spanned<T>> {
        match text.get_ref().parse() {
            Ok(value) => Some(Spanned::new(text.span(), value)),
            Err(error) => {
                self.problem_of(key, text.span().start, error);
                None
            }
        }
    }

    /// A list of texts; those that are none are left out.
    pub(super) fn texts(&mut self, key: Key) -> Option<Spanned<Vec<Spanned<String>>>> {
        let list = self.list(key)?;
        let span = list.span();
        let texts = list
            .into_inner()
            .into_iter()
            .filter_map(|value| match value.get_ref() {
                DeValue::String(text) => {
                    Some(Spanned::new(value.span(), text.clone().into_owned()))
                }
                _ => {
                    self.misfit(key, &value);
                    None
                }
            });
        Some(Spanned::new(span, texts.collect()))
    }

    /// A list of texts that mean something.
    pub(super) fn all_parsed<T: FromStr<Err: Display>>(&mut self, key: Key) -> Vec<Spanned<T>> {
        let texts = self.texts(key).map_or(Vec::new(), Spanned::into_inner);
        texts
            .iter()
            .filter_map(|text| self.parse(key, text))
            .collect()
    }

    pub(super) fn list(&mut self, key: Key) -> Option<Spanned<Vec<Spanned<DeValue<'s>>>>> {
        self.taken(key, |value| match value {
            DeValue::Array(list) => Ok(list.into_iter().collect()),
            other => Err(other),
        })
    }

    /// A file, relative to the folder of this one.
    pub(super) fn file(&mut self, key: Key, kind: Kind) -> Option<PathBuf> {
        let path = self.text(key)?;
        let (at, path) = (path.span().start, path.into_inner());
        if path.is_empty() || path.contains('\0') {
            self.problem_of(key, at, "this is no path; name a file");
            return None;
        }
        let path = self.reader.source.folder().join(path);
        self.refer(key, at, Reference::File(kind, path.clone()));
        Some(path)
    }

    /// An environment variable with a secret.
    pub(super) fn variable(&mut self, key: Key, what: What) -> Option<String> {
        let name = self.text(key)?;
        let (at, name) = (name.span().start, name.into_inner());
        if name.is_empty() || name.contains(['=', '\0']) {
            self.problem_of(key, at, "this is no name of an environment variable");
            return None;
        }
        self.refer(key, at, Reference::Variable(what, name.clone()));
        Some(name)
    }

    /// A secret in a file or in a variable, not in both.
    pub(super) fn secret(&mut self, file: Key, variable: Key, what: What) -> Option<Secret> {
        let at = self.place_of(variable);
        let path = self.file(file, Kind::Secret(what));
        let name = self.variable(variable, what);
        if path.is_some() && name.is_some() {
            let both = format!("{} is there as well; keep one of them", file.name);
            self.problem_of(variable, at, both);
        }
        path.map(Secret::File).or(name.map(Secret::Env))
    }

    fn refer(&self, key: Key, at: usize, to: Reference) {
        let from = self.path_of(key.name);
        self.reader.references.borrow_mut().push((at, from, to));
    }

    /// Where the value of a key stands that has not been asked for yet, or else the table.
    pub(super) fn place_of(&self, key: Key) -> usize {
        let entry = self
            .left
            .iter()
            .find(|(name, _)| *name.get_ref() == key.name);
        entry.map_or(self.at, |(_, value)| value.span().start)
    }

    /// A key that people try, and that must never have a value.
    pub(super) fn refuse(&mut self, name: &str, why: &str) {
        if let Some(at) = self.left.iter().position(|(key, _)| *key.get_ref() == name) {
            let (key, _) = self.left.swap_remove(at);
            let path = self.path_of(name);
            let at = key.span().start;
            self.reader.problems.add(at, format!("{path}: {why}"));
        }
    }

    /// All has been asked for: what is left is not known.
    pub(super) fn end(self) {
        let known = self.section.keys.iter().map(|key| key.name);
        debug_assert!(
            known.clone().all(|name| self.asked.contains(&name)),
            "{} has keys that nobody asks for",
            self.section.head
        );
        // Without its head, a table's keys seem to be those of the file.
        let is_sure = !(self.name.is_empty() && self.reader.hides_heads());
        for (key, _) in self.left.iter().filter(|_| is_sure) {
            let path = self.path_of(&bare_or_quoted(key.get_ref()));
            let known = suggestion(key.get_ref(), "the keys here are", known.clone());
            let text = format!("{path}: there is no such key; {known}");
            self.reader.problems.add(key.span().start, text);
        }
    }
}

/// Texts are not shown: a secret may stand where it should not.
pub(super) fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.is_empty() => "an empty text".to_owned(),
        DeValue::String(_) => "a text".to_owned(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date or time".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A key as TOML has it.
pub(super) fn bare_or_quoted(key: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !key.is_empty() && key.chars().all(is_bare) {
        key.to_owned()
    } else {
        format!("{key:?}")
    }
}
