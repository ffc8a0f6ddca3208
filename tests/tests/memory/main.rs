//! Memory does not grow with what a box manages: it is the same for ten devices as for lists of
//! many megabytes.
//!
//! Allocations are counted by thread.

mod client;
mod decoding;

/// Numbers of devices. Ten thousand have some 30 MB of records.
const SIZES: [usize; 3] = [10, 1_000, 10_000];
