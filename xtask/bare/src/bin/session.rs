//! The token session alone: admit, settle, time.
#![no_std]
#![no_main]

use oobwatch_bare::{part, session};
use oobwatch_core::session::{Session, Ticket};

part!(session::run, ram: "session::Session" => Session, "session::Ticket" => Ticket);
