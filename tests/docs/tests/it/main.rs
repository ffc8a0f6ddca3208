//! The documents: their links lead somewhere, the book holds all pages, code shown
//! is code that compiles, and commands shown do what is written below them.
//!
//! How a page says what is to be done with a block of code, on the line before it:
//!
//! - nothing, and ` ```console `: `$ COMMAND` lines are run by one bash for the whole
//!   page; `> ` continues a command. Lines below are its output: `…` stands for
//!   anything within a line, a line `...` for any lines; without any, the output is
//!   not compared.
//! - `<!-- file: PATH -->`: the block is that file, for the commands that follow.
//! - `<!-- not run: REASON -->`: the commands can not be run in a test. They are
//!   listed in `not-run.txt`.
//! - `<!-- from: PATH -->`: the block stands in that file of the repository, which
//!   is compiled.

mod blocks;
mod code;
mod commands;
mod links;
mod matching;
mod pages;
mod session;
