//! The `oobwatch` command.

mod config;
mod record;
mod secret;
mod target;

fn main() {}
