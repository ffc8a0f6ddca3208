//! `oobwatch exporter` against the simulator.

mod probe;
mod reference;
mod running;
