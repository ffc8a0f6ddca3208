//! The simulator from outside, over raw TLS: every byte that a client would see.

mod command;
mod events;
mod evidence;
mod faults;
mod fmc;
mod fxos;
mod limits;
mod managed;
mod parts;
mod presets;
mod readme;
mod support;
mod switches;
mod wire;
