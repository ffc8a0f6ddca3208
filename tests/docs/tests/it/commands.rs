//! Every command of every page is run, or is listed with the reason why not.

use core::fmt::Write as _;

use crate::blocks::{self, Block, Note};
use crate::matching::matches;
use crate::pages::{self, Page};
use crate::session;

/// Pages whose commands are run by a test of their own package.
const RUN_ELSEWHERE: [&str; 1] = ["tests/sim/README.md"];

/// The list of commands that are not run.
const NOT_RUN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/not-run.txt");

fn pages_and_blocks() -> Vec<(Page, Vec<Block>)> {
    let pages = pages::all().into_iter();
    let pages = pages.filter(|page| !RUN_ELSEWHERE.contains(&page.path.as_str()));
    pages
        .map(|page| {
            let blocks = blocks::of(&page);
            (page, blocks)
        })
        .collect()
}

#[test]
fn commands_stand_where_they_are_run() {
    for (_, blocks) in pages_and_blocks() {
        for block in blocks {
            let place = &block.place;
            let shell = ["sh", "bash", "shell", "zsh"].contains(&block.language.as_str());
            assert!(!shell, "{place}: commands stand in ```console, after '$ '");
            assert!(
                block.language == "console" || !block.text.starts_with("$ "),
                "{place}: commands stand in ```console"
            );
        }
    }
}

#[test]
fn every_command_does_what_its_page_shows() {
    let wrong = std::thread::scope(|scope| {
        let pages = pages_and_blocks();
        let runs: Vec<_> = pages
            .into_iter()
            .map(|(_, blocks)| scope.spawn(move || faults(&blocks)))
            .collect();
        let faults = runs.into_iter().flat_map(|run| run.join().unwrap());
        faults.collect::<Vec<_>>()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What the commands of a page did otherwise.
fn faults(blocks: &[Block]) -> Vec<String> {
    let is_run = |block: &&Block| match block.note {
        Note::File(_) => true,
        Note::None => block.language == "console",
        Note::NotRun(_) | Note::From(_) => false,
    };
    let run: Vec<&Block> = blocks.iter().filter(is_run).collect();
    let consoles = run.iter().filter(|block| block.note == Note::None);
    let steps: Vec<_> = consoles
        .flat_map(|block| {
            session::steps(block)
                .into_iter()
                .map(|step| (&block.place, step))
        })
        .collect();
    if steps.is_empty() {
        return Vec::new();
    }
    let ran = session::run(&run);
    let mut faults = Vec::new();
    for (at, (place, step)) in steps.iter().enumerate() {
        let Some(ran) = ran.get(at) else {
            faults.push(format!("{place}: $ {}\nwas not reached", step.command));
            break;
        };
        let next = steps.get(at + 1);
        let status_is_shown = next.is_some_and(|(_, next)| next.command.contains("$?"));
        if ran.status != 0 && !status_is_shown {
            faults.push(format!(
                "{place}: $ {}\nended with {}:\n{}",
                step.command, ran.status, ran.output
            ));
        } else if !step.shown.is_empty() && !matches(&step.shown, &ran.output) {
            faults.push(format!(
                "{place}: $ {}\nthe page shows:\n{}\nit said:\n{}",
                step.command, step.shown, ran.output
            ));
        }
    }
    faults
}

#[test]
fn what_is_not_run_is_listed() {
    let mut list = String::from(
        "# Commands of the documents that no test runs, and why. Written by\n\
         #     OOBWATCH_BLESS=1 cargo test -p oobwatch-docs not_run\n",
    );
    let (mut run, mut left) = (0, 0);
    for (page, blocks) in pages_and_blocks() {
        for block in blocks.iter().filter(|block| block.language == "console") {
            let steps = session::steps(block);
            assert!(!steps.is_empty(), "{}: no command", block.place);
            let Note::NotRun(why) = &block.note else {
                run += steps.len();
                continue;
            };
            assert!(why.len() > 8, "{}: why is it not run?", block.place);
            left += steps.len();
            for step in steps {
                let first = step.command.lines().next().unwrap_or_default();
                let _ = writeln!(list, "{}: {why}: {first}", page.path);
            }
        }
    }
    println!("{run} commands are run, {left} are not");
    if std::env::var_os("OOBWATCH_BLESS").is_some() {
        std::fs::write(NOT_RUN, &list).unwrap();
    }
    let written = std::fs::read_to_string(NOT_RUN).unwrap_or_default();
    assert!(
        written == list,
        "not-run.txt is out of date. If each of these can not be run, write it with\n    \
         OOBWATCH_BLESS=1 cargo test -p oobwatch-docs not_run\n{list}"
    );
}

#[test]
fn what_a_page_has_wrong_is_found() {
    let faults = |text: &str| {
        let page = Page {
            path: "p.md".into(),
            text: format!("```console\n{text}\n```\n"),
        };
        faults(&blocks::of(&page)).len()
    };
    assert_eq!(faults("$ echo one two\none …\n$ false\n$ echo $?\n1"), 0);
    assert_eq!(faults("$ echo one\ntwo"), 1);
    assert_eq!(faults("$ false\n$ true"), 1);
    assert_eq!(faults("$ exit 0\n$ true"), 2);
}
