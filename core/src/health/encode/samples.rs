//! Reports for the tests of the encoders.

use core::time::Duration;
use std::format;

use super::super::words::fmc::HEALTH;
use super::super::{
    Item, Observed, Report, SessionFacts, Severity, State, Tally, Timings, Trouble,
};
use crate::error::{PeerError, TransportError};
use crate::product::Product;

pub(super) fn critical() -> Report {
    let mut report = Report::new(Product::Fmc);
    report.facts.version = "7.4.1 (build 172)".into();
    report.facts.name = "fmc\u{7}1".into();
    let words = [
        "green", "green", "yellow", "purple", "red", "red", "red", "red", "red",
    ];
    for (at, word) in words.into_iter().enumerate() {
        let state = State::of(word.as_bytes(), HEALTH);
        let name = format!("ftd-{}", at.wrapping_sub(4));
        report.add_state(Item::Devices, state, name.as_bytes(), word.as_bytes());
    }
    report.observed.certificate_days = Some(12);
    report.observed.session.logins = 1;
    report.observed.session.refreshes = 2;
    report.observed.session.refreshes_left = Some(1);
    report.observed.session.token_left = Some(Duration::from_secs(1740));
    report.observed.timings.total = Some(420);
    report.observed.timings.connect = Some(3);
    report.observed.timings.tls = Some(57);
    report
}

pub(super) fn well() -> Report {
    let mut report = Report::new(Product::Fmc);
    report.facts.version = "7.2.4".into();
    for state in [State::Ok, State::Ok, State::Disabled] {
        report.add_state(Item::Devices, state, b"ftd-9", b"disabled");
    }
    report.troubles.add(Item::Licenses, Trouble::NotAvailable);
    report.troubles.add(Item::Alerts, Trouble::NotAvailable);
    report.observed.age = Some(Duration::from_millis(1500));
    report
}

pub(super) fn no_route() -> Report {
    let mut report = Report::new(Product::Fxos);
    report.fail(Item::Version, TransportError::ConnectRefused.into());
    report
}

pub(super) fn senseless() -> Report {
    let mut report = Report::new(Product::Fmc);
    report.troubles.add(Item::Devices, Trouble::Empty);
    report.add_state(Item::Devices, State::Unknown, b"", b"");
    report
}

/// Faults, and names that try to break out of every format.
pub(super) fn hostile() -> Report {
    let mut report = Report::new(Product::Fxos);
    report.facts.version = "a|b'c\"d\\e=f;g{h}".into();
    report.facts.model.push(b"\xff\n,} 1\n# HELP x");
    report.counts.begin(Item::Instances);
    report.add_fault(
        Item::Faults,
        Severity::Major,
        b"F1 | 'x'=9;;; \"\\\n",
        b"major",
    );
    report.add_fault(Item::Faults, Severity::Unknown, b"F2", b"|'\"\\\x1b[1m`$");
    report
}

/// Every text full of bytes that grow when they are encoded, every list full.
pub(super) fn longest() -> Report {
    let full = [0xff; 64];
    let mut report = hostile();
    report.facts.version.push(&full);
    report.facts.model.push(&full);
    report.facts.name.push(&full);
    report.facts.serial.push(&full);
    report.facts.uptime.push(&full);
    for item in Item::ALL
        .into_iter()
        .filter(|item| item.is_of(Product::Fxos))
    {
        for trouble in Trouble::ALL {
            report.troubles.add(item, trouble);
        }
        report.counts.begin(item);
        match item.tally() {
            Tally::States => State::ALL
                .into_iter()
                .for_each(|state| report.add_state(item, state, &full, &full)),
            Tally::Faults => Severity::ALL
                .into_iter()
                .for_each(|severity| report.add_fault(item, severity, &full, &full)),
            Tally::Number | Tally::Facts => {}
        }
    }
    report.troubles.unfinished();
    report.counts.fill();
    let most = u32::MAX;
    report.error = Some(PeerError::Unauthorized.into());
    report.observed = Observed {
        timings: Timings {
            resolve: Some(most),
            connect: Some(most),
            tls: Some(most),
            request: Some(most),
            total: Some(most),
        },
        session: SessionFacts {
            logins: most,
            refused: most,
            refreshes: most,
            refreshes_left: Some(u8::MAX),
            token_left: Some(Duration::MAX),
            displaced: most,
            stays_away: Some(Duration::MAX),
            token_age: Some(Duration::MAX),
            session_age: Some(Duration::MAX),
            locked_out: false,
        },
        certificate_days: Some(i32::MIN),
        age: Some(Duration::MAX),
    };
    report
}

pub(super) fn all() -> [Report; 6] {
    [
        critical(),
        well(),
        no_route(),
        hostile(),
        senseless(),
        longest(),
    ]
}
