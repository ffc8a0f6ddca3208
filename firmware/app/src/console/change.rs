//! `show`, `set`, `save` and `discard`: the configuration, and a draft of the next.

use core::fmt::{self, Write};

use embedded_io_async::{Read, Write as WriteAsync};
use oobwatch_core::health::encode::syslog::Timestamp;
use oobwatch_image::{Certificate, Change, Credential, Image, LoginChange, REGION_LEN, Secret};

use super::command::{Ask, More};
use super::line::Line;
use super::pages::Pages;
use super::reply::Reply;
use super::{Console, Draft, Saved};
use crate::board::{ConfigStore, NotSaved};
use crate::slot;

const NOTHING: Reply = Reply::Text("there is no configuration to change; take one in by: import");
const NO_CREDENTIAL: Reply = Reply::Text("there is no such credential");

impl<S: Read + WriteAsync, C: ConfigStore> Console<'_, S, C> {
    /// Prints the configuration, changed parts marked.
    pub(super) async fn show(&mut self) -> Reply {
        let (Ok(image), Some(draft)) = (self.state.image, &self.draft) else {
            return NOTHING;
        };
        let mut at = 0;
        while draft.with_image(|image| image.section(at).is_some()) == Some(true) {
            let show = |out: &mut dyn Write| section(out, draft, at);
            self.terminal.print(&show).await;
            at += 1;
        }
        let gone = |out: &mut dyn Write| removed(out, draft, image);
        self.terminal.print(&gone).await;
        if !draft.is_empty() && self.saved != Saved::Draft {
            return Reply::Text("* changed, and not saved");
        }
        self.tell_waiting()
    }

    /// Makes a change, or says why not.
    pub(super) fn change(&mut self, change: &Change<'_>) -> Reply {
        if self.saved == Saved::Import {
            return Reply::Text("an imported configuration waits; first: reboot, or: discard");
        }
        let Some(draft) = &mut self.draft else {
            return NOTHING;
        };
        match draft.apply(change) {
            Ok(()) => {
                self.saved = Saved::Nothing;
                Reply::Text("changed; to keep it: save")
            }
            Err(error) => Reply::NotChanged(error),
        }
    }

    /// Asks for a secret, which is not echoed.
    pub(super) async fn ask(&mut self, ask: Ask<'static>, line: &mut Line) -> Reply {
        let prompt: &[u8] = match ask {
            Ask::Password(_) => b"password: ",
            Ask::Bearer(_) => b"bearer token: ",
            Ask::Webhook(_) => b"address: ",
        };
        self.terminal.write(prompt).await;
        if let Err(reply) = self.read(line, false).await {
            return reply;
        }
        let secret = Secret::new(line.text().unwrap_or_default());
        let change = match ask {
            Ask::Password(name) => Change::Login(name, LoginChange::Password(secret)),
            Ask::Bearer(name) => Change::Login(name, LoginChange::Bearer(secret)),
            Ask::Webhook(place) => Change::Webhook(place, secret),
        };
        self.change(&change)
    }

    /// The same, of what stays when the line is gone.
    pub(super) fn known(&self, more: More<'_>) -> Result<More<'static>, Reply> {
        let credentials = self
            .state
            .image
            .map_or(&[][..], |image| image.credentials());
        let name = |wanted: &str| {
            let mut names = credentials.iter().map(Credential::name);
            names.find(|name| *name == wanted).ok_or(NO_CREDENTIAL)
        };
        Ok(match more {
            More::Ask(Ask::Password(wanted)) => More::Ask(Ask::Password(name(wanted)?)),
            More::Ask(Ask::Bearer(wanted)) => More::Ask(Ask::Bearer(name(wanted)?)),
            More::Ask(Ask::Webhook(place)) => More::Ask(Ask::Webhook(place)),
            More::Help => More::Help,
            More::Status => More::Status,
            More::Show => More::Show,
            More::Save => More::Save,
            More::Discard => More::Discard,
            More::Import => More::Import,
            More::Reboot => More::Reboot,
            More::FactoryReset => More::FactoryReset,
        })
    }

    /// Writes the changed configuration to the spare slot.
    pub(super) async fn save(&mut self, line: &mut Line) -> Reply {
        let draft = self.draft.as_ref().filter(|draft| !draft.is_empty());
        let (Some(draft), Ok(image)) = (draft, self.state.image) else {
            return Reply::Text("nothing was changed");
        };
        let Some(generation) = image.generation().checked_add(1) else {
            return Reply::Text("there is no higher generation; make a new image and import it");
        };
        self.saved = Saved::Nothing;
        let written = write(draft, generation, self.store, line).await;
        if written.is_err() || slot::generation(self.store.spare()) != Ok(generation) {
            return Reply::Text("the storage did not take it; the configuration in use stays");
        }
        self.saved = Saved::Draft;
        self.tell_waiting()
    }

    /// Goes back to the configuration in use.
    pub(super) async fn discard(&mut self) -> Reply {
        if let Some(draft) = &mut self.draft {
            draft.clear();
        }
        if self.waiting().is_some() && self.store.erase().await.is_err() {
            return Reply::Text(
                "the storage could not be erased: what was saved is used after a reboot",
            );
        }
        self.saved = Saved::Nothing;
        Reply::Text("discarded; the configuration in use stays")
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

fn section(out: &mut dyn Write, draft: &Draft, at: usize) -> fmt::Result {
    let shown = draft.with_image(|image| {
        let Some((section, place)) = image.section(at) else {
            return Ok(());
        };
        let kind = section.kind();
        if kind.is_some_and(|kind| draft.is_changed(kind, place)) {
            out.write_str("* ")?;
        }
        section.write(out, &certificate)
    });
    shown.unwrap_or(Ok(()))
}

/// Targets that the draft has no more.
fn removed(out: &mut dyn Write, draft: &Draft, before: &Image<'_>) -> fmt::Result {
    let shown = draft.with_image(|image| {
        let is_gone = |name| image.targets().iter().all(|target| target.name != name);
        let mut gone = before
            .targets()
            .iter()
            .filter(|target| is_gone(target.name));
        gone.try_for_each(|target| writeln!(out, "* target       {}: removed", target.name))
    });
    shown.unwrap_or(Ok(()))
}

fn certificate(out: &mut dyn Write, label: &str, shown: &Certificate<'_>) -> fmt::Result {
    let end = Timestamp(shown.not_after().saturating_mul(1_000));
    writeln!(out, "{label}{} bytes, valid to {end}", shown.der().len())
}
