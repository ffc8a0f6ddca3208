//! `core` alone: a check over canned answers, in the driving loop of its documentation.

use allocation_counter::measure;
use oobwatch_client::core::Instant;
use oobwatch_client::core::check::{Check, PAGE_SIZE};
use oobwatch_client::core::credentials::Login;
use oobwatch_client::core::error::Error;
use oobwatch_client::core::exchange::{
    Answer, AuthExchange, Discard, Exchange, Outcome, Progress, Request, Sink,
};
use oobwatch_client::core::health::{Item, Observed, Report};
use oobwatch_client::core::http::Limits;
use oobwatch_client::core::latch::Latch;
use oobwatch_client::core::origin::Origin;
use oobwatch_client::core::product::Product;
use oobwatch_client::core::session::{Admit, AuthNext, Class, Next, Rules, Session, Ticket};

use crate::SIZES;

const TOKENS: &[u8] = b"HTTP/1.1 204 204\r\nX-auth-access-token: a\r\nX-auth-refresh-token: r\r\n\
    DOMAIN_UUID: e276abec-e0f2-11e3-8169-6d9ed49b625f\r\n\r\n";
const ABSENT: &[u8] = b"HTTP/1.1 404 404\r\nContent-Length: 2\r\n\r\n{}";

/// Answers of an FMC, made beforehand: nothing is allocated while they are read.
struct Canned {
    version: Vec<u8>,
    pages: Vec<Vec<u8>>,
}

impl Canned {
    fn new(devices: usize) -> Self {
        let firsts = (0..devices).step_by(PAGE_SIZE.into());
        Self {
            version: answer(r#"{"items":[{"serverVersion":"7.4.2 (build 172)"}]}"#),
            pages: firsts.map(|first| page(first, devices)).collect(),
        }
    }

    fn to(&self, head: &[u8]) -> &[u8] {
        let head = core::str::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap();
        if path.contains("generatetoken") {
            return TOKENS;
        }
        if path.contains("serverversion") {
            return &self.version;
        }
        let Some((_, offset)) = path.split_once("offset=") else {
            return ABSENT;
        };
        if !path.contains("devicerecords") {
            return ABSENT;
        }
        let digits = offset.split('&').next().unwrap();
        let offset: usize = digits.parse().unwrap();
        &self.pages[offset / usize::from(PAGE_SIZE)]
    }
}

/// One page of records of some 3 kB.
fn page(first: usize, devices: usize) -> Vec<u8> {
    let padding = "policy ".repeat(400);
    let record = |index: usize| {
        let health = ["green", "yellow", "red"][index % 3];
        format!(
            r#"{{"id":"{index}","policies":"{padding}","name":"ftd-{index}","healthStatus":"{health}"}}"#
        )
    };
    let last = devices.min(first + usize::from(PAGE_SIZE));
    let records = (first..last).map(record).collect::<Vec<_>>().join(",");
    answer(&format!(
        r#"{{"items":[{records}],"paging":{{"count":{devices}}}}}"#
    ))
}

fn answer(body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 200\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
}

struct Driver<'a> {
    canned: &'a Canned,
    origin: &'a Origin<'a>,
    login: &'a Login<'a>,
    session: Session,
    latch: Latch,
    now: u64,
}

impl Driver<'_> {
    fn check(&mut self) -> Report {
        let mut check = Check::new(Product::Fmc);
        loop {
            // The request lends its path, and the check takes the answer.
            let mut asking = check.clone();
            let Some(request) = asking.request() else {
                return check.finish(Observed::default());
            };
            let status = self.send(&request, &mut check);
            check.handle(status);
        }
    }

    fn send(&mut self, request: &Request<'_>, sink: &mut Check) -> Result<u16, Error> {
        let mut ticket = Ticket::new(Class::Read);
        let mut head = [0; 1024];
        loop {
            // A second each: nobody waits for the rate.
            self.now += 1_000;
            let now = Instant::from_millis(self.now);
            let (session, origin) = (&mut self.session, self.origin);
            match session.admit(now, &mut ticket, &mut self.latch) {
                Admit::Go(permit) => {
                    let limits = Limits::default();
                    let (mut exchange, length) = Exchange::start(
                        session, origin, &permit, request, None, limits, &mut head,
                    )?;
                    push(self.canned.to(&head[..length]), &mut exchange, sink)?;
                    let outcome = exchange.finish();
                    let next = session.settle(now, permit, &mut ticket, &outcome);
                    match (next, outcome) {
                        (Next::Deliver, Outcome::Response(response)) => return Ok(response.status),
                        (next, _) => panic!("{next:?}"),
                    }
                }
                Admit::Authenticate(permit) => {
                    let login = Some(self.login);
                    let (mut exchange, length) =
                        AuthExchange::start(session, origin, &permit, login, None, &mut head)?;
                    push(self.canned.to(&head[..length]), &mut exchange, &mut Discard)?;
                    let outcome = exchange.finish();
                    let next = session.settle_auth(now, permit, outcome, &mut self.latch);
                    assert!(matches!(next, AuthNext::Continue), "{next:?}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Pushes an answer in pieces of an odd length.
fn push(bytes: &[u8], answer: &mut impl Answer, sink: &mut dyn Sink) -> Result<(), Error> {
    for piece in bytes.chunks(1_021) {
        if answer.push(piece, sink)? == Progress::Done {
            return Ok(());
        }
    }
    answer.eof()
}

#[test]
fn a_check_allocates_nothing_however_many_devices_there_are() {
    for devices in SIZES {
        let canned = Canned::new(devices);
        let origin = Origin::new(Product::Fmc, "fmc.example").unwrap();
        let login = Login::new(&origin, "api", "pw").unwrap();
        let mut driver = Driver {
            canned: &canned,
            origin: &origin,
            login: &login,
            session: Session::new(&origin, 1, Rules::default()),
            latch: Latch::new(),
            now: 0,
        };
        let mut report = None;
        let cost = measure(|| report = Some(driver.check()));
        let report = report.unwrap();
        let states = report.counts.states(Item::Devices);
        let states = states.unwrap_or_else(|| panic!("{report:?}"));
        assert_eq!(states.total() as usize, devices);
        assert!(states.critical > 0);
        assert_eq!(cost.count_total, 0, "{devices} devices: {cost:?}");
    }
}
