//! What is promised of the formats of a report, shown of any report that a check can end in.

mod nagios;
mod reports;
mod schema;
