//! What the tasks of a board share: configuration, targets, latches, the record.

use core::cell::{Cell, RefCell};

use embassy_net::{DhcpConfig, Ipv4Cidr, StaticConfigV4};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::mutex::Mutex;
use embassy_sync::signal::Signal;
use heapless::{Vec, VecView};
use oobwatch_core::latch::{Latch, Leave};
use oobwatch_core::time::Instant;
use oobwatch_image::{
    Credential, Image, ImageError, Login, MAX_CREDENTIALS, MAX_WEBHOOKS, Network,
};

use crate::board::{Crash, NotSaved, ResetReason, Storage};
use crate::clock;
use crate::closing::Closing;
use crate::load::Load;
use crate::record::Record;
use crate::restore::{count_start, go_by, load};
use crate::serve::Page;
use crate::supervise::Progress;
use crate::target::{Change, Target};
use crate::wall::Wall;
use crate::webhook::Webhook;

/// What a board starts with.
pub struct Start<'a> {
    /// The configuration image, as it was parsed. It is large: parse it in place.
    pub image: &'static Result<Image<'static>, ImageError>,
    /// What the [other slot](crate::Slot) holds: after a change of the
    /// configuration, the one before.
    pub spare: &'a [u8],
    /// Room for what the HTTP server answers.
    pub page: &'static mut Page,
    /// What outlives resets.
    pub storage: &'static mut dyn Storage,
    /// Whether it outlives a loss of power, too.
    pub storage_outlives_power: bool,
    /// Why the board has started.
    pub reset: ResetReason,
    /// How the last run ended, if by itself.
    pub crash: Option<Crash>,
    /// A random number: seeds the jitter of waits.
    pub seed: u32,
}

/// Why a board watches nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The image is bad.
    Image(ImageError),
    /// It has more targets than the firmware has room for: so many.
    TooManyTargets(usize),
    /// The target of that index has an address that can not be used.
    Target(usize),
}

impl core::fmt::Display for Refused {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Image(error) => error.fmt(f),
            Self::TooManyTargets(room) => {
                write!(
                    f,
                    "the image has more targets than the {room} that this firmware has room for"
                )
            }
            Self::Target(index) => write!(f, "target {index} has a host name that can not be used"),
        }
    }
}

/// What all tasks share. One executor runs them: nothing here is locked, and
/// nothing is borrowed across an `await`.
pub struct State {
    pub(crate) image: Result<&'static Image<'static>, Refused>,
    /// Where an answer of the HTTP server is made, one at a time.
    pub(crate) page: Mutex<NoopRawMutex, &'static mut Page>,
    pub(crate) targets: &'static [Target],
    pub(crate) reset: ResetReason,
    pub(crate) crash: Option<Crash>,
    pub(crate) record: RefCell<Record>,
    pub(crate) saves: Cell<u32>,
    pub(crate) failed_saves: Cell<u32>,
    pub(crate) progress: Progress,
    pub(crate) load: Load,
    pub(crate) closing: Closing,
    pub(crate) wall: Wall,
    /// Raised for the syslog task when something has to be told.
    pub(crate) news: Signal<NoopRawMutex, ()>,
    pub(crate) webhooks: Vec<Webhook, MAX_WEBHOOKS>,
    /// Tells this start of the board from others, as far as a number can.
    pub(crate) start: u32,
    /// Changes of state so far.
    changes: Cell<u32>,
    /// No check begins for now.
    held: Cell<bool>,
    /// Most targets that there is room for.
    most: usize,
    latches: [RefCell<Latch>; MAX_CREDENTIALS],
    storage: RefCell<&'static mut dyn Storage>,
    /// The checksum of what was stored last.
    saved: Cell<Option<u32>>,
}

impl State {
    /// Reads configuration and record, and counts the start. `room` holds the
    /// targets: as many as the firmware will watch.
    ///
    /// A bad image leaves the board without targets: it serves its status page
    /// all the same.
    #[must_use]
    pub fn new(start: Start<'_>, room: &'static mut VecView<Target>) -> Self {
        let kept = load(start.storage);
        let has_forgotten = kept.is_none() && !start.storage_outlives_power;
        let mut record = kept.unwrap_or_default();
        let most = room.capacity();
        let image = start.image.as_ref().map_err(|error| Refused::Image(*error));
        let image = image.and_then(|image| {
            make_targets(image, start.seed, room)?;
            Ok(image)
        });
        if image.is_err() {
            room.clear();
        }
        count_start(&mut record, start.reset);
        if let Ok(image) = image {
            go_by(&mut record, image, start.spare);
        }
        let now = clock::now();
        let webhooks = image.map_or(&[][..], Image::webhooks);
        let state = Self {
            image,
            targets: room.as_slice(),
            reset: start.reset,
            crash: start.crash,
            latches: core::array::from_fn(|index| {
                let tries = record.credentials.get(index).copied().unwrap_or_default();
                RefCell::new(Latch::restored(tries.refusals_at_most(), now))
            }),
            page: Mutex::new(start.page),
            record: RefCell::new(record),
            saves: Cell::new(0),
            failed_saves: Cell::new(0),
            progress: Progress::new(),
            load: Load::new(),
            closing: Closing::new(),
            wall: Wall::default(),
            news: Signal::new(),
            webhooks: webhooks.iter().map(Webhook::new).collect(),
            start: start.seed,
            changes: Cell::new(0),
            held: Cell::new(false),
            most,
            storage: RefCell::new(start.storage),
            saved: Cell::new(None),
        };
        state.restore_sessions(now);
        if has_forgotten {
            state.presume_refusals(now);
        }
        // Whether it could be kept shows when the first login wants to.
        let _ = state.keep(|_| ());
        state
    }

    /// The targets, in the order of the configuration.
    #[must_use]
    pub const fn targets(&self) -> &'static [Target] {
        self.targets
    }

    /// Why the board has started.
    #[must_use]
    pub const fn reset(&self) -> ResetReason {
        self.reset
    }

    /// For how long the processor is kept busy.
    #[must_use]
    pub const fn load(&self) -> &Load {
        &self.load
    }

    /// How the last run ended, if by itself.
    #[must_use]
    pub const fn crash(&self) -> Option<&Crash> {
        self.crash.as_ref()
    }

    /// Why nothing is watched, if so.
    #[must_use]
    pub fn refused(&self) -> Option<Refused> {
        self.image.err()
    }

    /// Logs out of all boxes, after the check that is under way. Nothing is checked
    /// any more then, also where nothing was yet: for a board that is about to be reset.
    ///
    /// It may take some minutes where boxes do not answer. One caller may wait.
    ///
    /// # Cancel safety
    /// What was begun goes on.
    pub async fn close(&self) {
        self.closing.ask();
        if self.progress.watch.has_begun() {
            self.closing.has_come().await;
        }
    }

    /// How the configuration wants the network: by DHCP where there is none.
    #[must_use]
    pub fn network(&self) -> embassy_net::Config {
        match self.image.map(Image::network) {
            Ok(Network::Static(fixed)) => embassy_net::Config::ipv4_static(StaticConfigV4 {
                address: Ipv4Cidr::new(fixed.address, fixed.prefix),
                gateway: fixed.gateway,
                dns_servers: fixed.name_servers.iter().copied().collect(),
            }),
            Ok(Network::Dhcp) | Err(_) => embassy_net::Config::dhcpv4(DhcpConfig::default()),
        }
    }

    /// Whether the firmware would take the configuration in `slot`.
    // Not inlined: an image takes a few KiB of the stack.
    #[inline(never)]
    pub(crate) fn accepts(&self, slot: &[u8]) -> Result<(), Refused> {
        // Looked at where it is: moving it would take its room again.
        let image = Image::parse(slot);
        let image = match &image {
            Ok(image) => image,
            Err(error) => return Err(Refused::Image(*error)),
        };
        if image.targets().len() > self.most {
            return Err(Refused::TooManyTargets(self.most));
        }
        let targets = image.targets().iter();
        let bad = targets.map(Target::can_be).position(|can_be| !can_be);
        bad.map_or(Ok(()), |index| Err(Refused::Target(index)))
    }

    /// Lets no check begin for as long as what is returned lives.
    pub(crate) fn hold_checks(&self) -> Hold<'_> {
        self.held.set(true);
        Hold(&self.held)
    }

    /// Whether no check may begin.
    pub(crate) const fn is_held(&self) -> bool {
        self.held.get()
    }

    /// Forgets how often the credential of that name was refused, and says how
    /// often; its targets are due.
    pub(crate) fn unlock(&self, name: &str) -> Option<Result<u8, NotSaved>> {
        let credentials = self.image.map_or(&[][..], |image| image.credentials());
        let named = credentials.iter().find(|one| one.name() == name)?;
        let index = self.account(named);
        let latch = self.latches.get(index)?;
        let refusals = latch.borrow().refusals();
        latch.borrow_mut().reset();
        let kept = self.keep(|record| {
            if let Some(tries) = record.credentials.get_mut(index) {
                *tries = Default::default();
            }
        });
        let users = self.targets.iter();
        for target in users.filter(|target| self.account(&target.config.credential) == index) {
            target.check_at.set(clock::now());
        }
        Some(kept.map(|()| refusals))
    }

    /// Where what became of logins with `credential` is kept: in the place of the
    /// first that is the same user and secret, as who counts refusals knows no more
    /// of it.
    // Not inlined: it is asked for wherever a latch is.
    #[inline(never)]
    pub(crate) fn account(&self, credential: &Credential<'_>) -> usize {
        let all = self.image.map_or(&[][..], |image| image.credentials());
        let first = all.iter().position(|one| one.is_same_login(credential));
        first.unwrap_or(credential.index())
    }

    /// The latch of the credential of `target`.
    pub(crate) fn latch(&self, target: &Target) -> Option<&RefCell<Latch>> {
        self.latches.get(self.account(&target.config.credential))
    }

    /// Numbers the change of `target` that has just been seen, and wakes those who
    /// tell of it.
    pub(crate) fn changed(&self, target: &Target) {
        let number = self.changes.get().wrapping_add(1);
        self.changes.set(number);
        target.change.set(Change {
            number,
            at: clock::now(),
        });
        self.news.signal(());
    }

    /// Changes the record and stores it, unless it stays as it was stored last:
    /// flash wears.
    pub(crate) fn keep(&self, change: impl FnOnce(&mut Record)) -> Result<(), NotSaved> {
        let bytes = {
            let mut record = self.record.borrow_mut();
            change(&mut record);
            record.encode()
        };
        let crc = bytes.last_chunk().copied().map(u32::from_le_bytes);
        if crc == self.saved.get() {
            return Ok(());
        }
        let saved = self.storage.borrow_mut().save(&bytes);
        self.saved.set(crc.filter(|_| saved.is_ok()));
        let counter = if saved.is_ok() {
            &self.saves
        } else {
            &self.failed_saves
        };
        counter.set(counter.get().saturating_add(1));
        saved
    }

    /// Sessions begin with what those before the reset have learned.
    fn restore_sessions(&self, now: Instant) {
        let record = self.record.borrow();
        for (target, past) in self.targets.iter().zip(&record.targets) {
            target.session.borrow_mut().remember(now, past.memory);
        }
    }

    /// Where nothing is known any more, each password may have been refused a moment
    /// ago, and power that comes and goes may not try it each time: it has one try,
    /// once the pause after a refusal is over. Until then its targets are probed.
    fn presume_refusals(&self, now: Instant) {
        let mut record = self.record.borrow_mut();
        for target in self.targets {
            let credential = &target.config.credential;
            let index = self.account(credential);
            let tries = record.credentials.get_mut(index);
            let (Login::Password { .. }, Some(tries)) = (credential.login(), tries) else {
                continue;
            };
            tries.refusals = 1;
            let presumed = Latch::restored(tries.refusals, now);
            if let Leave::NotBefore(until) = presumed.standing(now) {
                target.check_at.set(until);
            }
            if let Some(latch) = self.latches.get(index) {
                latch.replace(presumed);
            }
        }
    }
}

/// See [`State::hold_checks`].
pub(crate) struct Hold<'a>(&'a Cell<bool>);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

// What is large is built in functions of their own, one after the other: the stack of a
// board is small.
#[inline(never)]
fn make_targets(
    image: &Image<'static>,
    seed: u32,
    room: &mut VecView<Target>,
) -> Result<(), Refused> {
    for (index, config) in image.targets().iter().enumerate() {
        let id = seed.wrapping_add(u32::try_from(index).unwrap_or_default());
        let target = Target::new(*config, id).map_err(|_| Refused::Target(index))?;
        let most = room.capacity();
        room.push(target)
            .map_err(|_| Refused::TooManyTargets(most))?;
    }
    Ok(())
}
