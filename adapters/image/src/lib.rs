//! Placeholder while the first path is being built.
#![no_std]
