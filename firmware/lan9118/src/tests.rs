//! The driver against the model of the chip.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::task::{Context, Waker};
use std::sync::Arc;
use std::task::Wake;
use std::vec;
use std::vec::Vec;

use embassy_net_driver::{Driver, HardwareAddress, LinkState, RxToken as _, TxToken as _};
use proptest::prelude::*;

use crate::model::{Model, Shared};
use crate::regs::{int, mac};
use crate::{Irq, Lan9118, StartError};

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A started driver on a model, and how often it was woken.
struct Bench {
    chip: Shared,
    irq: &'static Irq,
    driver: Lan9118<'static, Shared>,
    wakes: Arc<Wakes>,
}

impl Bench {
    fn new() -> Self {
        let chip = Shared::new();
        let irq: &'static Irq = std::boxed::Box::leak(std::boxed::Box::default());
        let driver = Lan9118::new(chip.clone(), irq, None).expect("it starts");
        let mut bench = Self {
            chip,
            irq,
            driver,
            wakes: Arc::default(),
        };
        // As the network task does before it sleeps.
        assert_eq!(bench.receive(), None);
        bench
    }

    fn waker(&self) -> Waker {
        Arc::clone(&self.wakes).into()
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        let waker = self.waker();
        let (frame, _) = self.driver.receive(&mut Context::from_waker(&waker))?;
        Some(frame.consume(|bytes| bytes.to_vec()))
    }

    fn send(&mut self, frame: &[u8]) -> bool {
        let waker = self.waker();
        let Some(room) = self.driver.transmit(&mut Context::from_waker(&waker)) else {
            return false;
        };
        room.consume(frame.len(), |bytes| bytes.copy_from_slice(frame));
        true
    }

    fn link(&mut self) -> LinkState {
        let waker = self.waker();
        self.driver.link_state(&mut Context::from_waker(&waker))
    }

    /// Serves the interrupt line as an interrupt controller would. Says whether the
    /// network task was woken.
    fn interrupt(&mut self) -> bool {
        let before = self.wakes.0.load(Ordering::Relaxed);
        while self.chip.with(|chip| chip.irq()) {
            self.irq.handle(&mut self.chip.clone());
        }
        self.wakes.0.load(Ordering::Relaxed) > before
    }
}

fn frame() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 14..=1514)
}

#[test]
fn without_a_chip_it_says_what_it_read() {
    let chip = Shared::new();
    chip.with(|chip| chip.present = false);
    let started = Lan9118::new(chip, &Irq::new(), None).err();
    assert_eq!(started, Some(StartError::NoChip(u32::MAX)));
}

#[test]
fn the_address_is_the_eeproms_or_the_callers() {
    let own = Bench::new().driver.hardware_address();
    assert_eq!(
        own,
        HardwareAddress::Ethernet([0x52, 0x00, 0x12, 0x34, 0x56, 0x78])
    );

    let (chip, irq, given) = (Shared::new(), Irq::new(), [2, 0, 0, 0, 0, 1]);
    let driver = Lan9118::new(chip.clone(), &irq, Some(given)).expect("it starts");
    assert_eq!(driver.hardware_address(), HardwareAddress::Ethernet(given));
    let written = chip.with(|chip| (chip.mac[mac::ADDRL as usize], chip.mac[mac::ADDRH as usize]));
    assert_eq!(written, (0x0000_0002, 0x0100));
}

proptest! {
    #[test]
    fn good_frames_arrive_in_order(frames in prop::collection::vec((frame(), any::<bool>()), 1..6)) {
        let mut bench = Bench::new();
        for (frame, broken) in &frames {
            prop_assert!(bench.chip.with(|chip| chip.arrive(frame, *broken)));
        }
        for (frame, _) in frames.iter().filter(|(_, broken)| !broken) {
            prop_assert_eq!(bench.receive(), Some(frame.clone()));
        }
        prop_assert_eq!(bench.receive(), None);
        let broken = frames.iter().filter(|(_, broken)| *broken).count();
        prop_assert_eq!(bench.driver.stats().rx_errors as usize, broken);
    }

    #[test]
    fn frames_leave_as_they_are(frames in prop::collection::vec(frame(), 1..6)) {
        let mut bench = Bench::new();
        for frame in &frames {
            prop_assert!(bench.send(frame));
        }
        prop_assert_eq!(bench.chip.with(|chip| chip.sent.clone()), frames);
    }
}

#[test]
fn an_overrun_loses_whole_frames_only_and_counts_them() {
    let mut bench = Bench::new();
    let frames: Vec<Vec<u8>> = (0..20).map(|n| vec![n; 1514]).collect();
    let kept: Vec<_> = frames
        .iter()
        .filter(|frame| bench.chip.with(|chip| chip.arrive(frame, false)))
        .collect();
    for frame in &kept {
        assert_eq!(bench.receive().as_ref(), Some(*frame));
    }
    assert_eq!(bench.receive(), None);
    assert_eq!(
        bench.driver.stats().dropped as usize,
        frames.len() - kept.len()
    );

    bench.chip.with(|chip| chip.arrive(&frames[0], false));
    assert_eq!(bench.receive().as_ref(), Some(&frames[0]));
}

#[test]
fn a_frame_interrupts_once_until_all_are_taken() {
    let mut bench = Bench::new();
    assert_eq!(bench.receive(), None);
    for _ in 0..3 {
        bench.chip.with(|chip| chip.arrive(&[7; 60], false));
        assert!(bench.interrupt());
        bench.chip.with(|chip| chip.arrive(&[8; 60], false));
        assert!(!bench.interrupt(), "masked until the frames are taken");
        assert_eq!(bench.receive(), Some(vec![7; 60]));
        assert_eq!(bench.receive(), Some(vec![8; 60]));
        assert_eq!(bench.receive(), None);
    }
}

#[test]
fn a_full_transmit_fifo_is_waited_for() {
    let mut bench = Bench::new();
    bench.chip.with(|chip| chip.tx_flows = false);
    let sent = (0..10).take_while(|_| bench.send(&[1; 1514])).count();
    assert!((1..10).contains(&sent));
    assert!(!bench.interrupt());
    bench.chip.with(Model::drain);
    assert!(bench.interrupt(), "told when there is room");
    assert!(bench.send(&[2; 1514]));
}

#[test]
fn a_waiting_frame_is_kept_while_no_answer_could_be_sent() {
    let mut bench = Bench::new();
    bench.chip.with(|chip| chip.tx_flows = false);
    while bench.send(&[1; 1514]) {}
    bench.chip.with(|chip| chip.arrive(&[9; 60], false));
    assert_eq!(bench.receive(), None);
    bench.chip.with(Model::drain);
    assert!(bench.interrupt());
    assert_eq!(bench.receive(), Some(vec![9; 60]));
}

#[test]
fn link_loss_is_seen_and_counted_even_if_it_was_short() {
    let mut bench = Bench::new();
    assert!(bench.link() == LinkState::Up);
    bench.chip.with(|chip| chip.set_link(false));
    assert!(bench.interrupt());
    assert!(bench.link() == LinkState::Down);
    bench.chip.with(|chip| chip.set_link(true));
    assert!(bench.interrupt());
    assert!(bench.link() == LinkState::Up);
    assert_eq!(bench.driver.stats().link_losses, 1);

    bench.chip.with(|chip| {
        chip.set_link(false);
        chip.set_link(true);
    });
    assert!(bench.interrupt());
    assert!(bench.link() == LinkState::Up);
    assert_eq!(bench.driver.stats().link_losses, 2);
}

#[test]
fn duplex_follows_the_partner() {
    // 100 and 10 half; 100 half with 10 full, where 100 half is the better; 10 full.
    for (partner, full) in [
        (0x00A1, false),
        (0x00E1, false),
        (0x0061, true),
        (0x01E1, true),
    ] {
        let mut bench = Bench::new();
        bench.chip.with(|chip| chip.set_link(false));
        bench.link();
        bench.chip.with(|chip| {
            chip.partner = partner;
            chip.set_link(true);
        });
        bench.link();
        let control = bench.chip.with(|chip| chip.mac[mac::CR as usize]);
        assert_eq!(control & mac::CR_FDPX != 0, full, "{partner:#x}");
        assert_eq!(control & mac::CR_RCVOWN != 0, !full, "{partner:#x}");
    }
}

#[test]
fn a_failed_receiver_is_emptied_and_started() {
    let mut bench = Bench::new();
    bench.chip.with(|chip| {
        chip.arrive(&[3; 60], false);
        chip.fail(int::RXE);
    });
    assert!(bench.interrupt());
    assert_eq!(bench.receive(), None);
    bench.chip.with(|chip| chip.arrive(&[4; 60], false));
    assert!(bench.interrupt());
    assert_eq!(bench.receive(), Some(vec![4; 60]));
    assert_eq!(
        (
            bench.driver.stats().restarts,
            bench.chip.with(|chip| chip.resets)
        ),
        (1, 2)
    );
}

#[test]
fn a_failed_transmitter_restarts_the_chip() {
    let mut bench = Bench::new();
    bench.chip.with(|chip| chip.fail(int::TXE));
    assert!(bench.interrupt());
    assert_eq!(bench.receive(), None);
    assert_eq!(bench.chip.with(|chip| chip.resets), 3);
    assert!(bench.send(&[5; 60]));
    bench.chip.with(|chip| chip.arrive(&[6; 60], false));
    assert!(bench.interrupt());
    assert_eq!(bench.receive(), Some(vec![6; 60]));
}
