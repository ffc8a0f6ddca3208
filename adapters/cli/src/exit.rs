//! How the command ends: a line on stderr, and an exit code.

use core::fmt;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::CommandFactory as _;
use clap::error::ErrorKind;
use oobwatch_client::Interrupted;

use crate::args::Cli;

/// Why the command did not do what it should.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The command line or the configuration must change. Nothing was sent.
    Usage(String),
    /// The same with all that must change, a line each.
    Refused(Vec<String>),
    /// It was tried, and failed.
    Failed(String),
    /// Somebody stopped it: the sessions are closed, but for these.
    Interrupted(Interrupted, Vec<String>),
}

impl Failure {
    /// A problem with what was asked for, or with the configuration.
    pub(crate) fn usage(error: impl fmt::Display) -> Self {
        Self::Usage(error.to_string())
    }

    /// A problem on the way.
    pub(crate) fn failed(error: impl fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }

    /// Nobody takes the output.
    pub(crate) fn unprinted(error: std::io::Error) -> Self {
        Self::Failed(format!("can not write to stdout: {error}"))
    }

    /// Prints the line.
    ///
    /// `check` has the codes of monitoring plug-ins, where all but OK, WARNING and CRITICAL is 3
    /// (UNKNOWN). The others have 1 for failures, and 2 for usage and configuration. A signal
    /// gives 128 and its number, for `check` as well: nobody has found out anything.
    pub(crate) fn report(&self, is_check: bool) -> ExitCode {
        match self {
            Self::Refused(problems) => problems.iter().for_each(|text| complain(&one_line(text))),
            _ => complain(&one_line(&self.to_string())),
        }
        ExitCode::from(self.code(is_check))
    }

    /// What must change, or what happened, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        match self {
            Self::Refused(problems) => problems.iter().map(|text| one_line(text)).collect(),
            _ => vec![one_line(&self.to_string())],
        }
    }

    fn code(&self, is_check: bool) -> u8 {
        match self {
            Self::Interrupted(signal, _) => signal.exit_code(),
            _ if is_check => 3,
            Self::Usage(_) | Self::Refused(_) => 2,
            Self::Failed(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Failed(text) => f.write_str(text),
            Self::Refused(problems) => f.write_str(&problems.join("; ")),
            Self::Interrupted(signal, problems) if problems.is_empty() => {
                write!(f, "{signal}; nothing was left open")
            }
            Self::Interrupted(signal, problems) => {
                write!(f, "{signal}; {}", problems.join("; "))
            }
        }
    }
}

/// Prints a warning that no log level can silence.
pub(crate) fn warn(text: &str) {
    complain(&format!("warning: {}", one_line(text)));
}

/// Prints a line on stdout.
pub(crate) fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush())
}

/// Prints a line on stderr, if anybody listens: the exit code tells them all the same.
fn complain(line: &str) {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    match &mut *held {
        Some(lines) if lines.len() < MAX_HELD => lines.push(line.to_owned()),
        Some(_) => {}
        None => {
            let _ = writeln!(std::io::stderr(), "oobwatch: {line}");
        }
    }
}

/// Lines that wait, while something else is drawn where they would be printed.
static HELD: Mutex<Option<Vec<String>>> = Mutex::new(None);
/// So many lines may wait.
const MAX_HELD: usize = 100;

/// From now on, warnings wait.
pub(crate) fn hold_back() {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    held.get_or_insert_default();
}

/// Prints the warnings that have waited, each once.
pub(crate) fn let_go() {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut lines = held.unwrap_or_default();
    lines.dedup();
    lines.iter().for_each(|line| complain(line));
}

/// What clap has to say: help and version in full, an error as one line.
pub(crate) fn usage_error(error: &clap::Error, arguments: &[std::ffi::OsString]) -> ExitCode {
    if !error.use_stderr() {
        // A closed pipe, as in `oobwatch --help | head -1`, is no failure.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let command = command_of(arguments);
    let help = match &command {
        Some(command) => format!("oobwatch {command} --help"),
        None => "oobwatch --help".to_owned(),
    };
    let text = if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        "what to do is missing".to_owned()
    } else {
        let text = error.to_string();
        let text = text.split("\n\nUsage:").next().unwrap_or_default();
        text.strip_prefix("error: ").unwrap_or(text).to_owned()
    };
    let text = text.replace("\n\nFor more information, try '--help'.", "");
    let text = text.replace("\n\n  tip: ", "; ");
    Failure::Usage(format!("{}; see '{help}'", text.trim()))
        .report(command.as_deref() == Some("check"))
}

/// The command among arguments of which something is wrong, such as `token refresh`.
fn command_of(arguments: &[std::ffi::OsString]) -> Option<String> {
    let lenient = Cli::command().ignore_errors(true);
    let matches = lenient.try_get_matches_from(arguments).ok()?;
    let (name, inner) = matches.subcommand()?;
    Some(match inner.subcommand_name() {
        Some(action) => format!("{name} {action}"),
        None => name.to_owned(),
    })
}

/// Lines and control characters become blanks: the text may quote an argument, or a box.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_has_codes_of_its_own() {
        let (usage, failed) = (Failure::usage("x"), Failure::failed("x"));
        assert_eq!((usage.code(false), failed.code(false)), (2, 1));
        assert_eq!((usage.code(true), failed.code(true)), (3, 3));
    }

    #[test]
    fn the_command_is_found_among_mistakes() {
        let found = |line: &str| {
            let arguments: Vec<_> = line.split(' ').map(Into::into).collect();
            command_of(&arguments)
        };
        assert_eq!(found("oobwatch check").as_deref(), Some("check"));
        assert_eq!(
            found("oobwatch --config check get --what").as_deref(),
            Some("get")
        );
        assert_eq!(found("oobwatch check a --what").as_deref(), Some("check"));
        let refresh = found("oobwatch token refresh fmc1");
        assert_eq!(refresh.as_deref(), Some("token refresh"));
        assert_eq!(found("oobwatch"), None);
    }

    #[test]
    fn a_message_is_one_line_that_moves_no_cursor() {
        assert_eq!(one_line("a\r\n  b\x1b[31m\tc\n"), "a b [31m c");
    }
}
