//! A DHCP server for one board (RFC 2131).

use core::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smoltcp::wire::{DHCP_CLIENT_PORT, DHCP_SERVER_PORT, DhcpMessageType, DhcpPacket, DhcpRepr};
use smoltcp::wire::{IpAddress, IpEndpoint};

use super::stack::Stack;
use super::udp::Port;
use super::{ADDRESS, LEASED, PREFIX};

/// What the server gives and what it has seen.
#[derive(Clone, Copy, Debug)]
pub struct Leases {
    /// It answers nothing.
    pub is_silent: bool,
    /// Seconds for which the board may keep its address.
    pub seconds: u32,
    /// Requests that have come.
    pub asked: u32,
    /// Leases that were given, or prolonged.
    pub given: u32,
}

impl Default for Leases {
    /// Half a day.
    fn default() -> Self {
        Self {
            is_silent: false,
            seconds: 43_200,
            asked: 0,
            given: 0,
        }
    }
}

#[derive(Clone, Default)]
pub(super) struct Dhcp(Arc<Mutex<Leases>>);

impl Dhcp {
    pub(super) fn leases(&self) -> MutexGuard<'_, Leases> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn serve(self, stack: Stack) {
        let port = Port::bind(&stack, DHCP_SERVER_PORT);
        let everybody = IpEndpoint::new(IpAddress::v4(255, 255, 255, 255), DHCP_CLIENT_PORT);
        loop {
            let (bytes, _) = port.receive().await;
            if let Some(reply) = self.reply(&bytes) {
                port.send(&reply, everybody);
            }
        }
    }

    fn reply(&self, request: &[u8]) -> Option<Vec<u8>> {
        let packet = DhcpPacket::new_checked(request).ok()?;
        let request = DhcpRepr::parse(&packet).ok()?;
        let mut leases = self.leases();
        leases.asked += 1;
        if leases.is_silent {
            return None;
        }
        let message_type = match request.message_type {
            DhcpMessageType::Discover => DhcpMessageType::Offer,
            DhcpMessageType::Request => answer_to(&request),
            _ => return None,
        };
        leases.given += u32::from(message_type == DhcpMessageType::Ack);
        Some(emit(&offer(message_type, &request, leases.seconds)))
    }
}

/// The board's only address, or none.
fn answer_to(request: &DhcpRepr<'_>) -> DhcpMessageType {
    let wanted = request.requested_ip.unwrap_or(request.client_ip);
    if wanted == LEASED {
        DhcpMessageType::Ack
    } else {
        DhcpMessageType::Nak
    }
}

fn offer(message_type: DhcpMessageType, request: &DhcpRepr<'_>, seconds: u32) -> DhcpRepr<'static> {
    DhcpRepr {
        message_type,
        transaction_id: request.transaction_id,
        secs: 0,
        client_hardware_address: request.client_hardware_address,
        client_ip: Ipv4Addr::UNSPECIFIED,
        your_ip: LEASED,
        server_ip: ADDRESS,
        router: Some(ADDRESS),
        subnet_mask: Some(Ipv4Addr::from(u32::MAX << (32 - PREFIX))),
        relay_agent_ip: Ipv4Addr::UNSPECIFIED,
        broadcast: true,
        requested_ip: None,
        client_identifier: None,
        server_identifier: Some(ADDRESS),
        parameter_request_list: None,
        dns_servers: Some([ADDRESS].into_iter().collect()),
        max_size: None,
        lease_duration: Some(seconds),
        renew_duration: None,
        rebind_duration: None,
        additional_options: &[],
    }
}

fn emit(reply: &DhcpRepr<'_>) -> Vec<u8> {
    let mut bytes = vec![0; reply.buffer_len()];
    let mut packet = DhcpPacket::new_unchecked(&mut bytes);
    reply.emit(&mut packet).expect("as long as it says");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(message_type: DhcpMessageType, wanted: Option<Ipv4Addr>) -> Vec<u8> {
        let request = DhcpRepr {
            transaction_id: 7,
            ..offer(message_type, &blank(), 0)
        };
        emit(&DhcpRepr {
            requested_ip: wanted,
            lease_duration: None,
            ..request
        })
    }

    fn blank() -> DhcpRepr<'static> {
        let hardware = smoltcp::wire::EthernetAddress([2, 0, 0, 0, 0, 9]);
        let mut blank = DhcpRepr {
            message_type: DhcpMessageType::Discover,
            transaction_id: 7,
            secs: 0,
            client_hardware_address: hardware,
            client_ip: Ipv4Addr::UNSPECIFIED,
            your_ip: Ipv4Addr::UNSPECIFIED,
            server_ip: Ipv4Addr::UNSPECIFIED,
            router: None,
            subnet_mask: None,
            relay_agent_ip: Ipv4Addr::UNSPECIFIED,
            broadcast: true,
            requested_ip: None,
            client_identifier: Some(hardware),
            server_identifier: None,
            parameter_request_list: None,
            dns_servers: None,
            max_size: None,
            lease_duration: None,
            renew_duration: None,
            rebind_duration: None,
            additional_options: &[],
        };
        blank.broadcast = false;
        blank
    }

    fn answered(dhcp: &Dhcp, bytes: &[u8]) -> Option<(DhcpMessageType, Option<u32>)> {
        let reply = dhcp.reply(bytes)?;
        let packet = DhcpPacket::new_checked(&reply[..]).unwrap();
        let reply = DhcpRepr::parse(&packet).unwrap();
        assert_eq!((reply.transaction_id, reply.your_ip), (7, LEASED));
        Some((reply.message_type, reply.lease_duration))
    }

    #[test]
    fn a_board_is_offered_its_address_and_no_other() {
        let dhcp = Dhcp::default();
        let ask = |kind, wanted| answered(&dhcp, &request(kind, wanted));
        let discovered = ask(DhcpMessageType::Discover, None);
        assert_eq!(discovered, Some((DhcpMessageType::Offer, Some(43_200))));
        let taken = ask(DhcpMessageType::Request, Some(LEASED));
        assert_eq!(taken, Some((DhcpMessageType::Ack, Some(43_200))));
        let other = ask(DhcpMessageType::Request, Some(ADDRESS));
        assert_eq!(other.map(|(kind, _)| kind), Some(DhcpMessageType::Nak));
        dhcp.leases().is_silent = true;
        assert_eq!(ask(DhcpMessageType::Discover, None), None);
        let Leases { asked, given, .. } = *dhcp.leases();
        assert_eq!((asked, given), (4, 1));
        assert_eq!(dhcp.reply(b"nonsense"), None);
    }
}
