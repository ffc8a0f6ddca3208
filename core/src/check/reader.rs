//! Reads one answer as it streams, into a draft that counts only when the
//! answer has come whole.

use super::JsonError;
use super::steps::{Field, Step};
use crate::health::{Cause, Item, Report, Severity, State};
use crate::json::{Kind, Nest, Pick, Picked, Value};
use crate::text::Text;

/// Bytes of a value that are looked at.
const VALUE: usize = 64;

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
    item: Item,
    fields: &'static [Field],
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
    state: Text<VALUE>,
    other_state: Text<VALUE>,
    disabled: bool,
}

/// What an answer held.
#[derive(Debug)]
pub(super) struct Answer {
    /// The report with this answer in it.
    pub(super) report: Report,
    /// Nothing of what was asked for was in it.
    pub(super) empty: bool,
    /// How many entries were in it.
    pub(super) entries: u32,
    /// How many the list has over all pages.
    pub(super) count: Option<u32>,
}

impl Reader {
    pub(super) fn new(report: Report) -> Self {
        Self {
            pick: None,
            failed: None,
            draft: Draft::new(Item::Version, &[], report),
        }
    }

    /// Begins an answer to `step`; one that had begun counts no more.
    pub(super) fn begin(&mut self, step: &'static Step, report: &Report) {
        self.pick = Some(Pick::new(step.paths));
        self.failed = None;
        self.draft = Draft::new(step.item, step.fields, report.clone());
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
    pub(super) fn take(&mut self) -> Answer {
        self.pick = None;
        let draft = &mut self.draft;
        let empty = draft.is_empty();
        if !empty {
            draft.show_list();
        }
        let Draft {
            report,
            entries,
            count,
            ..
        } = draft;
        Answer {
            report: report.clone(),
            empty,
            entries: *entries,
            count: *count,
        }
    }
}

impl Draft {
    fn new(item: Item, fields: &'static [Field], report: Report) -> Self {
        Self {
            item,
            fields,
            report,
            object: false,
            list: false,
            refused: false,
            count: None,
            entries: 0,
            entry: Entry::default(),
        }
    }

    /// Whether the answer holds nothing of what was asked for. An FMC under load
    /// answers `{}` to anything; FXOS shows a class without objects in ways that
    /// no document tells, so there any object that is no error will do.
    fn is_empty(&self) -> bool {
        let nothing = match self.item {
            Item::Version => self.report.facts.version.is_empty(),
            Item::System => false,
            Item::Devices => !self.list && self.count.is_none(),
            Item::Chassis => self.entries == 0,
            Item::Instances | Item::Faults => !self.object,
        };
        nothing || self.refused
    }

    /// Shows a list that was read, even one without entries.
    fn show_list(&mut self) {
        match self.item {
            Item::Devices => drop(self.report.devices.get_or_insert_default()),
            Item::Instances => drop(self.report.instances.get_or_insert_default()),
            Item::Faults => drop(self.report.faults.get_or_insert_default()),
            Item::Version | Item::System | Item::Chassis => {}
        }
    }

    fn field(&self, path: usize) -> Option<Field> {
        self.fields.get(path).copied()
    }

    fn end_entry(&mut self) {
        self.entries = self.entries.saturating_add(1);
        let mut entry = core::mem::take(&mut self.entry);
        let word = if entry.state.is_empty() {
            &entry.other_state
        } else {
            &entry.state
        };
        let word = word.as_bytes();
        let cause = match self.item {
            Item::Devices => {
                let state = State::of_device(word);
                self.report.devices.get_or_insert_default().add(state);
                Cause::Devices(state)
            }
            Item::Instances => {
                let state = State::of_instance(word).wanted(!entry.disabled);
                self.report.instances.get_or_insert_default().add(state);
                Cause::Instances(state)
            }
            Item::Chassis => Cause::Chassis(State::of_equipment(word)),
            Item::Faults => {
                let severity = Severity::of(word);
                self.report.faults.get_or_insert_default().add(severity);
                Cause::Faults(severity)
            }
            Item::Version | Item::System => return,
        };
        entry.name.push(b" ");
        entry.name.push(entry.detail.as_bytes());
        self.report.judge(cause, entry.name.as_bytes(), word);
    }
}

impl Picked for Draft {
    fn value(&mut self, path: usize, value: Value<'_>) {
        let Some(field) = self.field(path) else {
            return;
        };
        let (entry, facts) = (&mut self.entry, &mut self.report.facts);
        match field {
            Field::Refusal => self.refused = true,
            Field::Count => self.count = value.as_u32(),
            Field::Entry => self.end_entry(),
            Field::Name => keep(&mut entry.name, value),
            Field::Detail => keep(&mut entry.detail, value),
            Field::State => keep(&mut entry.state, value),
            Field::OtherState => keep(&mut entry.other_state, value),
            Field::Wanted => entry.disabled = value.text.eq_ignore_ascii_case(b"disabled"),
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
        match self.field(path) {
            Some(Field::Top) => self.object = nest == Nest::Object,
            Some(Field::List) => self.list = nest == Nest::Array,
            Some(Field::Refusal) => self.refused = true,
            Some(Field::Entry) => self.entry = Entry::default(),
            _ => {}
        }
    }

    fn end(&mut self, path: usize, _nest: Nest) {
        if self.field(path) == Some(Field::Entry) {
            self.end_entry();
        }
    }
}

/// Keeps the first value that says something.
fn keep<const N: usize>(text: &mut Text<N>, value: Value<'_>) {
    if text.is_empty() && value.kind != Kind::Null {
        text.push(value.text);
    }
}
