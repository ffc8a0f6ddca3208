//! `--record FILE`: a transcript of requests and responses that is safe to attach to a bug report.
//!
//! What is not known to be harmless is replaced: header fields and JSON members by the lists in
//! [`vocabulary`], all text by [`redact`]. The same value has the same pseudonym throughout one
//! transcript, so that it still shows which token, device or domain is which.

mod json;
mod message;
mod redact;
mod shape;
mod spelling;
mod tape;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use oobwatch_client::Tap;

pub(crate) use redact::Kind;
use redact::Redactor;
use tape::{Tape, lock};

use crate::exit::Failure;

/// Longest body that is shown, in bytes after redaction.
const BODY_LIMIT: usize = 64 * 1024;

/// The transcript of a command, shared by its clients.
#[derive(Clone)]
pub(crate) struct Record(Arc<Mutex<Transcript>>);

impl Record {
    /// Starts a transcript if a file is named, which only its owner can read: whether to pass it
    /// on is theirs to decide. A file that is there is replaced.
    pub(crate) fn open(path: Option<&Path>) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let failed = |error| {
            Failure::Usage(format!(
                "can not write a transcript to {}: {error}",
                path.display()
            ))
        };
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(failed)?;
        let recorder = Recorder::new(BufWriter::new(file)).map_err(failed)?;
        let (path, failed) = (path.to_owned(), None);
        Ok(Some(Self(Arc::new(Mutex::new(Transcript {
            recorder,
            path,
            failed,
        })))))
    }

    /// Listens to one client.
    pub(crate) fn tap(&self) -> Arc<dyn Tap> {
        Arc::new(Tape::new(Arc::clone(&self.0)))
    }

    /// Replaces `value` from now on, wherever and however encoded it appears.
    pub(crate) fn conceal(&self, kind: Kind, value: &str) {
        lock(&self.0).recorder.conceal(kind, value);
    }

    /// Writes an error that no message shows.
    pub(crate) fn failure(&self, why: &str) {
        lock(&self.0).write(|recorder| recorder.failure(why));
    }

    /// What is to be said if not all could be written. Is said once.
    pub(crate) fn problem(&self) -> Option<String> {
        let mut transcript = lock(&self.0);
        let error = transcript.failed.take()?;
        Some(format!(
            "the transcript {} is not complete: {error}",
            transcript.path.display()
        ))
    }
}

/// A transcript in a file, up to the first error.
struct Transcript {
    recorder: Recorder<BufWriter<File>>,
    path: PathBuf,
    failed: Option<io::Error>,
}

impl Transcript {
    fn write(&mut self, write: impl FnOnce(&mut Recorder<BufWriter<File>>) -> io::Result<()>) {
        if self.failed.is_none() {
            self.failed = write(&mut self.recorder).err();
        }
    }
}

/// Writes a transcript.
struct Recorder<W> {
    out: W,
    redactor: Redactor,
}

/// A header field as it was on the wire.
type Field<'a> = (&'a str, &'a [u8]);

impl<W: Write> Recorder<W> {
    /// Starts a transcript.
    fn new(mut out: W) -> io::Result<Self> {
        let version = env!("CARGO_PKG_VERSION");
        writeln!(out, "# oobwatch {version}: a redacted transcript")?;
        writeln!(
            out,
            "# names, addresses, identifiers and secrets are replaced by pseudonyms"
        )?;
        out.flush()?;
        Ok(Self {
            out,
            redactor: Redactor::default(),
        })
    }

    /// Replaces `value` from now on, wherever and however encoded it appears.
    fn conceal(&mut self, kind: Kind, value: &str) {
        self.redactor.conceal(kind, value);
    }

    /// Writes a request. `target` is the path and query, as sent.
    fn request(
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
    fn response(&mut self, status: u16, fields: &[Field<'_>], body: &[u8]) -> io::Result<()> {
        self.redactor.learn_tokens(fields, body);
        let mut lines = vec![format!("< HTTP/1.1 {status}")];
        self.message(&mut lines, '<', fields, body);
        self.write(&lines)
    }

    /// Writes why there is no response.
    fn failure(&mut self, why: &str) -> io::Result<()> {
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
