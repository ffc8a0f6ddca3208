//! The command as a user meets it, against the simulated boxes.

mod check;
mod firmware;
mod lab;
mod origin;
mod request;
mod sessions;
mod state;
mod token;
