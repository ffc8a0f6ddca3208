//! A name server with a table (RFC 1035).

use core::net::Ipv4Addr;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smoltcp::wire::{DnsPacket, DnsQueryType, DnsQuestion};

use super::stack::Stack;
use super::udp::Port;

const PORT: u16 = 53;
const HEADER: usize = 12;
/// A response, recursion desired and available.
const RESPONSE: u16 = 0x8180;
const SERVER_FAILURE: u16 = 2;
const NO_SUCH_NAME: u16 = 3;

/// What the name server does with a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answers {
    /// Answers it from its table.
    #[default]
    Truly,
    /// Says that it has failed.
    ServerFailure,
    /// Says that there is no such name, whatever it is.
    NoSuchName,
    /// Nothing.
    Silence,
}

/// What the name server knows, and what it has been asked.
#[derive(Debug, Default)]
pub struct Names {
    /// What it does.
    pub answers: Answers,
    /// Addresses by name.
    pub table: BTreeMap<String, Ipv4Addr>,
    /// Names that were asked for.
    pub asked: Vec<String>,
}

#[derive(Clone, Default)]
pub(super) struct Dns(Arc<Mutex<Names>>);

impl Dns {
    pub(super) fn names(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn serve(self, stack: Stack) {
        let port = Port::bind(&stack, PORT);
        loop {
            let (bytes, from) = port.receive().await;
            if let Some(reply) = self.reply(&bytes) {
                port.send(&reply, from);
            }
        }
    }

    fn reply(&self, query: &[u8]) -> Option<Vec<u8>> {
        let packet = DnsPacket::new_checked(query).ok()?;
        let (rest, question) = DnsQuestion::parse(packet.payload()).ok()?;
        let labels = packet
            .parse_name(question.name)
            .collect::<Result<Vec<_>, _>>();
        let name = String::from_utf8(labels.ok()?.join(&b'.'))
            .ok()?
            .to_lowercase();
        let mut names = self.names();
        names.asked.push(name.clone());
        let known = names.table.get(&name).copied();
        let (code, address) = match names.answers {
            Answers::Silence => return None,
            Answers::ServerFailure => (SERVER_FAILURE, None),
            Answers::Truly if known.is_some() => (0, known),
            Answers::Truly | Answers::NoSuchName => (NO_SUCH_NAME, None),
        };
        let question_length = packet.payload().len() - rest.len();
        let address = address.filter(|_| question.type_ == DnsQueryType::A);
        Some(response(
            query.get(..HEADER + question_length)?,
            code,
            address,
        ))
    }
}

/// Header and question of a query, made a response.
fn response(query: &[u8], code: u16, address: Option<Ipv4Addr>) -> Vec<u8> {
    let mut response = query.to_vec();
    response[2..4].copy_from_slice(&(RESPONSE | code).to_be_bytes());
    let counts = [1, u16::from(address.is_some()), 0, 0];
    for (place, count) in response[4..HEADER].chunks_exact_mut(2).zip(counts) {
        place.copy_from_slice(&u16::to_be_bytes(count));
    }
    if let Some(address) = address {
        // The name of the question; type A, class IN, for a minute, four bytes.
        response.extend([0xC0, 0x0C, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        response.extend(address.octets());
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &[u8] = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03FMC\x03lab\0\0\x01\0\x01";

    #[test]
    fn a_name_is_looked_up_whatever_its_letters() {
        let dns = Dns::default();
        let address = Ipv4Addr::new(192, 0, 2, 1);
        dns.names().table.insert("fmc.lab".into(), address);
        let reply = dns.reply(QUERY).unwrap();
        assert_eq!(reply[..4], [0x12, 0x34, 0x81, 0x80]);
        assert!(reply.ends_with(&[0, 4, 192, 0, 2, 1]));
        assert_eq!(dns.names().asked, ["fmc.lab"]);
    }

    #[test]
    fn it_fails_as_it_is_told() {
        let dns = Dns::default();
        let code = |answers| {
            dns.names().answers = answers;
            dns.reply(QUERY).map(|reply| reply[3] & 0xF)
        };
        assert_eq!(code(Answers::Truly), Some(3), "nobody of that name");
        assert_eq!(code(Answers::ServerFailure), Some(2));
        assert_eq!(code(Answers::NoSuchName), Some(3));
        assert_eq!(code(Answers::Silence), None);
        assert_eq!(dns.reply(b"?"), None);
    }
}
