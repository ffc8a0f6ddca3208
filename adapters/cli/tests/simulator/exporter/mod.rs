//! `oobwatch exporter` against the simulator.

mod access;
mod life;
mod probe;
mod reference;
mod running;
mod sharing;
