//! Tables within a table.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::section::{Key, Section};
use super::table::{Table, bare_or_quoted, described};

impl<'s> Table<'_, 's> {
    /// A table of this one.
    pub(super) fn table(&mut self, key: Key, section: &'static Section) -> Option<Self> {
        let at = self.place_of(key);
        let table = self.taken(key, into_table)?.into_inner();
        Some(Self::new(
            self.path_of(key.name),
            at,
            section,
            table,
            self.reader,
        ))
    }

    /// A list of tables.
    pub(super) fn tables(&mut self, key: Key, section: &'static Section) -> Vec<Self> {
        let list = self.list(key).map_or(Vec::new(), Spanned::into_inner);
        let table = |(index, value): (usize, Spanned<DeValue<'s>>)| {
            let at = value.span().start;
            let name = format!("{}[{index}]", self.path_of(key.name));
            match into_table(value.into_inner()) {
                Ok(table) => Some(Self::new(name, at, section, table, self.reader)),
                Err(other) => {
                    self.misfit(key, &Spanned::new(at..at, other));
                    None
                }
            }
        };
        list.into_iter().enumerate().filter_map(table).collect()
    }

    /// Tables with names that people choose: `[targets.NAME]`.
    pub(super) fn named(
        &mut self,
        key: Key,
        section: &'static Section,
    ) -> Vec<(Spanned<String>, Self)> {
        let Some(tables) = self.taken(key, into_table) else {
            return Vec::new();
        };
        let table = |(name, value): (Spanned<Cow<'s, str>>, Spanned<DeValue<'s>>)| {
            let span = name.span();
            let name = name.into_inner().into_owned();
            let path = format!("{}.{}", self.path_of(key.name), bare_or_quoted(&name));
            match into_table(value.into_inner()) {
                Ok(table) => {
                    let table = Self::new(path, span.start, section, table, self.reader);
                    Some((Spanned::new(span, name), table))
                }
                Err(other) => {
                    let (found, head) = (described(&other), section.head);
                    let text = format!("{path}: this is {found}; a table {head} is due");
                    self.reader.problems.add(span.start, text);
                    None
                }
            }
        };
        tables.into_inner().into_iter().filter_map(table).collect()
    }

    /// Texts with names that people choose: `[exporter.users]`.
    pub(super) fn named_texts(&mut self, key: Key) -> Vec<(Spanned<String>, Spanned<String>)> {
        let Some(texts) = self.taken(key, into_table) else {
            return Vec::new();
        };
        let text = |(name, value): (Spanned<Cow<'s, str>>, Spanned<DeValue<'s>>)| {
            let name = Spanned::new(name.span(), name.into_inner().into_owned());
            match value.get_ref() {
                DeValue::String(text) => {
                    Some((name, Spanned::new(value.span(), text.clone().into_owned())))
                }
                _ => {
                    self.misfit(key, &value);
                    None
                }
            }
        };
        texts.into_inner().into_iter().filter_map(text).collect()
    }
}

fn into_table(value: DeValue<'_>) -> Result<DeTable<'_>, DeValue<'_>> {
    match value {
        DeValue::Table(table) => Ok(table),
        other => Err(other),
    }
}
