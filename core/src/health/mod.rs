//! One model of health: layers, verdicts, reports and their encoders.
//!
//! A [`Report`] says of one target how far the check came, what was counted and
//! what that is worth. The words of the boxes become [`State`]s and
//! [`Severity`]s here, and nowhere else.

mod counts;
pub mod encode;
mod item;
mod layer;
mod limits;
mod measure;
mod reason;
mod report;
mod stopped;
mod uptime;
mod verdict;
pub(crate) mod words;
mod worst;

pub use counts::{Counts, Faults, States};
pub use item::{Item, Items, Tally};
pub use layer::Layer;
pub use limits::{LIMITS_MAX, Limit, Limits, Milli, Range, RangeError};
pub use measure::{Measure, Phase};
pub use reason::{Cause, Reason, Trouble, Troubles};
pub use report::{Facts, Observed, Report, SessionFacts, Timings};
pub use stopped::stopped_at;
pub use verdict::Verdict;
pub use words::{Severity, State};
pub use worst::{Worst, WorstFew};
