//! `show`, `set`, `save` and `discard`: the configuration, and a draft of the next.

use core::fmt::{self, Write};

use embedded_io_async::{Read, Write as WriteAsync};
use oobwatch_core::health::encode::syslog::Timestamp;
use oobwatch_image::{
    Certificate, Change, Credential, Image, LoginChange, REGION_LEN, RecordKind, Secret,
};

use super::command::Ask;
use super::line::Line;
use super::pages::Pages;
use super::{Console, Draft, Saved};
use crate::board::{ConfigStore, NotSaved};
use crate::slot;

/// Why there is nothing to change.
const NOTHING: &str = "there is no configuration to change; take one in by: import";

impl<S: Read + WriteAsync, C: ConfigStore> Console<'_, S, C> {
    /// Prints the configuration, changed parts marked.
    pub(super) async fn show(&mut self) {
        let (Ok(image), Some(draft)) = (self.state.image, &self.draft) else {
            self.terminal.say(&NOTHING).await;
            return;
        };
        let count = draft.with_image(|image| image.sections().count());
        for at in 0..count.unwrap_or(0) {
            let show = |out: &mut dyn Write| {
                let shown = draft.with_image(|image| section(out, draft, image, at));
                shown.unwrap_or(Ok(()))
            };
            self.terminal.print(&show).await;
        }
        for target in image.targets() {
            let is_there =
                |image: &Image<'_>| image.targets().iter().any(|t| t.name == target.name);
            if draft.with_image(is_there) == Some(false) {
                let line = format_args!("* target       {}: removed", target.name);
                self.terminal.say(&line).await;
            }
        }
        if !draft.is_empty() && self.saved != Saved::Draft {
            self.terminal.say(&"* changed, and not saved").await;
        }
        self.tell_waiting().await;
    }

    /// Makes a change, or says why not.
    pub(super) async fn change(&mut self, change: &Change<'_>) {
        if self.saved == Saved::Import {
            let line = "an imported configuration waits; first: reboot, or: discard";
            self.terminal.say(&line).await;
            return;
        }
        let Some(draft) = &mut self.draft else {
            self.terminal.say(&NOTHING).await;
            return;
        };
        match draft.apply(change) {
            Ok(()) => {
                self.saved = Saved::Nothing;
                self.terminal.say(&"changed; to keep it: save").await;
            }
            Err(error) => self.terminal.say(&error).await,
        }
    }

    /// Asks for a secret, which is not echoed.
    pub(super) async fn ask(&mut self, ask: Ask<'static>, line: &mut Line) {
        let prompt: &[u8] = match ask {
            Ask::Password(_) => b"password: ",
            Ask::Bearer(_) => b"bearer token: ",
            Ask::Webhook(_) => b"address: ",
        };
        self.terminal.write(prompt).await;
        if !self.read(line, false).await {
            return;
        }
        let secret = Secret::new(line.text().unwrap_or_default());
        let change = match ask {
            Ask::Password(name) => Change::Login(name, LoginChange::Password(secret)),
            Ask::Bearer(name) => Change::Login(name, LoginChange::Bearer(secret)),
            Ask::Webhook(place) => Change::Webhook(place, secret),
        };
        self.change(&change).await;
    }

    /// The same question, of what stays when the line is gone.
    pub(super) fn known(&self, ask: Ask<'_>) -> Option<Ask<'static>> {
        let image = self.state.image.ok()?;
        let name = |wanted: &str| {
            let mut names = image.credentials().iter().map(Credential::name);
            names.find(|name| *name == wanted)
        };
        Some(match ask {
            Ask::Password(wanted) => Ask::Password(name(wanted)?),
            Ask::Bearer(wanted) => Ask::Bearer(name(wanted)?),
            Ask::Webhook(place) => Ask::Webhook(place),
        })
    }

    /// Writes the changed configuration to the spare slot.
    pub(super) async fn save(&mut self, line: &mut Line) {
        let draft = self.draft.as_ref().filter(|draft| !draft.is_empty());
        let (Some(draft), Ok(image)) = (draft, self.state.image) else {
            self.terminal.say(&"nothing was changed").await;
            return;
        };
        let Some(generation) = image.generation().checked_add(1) else {
            let line = "there is no higher generation; make a new image and import it";
            self.terminal.say(&line).await;
            return;
        };
        self.saved = Saved::Nothing;
        let written = write(draft, generation, self.store, line).await;
        if written.is_ok() && slot::generation(self.store.spare()) == Ok(generation) {
            self.saved = Saved::Draft;
            self.tell_waiting().await;
        } else {
            let line = "the storage did not take it; the configuration in use stays";
            self.terminal.say(&line).await;
        }
    }

    /// Goes back to the configuration in use.
    pub(super) async fn discard(&mut self) {
        if let Some(draft) = &mut self.draft {
            draft.clear();
        }
        if self.waiting().is_some() && self.store.erase().await.is_err() {
            let line = "the storage could not be erased; what was saved is used after a reboot";
            self.terminal.say(&line).await;
            return;
        }
        self.saved = Saved::Nothing;
        let line = "discarded; the configuration in use stays";
        self.terminal.say(&line).await;
    }
}

async fn write<C: ConfigStore>(
    draft: &Draft,
    generation: u32,
    store: &mut C,
    line: &mut Line,
) -> Result<(), NotSaved> {
    let rewrite = draft.rewrite(generation);
    if rewrite.length() > REGION_LEN {
        return Err(NotSaved);
    }
    store.erase().await?;
    let mut pages = Pages::new(store, line.room());
    for piece in rewrite.pieces() {
        pages.push(piece).await?;
    }
    pages.finish().await
}

fn section(out: &mut dyn Write, draft: &Draft, image: &Image<'_>, at: usize) -> fmt::Result {
    let Some(section) = image.sections().nth(at) else {
        return Ok(());
    };
    let before = image.sections().take(at);
    let place = before
        .filter(|other| other.kind() == section.kind())
        .count();
    let is_changed = |kind: RecordKind| draft.is_changed(kind, place);
    if section.kind().is_some_and(is_changed) {
        out.write_str("* ")?;
    }
    section.write(out, &certificate)
}

fn certificate(out: &mut dyn Write, label: &str, shown: &Certificate<'_>) -> fmt::Result {
    let end = Timestamp(shown.not_after().saturating_mul(1_000));
    writeln!(out, "{label}{} bytes, valid to {end}", shown.der().len())
}
