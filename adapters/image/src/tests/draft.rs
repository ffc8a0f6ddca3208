//! Drafts: what is written of one is what a writer would make of the changed
//! description.

use super::*;

/// Room that holds every change of the tests below.
const ROOM: usize = 8 * 1024;

/// A change of a [`Model`]; the index picks among what the model has.
#[derive(Debug, Clone)]
enum Step {
    Network(Network),
    User(Index, String),
    Secret(Index, String),
    Host(Index, Option<Ipv4Addr>),
    Port(Index, u16),
    Credential(Index, Index),
    Intervals(Index, u32, u32),
    Syslog(Option<(Option<Ipv4Addr>, u16)>),
    Time(Vec<(Option<Ipv4Addr>, u16)>),
}

fn step() -> impl Strategy<Value = Step> {
    let at = any::<Index>;
    prop_oneof![
        network().prop_map(Step::Network),
        (at(), "[a-z]{0,9}").prop_map(|(at, user)| Step::User(at, user)),
        (at(), "[!-~]{0,140}").prop_map(|(at, secret)| Step::Secret(at, secret)),
        (at(), prop::option::of(address())).prop_map(|(at, host)| Step::Host(at, host)),
        (at(), any::<u16>()).prop_map(|(at, port)| Step::Port(at, port)),
        (at(), at()).prop_map(|(at, credential)| Step::Credential(at, credential)),
        (at(), 0..90_000_u32, 0..700_000_u32)
            .prop_map(|(at, probe, check)| Step::Intervals(at, probe, check)),
        prop::option::of((prop::option::of(address()), any::<u16>())).prop_map(Step::Syslog),
        prop::collection::vec((prop::option::of(address()), any::<u16>()), 0..5)
            .prop_map(Step::Time),
    ]
}

/// Does a step to the draft, change by change, and says whether all were taken.
fn draft_step(draft: &mut Draft<'_, ROOM>, model: &Model, step: &Step) -> bool {
    let name = |at: usize| format!("name-{at}");
    let credential = |at: &Index| at.index(model.credentials.len());
    let target = |at: &Index| name(at.index(model.targets.len()));
    let mut apply = |change: Change<'_>| draft.apply(&change).is_ok();
    match step {
        Step::Network(network) => apply(Change::Network(network.clone())),
        Step::User(at, user) => apply(Change::Login(
            &name(credential(at)),
            LoginChange::User(user),
        )),
        Step::Secret(at, text) => {
            let secret = Secret::new(text);
            let change = match model.credentials[credential(at)].0 {
                Some(_) => LoginChange::Password(secret),
                None => LoginChange::Bearer(secret),
            };
            apply(Change::Login(&name(credential(at)), change))
        }
        Step::Host(at, address) => apply(Change::Target(
            &target(at),
            TargetChange::Host(host(*address)),
        )),
        Step::Port(at, port) => apply(Change::Target(&target(at), TargetChange::Port(*port))),
        Step::Credential(at, of) => apply(Change::Target(
            &target(at),
            TargetChange::Credential(&name(credential(of))),
        )),
        Step::Intervals(at, probe, check) => {
            apply(Change::Target(
                &target(at),
                TargetChange::ProbeEvery(*probe),
            )) && apply(Change::Target(
                &target(at),
                TargetChange::CheckEvery(*check),
            ))
        }
        Step::Syslog(syslog) => {
            let syslogs = syslog.map(|(address, port)| Syslog {
                host: host(address),
                port,
            });
            apply(Change::Syslogs(syslogs.as_slice()))
        }
        Step::Time(servers) => {
            let servers = servers.iter().map(|(address, port)| TimeServer {
                host: host(*address),
                port: *port,
            });
            apply(Change::TimeServers(&servers.collect::<Vec<_>>()))
        }
    }
}

/// Does a step to the model; `None` where it makes no sense there.
fn model_step(model: &Model, step: &Step) -> Option<Model> {
    let mut model = model.clone();
    let (credentials, targets) = (model.credentials.len(), model.targets.len());
    match step {
        Step::Network(network) => model.network = network.clone(),
        Step::User(at, user) => {
            model.credentials[at.index(credentials)]
                .0
                .as_mut()?
                .clone_from(user);
        }
        Step::Secret(at, secret) => model.credentials[at.index(credentials)]
            .1
            .clone_from(secret),
        Step::Host(at, address) => model.targets[at.index(targets)].address = *address,
        Step::Port(at, port) => model.targets[at.index(targets)].port = *port,
        Step::Credential(at, of) => {
            let target = &mut model.targets[at.index(targets)];
            let is_bearer = |index: &Index| index.get(&model.credentials).0.is_none();
            if is_bearer(&target.credential) != is_bearer(of) {
                return None;
            }
            target.credential = *of;
        }
        Step::Intervals(at, probe, check) => {
            let target = &mut model.targets[at.index(targets)];
            (target.probe_every, target.check_every) = (*probe, *check);
        }
        Step::Syslog(syslog) => model.syslog = *syslog,
        Step::Time(servers) => model.time_servers.clone_from(servers),
    }
    let mut room = vec![0; 100_000];
    write(&model, &mut room).is_ok().then_some(model)
}

fn written(draft: &Draft<'_, ROOM>, generation: u32) -> Vec<u8> {
    let rewrite = draft.rewrite(generation);
    let bytes = rewrite.pieces().collect::<Vec<_>>().concat();
    assert_eq!(bytes.len(), rewrite.length());
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rewriting_is_building_afresh(
        mut model in model(),
        steps in prop::collection::vec(step(), 1..12),
        generation: u32,
    ) {
        let bytes = image_of(&model);
        let mut draft = Draft::<ROOM>::new(&Image::parse(&bytes).unwrap());
        prop_assert_eq!(&written(&draft, model.generation), &bytes);
        for step in &steps {
            // Of two changes, one may be good.
            if matches!(step, Step::Intervals(_, probe, check)
                if (5..=86_400).contains(probe) != (30..=604_800).contains(check)) {
                continue;
            }
            let changed = model_step(&model, step);
            prop_assert_eq!(draft_step(&mut draft, &model, step), changed.is_some(), "{:?}", step);
            model = changed.unwrap_or(model);
        }
        model.generation = generation;
        prop_assert_eq!(written(&draft, generation), image_of(&model));
    }

    /// A draft with little room says so, and stays what it was.
    #[test]
    fn a_full_draft_is_whole(model in model(), secrets in prop::collection::vec("[!-~]{1,128}", 1..20)) {
        let bytes = image_of(&model);
        let mut draft = Draft::<200>::new(&Image::parse(&bytes).unwrap());
        for (at, secret) in secrets.iter().enumerate() {
            let at = at % model.credentials.len();
            let before = draft.rewrite(9).pieces().collect::<Vec<_>>().concat();
            let secret = Secret::new(secret);
            let change = match model.credentials[at].0 {
                Some(_) => LoginChange::Password(secret),
                None => LoginChange::Bearer(secret),
            };
            let done = draft.apply(&Change::Login(&format!("name-{at}"), change));
            let after = draft.rewrite(9).pieces().collect::<Vec<_>>().concat();
            prop_assert!(Image::parse(&after).is_ok());
            match done {
                Ok(()) => {}
                Err(DraftError::Full) => prop_assert_eq!(before, after),
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }
}

fn example() -> Vec<u8> {
    let later = (0x0001, &b"later"[..]);
    let hook = (0x8006, &b"\x0c\0https://h/ab\x00"[..]);
    let two = (
        0x8004,
        &b"\x02t2\0\0\xc0\0\x02\x02\xbb\x01\0\0\0\xff\x3c\0\0\0\x2c\x01\0\0"[..],
    );
    sealed(&[later, DHCP, CREDENTIAL, CERTIFICATE, TARGET, two, hook])
}

#[test]
fn a_target_is_removed_and_what_is_not_known_stays() {
    let bytes = example();
    let mut draft = Draft::<ROOM>::new(&Image::parse(&bytes).unwrap());
    draft.apply(&Change::RemoveTarget("t")).unwrap();
    assert_eq!(
        draft.apply(&Change::RemoveTarget("t")),
        Err(DraftError::Unknown(RecordKind::Target))
    );
    let port = Change::Target("t2", TargetChange::Port(8443));
    draft.apply(&port).unwrap();
    assert!(draft.is_changed(RecordKind::Target, 0));
    assert!(!draft.is_changed(RecordKind::Credential, 0));
    // The last one stays: a board watches something.
    assert_eq!(
        draft.apply(&Change::RemoveTarget("t2")),
        Err(DraftError::Refused(Reason::Missing(RecordKind::Target)))
    );
    let bytes = written(&draft, 8);
    let image = Image::parse(&bytes).unwrap();
    let targets: Vec<_> = image.targets().iter().map(|t| (t.name, t.port)).collect();
    assert_eq!(targets, [("t2", 8443)]);
    assert!(bytes.ends_with(b"\x01\0\x05\0later"));
}

#[test]
fn webhooks_keep_their_authority() {
    let bytes = example();
    let mut draft = Draft::<ROOM>::new(&Image::parse(&bytes).unwrap());
    let mut hook = |place, url| draft.apply(&Change::Webhook(place, Secret::new(url)));
    hook(0, "https://other/key").unwrap();
    let refused = Err(DraftError::Refused(Reason::Value(Field::Authority)));
    assert_eq!(hook(0, "http://other/key"), refused);
    assert_eq!(hook(1, "https://other/key"), refused);
    hook(1, "http://other/key").unwrap();
    assert!(hook(2, "http://other/key").is_err());
    let urls = |draft: &Draft<'_, ROOM>| {
        let shown = draft.with_image(|image| {
            let urls = image.webhooks().iter().map(|hook| hook.url.expose());
            urls.collect::<Vec<_>>().join(" ")
        });
        shown.unwrap()
    };
    assert_eq!(urls(&draft), "https://other/key http://other/key");
    draft.apply(&Change::NoWebhooks).unwrap();
    assert_eq!(urls(&draft), "");
    draft
        .apply(&Change::Webhook(0, Secret::new("http://new/")))
        .unwrap();
    assert_eq!(urls(&draft), "http://new/");
}

#[test]
fn a_draft_that_is_cleared_is_empty() {
    let bytes = example();
    let mut draft = Draft::<ROOM>::new(&Image::parse(&bytes).unwrap());
    let password = LoginChange::Password(Secret::new("hunter2"));
    draft.apply(&Change::Login("c", password)).unwrap();
    assert!(!draft.is_empty());
    draft.clear();
    assert!(draft.is_empty());
    assert_eq!(written(&draft, 7).len(), bytes.len());
}
