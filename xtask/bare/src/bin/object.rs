//! Reports as JSON.
#![no_std]
#![no_main]

use oobwatch_bare::{part, report};

part!(report::object);
