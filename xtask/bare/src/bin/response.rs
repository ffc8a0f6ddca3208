//! The parser of HTTP responses.
#![no_std]
#![no_main]

use oobwatch_bare::{part, response};
use oobwatch_core::http::Response;

part!(response::run, ram: "http::Response" => Response);
