//! Reports for the tests of the encoders.

use core::time::Duration;
use std::format;

use super::super::{
    Cause, Faults, Item, Observed, Report, SessionFacts, Severity, State, States, Timings, Trouble,
};
use crate::error::{PeerError, TransportError};
use crate::product::Product;

pub(super) fn critical() -> Report {
    let mut report = Report::new(Product::Fmc);
    report.facts.version = "7.4.1 (build 172)".into();
    report.facts.name = "fmc\u{7}1".into();
    let mut states = States {
        ok: 2,
        ..States::default()
    };
    for (at, word) in ["yellow", "purple", "red", "red", "red", "red", "red"]
        .into_iter()
        .enumerate()
    {
        let state = State::of_device(word.as_bytes());
        states.add(state);
        let name = format!("ftd-{}", at.wrapping_sub(2));
        report.judge(Cause::Devices(state), name.as_bytes(), word.as_bytes());
    }
    report.devices = Some(states);
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
    report.devices = Some(States {
        ok: 2,
        disabled: 1,
        ..States::default()
    });
    report.judge(Cause::Devices(State::Disabled), b"ftd-9", b"disabled");
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
    report
        .reasons
        .add(Cause::Item(Item::Devices, Trouble::Empty));
    report.judge(Cause::Devices(State::Unknown), b"", b"");
    report
}

/// Faults, and names that try to break out of every format.
pub(super) fn hostile() -> Report {
    let mut report = Report::new(Product::Fxos);
    report.facts.version = "a|b'c\"d\\e=f;g{h}".into();
    report.facts.model.push(b"\xff\n,} 1\n# HELP x");
    report.faults = Some(Faults {
        major: 1,
        ..Faults::default()
    });
    report.instances = Some(States::default());
    report.judge(
        Cause::Faults(Severity::Major),
        b"F1 | 'x'=9;;; \"\\\n",
        b"major",
    );
    report.judge(Cause::Faults(Severity::Unknown), b"F2", b"|'\"\\\x1b[1m`$");
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
    let states = State::ALL.into_iter().filter(|state| *state != State::Ok);
    for state in states {
        for cause in [
            Cause::Instances(state),
            Cause::Chassis(state),
            Cause::Devices(state),
        ] {
            report.judge(cause, &full, &full);
            report.reasons.add_many(cause, u32::MAX);
        }
    }
    for severity in Severity::ALL {
        report.judge(Cause::Faults(severity), &full, &full);
        report.reasons.add_many(Cause::Faults(severity), u32::MAX);
    }
    for state in State::ALL {
        report.judge(Cause::Chassis(state), &full, &full);
    }
    let most = u32::MAX;
    let all = States {
        ok: most,
        warning: most,
        critical: most,
        disabled: most,
        unknown: most,
    };
    report.devices = Some(all);
    report.instances = Some(all);
    report.faults = Some(Faults {
        cleared: most,
        info: most,
        condition: most,
        warning: most,
        minor: most,
        major: most,
        critical: most,
        unknown: most,
    });
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
