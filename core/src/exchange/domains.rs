//! The `DOMAINS` header of an FMC login, as it streams.
//!
//! `[{"name": "Global/Devel", "uuid": "…"}, …]`, in either order of the keys,
//! about 90 bytes a domain, and as many domains as the FMC has.

use super::{Domain, Sink};
use crate::error::ConfigError;
use crate::json::{Nest, Pick, Picked, Value};
use crate::text::Text;

/// Longest name that is kept whole, in bytes. A longer one is not reported.
const NAME_MAX: usize = 256;

const ELEMENT: usize = 0;
const NAME: usize = 1;
const PATHS: &[&str] = &["[]", "[].name", "[].uuid"];

/// Reads the list and hands on each domain.
pub(super) struct Domains {
    pick: Pick<NAME_MAX>,
    current: Current,
    new: bool,
}

struct Current {
    name: heapless::Vec<u8, NAME_MAX>,
    uuid: Text<36>,
}

impl Domains {
    pub(super) fn new() -> Self {
        let current = Current {
            name: heapless::Vec::new(),
            uuid: Text::new(),
        };
        Self {
            pick: Pick::new(PATHS),
            current,
            new: true,
        }
    }

    pub(super) const fn is_new(&self) -> bool {
        self.new
    }

    /// Takes the next piece of the value. What is not JSON ends the list: the
    /// login stands without it.
    pub(super) fn push(
        &mut self,
        piece: &[u8],
        search: &mut Option<DomainSearch<'_>>,
        sink: &mut dyn Sink,
    ) {
        self.new = false;
        let mut reader = Reader {
            current: &mut self.current,
            search,
            sink,
        };
        let _ = self.pick.push(piece, &mut reader);
    }
}

struct Reader<'a, 'q> {
    current: &'a mut Current,
    search: &'a mut Option<DomainSearch<'q>>,
    sink: &'a mut dyn Sink,
}

impl Picked for Reader<'_, '_> {
    fn value(&mut self, path: usize, value: Value<'_>) {
        let Some(text) = value.as_string() else {
            return;
        };
        if path == NAME {
            self.current.name.clear();
            let _ = self.current.name.extend_from_slice(text);
        } else {
            self.current.uuid.clear();
            self.current.uuid.push(text);
        }
    }

    fn begin(&mut self, path: usize, _: Nest) {
        if path == ELEMENT {
            self.current.name.clear();
            self.current.uuid.clear();
        }
    }

    fn end(&mut self, path: usize, _: Nest) {
        let Current { name, uuid } = &*self.current;
        if path != ELEMENT || name.is_empty() || uuid.is_empty() || uuid.is_truncated() {
            return;
        }
        self.sink.domain(name, uuid.as_bytes());
        if let Some(search) = self.search {
            search.consider(name, uuid);
        }
    }
}

/// Finds the UUID of the domain `wanted` in a list of names and UUIDs that an
/// earlier login gave.
///
/// # Errors
/// As for a login: [`ConfigError::DomainMissing`], [`ConfigError::DomainAmbiguous`].
pub fn find_domain<'n>(
    wanted: &str,
    list: impl IntoIterator<Item = (&'n str, &'n str)>,
) -> Result<Text<36>, ConfigError> {
    let mut search = DomainSearch::new(wanted);
    for (name, uuid) in list {
        search.consider(name.as_bytes(), &Text::from(uuid));
    }
    match search.finish() {
        Domain::Uuid(uuid) => Ok(uuid),
        Domain::Failed(error) => Err(error),
        Domain::Unknown => Err(ConfigError::DomainMissing),
    }
}

/// Finds one domain by its UUID, its full name, or the last part of its name.
///
/// A UUID or full name beats the last part; letter case is ignored. Two domains
/// that fit equally well are an error, and so is none: never the wrong tenant.
pub(super) struct DomainSearch<'q> {
    wanted: &'q str,
    best: Fit,
    count: u8,
    uuid: Text<36>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    None,
    LastPart,
    Whole,
}

impl<'q> DomainSearch<'q> {
    pub(super) const fn new(wanted: &'q str) -> Self {
        Self {
            wanted,
            best: Fit::None,
            count: 0,
            uuid: Text::new(),
        }
    }

    fn consider(&mut self, name: &[u8], uuid: &Text<36>) {
        let fit = self.fit(name, uuid.as_bytes());
        if fit > self.best {
            (self.best, self.count) = (fit, 0);
        }
        if fit == self.best && fit != Fit::None && *uuid != self.uuid {
            self.count = self.count.saturating_add(1);
            self.uuid = uuid.clone();
        }
    }

    fn fit(&self, name: &[u8], uuid: &[u8]) -> Fit {
        let last = name.rsplit(|&byte| byte == b'/').next().unwrap_or(name);
        if same(name, self.wanted) || same(uuid, self.wanted) {
            Fit::Whole
        } else if same(last, self.wanted) {
            Fit::LastPart
        } else {
            Fit::None
        }
    }

    pub(super) fn finish(self) -> Domain {
        match self.count {
            0 => Domain::Failed(ConfigError::DomainMissing),
            1 => Domain::Uuid(self.uuid),
            _ => Domain::Failed(ConfigError::DomainAmbiguous),
        }
    }
}

/// Whether the bytes say `wanted`, in UTF-8 or in Latin-1: an FMC may send
/// either, and does not say which.
fn same(bytes: &[u8], wanted: &str) -> bool {
    let latin_1 = || {
        bytes
            .iter()
            .map(|&byte| char::from(byte).to_ascii_lowercase())
    };
    bytes.eq_ignore_ascii_case(wanted.as_bytes())
        || latin_1().eq(wanted.chars().map(|c| c.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::{String, ToString as _};
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[derive(Default)]
    struct List(Vec<(Vec<u8>, String)>);

    impl Sink for List {
        fn domain(&mut self, name: &[u8], uuid: &[u8]) {
            self.0
                .push((name.to_vec(), String::from_utf8(uuid.to_vec()).unwrap()));
        }
    }

    fn read(value: &[u8], pieces: usize, wanted: &str) -> (List, Domain) {
        let (mut domains, mut list) = (Domains::new(), List::default());
        let mut search = Some(DomainSearch::new(wanted));
        value
            .chunks(pieces.max(1))
            .for_each(|p| domains.push(p, &mut search, &mut list));
        (list, search.unwrap().finish())
    }

    const CAPTURED: &[u8] = br#"[{"name":"Global","uuid":"e276abec-e0f2-11e3-8169-6d9ed49b625f"}, {"uuid":"61e913a3-4bd6-7bde-54b6-000000000000", "name":"Global/Devel"}]"#;

    #[test]
    fn one_is_found_by_name_last_part_or_uuid() {
        let devel = "61e913a3-4bd6-7bde-54b6-000000000000";
        for wanted in ["Global/Devel", "devel", "GLOBAL/DEVEL", devel] {
            assert_eq!(
                read(CAPTURED, 3, wanted).1,
                Domain::Uuid(devel.into()),
                "{wanted}"
            );
        }
        assert_eq!(
            read(CAPTURED, 1, "x").1,
            Domain::Failed(ConfigError::DomainMissing)
        );
        assert_eq!(read(CAPTURED, 500, "Global").0.0.len(), 2);
    }

    #[test]
    fn two_of_one_name_are_ambiguous_unless_one_is_named_in_full() {
        let list = br#"[{"name":"Global/A/X","uuid":"1"},{"name":"Global/B/X","uuid":"2"},{"name":"X","uuid":"3"}]"#;
        assert_eq!(read(list, 9, "X").1, Domain::Uuid("3".into()));
        assert_eq!(read(list, 9, "Global/B/X").1, Domain::Uuid("2".into()));
        let list = &list[..list.len() - r#",{"name":"X","uuid":"3"}]"#.len()];
        assert_eq!(
            read(list, 9, "X").1,
            Domain::Failed(ConfigError::DomainAmbiguous)
        );
    }

    #[test]
    fn escapes_and_high_bytes_survive() {
        let list = b"[{\"name\":\"Gl\\u00f6b\\/\\\"x\\\"\",\"uuid\":\"1\"},{\"name\":\"Z\xfcrich\",\"uuid\":\"2\"}]";
        let (names, found) = read(list, 1, "Z\u{fc}rich");
        assert_eq!(names.0[0].0, "Gl\u{f6}b/\"x\"".as_bytes());
        assert_eq!(names.0[1].0, b"Z\xfcrich");
        assert_eq!(found, Domain::Uuid("2".into()));
    }

    #[test]
    fn what_is_not_a_list_gives_no_domain() {
        for value in [
            &b""[..],
            b"{}",
            b"[",
            b"[{\"name\":\"a\"}]",
            b"nonsense",
            b"[{\"name\":1,\"uuid\":\"u\"}]",
        ] {
            assert!(read(value, 2, "a").0.0.is_empty());
        }
    }

    proptest! {
        /// One out of any number, in any split: what a whole JSON parser finds.
        #[test]
        fn any_number_in_any_split(
            names in prop::collection::btree_set("[a-zA-Z0-9/\"\\\\\u{e4}\u{4e2d} ._-]{1,20}", 1..60),
            pick in any::<prop::sample::Index>(),
            pieces in 1usize..200,
        ) {
            let names: Vec<_> = names.into_iter().collect();
            let uuid = |n: usize| format!("{n:08x}-0000-0000-0000-000000000000");
            let list = names.iter().enumerate()
                .map(|(n, name)| serde_json::json!({"name": name, "uuid": uuid(n)}))
                .collect::<Vec<_>>();
            let value = serde_json::to_string(&list).unwrap();
            let wanted = pick.get(&names);
            let (seen, found) = read(value.as_bytes(), pieces, wanted);
            let seen: Vec<_> = seen.0.into_iter().map(|(n, _)| String::from_utf8(n).unwrap()).collect();
            prop_assert_eq!(&seen, &names);
            let same_name = names.iter().filter(|n| n.eq_ignore_ascii_case(wanted)).count();
            if same_name == 1 {
                let index = names.iter().position(|n| n == wanted).unwrap();
                prop_assert_eq!(found, Domain::Uuid(uuid(index).to_string().as_str().into()));
            } else {
                prop_assert_eq!(found, Domain::Failed(ConfigError::DomainAmbiguous));
            }
        }
    }
}
