//! Every error: what it says, where a check stops by it, what it means, what to do.

mod meanings;

use core::fmt::Write as _;

use oobwatch_client::core::error::{ConfigError, Error, PeerError, TransportError, one_of_each};
use oobwatch_client::core::health::{Verdict, stopped_at};
use oobwatch_docs::cell;

use self::meanings::meaning;

type Chapter = (&'static str, fn(&Error) -> bool);

const CHAPTERS: [Chapter; 7] = [
    (
        "On the way to the box",
        |error| matches!(error, Error::Transport(why) if !matches!(why, TransportError::Certificate(_))),
    ),
    ("Its certificate", |error| {
        matches!(error, Error::Transport(TransportError::Certificate(_)))
    }),
    (
        "What it answered",
        |error| matches!(error, Error::Peer(why) if !matches!(why, PeerError::Http(_) | PeerError::Json(_))),
    ),
    ("Answers that are no HTTP", |error| {
        matches!(error, Error::Peer(PeerError::Http(_)))
    }),
    ("Answers that are no JSON", |error| {
        matches!(error, Error::Peer(PeerError::Json(_)))
    }),
    ("What was asked for", |error| {
        matches!(error, Error::Config(_))
    }),
    ("Limits", |error| matches!(error, Error::Resource(_))),
];

#[test]
fn the_page_of_errors_has_each() {
    let mut page = String::new();
    let mut count = 0;
    for (title, is_in) in CHAPTERS {
        let _ = write!(page, "## {title}\n\n");
        let errors: Vec<_> = one_of_each().filter(is_in).collect();
        count += errors.len();
        let means = !errors.iter().all(|error| meaning(error).is_empty());
        chapter(&mut page, &errors, means);
    }
    assert_eq!(count, one_of_each().count(), "each is in one chapter");
    oobwatch_docs::generated("reference/errors.md", "errors", &page);
}

/// Where nothing is to be said of each alone, there is a list.
fn chapter(page: &mut String, errors: &[Error], means: bool) {
    let place = |error: &Error| (stopped_at(error).as_str(), Verdict::of(error));
    if !means {
        let (layer, verdict) = errors.first().map_or_else(Default::default, |error| {
            let (layer, verdict) = place(error);
            (layer, verdict.to_string())
        });
        let _ = write!(
            page,
            "All of these stop a check at {layer}, with {verdict}:\n\n"
        );
        for error in errors {
            let _ = writeln!(page, "- {error}");
        }
    } else {
        page.push_str(
            "| it says | stopped at | verdict | means | what to do |\n|---|---|---|---|---|\n",
        );
        for error in errors {
            let (text, next) = (error.to_string(), error.next_step());
            let what = text.strip_suffix(next).unwrap_or(&text);
            let what = cell(what.trim_end_matches("; "));
            let ((layer, verdict), means) = (place(error), cell(meaning(error)));
            let next = cell(next);
            let _ = writeln!(page, "| {what} | {layer} | {verdict} | {means} | {next} |");
        }
    }
    page.push('\n');
}

#[test]
fn what_is_of_the_configuration_of_the_program_is_told_apart() {
    let of_program = |error: Error| meaning(&error).starts_with("In a program");
    assert!(of_program(ConfigError::StalePermit.into()));
    assert!(!of_program(ConfigError::StateBusy.into()));
}
