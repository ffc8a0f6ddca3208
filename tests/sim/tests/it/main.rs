//! The simulator from outside, over raw TLS: every byte that a client would see.

mod command;
mod fmc;
mod fxos;
mod support;
mod wire;
