//! Colour on a terminal, and only there: NO_COLOR turns it off, CLICOLOR_FORCE on.
//!
//! Whoever prints writes escapes; the stream takes them out where they are not wanted. No colour
//! says what no word says.

use std::io;

use anstyle::{AnsiColor, Style};

use crate::exit::Failure;

/// Prints on stdout, with colours if it is a terminal.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    write(anstream::AutoStream::auto(io::stdout()).lock(), text)
}

/// Prints on stdout what programs read.
pub(crate) fn print_as_it_is(text: &str) -> Result<(), Failure> {
    write(io::stdout().lock(), text)
}

fn write(mut out: impl io::Write, text: &str) -> Result<(), Failure> {
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::unprinted)
}

/// The word of a verdict in its colour.
pub(crate) fn verdict(word: &str) -> String {
    let style = match word {
        "OK" => AnsiColor::Green.on_default(),
        "WARNING" => AnsiColor::Yellow.on_default(),
        "CRITICAL" => AnsiColor::Red.on_default().bold(),
        "UNKNOWN" => AnsiColor::Magenta.on_default(),
        _ => Style::new(),
    };
    format!("{style}{word}{style:#}")
}

/// Without what moves the cursor or turns the direction of writing: a box may have said it.
pub(crate) fn plain(text: &str) -> String {
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let shown = |c: char| if is_odd(c) { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_the_same_word_without_its_colour() {
        for word in ["OK", "WARNING", "CRITICAL", "UNKNOWN", "-"] {
            let coloured = verdict(word);
            assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), word);
            assert_eq!(coloured.contains('\x1b'), word != "-");
        }
    }

    #[test]
    fn nothing_moves_the_cursor() {
        let hostile = "a\x1b[2Jb\r\nc\u{202e}d\u{9b}31m\u{200d}";
        assert_eq!(
            plain(hostile),
            "a\u{fffd}[2Jb\u{fffd}\u{fffd}c\u{fffd}d\u{fffd}31m\u{fffd}"
        );
        assert_eq!(
            plain("fw-m\u{fc}nchen \u{6771}\u{4eac}"),
            "fw-m\u{fc}nchen \u{6771}\u{4eac}"
        );
    }
}
