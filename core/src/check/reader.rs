//! Reads one answer as it streams, into a draft that counts only when the
//! answer has come whole.

use super::JsonError;
use super::steps::{Answer, Field, Holds, Judge, Rule, WORDS};
use crate::health::words::fxos::WANTED;
use crate::health::words::{Table, same};
use crate::health::{Items, Report, Severity, State, Trouble, Verdict};
use crate::json::{Kind, Nest, Pick, Picked, Value};
use crate::text::Text;

/// Bytes of a value that are looked at.
const VALUE: usize = 64;

/// Bytes of a word for a state; the longest known has 33.
const WORD_MAX: usize = 40;

/// Bytes of what an entry is asked for by: a UUID, and some.
pub(super) const ID_MAX: usize = 40;

/// A word for a state.
type Word = Text<WORD_MAX>;

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
    offset: Option<u32>,
    count: Option<u32>,
    pages: Option<u32>,
    has_next: bool,
    parts: u32,
    entries: u32,
    /// What the first entry is asked for by.
    id: Text<ID_MAX>,
    /// What the first entry of the list is known by, if that was on an earlier page.
    before: Option<u64>,
    /// What the first entry of this page is known by.
    first: Option<u64>,
    entry: Entry,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    name: Text<48>,
    detail: Text<48>,
    words: [Word; WORDS],
    /// A hash of what it is known by.
    mark: Option<u64>,
    /// Whether it is wanted to work.
    wanted: Word,
}

/// What an answer held.
#[derive(Debug)]
pub(super) struct Held {
    /// The report with this answer in it.
    pub(super) report: Report,
    /// Nothing of what was asked for was in it.
    pub(super) is_empty: bool,
    /// It is not a list of pages, and lacks a part of what it promises.
    pub(super) is_cut: bool,
    /// How many entries were in it.
    pub(super) entries: u32,
    /// How many entries it says were before it.
    pub(super) offset: Option<u32>,
    /// How many the list has over all pages.
    pub(super) count: Option<u32>,
    /// How many pages it says the list has.
    pub(super) pages: Option<u32>,
    /// It says that another page follows.
    pub(super) has_next: bool,
    /// What the first entry is asked for by.
    pub(super) id: Text<ID_MAX>,
    /// What the first entry of the list is known by.
    pub(super) first: Option<u64>,
    /// The page begins with that one again.
    pub(super) comes_back: bool,
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
                offset: None,
                count: None,
                pages: None,
                has_next: false,
                parts: 0,
                entries: 0,
                id: Text::new(),
                before: None,
                first: None,
                entry: Entry::default(),
            },
        }
    }

    /// Begins an answer of that form; one that had begun counts no more. `first`:
    /// what the first entry of the list is known by, if that has come.
    pub(super) fn begin(
        &mut self,
        answer: &'static Answer,
        items: Items,
        report: &Report,
        first: Option<u64>,
    ) {
        *self = Self::new(report.clone());
        self.pick = Some(Pick::new(answer.values.paths));
        let draft = &mut self.draft;
        (draft.fields, draft.judges) = (answer.values.fields, answer.judges);
        (draft.holds, draft.items, draft.before) = (answer.holds, items, first);
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
        let is_empty = draft.is_empty();
        if !is_empty {
            draft.begin_counts();
        }
        Held {
            report: draft.report.clone(),
            is_empty,
            is_cut: draft.is_cut(),
            entries: draft.entries,
            offset: draft.offset,
            count: draft.count,
            pages: draft.pages,
            has_next: draft.has_next,
            id: draft.id.clone(),
            first: draft.before.or(draft.first),
            comes_back: draft.before.is_some() && draft.before == draft.first,
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

    /// Whether an answer that has no pages lacks a part of what it promises.
    fn is_cut(&self) -> bool {
        let more = self.pages.is_some_and(|pages| pages > 1);
        self.has_next || more || self.count.is_some_and(|count| count != self.parts)
    }

    /// Shows what was read, even if there was none of it.
    fn begin_counts(&mut self) {
        for judge in self
            .judges
            .iter()
            .filter(|judge| self.items.contains(judge.item))
        {
            let is_there = match judge.rule {
                Rule::FirstIfAny(_) => false,
                Rule::CountTrue => self.entries == 0,
                _ => true,
            };
            if is_there {
                self.report.counts.begin(judge.item);
            }
        }
    }

    fn end_entry(&mut self) {
        self.entries = self.entries.saturating_add(1);
        let entry = &mut self.entry;
        entry.name.push(b" ");
        entry.name.push(entry.detail.as_bytes());
        if let Some(mark) = entry.mark {
            self.first.get_or_insert(hash(mark, entry.name.as_bytes()));
        }
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
        let words = judge.words.iter();
        let words = words.filter_map(|place| self.words.get(usize::from(*place)));
        let mut said = words.clone().filter(|word| !word.is_empty());
        let (state, word) = match judge.rule {
            Rule::Count => return report.counts.add(item),
            Rule::CountTrue => {
                let Some(word) = said.next() else {
                    return report.troubles.add(item, Trouble::NotAvailable);
                };
                report.counts.begin(item);
                return match word {
                    _ if is(word, "true") => report.counts.add(item),
                    _ if is(word, "false") => {}
                    _ => report.add_odd(item, name, word.as_bytes()),
                };
            }
            Rule::Severity => {
                let word = said.next().unwrap_or(NO_WORD);
                let severity = whole(word).map_or(Severity::Unknown, Severity::of);
                return report.add_fault(item, severity, name, word.as_bytes());
            }
            Rule::Said(table) => worst(said.rev(), table),
            Rule::FirstIfAny(table) => match said.next() {
                Some(word) => first(word, table),
                None => return report.troubles.add(item, Trouble::NotAvailable),
            },
            Rule::Worst(table) => worst(words, table),
            Rule::Pair(table) => pair(words, table),
            Rule::Present if said.next().is_some() => (State::Ok, NO_WORD),
            Rule::Present => (State::Unknown, NO_WORD),
        };
        let (state, word) = self.as_wanted(state, word);
        report.add_state(item, state, name, word.as_bytes());
    }

    /// What is switched off may be in any state. If nobody can tell, nothing is OK.
    fn as_wanted<'a>(&'a self, state: State, word: &'a Word) -> (State, &'a Word) {
        let wanted = &self.wanted;
        match first(wanted, WANTED).0 {
            _ if wanted.is_empty() => (state, word),
            State::Unknown if state.verdict() == Verdict::Ok => (State::Unknown, wanted),
            State::Disabled => (state.wanted(false), word),
            _ => (state, word),
        }
    }
}

/// What stands for a word that is missing.
const NO_WORD: &Word = &Text::new();

/// A word that is not cut off: what is missing may have been what counts.
fn whole(word: &Word) -> Option<&[u8]> {
    (!word.is_truncated()).then(|| word.as_bytes())
}

fn is(word: &Word, known: &str) -> bool {
    whole(word).is_some_and(|word| same(word, known))
}

fn first(word: &Word, table: Table) -> (State, &Word) {
    let state = whole(word).map_or(State::Unknown, |word| State::of(word, table));
    (state, word)
}

fn worst<'a>(words: impl Iterator<Item = &'a Word>, table: Table) -> (State, &'a Word) {
    words
        .map(|word| first(word, table))
        .max_by_key(|(state, _)| state.verdict())
        .unwrap_or((State::Unknown, NO_WORD))
}

/// Of a pair, one is active and the other stands by.
fn pair<'a>(words: impl Iterator<Item = &'a Word> + Clone, table: Table) -> (State, &'a Word) {
    let active = words.clone().filter(|word| is(word, "active")).count();
    match worst(words, table) {
        (State::Ok, word) if active != 1 => (State::Critical, word),
        judged => judged,
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
            // Nothing, in place of nothing: `null`.
            Field::List => self.refused |= value.kind != Kind::Null,
            // Of two that differ, the larger: then something is missing.
            Field::Offset => self.offset = self.offset.max(number(value)),
            Field::Count => self.count = self.count.max(number(value)),
            Field::Pages => self.pages = self.pages.max(number(value)),
            Field::Next => self.has_next = true,
            Field::Part => self.parts = self.parts.saturating_add(1),
            Field::Entry => {
                *entry = Entry::default();
                self.end_entry();
            }
            Field::Name => keep(&mut entry.name, value),
            Field::Detail => keep(&mut entry.detail, value),
            Field::Id => {
                if self.entries == 0 {
                    keep(&mut self.id, value);
                }
                entry.mark = Some(hash(entry.mark.unwrap_or(HASH), value.text));
            }
            Field::Word(place) => {
                if let Some(word) = entry.words.get_mut(usize::from(place)) {
                    hear(word, value);
                }
            }
            Field::Wanted => hear(&mut entry.wanted, value),
            Field::Version => keep(&mut facts.version, value),
            Field::Model => keep(&mut facts.model, value),
            Field::HostName => keep(&mut facts.name, value),
            // So some FMCs say that they have none.
            Field::Serial if value.text == b"None" => {}
            Field::Serial => keep(&mut facts.serial, value),
            Field::Uptime => keep(&mut facts.uptime, value),
            Field::Top => {}
        }
    }

    fn begin(&mut self, path: usize, nest: Nest) {
        match self.fields.get(path) {
            Some(Field::Top) => self.object = nest == Nest::Object,
            Some(Field::List) if nest == Nest::Array => self.list = true,
            Some(Field::List | Field::Refusal) => self.refused = true,
            Some(Field::Offset) => self.offset = Some(u32::MAX),
            Some(Field::Count) => self.count = Some(u32::MAX),
            Some(Field::Pages) => self.pages = Some(u32::MAX),
            Some(Field::Next) => self.has_next = true,
            Some(Field::Part) => self.parts = self.parts.saturating_add(1),
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

/// A number; one that is not understood is taken for the most there is.
fn number(value: Value<'_>) -> Option<u32> {
    let said = value.kind != Kind::Null;
    said.then(|| value.as_u32().unwrap_or(u32::MAX))
}

/// Where a [`hash`] begins.
const HASH: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, to tell entries apart: of so many that a collision is not to be met.
fn hash(hash: u64, bytes: &[u8]) -> u64 {
    let add = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    bytes.iter().fold(hash, add)
}

/// Keeps the first value that says something.
fn keep<const N: usize>(text: &mut Text<N>, value: Value<'_>) {
    if text.is_empty() && value.kind != Kind::Null {
        text.push(value.text);
    }
}

/// Keeps a word. Two for the same thing are none that is known, and neither is one
/// that is cut off.
fn hear(word: &mut Word, value: Value<'_>) {
    if value.kind == Kind::Null || word.as_bytes() == value.text {
        return;
    }
    if !word.is_empty() {
        word.push(b"/");
    }
    word.push(value.text);
    if value.truncated {
        word.push("\u{2026}".as_bytes());
    }
}
