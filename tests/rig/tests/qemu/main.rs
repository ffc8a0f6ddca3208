//! The firmware in QEMU against the simulator. `cargo xtask rig` runs it.

mod console;
mod cycles;
mod eight;
mod faults;
mod hang;
mod junk;
mod refusals;
mod reports;
mod same;
mod schema;
mod start;
mod telling;
mod tokens;
