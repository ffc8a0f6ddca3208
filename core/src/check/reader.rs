//! Reads one answer as it streams, into a draft that counts only when the
//! answer has come whole.

use super::JsonError;
use super::steps::{Answer, Field, Holds, Judge, Rule, WORDS};
use crate::health::words::{Table, same};
use crate::health::{Items, Report, Severity, State};
use crate::json::{Kind, Nest, Pick, Picked, Value};
use crate::text::Text;

/// Bytes of a value that are looked at.
const VALUE: usize = 64;

/// Bytes of a word for a state; the longest known has 33.
const WORD_MAX: usize = 40;

/// Bytes of what an entry is asked for by: a UUID, and some.
pub(super) const ID_MAX: usize = 40;

#[derive(Clone, Debug)]
pub(super) struct Reader {
    /// `None`: the body that comes is none of ours.
    pick: Option<Pick<VALUE>>,
    failed: Option<JsonError>,
    draft: Draft,
}

/// What an answer holds so far.
#[derive(Clone, Debug)]
struct Draft {
    fields: &'static [Field],
    judges: &'static [Judge],
    holds: Holds,
    /// What is wanted of it.
    items: Items,
    /// The report with this answer in it.
    report: Report,
    object: bool,
    list: bool,
    refused: bool,
    count: Option<u32>,
    entries: u32,
    entry: Entry,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    name: Text<48>,
    detail: Text<48>,
    id: Text<ID_MAX>,
    words: [Text<WORD_MAX>; WORDS],
    unwanted: bool,
}

/// What an answer held.
#[derive(Debug)]
pub(super) struct Held {
    /// The report with this answer in it.
    pub(super) report: Report,
    /// Nothing of what was asked for was in it.
    pub(super) empty: bool,
    /// How many entries were in it.
    pub(super) entries: u32,
    /// How many the list has over all pages.
    pub(super) count: Option<u32>,
    /// What the last entry is asked for by.
    pub(super) id: Text<ID_MAX>,
}

impl Reader {
    pub(super) fn new(report: Report) -> Self {
        Self {
            pick: None,
            failed: None,
            draft: Draft {
                fields: &[],
                judges: &[],
                holds: Holds::Anything,
                items: Items::NONE,
                report,
                object: false,
                list: false,
                refused: false,
                count: None,
                entries: 0,
                entry: Entry::default(),
            },
        }
    }

    /// Begins an answer of that form; one that had begun counts no more.
    pub(super) fn begin(&mut self, answer: &'static Answer, items: Items, report: &Report) {
        *self = Self::new(report.clone());
        self.pick = Some(Pick::new(answer.paths));
        let draft = &mut self.draft;
        (draft.fields, draft.judges) = (answer.fields, answer.judges);
        (draft.holds, draft.items) = (answer.holds, items);
    }

    /// Lets the body go that comes now.
    pub(super) fn rest(&mut self) {
        self.pick = None;
        self.failed = None;
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        if let Some(pick) = self.pick.as_mut().filter(|_| self.failed.is_none()) {
            self.failed = pick.push(piece, &mut self.draft).err();
        }
    }

    pub(super) fn finish(&mut self) -> Result<(), JsonError> {
        let pick = self.pick.as_mut().ok_or(JsonError::Empty)?;
        match self.failed {
            Some(error) => Err(error),
            None => pick.finish(&mut self.draft),
        }
    }

    /// What the answer held, once it has come whole.
    pub(super) fn take(&mut self) -> Held {
        self.pick = None;
        let draft = &mut self.draft;
        let empty = draft.is_empty();
        if !empty {
            draft.begin_counts();
        }
        Held {
            report: draft.report.clone(),
            empty,
            entries: draft.entries,
            count: draft.count,
            id: draft.entry.id.clone(),
        }
    }
}

impl Draft {
    /// Whether the answer holds nothing of what was asked for.
    fn is_empty(&self) -> bool {
        let holds = match self.holds {
            Holds::Anything => true,
            Holds::Version => !self.report.facts.version.is_empty(),
            Holds::List => self.list || self.count.is_some(),
            Holds::Object => self.object,
            Holds::Entry => self.entries > 0,
        };
        self.refused || !holds
    }

    /// Shows what was read, even if there was none of it.
    fn begin_counts(&mut self) {
        for judge in self
            .judges
            .iter()
            .filter(|judge| self.items.contains(judge.item))
        {
            if !matches!(judge.rule, Rule::FirstIfAny(_)) {
                self.report.counts.begin(judge.item);
            }
        }
    }

    fn end_entry(&mut self) {
        self.entries = self.entries.saturating_add(1);
        let entry = &mut self.entry;
        entry.name.push(b" ");
        entry.name.push(entry.detail.as_bytes());
        for judge in self
            .judges
            .iter()
            .filter(|judge| self.items.contains(judge.item))
        {
            entry.judge(judge, &mut self.report);
        }
    }
}

impl Entry {
    fn judge(&self, judge: &Judge, report: &mut Report) {
        let (item, name) = (judge.item, self.name.as_bytes());
        let words = judge
            .words
            .iter()
            .filter_map(|place| self.words.get(*place));
        let mut words = words.map(Text::as_bytes).filter(|word| !word.is_empty());
        let (state, word) = match judge.rule {
            Rule::Count => return report.counts.add(item),
            Rule::CountIf(wanted) => {
                if words.any(|word| same(word, wanted)) {
                    report.counts.add(item);
                }
                return;
            }
            Rule::Severity => {
                let word = words.next().unwrap_or_default();
                return report.add_fault(item, Severity::of(word), name, word);
            }
            Rule::First(table) => first(words.next().unwrap_or_default(), table),
            Rule::FirstIfAny(table) => match words.next() {
                Some(word) => first(word, table),
                None => return,
            },
            Rule::Worst(table) => worst(words, table),
            Rule::Pair(table) => pair(words, table),
            Rule::Present if words.next().is_some() => (State::Ok, &b""[..]),
            Rule::Present => (State::Unknown, &b""[..]),
        };
        report.add_state(item, state.wanted(!self.unwanted), name, word);
    }
}

fn first(word: &[u8], table: Table) -> (State, &[u8]) {
    (State::of(word, table), word)
}

fn worst<'a>(words: impl Iterator<Item = &'a [u8]>, table: Table) -> (State, &'a [u8]) {
    words
        .map(|word| first(word, table))
        .max_by_key(|(state, _)| state.verdict())
        .unwrap_or((State::Unknown, b""))
}

/// Of a pair, one is active and the other stands by.
fn pair<'a>(mut words: impl Iterator<Item = &'a [u8]> + Clone, table: Table) -> (State, &'a [u8]) {
    let judged = worst(words.clone(), table);
    match (judged, words.next(), words.next()) {
        ((State::Ok, _), Some(one), Some(other)) if one.eq_ignore_ascii_case(other) => {
            (State::Critical, one)
        }
        _ => judged,
    }
}

impl Picked for Draft {
    fn value(&mut self, path: usize, value: Value<'_>) {
        let Some(field) = self.fields.get(path) else {
            return;
        };
        let (entry, facts) = (&mut self.entry, &mut self.report.facts);
        match *field {
            Field::Refusal => self.refused = true,
            Field::Count => self.count = count(value),
            Field::Entry => self.end_entry(),
            Field::Name => keep(&mut entry.name, value),
            Field::Detail => keep(&mut entry.detail, value),
            Field::Id => keep(&mut entry.id, value),
            Field::Word(place) => {
                if let Some(word) = entry.words.get_mut(place) {
                    keep(word, value);
                }
            }
            Field::Wanted => entry.unwanted = is_unwanted(value.text),
            Field::Version => keep(&mut facts.version, value),
            Field::Model => keep(&mut facts.model, value),
            Field::HostName => keep(&mut facts.name, value),
            // So some FMCs say that they have none.
            Field::Serial if value.text == b"None" => {}
            Field::Serial => keep(&mut facts.serial, value),
            Field::Uptime => keep(&mut facts.uptime, value),
            Field::Top | Field::List => {}
        }
    }

    fn begin(&mut self, path: usize, nest: Nest) {
        match self.fields.get(path) {
            Some(Field::Top) => self.object = nest == Nest::Object,
            Some(Field::List) => self.list = nest == Nest::Array,
            Some(Field::Refusal) => self.refused = true,
            Some(Field::Entry) => self.entry = Entry::default(),
            _ => {}
        }
    }

    fn end(&mut self, path: usize, _nest: Nest) {
        if self.fields.get(path) == Some(&Field::Entry) {
            self.end_entry();
        }
    }
}

/// How long a list is; more than there are numbers for is the most.
fn count(value: Value<'_>) -> Option<u32> {
    let is_number = !value.text.is_empty() && value.text.iter().all(u8::is_ascii_digit);
    value.as_u32().or_else(|| is_number.then_some(u32::MAX))
}

/// Switched off, or a slot in which there is nothing (`CfprEquipmentPresence`).
fn is_unwanted(word: &[u8]) -> bool {
    same(word, "disabled") || same(word, "empty")
}

/// Keeps the first value that says something.
fn keep<const N: usize>(text: &mut Text<N>, value: Value<'_>) {
    if text.is_empty() && value.kind != Kind::Null {
        text.push(value.text);
    }
}
