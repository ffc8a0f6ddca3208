//! Session, exchanges and parser together, for every product.
#![no_std]
#![no_main]

use oobwatch_bare::{exchange, part};
use oobwatch_core::exchange::{AuthExchange, Exchange};

part!(exchange::run, ram: "exchange::Exchange" => Exchange, "exchange::AuthExchange" => AuthExchange<'static>);
