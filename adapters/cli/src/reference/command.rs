//! Every command and option of the command line.

use core::fmt::Write as _;

use clap::{Arg, ArgAction, Command, CommandFactory as _, Parser as _};

use crate::args::Cli;

#[test]
fn the_page_of_the_command_is_what_is_parsed() {
    let mut page = String::new();
    let mut all = Cli::command().term_width(usize::MAX);
    all.build();
    describe(&all, "oobwatch", &mut page);
    oobwatch_docs::generated("reference/command.md", "commands", &page);
}

fn describe(command: &Command, path: &str, page: &mut String) {
    let about = command.get_about().map(ToString::to_string);
    let _ = write!(
        page,
        "## `{path}`\n\n{}.\n\n",
        sentence(&about.unwrap_or_default())
    );
    let is_top = path == "oobwatch";
    let usage = command
        .clone()
        .override_usage(None)
        .render_usage()
        .to_string();
    let usage = usage.trim_start_matches("Usage: ");
    if !is_top {
        let _ = write!(page, "```text\n{usage}\n```\n\n");
    } else {
        page.push_str("These options go with every command:\n\n");
    }
    let arguments = command
        .get_arguments()
        .filter(|arg| !arg.is_hide_set() && (is_top || !arg.is_global_set()) && !is_of_clap(arg));
    for arg in arguments {
        let _ = writeln!(page, "- {}", line(arg));
    }
    if let Some(after) = command.get_after_help() {
        let _ = write!(page, "\n```text\n{}\n```\n", after.to_string().trim_end());
    }
    page.push('\n');
    for inner in command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
    {
        describe(inner, &format!("{path} {}", inner.get_name()), page);
    }
}

/// `--help` and `--version`.
fn is_of_clap(arg: &Arg) -> bool {
    matches!(
        arg.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    )
}

fn line(arg: &Arg) -> String {
    let mut line = format!("`{arg}`");
    if let (Some(short), Some(_)) = (arg.get_short(), arg.get_long()) {
        let _ = write!(line, ", `-{short}`");
    }
    let help = arg
        .get_long_help()
        .or(arg.get_help())
        .map(ToString::to_string);
    let _ = write!(line, ": {}.", sentence(&help.unwrap_or_default()));
    let values = arg.get_possible_values();
    if !values.is_empty() && arg.get_action().takes_values() {
        let values = values
            .iter()
            .filter(|value| !value.is_hide_set())
            .map(|value| {
                let help = value
                    .get_help()
                    .map(|help| format!(" ({})", sentence(&help.to_string())));
                format!("`{}`{}", value.get_name(), help.unwrap_or_default())
            });
        let _ = write!(line, " One of {}.", values.collect::<Vec<_>>().join(", "));
    }
    let defaults = arg.get_default_values().iter();
    for default in defaults.filter(|_| arg.get_action().takes_values()) {
        let _ = write!(line, " By default `{}`.", default.to_string_lossy());
    }
    if let Some(variable) = arg.get_env() {
        let _ = write!(line, " Or by `${}`.", variable.to_string_lossy());
    }
    line
}

/// Without its full stop. What stands between < and > would be HTML.
fn sentence(help: &str) -> String {
    let text = help.trim().trim_end_matches('.');
    text.replace('<', "&lt;")
        .replace('\n', " ")
        .replace("  ", " ")
}

/// The words of a line as a shell takes them apart, up to a pipe or a redirection.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (c, quote) {
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, Some(open)) if c == open => quote = None,
            (' ', None) => words.extend(word.take()),
            ('|' | '>' | ')', None) => break,
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// The examples that help shows: lines that begin with two blanks and the command.
fn examples(command: &Command, into: &mut Vec<String>) {
    let after = command.get_after_help().map(ToString::to_string);
    let after = after.unwrap_or_default().replace("\\\n", " ");
    for line in after.lines().filter(|line| line.starts_with("  ")) {
        if let Some(at) = line.find("oobwatch ") {
            let example = line[at..].split("   ").next().unwrap_or_default();
            into.push(example.replace("sha256:...", &format!("sha256:{:064}", 0)));
        }
    }
    command
        .get_subcommands()
        .for_each(|inner| examples(inner, into));
}

#[test]
fn the_examples_of_the_help_can_be_parsed() {
    let mut all = Vec::new();
    examples(&Cli::command(), &mut all);
    assert!(all.len() > 10, "{all:?}");
    for example in all {
        let words = words(&example);
        if let Err(error) = Cli::try_parse_from(&words) {
            panic!("{example}: {words:?}: {error}");
        }
    }
}
