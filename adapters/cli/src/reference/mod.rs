//! Pages of `docs/reference` that are made of what this package knows. With
//! `OOBWATCH_BLESS=1`, these tests write them.

mod command;
mod configuration;
mod errors;
mod snippets;
