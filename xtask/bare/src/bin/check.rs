//! The health check.
#![no_std]
#![no_main]

use oobwatch_bare::{check, part};
use oobwatch_core::check::Check;
use oobwatch_core::health::Report;

part!(check::run, ram: "check::Check" => Check, "health::Report" => Report);
