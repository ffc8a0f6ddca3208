//! An Ethernet cable in memory, between the board and a host of the test.

use core::cell::RefCell;
use core::net::Ipv4Addr;
use core::task::{Context, Waker};
use std::boxed::Box;
use std::collections::VecDeque;
use std::rc::Rc;
use std::vec::Vec;

use embassy_net::{Config, Ipv4Cidr, Runner, Stack, StackResources, StaticConfigV4};
use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};

/// What both ends share.
#[derive(Default)]
struct Cable {
    /// Frames on the way to each end.
    frames: [VecDeque<Vec<u8>>; 2],
    wakers: [Option<Waker>; 2],
    is_pulled: bool,
}

/// The plug at the board's end.
pub(super) struct Plug(Rc<RefCell<Cable>>);

impl Plug {
    pub(super) fn pull(&self) {
        self.set(true);
    }

    pub(super) fn put_in(&self) {
        self.set(false);
    }

    fn set(&self, is_pulled: bool) {
        let mut cable = self.0.borrow_mut();
        cable.is_pulled = is_pulled;
        cable
            .wakers
            .iter_mut()
            .filter_map(Option::take)
            .for_each(Waker::wake);
    }
}

/// Puts the first segment of a TCP handshake on the cable to the board, of a client
/// that nobody is: what answers it goes nowhere.
pub(super) fn half_open(plug: &Plug, port: u16) {
    const SYN: u8 = 2;
    let mut tcp = [0; 20];
    tcp[..2].copy_from_slice(&port.to_be_bytes());
    tcp[2..4].copy_from_slice(&crate::PORT.to_be_bytes());
    (tcp[12], tcp[13], tcp[14]) = (5 << 4, SYN, 16);
    let addresses = [NOBODY.octets(), BOARD.octets()].concat();
    let pseudo = [&addresses[..], &[0, 6, 0, 20]].concat();
    let sum = checksum(&[&pseudo[..], &tcp].concat());
    tcp[16..18].copy_from_slice(&sum);
    let mut ip = [
        [0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0].as_slice(),
        &addresses,
    ]
    .concat();
    let sum = checksum(&ip);
    ip[10..12].copy_from_slice(&sum);
    let ethernet = [2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 9, 8, 0];
    let mut cable = plug.0.borrow_mut();
    cable.frames[0].push_back([&ethernet[..], &ip, &tcp].concat());
    cable.wakers[0].take().into_iter().for_each(Waker::wake);
}

/// RFC 1071, of an even number of bytes.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let words = bytes.as_chunks().0.iter();
    let sum: u32 = words.map(|word| u32::from(u16::from_be_bytes(*word))).sum();
    let sum = (sum & 0xFFFF) + (sum >> 16);
    let sum = (sum & 0xFFFF) + (sum >> 16);
    (!(sum as u16)).to_be_bytes()
}

/// One end of the cable.
pub(super) struct End {
    cable: Rc<RefCell<Cable>>,
    side: usize,
}

pub(super) struct Frame(Vec<u8>);

impl RxToken for Frame {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(mut self, f: F) -> R {
        f(&mut self.0)
    }
}

pub(super) struct Send<'a>(&'a End);

impl TxToken for Send<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let mut frame = std::vec![0; length];
        let result = f(&mut frame);
        let (other, mut cable) = (1 - self.0.side, self.0.cable.borrow_mut());
        cable.frames[other].push_back(frame);
        if let Some(waker) = cable.wakers[other].take() {
            waker.wake();
        }
        result
    }
}

impl Driver for End {
    type RxToken<'a> = Frame;
    type TxToken<'a> = Send<'a>;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(Frame, Send<'_>)> {
        let frame = {
            let mut cable = self.cable.borrow_mut();
            cable.wakers[self.side] = Some(cx.waker().clone());
            cable.frames[self.side].pop_front()?
        };
        Some((Frame(frame), Send(self)))
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<Send<'_>> {
        Some(Send(self))
    }

    fn link_state(&mut self, cx: &mut Context<'_>) -> LinkState {
        let mut cable = self.cable.borrow_mut();
        cable.wakers[self.side] = Some(cx.waker().clone());
        match cable.is_pulled {
            true => LinkState::Down,
            false => LinkState::Up,
        }
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = 1514;
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        let last = u8::try_from(self.side).unwrap();
        HardwareAddress::Ethernet([2, 0, 0, 0, 0, last])
    }
}

/// The addresses of the board and of the host of the test.
pub(super) const BOARD: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 7);
pub(super) const HOST: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
/// An address that nobody has.
pub(super) const NOBODY: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 99);

/// Two network stacks with a cable between them: the board's, and the other.
pub(super) fn cable() -> [(Stack<'static>, Runner<'static, End>); 2] {
    cable_with_plug().0
}

/// The same, and the plug of the cable.
pub(super) fn cable_with_plug() -> ([(Stack<'static>, Runner<'static, End>); 2], Plug) {
    let cable = Rc::new(RefCell::new(Cable::default()));
    let plug = Plug(Rc::clone(&cable));
    let ends = [(BOARD, 0), (HOST, 1)].map(|(address, side)| {
        let end = End {
            cable: Rc::clone(&cable),
            side,
        };
        let config = Config::ipv4_static(StaticConfigV4 {
            address: Ipv4Cidr::new(address, 24),
            gateway: None,
            dns_servers: Default::default(),
        });
        let resources = Box::leak(Box::new(StackResources::<16>::new()));
        embassy_net::new(end, config, resources, 42)
    });
    (ends, plug)
}
