//! The application on the host: virtual time, boxes in memory, storage that
//! outlives a "reset".

mod boxes;
pub(super) mod console;
mod lighting;
mod link;
mod posting;
mod receiver;
mod serving;
mod supervising;
mod telling;
pub(crate) mod time;
mod timing;
mod watching;

use core::cell::RefCell;
use core::net::Ipv4Addr;
use std::boxed::Box;
use std::rc::Rc;
use std::vec::Vec;

use oobwatch_image::{
    Host, Image, Login, Network, Product, Secret, Syslog, Target as TargetConfig, TimeServer,
    Trust, Webhook, Writer,
};

use crate::board::{NotSaved, ResetReason, Storage};
use crate::{Start, State};

pub(super) const PASSWORD: &str = "s3cret-Passw0rd";

/// A certificate as far as the image looks.
pub(super) fn certificate(last: u8) -> Vec<u8> {
    let mut der = [&[0x30, 0x82, 0x01, 0x00][..], &[0; 256]].concat();
    der[259] = last;
    der
}

/// A target of a test image.
pub(super) struct Box_ {
    pub(super) product: Product,
    pub(super) port: u16,
    pub(super) check_every: u32,
    pub(super) skip: &'static str,
    pub(super) has_next: bool,
    /// Logged in to with the same account by another name.
    pub(super) has_twin: bool,
}

impl Box_ {
    pub(super) const fn new(product: Product, port: u16, check_every: u32) -> Self {
        Self {
            product,
            port,
            check_every,
            skip: "",
            has_next: false,
            has_twin: false,
        }
    }
}

/// An image with these targets, one credential for all.
pub(super) fn image(generation: u32, boxes: &[Box_]) -> &'static [u8] {
    image_with(generation, boxes, &Reports::default())
}

/// Whom a board also reports to, and asks.
#[derive(Default)]
pub(super) struct Reports<'a> {
    /// Webhooks, those of `https` with the first certificate.
    pub(super) urls: &'a [&'a str],
    /// Servers of time, at these ports of the other host.
    pub(super) time_ports: &'a [u16],
    /// The first syslog collector is not there.
    pub(super) has_dead_collector: bool,
}

/// The same image, with these reports.
pub(super) fn image_with(generation: u32, boxes: &[Box_], reports: &Reports<'_>) -> &'static [u8] {
    let mut buffer = std::vec![0; 8192];
    let mut writer = Writer::new(&mut buffer, generation);
    writer.network(&Network::Dhcp);
    let login = Login::Password {
        user: "watch",
        password: Secret::new(PASSWORD),
    };
    let all = writer.credential("all", login).unwrap();
    let any_twin = boxes.iter().any(|of| of.has_twin);
    let twin = any_twin.then(|| writer.credential("twin", login).unwrap());
    let first = certificate(1);
    let second = certificate(2);
    let first = writer.certificate(&first, 2_000_000_000).unwrap();
    let second = writer.certificate(&second, 2_100_000_000).unwrap();
    for of in boxes {
        let name = std::format!("box-{}", of.port);
        let next = of.has_next.then_some(second);
        writer
            .target(&TargetConfig {
                name: &name,
                product: of.product,
                host: Host::Address(Ipv4Addr::new(192, 0, 2, 1)),
                port: of.port,
                credential: twin.filter(|_| of.has_twin).unwrap_or(all),
                trust: Trust::Pinned {
                    certificate: first,
                    next,
                },
                probe_every: 60,
                check_every: of.check_every,
                skip: of.skip,
            })
            .unwrap();
    }
    let dead = reports.has_dead_collector.then_some(link::NOBODY);
    for address in dead.into_iter().chain([link::HOST]) {
        let syslog = Syslog {
            host: Host::Address(address),
            port: telling::SYSLOG_PORT,
        };
        writer.syslog(&syslog).unwrap();
    }
    for &port in reports.time_ports {
        let host = Host::Address(link::HOST);
        writer.time_server(&TimeServer { host, port }).unwrap();
    }
    for url in reports.urls {
        let webhook = Webhook {
            url: Secret::new(url),
            authority: url.starts_with("https:").then_some(first),
        };
        writer.webhook(&webhook).unwrap();
    }
    let length = writer.finish().unwrap();
    buffer.truncate(length);
    Box::leak(buffer.into_boxed_slice())
}

/// Memory that a test keeps over a reset.
#[derive(Clone, Default)]
pub(super) struct Kept {
    pub(super) bytes: Rc<RefCell<Vec<u8>>>,
    pub(super) broken: bool,
    /// It does not outlive a loss of power.
    pub(super) forgets: bool,
}

impl Storage for Kept {
    fn load(&mut self, into: &mut [u8]) -> usize {
        let bytes = self.bytes.borrow();
        into[..bytes.len()].copy_from_slice(&bytes);
        bytes.len()
    }

    fn save(&mut self, record: &[u8]) -> Result<(), NotSaved> {
        if self.broken {
            return Err(NotSaved);
        }
        *self.bytes.borrow_mut() = record.to_vec();
        Ok(())
    }
}

/// A board that starts.
pub(super) fn start(image: &'static [u8], kept: &Kept, reset: ResetReason) -> &'static State {
    start_with(image, &[], kept, reset)
}

/// A board that starts, with something in its other slot.
pub(super) fn start_with(
    image: &'static [u8],
    spare: &[u8],
    kept: &Kept,
    reset: ResetReason,
) -> &'static State {
    let room = Box::leak(Box::new(heapless::Vec::<_, 8>::new()));
    let storage = Box::leak(Box::new(kept.clone()));
    let image = Box::leak(Box::new(Image::parse(image)));
    let start = Start {
        image,
        spare,
        page: Box::leak(Box::default()),
        storage,
        storage_outlives_power: !kept.forgets,
        reset,
        crash: None,
        seed: 7,
    };
    Box::leak(Box::new(State::new(start, room.as_mut_view())))
}
