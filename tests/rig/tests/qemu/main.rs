//! The firmware in QEMU against the simulator. `cargo xtask rig` runs it.

mod same;
mod start;
