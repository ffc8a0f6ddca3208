//! `import`: a whole image in base64, straight to the spare slot. Nothing of it
//! is echoed, as it holds passwords.

use core::fmt;

use embassy_time::{Duration, Instant};
use embedded_io_async::{Read, Write};
use oobwatch_image::{Image, REGION_LEN, announced};

use super::base64::Decoder;
use super::line::Line;
use super::pages::Pages;
use super::reply::Reply;
use super::{Console, Saved, TICK};
use crate::board::{ConfigStore, NotSaved};
use crate::state::Refused;

/// Between two characters.
const IDLE: Duration = Duration::from_secs(30);
/// For all of it: no check begins meanwhile.
const WHOLE: Duration = Duration::from_secs(180);
/// When nothing has come for so long, the rest of what was pasted is over.
const SILENCE: Duration = Duration::from_secs(1);

/// Why an image was not taken in. The configuration in use stays.
pub(super) enum NotImported {
    Interrupted,
    TookTooLong,
    InputLost,
    NotBase64(usize),
    Storage,
    TooLong(usize),
    NotNewer { offered: u32, in_use: u32 },
    Refused(Refused),
}

impl<S: Read + Write, C: ConfigStore> Console<'_, S, C> {
    pub(super) async fn import(&mut self, line: &mut Line) -> Reply {
        self.saved = Saved::Nothing;
        let hold = self.state.hold_checks();
        let received = self.receive(line).await;
        drop(hold);
        // What comes behind it must not be taken for commands.
        self.swallow().await;
        let accepted = received.and_then(|()| {
            let accepted = self.state.accepts(self.store.spare());
            accepted.map_err(NotImported::Refused)
        });
        if let Err(error) = accepted {
            // None of it may stay.
            let _ = self.store.erase().await;
            return Reply::NotImported(error);
        }
        if let Some(draft) = &mut self.draft {
            draft.clear();
        }
        self.saved = Saved::Import;
        self.tell_waiting()
    }

    async fn receive(&mut self, line: &mut Line) -> Result<(), NotImported> {
        self.store.erase().await?;
        let prompt = "send the image, as `base64 config.bin` prints it; nothing is echoed";
        self.terminal.say(&prompt).await;
        let _ = self.terminal.has_lost();
        let in_use = self.state.image.map(Image::generation).ok();
        let mut pages = Pages::new(self.store, line.room());
        let mut decoder = Decoder::default();
        let start = Instant::now();
        let mut heard = start;
        let mut length = REGION_LEN;
        while pages.length() < length {
            self.state.progress.console.set();
            let now = Instant::now();
            if now - heard > IDLE || now - start > WHOLE {
                return Err(NotImported::TookTooLong);
            }
            let Some(byte) = self.terminal.byte(TICK).await else {
                continue;
            };
            heard = now;
            if byte == 0x03 {
                return Err(NotImported::Interrupted);
            }
            if self.terminal.has_lost() {
                return Err(NotImported::InputLost);
            }
            let at = pages.length();
            match decoder.push(byte) {
                Ok(None) => {}
                Ok(Some(byte)) => pages.push(&[byte]).await?,
                Err(_) => return Err(NotImported::NotBase64(at)),
            }
            if let Some(head) = pages.first().first_chunk().filter(|_| length == REGION_LEN) {
                length = check_head(head, in_use)?;
            }
        }
        Ok(pages.finish().await?)
    }

    /// Lets go by what comes until nothing does, or for as long as an import may
    /// take.
    async fn swallow(&mut self) {
        let end = Instant::now() + WHOLE;
        while Instant::now() < end && self.terminal.byte(SILENCE).await.is_some() {
            self.state.progress.console.set();
        }
        let _ = self.terminal.has_lost();
    }
}

/// The length that an image says it has, if it is newer than the one in use.
fn check_head(
    head: &[u8; oobwatch_image::HEADER_LEN],
    in_use: Option<u32>,
) -> Result<usize, NotImported> {
    let (length, offered) = announced(head).map_err(Refused::Image)?;
    if length > REGION_LEN {
        return Err(NotImported::TooLong(length));
    }
    match in_use {
        Some(in_use) if offered <= in_use => Err(NotImported::NotNewer { offered, in_use }),
        _ => Ok(length),
    }
}

impl From<NotSaved> for NotImported {
    fn from(_: NotSaved) -> Self {
        Self::Storage
    }
}

impl From<Refused> for NotImported {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl fmt::Display for NotImported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not imported: ")?;
        match self {
            Self::Interrupted => f.write_str("broken off"),
            Self::TookTooLong => f.write_str("the rest did not come"),
            Self::InputLost => f.write_str("input was lost on the way; send it again, slower"),
            Self::NotBase64(at) => write!(f, "not base64 after byte {at} of the image"),
            Self::Storage => f.write_str("the storage did not take it"),
            Self::TooLong(length) => {
                write!(f, "{length} bytes, and there is room for {REGION_LEN}")
            }
            Self::NotNewer { offered, in_use } => write!(
                f,
                "its generation {offered} is not above {in_use}, which is in use; make it again, or: factory-reset"
            ),
            Self::Refused(refused) => refused.fmt(f),
        }
    }
}
