//! `--record FILE`: a transcript of requests and responses that is safe to attach to a bug report.
//!
//! What is not known to be harmless is replaced: header fields and JSON members by the lists in
//! [`vocabulary`], all text by [`redact`]. The same value has the same pseudonym throughout one
//! transcript, so that it still shows which token, device or domain is which.

mod json;
mod redact;
mod shape;
mod spelling;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

pub(crate) use redact::Kind;
use redact::Redactor;

/// Longest body that is shown, in bytes after redaction.
const BODY_LIMIT: usize = 64 * 1024;

/// Writes a transcript.
pub(crate) struct Recorder<W> {
    out: W,
    redactor: Redactor,
}

/// Starts a transcript in a file, which only its owner can read: whether to pass it on is theirs
/// to decide. A file that is there is replaced.
pub(crate) fn create(path: &Path) -> io::Result<Recorder<BufWriter<File>>> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Recorder::new(BufWriter::new(options.open(path)?))
}

/// A header field as it was on the wire.
pub(crate) type Field<'a> = (&'a str, &'a [u8]);

impl<W: Write> Recorder<W> {
    /// Starts a transcript.
    pub(crate) fn new(mut out: W) -> io::Result<Self> {
        let version = env!("CARGO_PKG_VERSION");
        writeln!(out, "# oobwatch {version}: a redacted transcript")?;
        writeln!(
            out,
            "# names, addresses, identifiers and secrets are replaced by pseudonyms"
        )?;
        Ok(Self {
            out,
            redactor: Redactor::default(),
        })
    }

    /// Replaces `value` from now on, wherever and however encoded it appears.
    pub(crate) fn conceal(&mut self, kind: Kind, value: &str) {
        self.redactor.conceal(kind, value);
    }

    /// Writes a request. `target` is the path and query, as sent.
    pub(crate) fn request(
        &mut self,
        method: &str,
        target: &str,
        fields: &[Field<'_>],
        body: &[u8],
    ) -> io::Result<()> {
        let target = self.redactor.target(target);
        let mut lines = vec![String::new(), format!("> {method} {target} HTTP/1.1")];
        self.message(&mut lines, '>', fields, body);
        self.write(&lines)
    }

    /// Writes a response.
    pub(crate) fn response(
        &mut self,
        status: u16,
        fields: &[Field<'_>],
        body: &[u8],
    ) -> io::Result<()> {
        self.redactor.learn_tokens(fields, body);
        let mut lines = vec![format!("< HTTP/1.1 {status}")];
        self.message(&mut lines, '<', fields, body);
        self.write(&lines)
    }

    /// Writes why there is no response.
    pub(crate) fn failure(&mut self, why: &str) -> io::Result<()> {
        let why = self.redactor.prose(why);
        self.write(&[format!("! {why}")])
    }

    fn message(&mut self, lines: &mut Vec<String>, mark: char, fields: &[Field<'_>], body: &[u8]) {
        for (name, value) in fields {
            let (name, value) = self.redactor.field(name, value);
            lines.push(format!("{mark} {name}: {value}"));
        }
        if body.is_empty() {
            return;
        }
        let text = self.redactor.body(body);
        let (shown, cut) = text.split_at(boundary(&text, BODY_LIMIT));
        lines.push(mark.to_string());
        lines.extend(shown.lines().map(|line| format!("{mark} {line}")));
        if !cut.is_empty() {
            lines.push(format!("{mark} (cut; the body has {} bytes)", body.len()));
        }
    }

    /// Looks at each line once more: a value may have been put together from harmless parts.
    fn write(&mut self, lines: &[String]) -> io::Result<()> {
        for line in lines {
            let line = self.redactor.without_sought(line);
            writeln!(self.out, "{}", line.replace(char::is_control, " "))?;
        }
        self.out.flush()
    }
}

/// The last character boundary that is not behind `limit`.
fn boundary(text: &str, limit: usize) -> usize {
    (0..=limit.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}
