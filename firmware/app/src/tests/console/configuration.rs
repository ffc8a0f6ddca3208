//! The configuration: shown, changed, saved, imported; and power that fails.

use oobwatch_image::{Host, Login, Network};
use proptest::prelude::*;
use std::vec::Vec;

use super::super::boxes::Lab;
use super::super::certificate;
use super::super::time::run_for;
use super::*;
use crate::watch;

fn accepted(said: &str, what: &str) {
    assert!(said.contains(what), "nothing of {what:?} in {said}");
}

const CHANGES: &[u8] = b"set target box-443 port 8443\r\
    set target box-444 check-every 600\r\
    set credential all user \"new user\"\r\
    set credential all password\rn3w-Secret\r\
    set syslog 192.0.2.77:1514\r\
    set time 192.0.2.78 time.example:1123\r\
    set network 192.0.2.20/24 gateway 192.0.2.254 dns 192.0.2.53 192.0.2.54\r";

#[test]
fn changes_are_shown_and_saved() {
    let configured = configured();
    let (state, mut store) = (boot(configured), Store::new());
    let (said, _) = session(state, &mut store, &[CHANGES, b"show\r", b"save\r"]);
    for line in [
        "* target       box-443: fmc://192.0.2.1:8443 with all, probed each 60 s",
        "* credentials  all: user new user, a password",
        "* syslog       192.0.2.77:1514",
        "* time server  192.0.2.78:123",
        "  pinned     260 bytes, valid to 2033-05-18T03:33:20.000Z",
        "* network      192.0.2.20/24, gateway 192.0.2.254, name server 192.0.2.53, name server",
        "changed, and not saved",
        "configuration 8 is kept, and used after: reboot",
    ] {
        accepted(&said, line);
    }
    let (_, image) = next_start(configured, &store);
    assert_eq!(image.generation(), 8);
    assert_eq!(image.targets()[0].port, 8443);
    assert_eq!(image.targets()[1].check_every, 600);
    assert!(matches!(image.network(), Network::Static(fixed) if fixed.name_servers.len() == 2));
    let Login::Password { user, password } = image.credentials()[0].login() else {
        panic!("it is a password");
    };
    assert_eq!((user, password.expose()), ("new user", "n3w-Secret"));
}

#[test]
fn what_is_saved_twice_or_discarded() {
    let configured = configured();
    let (state, mut store) = (boot(configured), Store::new());
    let script: [&[u8]; 3] = [
        b"set target box-443 port 8443\rsave\r",
        b"set target box-443 host fmc.example\rshow\rsave\r",
        b"save\r",
    ];
    let (said, _) = session(state, &mut store, &script);
    accepted(&said, "changed, and not saved");
    {
        let (_, image) = next_start(configured, &store);
        assert_eq!((image.generation(), image.targets()[0].port), (8, 8443));
        assert_eq!(image.targets()[0].host, Host::Name("fmc.example"));
    }
    session(state, &mut store, &[b"discard\r"]);
    assert_eq!(next_start(configured, &store).1.generation(), 7);
    let (said, _) = session(state, &mut store, &[b"save\r"]);
    accepted(&said, "nothing was changed");
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    let (state, mut store) = (boot(configured()), Store::new());
    for (line, why) in [
        (
            "set target box-443 port 0",
            "the port is empty, too long, out of range",
        ),
        ("set target box-443 port 65536", "not how it is written"),
        ("set target box-445 port 1", "no such target"),
        ("set target box-443 credential other", "no such credential"),
        ("set target box-443 host -x", "the host is"),
        ("set target box-443 probe-every 1", "the probe interval is"),
        (
            "set network 192.0.2.20/24 gateway 198.51.100.1",
            "the gateway is",
        ),
        ("set network 192.0.2.20", "not how it is written"),
        ("set credential other password", "no such credential"),
        ("set webhook 3\rhttp://x/", "no such webhook"),
        ("set webhook 1\rhttps://x/", "authority of the webhook"),
        ("set syslog a b c", "not how it is written"),
        ("remove target \"box-443", "double quotes"),
        (
            "remove target box-443\rremove target box-444",
            "the image has no target",
        ),
        ("unlock all", "nothing to unlock"),
        ("unlock other", "no such credential"),
    ] {
        let (said, _) = session(state, &mut store, &[line.as_bytes(), b"\r"]);
        accepted(&said, why);
    }
}

#[test]
fn without_a_configuration_one_is_imported() {
    let mut store = Store::new();
    let bytes = in_lines(configured());
    let script = [b"set network dhcp\r", b"import\r".as_slice(), &bytes];
    let (said, _) = session(boot(&[0xFF; 64]), &mut store, &script);
    accepted(&said, "there is no configuration to change");
    accepted(&said, "configuration 7 is kept, and used after: reboot");
    assert!(store.spare.starts_with(configured()));
}

#[test]
fn an_import_that_is_refused_leaves_nothing() {
    let configured = configured();
    let newer = image(8, &boxes());
    let mut damaged = newer.to_vec();
    damaged[200] ^= 1;
    let many: Vec<_> = (1..10)
        .map(|port| Box_::new(Product::Fmc, port, 300))
        .collect();
    let cut = in_lines(&newer[..newer.len() - 20]);
    let lost = [&in_lines(newer)[..400], &in_lines(newer)[404..]].concat();
    for (bytes, why) in [
        (in_lines(configured), "its generation 7 is not above 7"),
        (
            in_lines(&damaged),
            "the checksum is wrong; write the image again (at byte 20)",
        ),
        (in_lines(image(8, &many)), "more targets than the 8"),
        (
            in_lines(b"OOBWCF\r\n\x02and so on and so on"),
            "format version",
        ),
        ([b'x'; 6_000].to_vec(), "not a configuration image"),
        (
            [&b"T09C"[..], b"-save\rreboot\r"].concat(),
            "not base64 after byte 3",
        ),
        ([&cut[..100], b"\x03"].concat(), "broken off"),
        (cut, "the rest did not come"),
        (lost, "the rest did not come"),
    ] {
        let mut store = Store::new();
        let wait: &[u8] = b"";
        let mut script = std::vec![b"import\r".as_slice(), &bytes];
        script.extend([wait; 9]);
        script.push(b"show\r");
        let (said, ended) = session(boot(configured), &mut store, &script);
        accepted(&said, why);
        accepted(&said, "generation   7");
        assert_eq!(ended, None);
        assert!(store.spare.iter().all(|byte| *byte == 0xFF), "{why}");
        // Not a word of what was pasted.
        assert!(!said.contains("T09C"), "{said}");
    }
}

#[test]
fn after_an_import_the_draft_is_gone() {
    let configured = configured();
    let (state, mut store) = (boot(configured), Store::new());
    let newer = in_lines(image(9, &boxes()));
    let script: [&[u8]; 4] = [
        b"set target box-443 port 1\rimport\r",
        &newer,
        b"set target box-443 port 2\rsave\r",
        b"status\r",
    ];
    let (said, _) = session(state, &mut store, &script);
    accepted(&said, "an imported configuration waits");
    accepted(&said, "nothing was changed");
    let (_, image) = next_start(configured, &store);
    assert_eq!((image.generation(), image.targets()[0].port), (9, 443));
}

#[test]
fn no_check_begins_while_an_image_comes() {
    let mut lab = Lab::default();
    lab.add(443, &certificate(1));
    lab.add(444, &certificate(1));
    let (state, mut store) = (boot(configured()), Store::new());
    let serial = Serial::default();
    serial.send(b"import\r");
    let console = console(state, None, "a board", serial, &mut store);
    // The input stops; so does the import.
    run_for(
        29,
        select(console, async {
            Timer::after(Duration::from_millis(1)).await;
            watch(state, &lab).await
        }),
    );
    assert_eq!(state.targets()[0].checks.get(), 0);
    run_for(60, watch(state, &lab));
    assert_eq!(state.targets()[0].checks.get(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Power fails at each step: then there is the old configuration, or the new
    /// one, whole.
    #[test]
    fn a_power_cut_leaves_the_old_or_the_new(
        operations in 1..20_usize,
        imports: bool,
        before in prop::sample::select(std::vec![None, Some(6), Some(5)]),
    ) {
        let configured = configured();
        let mut store = Store::new();
        if let Some(generation) = before {
            let old = image(generation, &boxes());
            store.spare[..old.len()].copy_from_slice(old);
        }
        store.operations = Some(operations);
        let new = image(9, &boxes());
        let pasted = in_lines(new);
        let save: &[&[u8]] = &[CHANGES, b"save\r"];
        let import: &[&[u8]] = &[b"import\r", &pasted];
        session(boot(configured), &mut store, if imports { import } else { save });
        let (held, image) = next_start(configured, &store);
        match image.generation() {
            7 => prop_assert_eq!(held, configured),
            8 => prop_assert_eq!((imports, image.targets()[0].port), (false, 8443)),
            9 => prop_assert!(imports && held.starts_with(new)),
            other => prop_assert!(false, "generation {}", other),
        }
        if operations > 10 {
            prop_assert!(image.generation() > 7);
        }
    }
}
