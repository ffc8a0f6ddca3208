//! Whatever a file holds, it is a configuration, or its mistakes have places inside of it.

use proptest::prelude::*;

use super::{WHOLE, parse};

/// What slips in, or replaces something.
fn scrap() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,4}",
        "[\\x00-\\x20\"'\\[\\]{}=.,#0-9a-z]{0,6}",
        proptest::sample::select(vec![
            "",
            "\n",
            "\r",
            "\"",
            "'''",
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            "=",
            "a.b.c = 1\n",
            "[targets.fmc1]\n",
            "[targets]\n",
            "targets = []\n",
            "url = 1\n",
            "= ",
            "1979-05-27",
            "0x_",
            "inf",
            "\u{feff}",
            "\u{0}",
            "ö",
            "firmware = { webhooks = [[]] }\n",
        ])
        .prop_map(str::to_owned),
    ]
}

fn mutated() -> impl Strategy<Value = String> {
    let one = (any::<prop::sample::Index>(), 0..12_usize, scrap());
    proptest::collection::vec(one, 1..6).prop_map(|mutations| {
        let mut text: Vec<char> = WHOLE.chars().collect();
        for (at, gone, new) in mutations {
            let from = at.index(text.len() + 1);
            let to = (from + gone).min(text.len());
            text.splice(from..to, new.chars());
        }
        text.into_iter().collect()
    })
}

fn assert_places(text: &str) -> Result<(), TestCaseError> {
    let Err(problems) = parse(text) else {
        return Ok(());
    };
    prop_assert!(!problems.is_empty());
    let lines: Vec<_> = text.split('\n').collect();
    let mut before = (0, 0);
    for problem in problems {
        let mut parts = problem.splitn(3, ':');
        let mut number = || {
            parts
                .next()
                .and_then(|part| part.parse::<usize>().ok())
                .unwrap()
        };
        let (line, column) = (number(), number());
        let there = lines
            .get(line - 1)
            .unwrap_or_else(|| panic!("{problem} in {text:?}"));
        prop_assert!(
            (1..=there.chars().count() + 1).contains(&column),
            "{problem} in {text:?}"
        );
        prop_assert!(before <= (line, column), "{problem} is out of order");
        before = (line, column);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_mutated_file_is_read_or_its_mistakes_have_places(text in mutated()) {
        assert_places(&text)?;
    }

    #[test]
    fn so_is_any_text(text in "[\\PC\\n]{0,60}") {
        assert_places(&text)?;
    }

    #[test]
    fn a_file_that_is_cut_off_is_no_panic(at in 0..WHOLE.len()) {
        assert_places(WHOLE.split_at(at).0)?;
    }
}

/// One character too many or too few, wherever it is: one problem, if the file is no TOML by it.
#[test]
fn one_slip_is_one_problem() {
    let places = WHOLE.char_indices().filter(|(_, c)| *c != '\n');
    for (at, c) in places {
        let slip = |gone, new| {
            let (before, after) = WHOLE.split_at(at);
            let after = after.get(gone..).unwrap_or_default();
            let found = parse(&format!("{before}{new}{after}"));
            let problems = found.err().unwrap_or_default();
            if problems.iter().any(|problem| problem.contains("not TOML")) {
                assert_eq!(problems.len(), 1, "{new:?} at {at}: {problems:#?}");
            }
        };
        slip(c.len_utf8(), "");
        ["=", "\"", "[", "]", "{", "}"]
            .iter()
            .for_each(|new| slip(0, new));
    }
}
