//! The codec as a whole: round trips, damage, and images that no writer of ours
//! would make.

mod draft;

use core::net::Ipv4Addr;
use std::{format, string::String, vec, vec::Vec};

use proptest::prelude::*;
use proptest::sample::Index;

use crate::crc::crc32;
use crate::*;

/// A configuration that owns its parts; references are indices.
#[derive(Debug, Clone)]
struct Model {
    generation: u32,
    network: Network,
    /// User and secret; a bearer has no user.
    credentials: Vec<(Option<String>, String)>,
    certificates: Vec<(usize, u64)>,
    targets: Vec<ModelTarget>,
    syslog: Option<(Option<Ipv4Addr>, u16)>,
    hook: Option<bool>,
    time_servers: Vec<(Option<Ipv4Addr>, u16)>,
}

#[derive(Debug, Clone)]
struct ModelTarget {
    address: Option<Ipv4Addr>,
    port: u16,
    fxos: bool,
    credential: Index,
    certificate: Index,
    next: Option<Index>,
    by_name: bool,
    probe_every: u32,
    check_every: u32,
    skip: String,
}

fn address() -> impl Strategy<Value = Ipv4Addr> {
    (0x0100_0000_u32..0xE000_0000).prop_map(Ipv4Addr::from)
}

fn network() -> impl Strategy<Value = Network> {
    let fixed = (
        1_u8..=31,
        prop::collection::vec(address(), 1..=MAX_NAME_SERVERS),
        any::<bool>(),
    )
        .prop_map(|(prefix, servers, gateway)| {
            Network::Static(StaticNetwork {
                address: Ipv4Addr::new(10, 0, 0, 2),
                prefix,
                gateway: gateway.then_some(Ipv4Addr::new(10, 0, 0, 3)),
                name_servers: servers.into_iter().collect(),
            })
        });
    prop_oneof![Just(Network::Dhcp), fixed]
}

prop_compose! {
    fn model_target()(
        address in prop::option::of(address()),
        port in 1_u16..,
        fxos: bool,
        credential: Index,
        certificate: Index,
        next: Option<Index>,
        by_name: bool,
        probe_every in 5_u32..=86_400,
        check_every in 30_u32..=604_800,
        skip in "|[a-z_]{1,20}(,[a-z_]{1,20}){0,10}",
    ) -> ModelTarget {
        ModelTarget {
            address, port, fxos, credential, certificate, next, by_name, probe_every, check_every, skip,
        }
    }
}

prop_compose! {
    fn model()(
        generation: u32,
        network in network(),
        credentials in prop::collection::vec(
            (prop::option::of("[a-z]{1,9}"), "[!-~]{1,128}"), 1..=MAX_CREDENTIALS),
        certificates in prop::collection::vec((1_usize..400, 1_u64..), 1..6),
        targets in prop::collection::vec(model_target(), 1..=MAX_TARGETS),
        syslog in prop::option::of((prop::option::of(address()), 1_u16..)),
        hook in prop::option::of(any::<bool>()),
        time_servers in prop::collection::vec(
            (prop::option::of(address()), 1_u16..), 0..=MAX_TIME_SERVERS),
    ) -> Model {
        Model {
            generation, network, credentials, certificates, targets, syslog, hook, time_servers,
        }
    }
}

/// A DER SEQUENCE around `length` zero bytes.
fn der(length: usize) -> Vec<u8> {
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    [&[0x30, 0x82, high, low], vec![0; length].as_slice()].concat()
}

fn host(address: Option<Ipv4Addr>) -> Host<'static> {
    address.map_or(Host::Name("box.example.net"), Host::Address)
}

fn write(model: &Model, buffer: &mut [u8]) -> Result<usize, WriteError> {
    let names: Vec<String> = (0..MAX_TARGETS).map(|i| format!("name-{i}")).collect();
    let ders: Vec<Vec<u8>> = model
        .certificates
        .iter()
        .map(|(length, _)| der(*length))
        .collect();
    let mut out = Writer::new(buffer, model.generation);
    out.network(&model.network);
    let mut credentials = Vec::new();
    for ((user, secret), name) in model.credentials.iter().zip(&names) {
        let secret = Secret::new(secret);
        let login = match user {
            Some(user) => Login::Password {
                user,
                password: secret,
            },
            None => Login::Bearer(secret),
        };
        credentials.push(out.credential(name, login)?);
    }
    let mut certificates = Vec::new();
    for (der, (_, not_after)) in ders.iter().zip(&model.certificates) {
        certificates.push(out.certificate(der, *not_after)?);
    }
    for (target, name) in model.targets.iter().zip(&names) {
        let credential = *target.credential.get(&credentials);
        let certificate = *target.certificate.get(&certificates);
        let trust = if target.by_name {
            Trust::Authority {
                certificate,
                name: "fmc.example.net",
            }
        } else {
            let next = target.next.as_ref().map(|next| *next.get(&certificates));
            Trust::Pinned { certificate, next }
        };
        let product = match (credential.login(), target.fxos) {
            (Login::Bearer(_), _) => Product::CdFmc,
            (_, true) => Product::Fxos,
            (_, false) => Product::Fmc,
        };
        out.target(&Target {
            name,
            product,
            host: host(target.address),
            port: target.port,
            credential,
            trust,
            probe_every: target.probe_every,
            check_every: target.check_every,
            skip: &target.skip,
        })?;
    }
    if let Some((address, port)) = model.syslog {
        out.syslog(&Syslog {
            host: host(address),
            port,
        })?;
    }
    if let Some(https) = model.hook {
        let url = if https {
            "https://hook.example.net/k?t=1"
        } else {
            "http://192.0.2.1/h"
        };
        let authority = https.then(|| certificates[0]);
        out.webhook(&Webhook {
            url: Secret::new(url),
            authority,
        })?;
    }
    for (address, port) in &model.time_servers {
        out.time_server(&TimeServer {
            host: host(*address),
            port: *port,
        })?;
    }
    out.finish()
}

fn image_of(model: &Model) -> Vec<u8> {
    let Err(WriteError::BufferTooSmall { needed }) = write(model, &mut []) else {
        panic!("an empty buffer took an image")
    };
    let mut bytes = vec![0xFF; needed];
    assert_eq!(write(model, &mut bytes), Ok(needed));
    bytes
}

/// Writes again what was read.
fn rewrite(image: &Image<'_>) -> Vec<u8> {
    let mut bytes = vec![0; image.length()];
    let mut out = Writer::new(&mut bytes, image.generation());
    out.network(image.network());
    for credential in image.credentials() {
        out.credential(credential.name(), credential.login())
            .unwrap();
    }
    for certificate in image.certificates() {
        out.certificate(certificate.der(), certificate.not_after())
            .unwrap();
    }
    image
        .targets()
        .iter()
        .for_each(|target| out.target(target).unwrap());
    image
        .syslogs()
        .iter()
        .for_each(|syslog| out.syslog(syslog).unwrap());
    image
        .webhooks()
        .iter()
        .for_each(|webhook| out.webhook(webhook).unwrap());
    image
        .time_servers()
        .iter()
        .for_each(|server| out.time_server(server).unwrap());
    out.finish().unwrap();
    bytes
}

/// An image of these records, whatever they say, with a right checksum.
fn sealed(records: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = b"OOBWCF\r\n\x01\0\0\0\x07\0\0\0".to_vec();
    let payload: usize = records.iter().map(|(_, value)| 4 + value.len()).sum();
    bytes.extend(u32::try_from(HEADER_LEN + payload).unwrap().to_le_bytes());
    bytes.extend([0; 4]);
    for (kind, value) in records {
        bytes.extend(kind.to_le_bytes());
        bytes.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(value);
    }
    reseal(&mut bytes);
    bytes
}

fn reseal(bytes: &mut [u8]) {
    let crc = crc32(&[&bytes[..20], &bytes[HEADER_LEN..]]);
    bytes[20..24].copy_from_slice(&crc.to_le_bytes());
}

const DHCP: (u16, &[u8]) = (0x8001, &[0]);
const CREDENTIAL: (u16, &[u8]) = (0x8002, b"\x01c\0\x01u\x01p");
const CERTIFICATE: (u16, &[u8]) = (0x8003, b"\x01\0\0\0\0\0\0\0\x30\x01\0");
const TARGET: (u16, &[u8]) = (
    0x8004,
    b"\x01t\0\0\xc0\0\x02\x01\xbb\x01\0\0\0\xff\x3c\0\0\0\x2c\x01\0\0",
);

fn refusal(records: &[(u16, &[u8])]) -> ImageError {
    Image::parse(&sealed(records))
        .err()
        .expect("the image is bad")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(model in model()) {
        let bytes = image_of(&model);
        let image = Image::parse(&bytes).unwrap();
        prop_assert_eq!(&rewrite(&image), &bytes);
        prop_assert_eq!(image.generation(), model.generation);
        prop_assert_eq!(image.network(), &model.network);
        for ((user, secret), read) in model.credentials.iter().zip(image.credentials()) {
            match read.login() {
                Login::Password { user: read, password } => {
                    prop_assert_eq!(user.as_deref(), Some(read));
                    prop_assert_eq!(secret, password.expose());
                }
                Login::Bearer(token) => prop_assert_eq!(secret, token.expose()),
            }
        }
        let servers = image.time_servers().iter().map(|server| (server.host, server.port));
        let written = model.time_servers.iter().map(|(address, port)| (host(*address), *port));
        prop_assert!(servers.eq(written));
        prop_assert_eq!(image.targets().len(), model.targets.len());
        for (target, read) in model.targets.iter().zip(image.targets()) {
            prop_assert_eq!(host(target.address), read.host);
            prop_assert_eq!(target.port, read.port);
            prop_assert_eq!(target.credential.index(model.credentials.len()), read.credential.index());
            prop_assert_eq!((target.probe_every, target.check_every), (read.probe_every, read.check_every));
            prop_assert_eq!(&target.skip, read.skip);
            prop_assert_eq!(target.by_name, matches!(read.trust, Trust::Authority { .. }));
        }
    }

    #[test]
    fn the_rest_of_the_storage_does_not_matter(model in model(), rest: Vec<u8>) {
        let mut bytes = image_of(&model);
        let length = bytes.len();
        bytes.extend(rest);
        prop_assert_eq!(Image::parse(&bytes).map(|image| image.length()), Ok(length));
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        prop_assert!(Image::parse(&bytes).is_err());
    }

    /// Damage that the checksum was made to fit: reading must not panic, and
    /// what is accepted must be such that it can be written again.
    #[test]
    fn sealed_damage_is_refused_or_sound(model in model(), at: Index, byte: u8, cut: Index) {
        let mut bytes = image_of(&model);
        let at = HEADER_LEN + at.index(bytes.len() - HEADER_LEN);
        bytes[at] = byte;
        if byte % 4 == 0 {
            bytes.truncate(HEADER_LEN + cut.index(bytes.len() - HEADER_LEN));
        }
        let length = u32::try_from(bytes.len()).unwrap();
        bytes[16..20].copy_from_slice(&length.to_le_bytes());
        reseal(&mut bytes);
        match Image::parse(&bytes) {
            Ok(image) => prop_assert_eq!(rewrite(&image).len() <= bytes.len(), true),
            Err(error) => prop_assert!(error.offset <= bytes.len()),
        }
    }

    #[test]
    fn sealed_records_of_random_bytes_are_refused(
        records in prop::collection::vec((prop_oneof![0x8001_u16..=0x8006, Just(7)], prop::collection::vec(0_u8..8, 0..40)), 0..6)
    ) {
        let records: Vec<_> = records.iter().map(|(kind, value)| (*kind, value.as_slice())).collect();
        prop_assert!(refusal(&records).offset >= HEADER_LEN);
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    let bytes = sealed(&[DHCP, CREDENTIAL, CERTIFICATE, TARGET]);
    assert!(Image::parse(&bytes).is_ok());
    for length in 0..bytes.len() {
        let reason = Image::parse(&bytes[..length])
            .err()
            .map(|error| error.reason);
        let expected = if length == 0 {
            Reason::Blank
        } else if length < 8 {
            Reason::NotAnImage
        } else {
            Reason::Truncated
        };
        assert_eq!(reason, Some(expected), "cut to {length}");
    }
    // The storage behind the image must not help a damaged length.
    for rest in [&[][..], &[0xFF; 4096], &[0; 4096]] {
        for bit in 0..bytes.len() * 8 {
            let mut damaged = [&bytes, rest].concat();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Image::parse(&damaged).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn the_example_of_the_format_page() {
    let bytes = sealed(&[DHCP, CREDENTIAL, CERTIFICATE, TARGET]);
    let image = Image::parse(&bytes).unwrap();
    assert_eq!(
        (image.generation(), image.length(), bytes.len()),
        (7, 81, 81)
    );
    let target = image.targets()[0];
    assert_eq!(
        (target.name, target.product, target.port),
        ("t", Product::Fmc, 443)
    );
    assert_eq!(target.host, Host::Address(Ipv4Addr::new(192, 0, 2, 1)));
    assert_eq!((target.probe_every, target.check_every), (60, 300));
    assert_eq!(target.credential.name(), "c");
    assert!(matches!(target.trust, Trust::Pinned { next: None, .. }));
}

#[test]
fn refusals_name_the_reason_and_the_place() {
    let at = |reason, offset| ImageError { reason, offset };
    let after = |records: &[(u16, &[u8])]| sealed(records).len();
    let base = [DHCP, CREDENTIAL, CERTIFICATE];
    let with = |record| [DHCP, CREDENTIAL, CERTIFICATE, TARGET, record];
    let end = after(&[DHCP, CREDENTIAL, CERTIFICATE, TARGET]);

    assert_eq!(
        refusal(&base),
        at(Reason::Missing(RecordKind::Target), after(&base))
    );
    assert_eq!(
        refusal(&[]),
        at(Reason::Missing(RecordKind::Network), HEADER_LEN)
    );
    assert_eq!(
        refusal(&with(DHCP)),
        at(Reason::TooMany(RecordKind::Network), end)
    );
    assert_eq!(
        refusal(&with((0x8777, b""))),
        at(Reason::UnknownRecord(0x8777), end)
    );
    assert_eq!(
        refusal(&with(TARGET)),
        at(Reason::Repeated(Field::TargetName), end + 4)
    );
    assert_eq!(
        refusal(&with(CREDENTIAL)),
        at(Reason::Repeated(Field::CredentialName), end + 4)
    );
    assert_eq!(
        refusal(&with((0x8005, b"\0\xc0\0\x02\x01\x02\x02\0"))),
        at(Reason::Excess, end + 11)
    );
    assert_eq!(
        refusal(&with((0x8005, b"\0"))),
        at(Reason::Overrun, end + 5)
    );
    assert_eq!(
        refusal(&[DHCP, CERTIFICATE, TARGET]),
        at(
            Reason::Reference(Field::Credential),
            after(&[DHCP, CERTIFICATE]) + 4 + 10
        )
    );
    let bearer = (0x8002, &b"\x01c\x01\x01\0b"[..]);
    assert_eq!(
        refusal(&[DHCP, bearer, CERTIFICATE, TARGET]).reason,
        Reason::CredentialKind
    );
    let no_dns = (0x8001, &b"\x01\x0a\0\0\x02\x18\0\0\0\0\0"[..]);
    let named = (0x8005, &b"\x01\x01h\x02\x02"[..]);
    assert_eq!(
        refusal(&[no_dns, CREDENTIAL, CERTIFICATE, TARGET, named]).reason,
        Reason::NoNameServer
    );
    let https_without_authority = (0x8006, &b"\x0c\0https://h/ab\xff"[..]);
    assert_eq!(
        refusal(&with(https_without_authority)),
        at(Reason::Value(Field::Authority), end + 4 + 14)
    );
    let latin1 = (0x8002, &b"\x01d\0\x01\xe9\x01p"[..]);
    assert_eq!(
        refusal(&with(latin1)),
        at(Reason::Value(Field::User), end + 8)
    );
}

#[test]
fn a_time_server_is_held_to_its_rules() {
    let server = (7, &b"\0\xc0\0\x02\x01\x7b\0"[..]);
    let base = [DHCP, CREDENTIAL, CERTIFICATE, TARGET];
    let [network, credential, certificate, target] = base;
    let four = [
        network,
        credential,
        certificate,
        target,
        server,
        server,
        server,
        server,
    ];
    assert_eq!(
        refusal(&four).reason,
        Reason::TooMany(RecordKind::TimeServer)
    );
    let without_port = (7, &b"\0\xc0\0\x02\x01\0\0"[..]);
    let bad = [network, credential, certificate, target, without_port];
    assert_eq!(refusal(&bad).reason, Reason::Value(Field::Port));
    let no_dns = (0x8001, &b"\x01\x0a\0\0\x02\x18\0\0\0\0\0"[..]);
    let named = (7, &b"\x01\x01h\x7b\0"[..]);
    let bad = [no_dns, credential, certificate, target, named];
    assert_eq!(refusal(&bad).reason, Reason::NoNameServer);
}

#[test]
fn an_optional_record_that_is_not_known_is_skipped() {
    let bytes = sealed(&[(0x0001, b"later"), DHCP, CREDENTIAL, CERTIFICATE, TARGET]);
    assert!(Image::parse(&bytes).is_ok());
}

#[test]
fn storage_without_an_image() {
    let reason = |bytes: &[u8]| Image::parse(bytes).err().map(|error| error.reason);
    assert_eq!(reason(&[0xFF; 4096]), Some(Reason::Blank));
    assert_eq!(reason(&[0; 4096]), Some(Reason::Blank));
    assert_eq!(reason(&[0x7F; 4096]), Some(Reason::NotAnImage));
    let mut newer = sealed(&[DHCP, CREDENTIAL, CERTIFICATE, TARGET]);
    newer[8] = 2;
    reseal(&mut newer);
    assert_eq!(reason(&newer), Some(Reason::Version(2)));
}

#[test]
fn the_writer_refuses_what_a_reader_would() {
    let mut buffer = [0; 4096];
    let mut out = Writer::new(&mut buffer, 1);
    out.network(&Network::Dhcp);
    assert!(matches!(out.finish(), Err(WriteError::Refused(_))));

    let mut out = Writer::new(&mut buffer, 1);
    let long = "x".repeat(256);
    let login = Login::Password {
        user: "u",
        password: Secret::new(&long),
    };
    assert_eq!(
        out.credential("c", login).err(),
        Some(WriteError::TooLong(Field::Password))
    );
    let login = Login::Password {
        user: "u",
        password: Secret::new("p"),
    };
    assert_eq!(
        out.credential("c", login)
            .map(|credential| credential.index()),
        Ok(0)
    );
    for _ in 1..MAX_CREDENTIALS {
        out.credential("c", login).map(|_| ()).unwrap();
    }
    let full = out.credential("c", login).err();
    assert_eq!(full, Some(WriteError::TooMany(RecordKind::Credential)));
    let der = vec![0; 70_000];
    assert_eq!(
        out.certificate(&der, 1).err(),
        Some(WriteError::TooLong(Field::Certificate))
    );
}

#[test]
fn each_certificate_is_found_again() {
    let [one, two] = [1, 2].map(|last| [&[0x30, 0x82, 0x01, 0x00][..], &[last; 256]].concat());
    let mut buffer = [0; 4096];
    let mut out = Writer::new(&mut buffer, 1);
    out.network(&Network::Dhcp);
    let password = Secret::new("p");
    let credential = out
        .credential(
            "c",
            Login::Password {
                user: "u",
                password,
            },
        )
        .unwrap();
    let certificate = out.certificate(&one, 1).unwrap();
    let next = Some(out.certificate(&two, 2).unwrap());
    let target = Target {
        name: "t",
        product: Product::Fmc,
        host: Host::Address(Ipv4Addr::new(192, 0, 2, 1)),
        port: 443,
        credential,
        trust: Trust::Pinned { certificate, next },
        probe_every: 60,
        check_every: 300,
        skip: "",
    };
    out.target(&target).unwrap();
    let length = out.finish().unwrap();
    let image = Image::parse(&buffer[..length]).unwrap();
    let Trust::Pinned { certificate, next } = image.targets()[0].trust else {
        panic!("it was pinned");
    };
    assert_eq!(certificate.der(), one);
    assert_eq!(next.map(|next| next.der()), Some(&two[..]));
}

/// The example of the document of the format is an image, and says what it is said
/// to say.
#[test]
fn the_documented_example_is_an_image() {
    let document = include_str!("../../../docs/image-format.md");
    let (_, example) = document.split_once("## Example").unwrap();
    let lines = example.split("```").nth(1).unwrap().lines();
    // What they mean comes behind some blanks, or is no number.
    let bytes: Vec<u8> = lines
        .flat_map(|line| line.split("   ").find(|part| !part.is_empty()))
        .flat_map(|part| {
            let words = part.split_whitespace();
            words.map_while(|byte| u8::from_str_radix(byte, 16).ok())
        })
        .collect();
    let image = Image::parse(&bytes).unwrap();
    assert_eq!((image.length(), image.generation()), (81, 7));
    let [target] = image.targets() else {
        panic!("{} targets", image.targets().len())
    };
    assert_eq!((target.name, target.port), ("t", 443));
    let Login::Password { user, password } = target.credential.login() else {
        panic!("no password")
    };
    assert_eq!((user, password.expose()), ("u", "p"));
}
