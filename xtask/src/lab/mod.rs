//! What the demo and the Prometheus step run as processes of their own: the
//! simulator, the command with a configuration for its boxes, a board in QEMU.

pub(crate) mod board;
pub(crate) mod control;
pub(crate) mod exporter;
pub(crate) mod oobwatch;
pub(crate) mod sim;
