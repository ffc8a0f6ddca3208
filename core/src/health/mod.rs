//! One model of health: layers, verdicts, reports and their encoders.
//!
//! A [`Report`] says of one target how far the check came, what was counted and
//! what that is worth. The words of the boxes become [`State`]s and
//! [`Severity`]s here, and nowhere else.

mod counts;
pub mod encode;
mod layer;
mod reason;
mod report;
mod stopped;
mod verdict;
mod words;
mod worst;

pub use counts::{Faults, States};
pub use layer::Layer;
pub use reason::{Cause, Item, Reason, Reasons, Trouble};
pub use report::{Facts, Observed, Report, SessionFacts, Timings};
pub use stopped::stopped_at;
pub use verdict::Verdict;
pub use words::{Severity, State};
pub use worst::{Worst, WorstFew};
