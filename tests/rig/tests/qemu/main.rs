//! The firmware in QEMU against the simulator. `cargo xtask rig` runs it.

mod reports;
mod same;
mod start;
