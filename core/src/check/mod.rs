//! The health check: which requests it makes, and what their answers mean.
//!
//! [`Check`] yields one request after the other, takes their answers as a
//! [`Sink`], and ends in a [`Report`]. It moves no bytes, holds no session and
//! retries nothing: all of that is done for each request before
//! [`Check::handle`] is told how it ended.

mod list;
mod path;
mod reader;
mod steps;

#[cfg(test)]
mod tests;

use core::fmt::Write as _;
use core::time::Duration;

use heapless::String;

use crate::error::{Error, PeerError};
use crate::exchange::{Request, Sink};
use crate::health::{Item, Items, Observed, Report, Tally, Trouble};
use crate::json::JsonError;
use crate::paging::Page;
use crate::product::Product;
use crate::text::Text;
use list::List;
pub use list::MAX_PAGES;
use reader::{Held, ID_MAX, Reader};
use steps::{Paged, Step};

/// Devices asked for at once. An FMC gives 25 when it is not asked and takes up
/// to 1,000; memory does not grow with the page, but the FMC's work on it does.
/// 100 is our judgement: some hundred kB, which a busy FMC still makes in time,
/// while a thousand devices cost ten of the 120 requests of a minute.
pub const PAGE_SIZE: u16 = 100;

/// Bytes of the longest path that a check asks for.
pub const MAX_PATH: usize = 192;

/// The time that is looked back for health alerts. An FMC runs its health modules
/// every five minutes by default: what one of them found is met, and what is over
/// soon forgotten.
pub const ALERT_WINDOW: Duration = Duration::from_secs(15 * 60);

/// One health check of one box.
///
/// ```
/// use oobwatch_core::check::Check;
/// use oobwatch_core::exchange::Sink;
/// use oobwatch_core::health::{Observed, Verdict};
/// use oobwatch_core::product::Product;
///
/// let mut check = Check::new(Product::Fmc);
/// while let Some(request) = check.request() {
///     // Send `request` in a session, and give what comes back to `check`.
///     let body: &[u8] = match request.path {
///         path if path.ends_with("serverversion") => br#"{"items":[{"serverVersion":"7.4.1"}]}"#,
///         path if path.contains("devicerecords") => {
///             br#"{"items":[{"name":"ftd","healthStatus":"yellow"}],"paging":{"count":1}}"#
///         }
///         _ => br#"{"paging":{"count":0}}"#,
///     };
///     check.status(200);
///     check.body(body);
///     check.handle(Ok(200));
/// }
/// let report = check.finish(Observed::default());
/// assert_eq!(report.verdict(), Verdict::Warning);
/// ```
///
/// Memory does not grow with the answers. An answer that breaks off half-way
/// and is asked for again counts once.
#[derive(Clone, Debug)]
pub struct Check {
    /// What is wanted.
    items: Items,
    /// What is still to be done, the first of it now.
    steps: &'static [Step],
    /// Which of the step's paths is tried.
    candidate: usize,
    list: List,
    /// The entry of the last page, which is to be asked for by this.
    entry: Option<Text<ID_MAX>>,
    /// The clock of the box, in Unix seconds.
    date: Option<u64>,
    path: String<MAX_PATH>,
    /// What all requests up to now have found.
    report: Report,
    reader: Reader,
}

impl Check {
    /// A check of all that a box of that kind can have.
    #[must_use]
    pub fn new(product: Product) -> Self {
        let report = Report::new(product);
        Self {
            items: Items::ALL,
            steps: steps::of(product),
            candidate: 0,
            list: List::new(PAGE_SIZE),
            entry: None,
            date: None,
            path: String::new(),
            reader: Reader::new(report.clone()),
            report,
        }
    }

    /// The same check of `items` alone, and of the version, which it begins with.
    #[must_use]
    pub fn only(mut self, items: Items) -> Self {
        self.items = items.with(Item::Version);
        self
    }

    /// The next request, always a GET; `None` when the check is done. The same
    /// again until [`handle`](Self::handle) says how it ended.
    pub fn request(&mut self) -> Option<Request<'_>> {
        let step = self.step()?;
        let candidate = step.candidates.get(self.candidate)?;
        self.path.clear();
        path::fill(&mut self.path, candidate, self.date, self.entry.as_ref());
        if let Some(page) = self.page() {
            let _ = write!(self.path, "{}{page}", Page::separator(candidate));
        }
        Some(Request::get(&self.path))
    }

    /// Takes in how the last request ended: with an answer of that status, whose
    /// body has come through [`Sink`], or with an error.
    pub fn handle(&mut self, result: Result<u16, Error>) {
        let Some(step) = self.step() else {
            return;
        };
        let status = match result {
            Ok(status) => status,
            Err(error) => {
                self.report.fail(step.item, error);
                self.steps = &[];
                return;
            }
        };
        match status {
            200..=299 => match self.reader.finish() {
                Ok(()) => self.answered(step.item),
                Err(error) => self.unread(step.item, error.into()),
            },
            404 => self.absent(step),
            // So FXOS says that it does not know a class.
            400 if self.report.product == Product::Fxos => self.absent(step),
            // Refused for this request alone: the others may still be read.
            400 | 402..=428 | 430..=499 => self.unread(step.item, PeerError::Status(status).into()),
            _ => {
                self.report
                    .fail(step.item, PeerError::Status(status).into());
                self.steps = &[];
            }
        }
    }

    /// How long a check that may take `limit` waits for a busy box: whoever waits
    /// until the last moment has no time left to ask.
    #[must_use]
    pub fn patience(limit: Duration) -> Duration {
        limit.saturating_sub(limit / 5)
    }

    /// The version of the box, once it was read.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        let version = self.report.facts.version.as_str();
        version.filter(|version| !version.is_empty())
    }

    /// The report, with what only the caller can know.
    #[must_use]
    pub fn finish(mut self, observed: Observed) -> Report {
        self.report.settle();
        if !self.steps.is_empty() {
            self.report.troubles.unfinished();
        } else if let Some(item) = self.nothing_there() {
            self.report.fail(item, PeerError::Status(404).into());
        }
        self.report.observed = observed;
        self.report
    }

    /// An item that the box does not have, if it has none of those that are wanted:
    /// then nothing is known of its health. Licences are no sign that it knows the
    /// domain that all else is asked of.
    fn nothing_there(&self) -> Option<Item> {
        let (counts, troubles) = (&self.report.counts, &self.report.troubles);
        let is_there = |item: Item| item != Item::Licenses && counts.contains(item);
        if self.report.stopped_at().is_some() || self.items.iter().any(is_there) {
            return None;
        }
        let mut missing = troubles.of(Trouble::NotAvailable).iter();
        missing.find(|item| item.tally() != Tally::Facts)
    }

    /// What is read now: the step, or the entry of its list.
    fn step(&self) -> Option<&'static Step> {
        let step = self.steps.first()?;
        match (&self.entry, &step.paged) {
            (Some(_), Paged::Each(detail)) => Some(detail),
            _ => Some(step),
        }
    }

    /// The page that is asked for, of a list that has pages.
    fn page(&self) -> Option<Page> {
        let paged = !matches!(self.step()?.paged, Paged::No);
        self.list.page().filter(|_| paged)
    }

    /// An answer has come, and it is JSON.
    fn answered(&mut self, item: Item) {
        let answer = self.reader.take();
        if self.page().is_some() {
            return self.handle_page(item, answer);
        }
        self.report = answer.report;
        if answer.is_empty {
            self.report.troubles.add(item, Trouble::Empty);
            return self.next_step();
        }
        if answer.is_cut {
            self.report.troubles.add(item, Trouble::Incomplete);
        }
        match self.entry.take() {
            Some(_) => self.next_page(item),
            None => self.next_step(),
        }
    }

    fn handle_page(&mut self, item: Item, answer: Held) {
        if !self.list.is_next(&answer) {
            // What is on it has been counted, or nobody knows which it is.
            self.report.troubles.add(item, Trouble::WrongPage);
            return self.next_step();
        }
        let one_by_one = self.is_one_by_one() && answer.entries > 0;
        self.list.add(&answer);
        self.report = answer.report;
        if answer.is_empty || one_by_one && !path::is_plain(&answer.id) {
            self.report.troubles.add(item, Trouble::Empty);
            self.next_step();
        } else if one_by_one {
            self.entry = Some(answer.id);
        } else {
            self.next_page(item);
        }
    }

    /// Whether the entries of the list that is read are asked for one by one.
    fn is_one_by_one(&self) -> bool {
        let paged = self.steps.first().map(|step| &step.paged);
        matches!(paged, Some(Paged::Each(_)))
    }

    /// Goes to the next page, or else to the next step.
    fn next_page(&mut self, item: Item) {
        if self.list.goes_on() {
            return;
        }
        if self.list.is_cut() {
            self.report.troubles.add(item, Trouble::Incomplete);
        }
        self.next_step();
    }

    /// There is nothing under that path. So say old versions, too, that a list is
    /// empty.
    fn absent(&mut self, step: &Step) {
        if self.try_next(step) {
            return;
        }
        if step.essential && !self.list.has_begun() {
            return self.unread(step.item, PeerError::Status(404).into());
        }
        if self.entry.take().is_some() {
            // The others may have what this one lacks.
            self.report.troubles.add(step.item, Trouble::NotAvailable);
            return self.next_page(step.item);
        }
        let trouble = match self.list.has_begun() {
            true => Trouble::Incomplete,
            false => Trouble::NotAvailable,
        };
        self.report.troubles.add(step.item, trouble);
        self.next_step();
    }

    fn unread(&mut self, item: Item, error: Error) {
        self.report.fail(item, error);
        self.next_step();
    }

    /// Goes to the next path of a step, if it has one.
    fn try_next(&mut self, step: &Step) -> bool {
        let next = self.candidate.saturating_add(1);
        let has = next < step.candidates.len();
        if has {
            self.candidate = next;
        }
        has
    }

    /// Goes to the next step that finds out something that is wanted.
    fn next_step(&mut self) {
        if let Some(step) = self.steps.first() {
            let found_out = |item: &Item| step.serves(Items::NONE.with(*item));
            let sought = self.items.iter().filter(found_out);
            sought.for_each(|item| self.report.seek(item));
        }
        while let Some((_, rest)) = self.steps.split_first() {
            self.steps = rest;
            match rest.first() {
                Some(step) if !step.serves(self.items) => {}
                Some(step) if step.needs_date() && self.date.is_none() => {
                    self.report.troubles.add(step.item, Trouble::NoClock);
                }
                _ => break,
            }
        }
        self.candidate = 0;
        self.entry = None;
        self.list = List::new(if self.is_one_by_one() { 1 } else { PAGE_SIZE });
    }
}

/// Takes the answer to the last [`request`](Check::request).
impl Sink for Check {
    fn status(&mut self, status: u16) {
        match self.step() {
            Some(step) if matches!(status, 200..=299) => {
                let first = self.list.first();
                self.reader
                    .begin(&step.answer, self.items, &self.report, first);
            }
            _ => self.reader.rest(),
        }
    }

    fn date(&mut self, seconds: u64) {
        // All pages of a list are of the same time.
        if !self.step().is_some_and(Step::needs_date) {
            self.date = Some(seconds);
        }
    }

    fn body(&mut self, piece: &[u8]) {
        self.reader.push(piece);
    }
}
