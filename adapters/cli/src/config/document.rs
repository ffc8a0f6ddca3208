//! The file as a whole: its tables in the order in which they refer to each other.

use core::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use toml::de::DeTable;

use super::broken::Broken;
use super::credentials::{self, Credentials};
use super::exporter::{self, Exporter, Module};
use super::firmware::{self, Firmware};
use super::problems::Problems;
use super::reader::Reader;
use super::references::Kind;
use super::scope;
use super::section::{Key, Section};
use super::table::Table;
use super::targets::{self, AllCredentials};
use super::{Config, ConfigFile, TargetEntry};
use crate::exit::Failure;
use crate::scope::Boxes;

const STATE_DIR: Key = Key::new(
    "state_dir",
    "a directory",
    "Where runs of the command remember refused passwords and open sessions.",
);
const CREDENTIALS: Key = Key::new("credentials", "a table for each account", "");
const TARGETS: Key = Key::new("targets", "a table for each box", "");
const FIRMWARE: Key = Key::new("firmware", "a table", "");
const EXPORTER: Key = Key::new("exporter", "a table", "");
const MODULES: Key = Key::new("modules", "a table for each module", "");

static SECTION: Section = Section {
    head: "",
    about: "The file is TOML. Paths in it are relative to its own folder. It holds no secrets: they stand in files of their own, or in environment variables.",
    keys: &[STATE_DIR, CREDENTIALS, TARGETS, FIRMWARE, EXPORTER, MODULES],
};

/// All kinds of tables, in the order of the reference.
pub(super) static SECTIONS: [&Section; 8] = [
    &SECTION,
    &credentials::SECTION,
    &targets::SECTION,
    &scope::LIMIT,
    &firmware::SECTION,
    &firmware::WEBHOOK,
    &exporter::SECTION,
    &exporter::MODULE,
];

/// Reads all of it.
pub(super) fn read(source: &ConfigFile) -> Result<Config, Failure> {
    let (table, errors) = DeTable::parse_recoverable(source.text());
    let reader = Reader {
        source,
        problems: Problems::new(source),
        references: RefCell::default(),
        broken: Broken::new(source, table.get_ref(), &errors),
    };
    let root = Table::new(String::new(), 0, &SECTION, table.into_inner(), &reader);
    let config = tables(root);
    let Reader {
        problems,
        references,
        broken,
        ..
    } = reader;
    problems.drop_those(|at| broken.covers(at));
    for (at, text) in broken.into_problems() {
        problems.add(at, text);
    }
    let references = references.into_inner();
    problems.end(Some(Config {
        references,
        ..config
    }))
}

fn tables(mut root: Table<'_, '_>) -> Config {
    let state_dir = root.file(STATE_DIR, Kind::Directory);
    let credentials = root.named(CREDENTIALS, &credentials::SECTION).into_iter();
    let credentials: AllCredentials = credentials
        .map(|(name, table)| {
            let credentials = Credentials::read(name.get_ref(), table);
            (name.into_inner(), credentials)
        })
        .collect();
    let (targets, boxes) = all_targets(&mut root, &credentials);
    let firmware = root.table(FIRMWARE, &firmware::SECTION);
    let exporter = root.table(EXPORTER, &exporter::SECTION);
    let modules = root.named(MODULES, &exporter::MODULE).into_iter();
    let modules = modules.map(|(name, table)| (name.into_inner(), Module::read(table, &boxes)));
    let modules = modules.collect();
    root.end();
    Config {
        state_dir,
        firmware: firmware.map(Firmware::read).unwrap_or_default(),
        exporter: exporter.map(Exporter::read).unwrap_or_default(),
        modules,
        targets,
        credentials: credentials.into_keys().collect(),
        ..Config::default()
    }
}

/// The targets, and what of boxes they stand for, as far as that is known for sure.
fn all_targets(
    root: &mut Table<'_, '_>,
    credentials: &AllCredentials,
) -> (BTreeMap<String, TargetEntry>, Boxes) {
    let before = root.reader.problems.count();
    let tables = root.named(TARGETS, &targets::SECTION).into_iter();
    let read = tables.filter_map(|(name, table)| {
        let entry = targets::read(&name, table, credentials)?;
        Some((name.into_inner(), entry))
    });
    let mut all: Vec<_> = read.collect();
    all.sort_by_key(|(_, entry)| entry.board.at);
    let mut firsts = HashMap::new();
    for (name, entry) in &all {
        let (first, other) = *firsts.entry(entry.identity()).or_insert((name, entry));
        if first != name && root.reader.is_whole() {
            let (line, _) = root.reader.source.line_and_column(other.board.at);
            root.reader.problems.add(entry.board.at, format!(
                "targets.{name}: this is the same box, account and domain as target {first:?} in line {line}; remove one of them, as two logins of one account can end each other"
            ));
        }
    }
    if root.reader.is_whole() {
        one_name_for_each_account(&all, root.reader);
    }
    let is_sure = root.reader.is_whole() && root.reader.problems.count() == before;
    let seen = all.iter().filter(|_| is_sure);
    let seen = seen.map(|(_, entry)| (entry.target.product, entry.scope.clone()));
    let boxes = seen.collect();
    (all.into_iter().collect(), boxes)
}

/// Refused passwords are counted by the name of the credentials: an account that has two would
/// have a wrong one twice as often.
fn one_name_for_each_account(all: &[(String, TargetEntry)], reader: &Reader<'_>) {
    let mut firsts = HashMap::new();
    for (name, entry) in all {
        let Some((named, user, source)) = entry.account() else {
            continue;
        };
        let first = *firsts.entry((user, source)).or_insert((name, named, entry));
        let (other, known, at) = (first.0, first.1, first.2.board.at);
        if known != named {
            let (line, _) = reader.source.line_and_column(at);
            reader.problems.add(entry.board.at, format!(
                "targets.{name}: credentials {named:?} have the user and the password of credentials {known:?}, which target {other:?} in line {line} has; use one name for both, as refused passwords are counted by name (accounts that only look alike need a password file or variable each)"
            ));
        }
    }
}
