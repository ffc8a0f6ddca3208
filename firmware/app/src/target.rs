//! One box that is watched: its configuration, its session, its last report.

use core::cell::{Cell, RefCell};
use core::fmt::Write as _;
use core::time::Duration;

use heapless::String;
use oobwatch_core::error::ConfigError;
use oobwatch_core::health::{Item, Items, Report};
use oobwatch_core::origin::Origin;
use oobwatch_core::product::Product;
use oobwatch_core::session::{Rules, Session};
use oobwatch_core::time::Instant;
use oobwatch_image as image;

use crate::clock;
use crate::standing::Standing;

/// How long a request waits for a busy box: the other targets wait, too.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes of the longest `host:port`.
const AUTHORITY_MAX: usize = 264;

/// The last change of what is told of a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Changes of all targets are counted together, from 1 on; 0 before the first.
    pub(crate) number: u32,
    pub(crate) at: Instant,
}

/// One box that is watched. About 2 KiB.
pub struct Target {
    pub(crate) config: image::Target<'static>,
    authority: String<AUTHORITY_MAX>,
    product: Product,
    pub(crate) session: RefCell<Session>,
    /// Orphans of the session that are counted in the record.
    pub(crate) orphans: Cell<u32>,
    /// The next of two pinned certificates is the one in use.
    pub(crate) uses_next: Cell<bool>,
    pub(crate) probe_at: Cell<Instant>,
    pub(crate) check_at: Cell<Instant>,
    pub(crate) probes: Cell<u32>,
    pub(crate) checks: Cell<u32>,
    pub(crate) standing: Cell<Standing>,
    pub(crate) change: Cell<Change>,
    report: RefCell<Option<(Instant, Report)>>,
}

impl Target {
    /// A target that is due at once. `id` seeds the jitter of its waits.
    pub(crate) fn new(config: image::Target<'static>, id: u32) -> Result<Self, ConfigError> {
        let product = product(&config);
        let authority = authority(&config);
        let rules = Rules {
            patience: PATIENCE,
            interval: Duration::from_secs(config.check_every.into()),
            ..Rules::default()
        };
        let session = Session::new(&Origin::new(product, &authority)?, id, rules);
        Ok(Self {
            config,
            authority,
            product,
            session: RefCell::new(session),
            orphans: Cell::new(0),
            uses_next: Cell::new(false),
            probe_at: Cell::default(),
            check_at: Cell::default(),
            probes: Cell::new(0),
            checks: Cell::new(0),
            standing: Cell::default(),
            change: Cell::default(),
            report: RefCell::new(None),
        })
    }

    /// Whether there can be a target of that configuration.
    pub(crate) fn can_be(config: &image::Target<'_>) -> bool {
        Origin::new(product(config), &authority(config)).is_ok()
    }

    /// The name that the configuration gives it.
    pub fn name(&self) -> &'static str {
        self.config.name
    }

    /// What it is.
    pub const fn product(&self) -> Product {
        self.product
    }

    /// The box.
    #[expect(clippy::expect_used, reason = "`new` has made the same one")]
    pub(crate) fn origin(&self) -> Origin<'_> {
        Origin::new(self.product, &self.authority).expect("made before")
    }

    /// What a check of it looks at.
    pub(crate) fn items(&self) -> Items {
        let skipped = self.config.skip.split(',').filter_map(Item::of);
        skipped.fold(Items::ALL, Items::without)
    }

    /// How often it is checked.
    pub(crate) fn check_every(&self) -> Duration {
        Duration::from_secs(self.config.check_every.into())
    }

    /// How often it is probed.
    pub(crate) fn probe_every(&self) -> Duration {
        Duration::from_secs(self.config.probe_every.into())
    }

    /// Takes in a report, and says whether there is something to tell.
    pub(crate) fn conclude(&self, now: Instant, report: Report) -> bool {
        let before = self.standing.get();
        let after = before.after(report.verdict());
        self.standing.set(after);
        *self.report.borrow_mut() = Some((now, report));
        before.changes() != after.changes()
    }

    /// The last report, its age filled in.
    #[must_use]
    pub fn report(&self) -> Option<Report> {
        self.with_report(clock::now(), |report| Some(report?.clone()))
    }

    /// Runs `f` with the last report, its age filled in.
    pub(crate) fn with_report<R>(&self, now: Instant, f: impl FnOnce(Option<&Report>) -> R) -> R {
        let mut kept = self.report.borrow_mut();
        f(kept.as_mut().map(|(made, report)| {
            report.observed.age = Some(now - *made);
            &*report
        }))
    }
}

const fn product(config: &image::Target<'_>) -> Product {
    match config.product {
        image::Product::Fmc => Product::Fmc,
        image::Product::Fxos => Product::Fxos,
        image::Product::CdFmc => Product::CdFmc,
    }
}

/// `host:port` as in a `Host` field, without the port where it is the usual one.
fn authority(config: &image::Target<'_>) -> String<AUTHORITY_MAX> {
    let mut authority = String::new();
    // The image limits both; what would not fit is refused as an origin.
    let _ = match config.host {
        image::Host::Address(address) => write!(authority, "{address}"),
        image::Host::Name(name) => authority.write_str(name),
    };
    if config.port != 443 {
        let _ = write!(authority, ":{}", config.port);
    }
    authority
}
