//! Reports as text, for Nagios and for Prometheus.
#![no_std]
#![no_main]

use oobwatch_bare::{part, report};

part!(report::lines);
