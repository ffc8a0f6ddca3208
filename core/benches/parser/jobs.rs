//! The jobs, each done by this crate and by its peer.
//!
//! A job gives a number that shows what was read, so that both can be seen to
//! have done the same.

use core::fmt::Write as _;

use oobwatch_core::Instant;
use oobwatch_core::credentials::Login;
use oobwatch_core::exchange::{Answer as _, AuthExchange, AuthOutcome, Sink};
use oobwatch_core::http::{Events, Limits, Method, Response};
use oobwatch_core::json::{Pick, Picked, Value};
use oobwatch_core::origin::Origin;
use oobwatch_core::product::Product;
use oobwatch_core::session::{Admit, Class, Rules, Session, Ticket};
use serde::Deserialize;

/// The answer to a login of an FMC in 2020, as its owner published it.
const LOGIN: &str = include_str!("../../tests/data/fmc-login-2020.http");

const DOMAINS: usize = 1_000;
const DEVICES: usize = 1_450;
const PUSH: usize = 64;

pub(crate) struct Job {
    pub(crate) name: &'static str,
    pub(crate) peer: &'static str,
    /// Repetitions that are worth their time under valgrind.
    pub(crate) count: u64,
    pub(crate) input: fn() -> String,
    pub(crate) ours: fn(&[u8]) -> u64,
    pub(crate) theirs: fn(&[u8]) -> u64,
}

pub(crate) const ALL: &[Job] = &[
    Job {
        name: "login head, whole",
        peer: "httparse",
        count: 1_000,
        input: || LOGIN.to_owned(),
        ours: |head| ours(head, head.len()),
        theirs: httparse_whole,
    },
    Job {
        name: "login head, 64-byte pushes",
        peer: "httparse, from the start after each push",
        count: 1_000,
        input: || LOGIN.to_owned(),
        ours: |head| ours(head, PUSH),
        theirs: httparse_pushed,
    },
    Job {
        name: "login with 1,000 domains",
        peer: "httparse, then serde_json into structs",
        count: 10,
        input: many_domains,
        ours: login,
        theirs: httparse_and_serde,
    },
    Job {
        name: "device list of 1 MB",
        peer: "serde_json::Value",
        count: 2,
        input: device_list,
        ours: pick,
        theirs: serde_value,
    },
    Job {
        name: "device list of 1 MB",
        peer: "serde_json into structs",
        count: 2,
        input: device_list,
        ours: pick,
        theirs: serde_structs,
    },
];

/// Bytes of the values, and the status code.
#[derive(Default)]
struct Tally(u64);

impl Events for Tally {
    fn status(&mut self, code: u16) {
        self.0 += u64::from(code);
    }

    fn wants(&mut self, _: &[u8]) -> bool {
        true
    }

    fn value(&mut self, piece: &[u8]) {
        self.0 += piece.len() as u64;
    }

    fn value_end(&mut self) {}

    fn head_end(&mut self) {}

    fn body(&mut self, _: &[u8]) {}
}

fn ours(head: &[u8], push: usize) -> u64 {
    let mut tally = Tally::default();
    let mut response = Response::new(Method::Post, Limits::default());
    for piece in head.chunks(push) {
        let _ = response.push(piece, &mut tally).expect("a login answer");
    }
    assert!(response.is_done());
    tally.0
}

fn httparse_whole(head: &[u8]) -> u64 {
    httparse_tally(head).expect("a whole head")
}

/// httparse keeps nothing between calls: its caller collects what has come
/// and begins again with it.
fn httparse_pushed(head: &[u8]) -> u64 {
    let mut collected = Vec::new();
    for piece in head.chunks(PUSH) {
        collected.extend_from_slice(piece);
        if let Some(tally) = httparse_tally(&collected) {
            return tally;
        }
    }
    panic!("a whole head");
}

fn httparse_tally(head: &[u8]) -> Option<u64> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let status = response.parse(head).expect("a head");
    // What `Response` keeps for itself is not counted: it has no name for it.
    let bytes = || {
        response
            .headers
            .iter()
            .filter(|field| field.name.len() <= 32)
            .map(|field| field.value.len() as u64)
            .sum::<u64>()
    };
    status
        .is_complete()
        .then(|| u64::from(response.code.unwrap_or_default()) + bytes())
}

/// A login answer of about 80 kB.
fn many_domains() -> String {
    let mut list = String::new();
    for number in 0..DOMAINS {
        let comma = if number == 0 { "" } else { ", " };
        let _ = write!(
            list,
            r#"{comma}{{"name": "Global/Tenant {number:04}", "uuid": "{number:08x}-e0f2-11e3-8169-6d9ed49b625f"}}"#
        );
    }
    let field = LOGIN
        .lines()
        .find(|line| line.starts_with("DOMAINS: "))
        .expect("DOMAINS");
    LOGIN.replace(field, &format!("DOMAINS: [{list}]"))
}

/// Bytes of the names and UUIDs.
impl Sink for Tally {
    fn domain(&mut self, name: &[u8], uuid: &[u8]) {
        self.0 += (name.len() + uuid.len()) as u64;
    }
}

fn login(head: &[u8]) -> u64 {
    let origin = Origin::new(Product::Fmc, "fmc.example").expect("an authority");
    let login = Login::new(&origin, "api", "a password").expect("credentials");
    let mut session = Session::new(&origin, 1, Rules::default());
    let Admit::Authenticate(permit) = session.admit(
        Instant::from_millis(0),
        &mut Ticket::new(Class::Read),
        &mut oobwatch_core::latch::Latch::new(),
    ) else {
        panic!("a login is due");
    };
    let (mut out, mut tally) = ([0; 512], Tally::default());
    let started = AuthExchange::start(&session, &origin, &permit, Some(&login), None, &mut out);
    let (mut exchange, _) = started.expect("a request");
    let _ = exchange.push(head, &mut tally).expect("a login answer");
    assert!(matches!(exchange.finish(), AuthOutcome::Granted(_)));
    tally.0
}

/// Borrowed: the best that serde_json can do, and an error at the first escape.
#[derive(Deserialize)]
struct Domain<'a> {
    name: &'a str,
    uuid: &'a str,
}

fn httparse_and_serde(head: &[u8]) -> u64 {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let status = response.parse(head).expect("a head");
    assert!(status.is_complete());
    let value = |name: &str| {
        let field = |field: &&httparse::Header<'_>| field.name.eq_ignore_ascii_case(name);
        response.headers.iter().find(field).expect("a field").value
    };
    let tokens = [value("X-auth-access-token"), value("X-auth-refresh-token")];
    assert!(tokens.iter().all(|token| !token.is_empty()));
    let domains: Vec<Domain<'_>> = serde_json::from_slice(value("DOMAINS")).expect("a list");
    let bytes = domains.iter().map(|d| d.name.len() + d.uuid.len());
    bytes.sum::<usize>() as u64
}

/// A page of `devicerecords?expanded=true`.
fn device_list() -> String {
    let mut items = String::new();
    for number in 0..DEVICES {
        let comma = if number == 0 { "" } else { "," };
        let status = ["green", "yellow", "red", "recovered"][number % 4];
        let _ = write!(
            items,
            r#"{comma}{{"id":"{number:08x}-5b5c-11ec-9a5c-d2c7b5d0a3c1","type":"Device","links":{{"self":"https://fmc.example/api/fmc_config/v1/domain/e276abec-e0f2-11e3-8169-6d9ed49b625f/devices/devicerecords/{number:08x}-5b5c-11ec-9a5c-d2c7b5d0a3c1"}},"name":"ftd-{number:04}.example","model":"Cisco Firepower 2130 Threat Defense","modelId":"A","modelNumber":"77","healthStatus":"{status}","sw_version":"7.2.5","healthPolicy":{{"id":"32798178-8b3a-11ea-a2b2-9d40beb3d95b","type":"HealthPolicy","name":"Initial_Health_Policy"}},"license_caps":["BASE","THREAT","MALWARE"],"performanceTier":null,"keepLocalEvents":false,"prohibitPacketTransfer":true,"metadata":{{"isPartOfContainer":false,"snortVersion":"3.1.21.1-126"}}}}"#
        );
    }
    format!(
        r#"{{"links":{{"self":"https://fmc.example/"}},"items":[{items}],"paging":{{"offset":0,"limit":{DEVICES},"count":{DEVICES},"pages":1}}}}"#
    )
}

/// Bytes of names and health, and the count that the box gives.
impl Picked for Tally {
    fn value(&mut self, path: usize, value: Value<'_>) {
        self.0 += if path == 2 {
            u64::from(value.as_u32().unwrap_or_default())
        } else {
            value.as_string().map_or(0, |text| text.len() as u64)
        };
    }
}

fn pick(list: &[u8]) -> u64 {
    let paths = &["items[].name", "items[].healthStatus", "paging.count"];
    let (mut pick, mut tally) = (Pick::<64>::new(paths), Tally::default());
    pick.push(list, &mut tally).expect("JSON");
    pick.finish(&mut tally).expect("all of it");
    tally.0
}

fn serde_value(list: &[u8]) -> u64 {
    let list: serde_json::Value = serde_json::from_slice(list).expect("JSON");
    let text = |device: &serde_json::Value, name| device[name].as_str().map_or(0, str::len);
    let devices = list["items"].as_array().expect("a list");
    let bytes = devices
        .iter()
        .map(|device| text(device, "name") + text(device, "healthStatus"));
    bytes.sum::<usize>() as u64 + list["paging"]["count"].as_u64().expect("a count")
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    items: Vec<Device<'a>>,
    paging: Paging,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device<'a> {
    name: &'a str,
    health_status: &'a str,
}

#[derive(Deserialize)]
struct Paging {
    count: u64,
}

fn serde_structs(list: &[u8]) -> u64 {
    let list: List<'_> = serde_json::from_slice(list).expect("JSON");
    let bytes = list
        .items
        .iter()
        .map(|d| d.name.len() + d.health_status.len());
    bytes.sum::<usize>() as u64 + list.paging.count
}
