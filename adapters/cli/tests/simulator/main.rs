//! The command as a user meets it, against the simulated boxes.

mod check;
#[cfg(unix)]
mod exporter;
mod firmware;
mod lab;
mod origin;
mod outages;
mod request;
mod sessions;
mod state;
mod token;
mod watch;
