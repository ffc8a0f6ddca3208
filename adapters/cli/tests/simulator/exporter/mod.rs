//! `oobwatch exporter` against the simulator.

mod probe;
mod running;
