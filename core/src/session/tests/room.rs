//! How many requests are under way, and in what time.

use super::*;
use crate::error::ResourceError;

fn why(admit: &Admit) -> Option<Wait> {
    match admit {
        Admit::Wait { why, .. } => Some(*why),
        _ => None,
    }
}

/// A session without a budget, open, whose token was just accepted.
fn roomy() -> Session {
    let origin = Origin::new(Product::Fmc, "fmc.example").unwrap();
    let rules = Rules {
        rate: 0,
        ..Rules::default()
    };
    let mut session = Session::new(&origin, 7, rules);
    open(&mut session, 0);
    let mut read = Ticket::new(Class::Read);
    let permit = go(&mut session, 1, &mut read);
    let ok = Outcome::Response(status(200));
    assert_eq!(session.settle(at(1), permit, &mut read, &ok), Next::Deliver);
    session
}

#[test]
fn nine_requests_are_under_way_and_the_tenth_connection_is_for_the_login() {
    let mut session = roomy();
    let mut reads: Vec<_> = (0..REQUESTS_MAX)
        .map(|_| Ticket::new(Class::Read))
        .collect();
    let permits: Vec<_> = reads.iter_mut().map(|t| go(&mut session, 2, t)).collect();
    let mut late = Ticket::new(Class::Read);
    let admit = session.admit_alone(at(3), &mut late);
    assert_eq!(why(&admit), Some(Wait::Connections));
    let (epoch, ok) = (session.epoch(), Outcome::Response(status(200)));
    for (permit, ticket) in permits.into_iter().zip(&mut reads).take(1) {
        let _ = session.settle(at(4), permit, ticket, &ok);
    }
    assert_ne!(session.epoch(), epoch, "who waits is not told");
    let _ = go(&mut session, 5, &mut late);
    let logout = session.admit_alone(at(6), &mut Ticket::new(Class::Logout));
    assert!(matches!(logout, Admit::Authenticate(_)), "{logout:?}");
}

#[test]
fn writes_go_one_at_a_time_and_reads_beside_them() {
    for first in [Class::Write, Class::Stream] {
        let mut session = roomy();
        let mut write = Ticket::new(first);
        let permit = go(&mut session, 2, &mut write);
        let mut second = Ticket::new(Class::Write);
        let admit = session.admit_alone(at(3), &mut second);
        assert_eq!(why(&admit), Some(Wait::Write));
        let _ = go(&mut session, 3, &mut Ticket::new(Class::Read));
        let (epoch, ok) = (session.epoch(), Outcome::Response(status(201)));
        let _ = session.settle(at(4), permit, &mut write, &ok);
        assert_ne!(session.epoch(), epoch, "who waits is not told");
        let _ = go(&mut session, 5, &mut second);
    }
}

/// A permit that is lost keeps its slot until its lease has run out, and no
/// longer.
#[test]
fn lost_permits_give_their_slots_back() {
    let mut session = roomy();
    let _lost = go(&mut session, 2, &mut Ticket::new(Class::Write));
    for _ in 1..REQUESTS_MAX {
        let _lost = go(&mut session, 2, &mut Ticket::new(Class::Read));
    }
    let mut late = Ticket::new(Class::Write);
    let Admit::Wait { until, .. } = session.admit_alone(at(3), &mut late) else {
        panic!("admitted");
    };
    assert_eq!(session.poll_timeout(), Some(until));
    let _ = go(&mut session, until.as_millis(), &mut late);
}

/// An upload may take hours; what is lost beside it, or after it, has a lease of
/// its own, and the upload keeps its slot meanwhile.
#[test]
fn an_upload_lengthens_no_lease() {
    for is_done in [false, true] {
        let mut session = roomy();
        let mut upload = Ticket::new(Class::Stream);
        let mut permit = Some(go(&mut session, 2, &mut upload));
        let ok = Outcome::Response(status(201));
        if let Some(permit) = permit.take_if(|_| is_done) {
            let _ = session.settle(at(3), permit, &mut upload, &ok);
        }
        let free = if is_done {
            REQUESTS_MAX
        } else {
            REQUESTS_MAX - 1
        };
        let fill = |session: &mut Session, now| {
            for _ in 0..free {
                let _lost = go(session, now, &mut Ticket::new(Class::Read));
            }
            let admit = session.admit_alone(at(now), &mut Ticket::new(Class::Read));
            assert_eq!(why(&admit), Some(Wait::Connections));
        };
        fill(&mut session, 4);
        fill(&mut session, 4 + 180_000);
        if let Some(permit) = permit {
            let _ = session.settle(at(4 + 180_001), permit, &mut upload, &ok);
            let _ = go(&mut session, 4 + 180_001, &mut Ticket::new(Class::Read));
        }
    }
}

/// No wait for requests of our own goes on for ever either.
#[test]
fn a_queue_has_an_end() {
    let mut session = roomy();
    let (mut late, mut now) = (Ticket::new(Class::Write), 2);
    let stop = loop {
        // Whoever writes does so for long, and again.
        let _lost = session.admit_alone(at(now), &mut Ticket::new(Class::Write));
        match session.admit_alone(at(now), &mut late) {
            Admit::Wait { until, .. } => now = until.as_millis(),
            Admit::Stop(stop) => break stop,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(stop, Stop::Failed(ResourceError::Queue(Wait::Write).into()));
    assert!((180_000..=400_000).contains(&now), "{now}");
}

/// 120 a minute, until the box turns out to take more.
#[test]
fn a_new_fmc_takes_more_requests_a_minute() {
    for (version, least, most) in [
        ("7.4.0 (build 9)", 90, 130),
        ("7.4.1 (build 172)", 225, 310),
        ("10.0.0", 225, 310),
        ("6.2.3", 90, 130),
        ("", 90, 130),
    ] {
        let (mut session, mut now, mut sent) = (fmc_session(), 1, 0);
        open(&mut session, now);
        session.saw_version(version);
        while now < 61_000 {
            let mut ticket = Ticket::new(Class::Read);
            match session.admit_alone(at(now), &mut ticket) {
                Admit::Go(permit) => {
                    let ok = Outcome::Response(status(200));
                    let _ = session.settle(at(now), permit, &mut ticket, &ok);
                    sent += 1;
                }
                Admit::Wait { until, why } => {
                    assert_eq!(why, Wait::Budget);
                    now = until.as_millis();
                }
                other => panic!("{other:?}"),
            }
        }
        assert!((least..=most).contains(&sent), "{version}: {sent}");
    }
}
