//! Records that are not what they should be, and ages that nobody knows.

use core::time::Duration;

use oobwatch_core::latch::Policy;
use oobwatch_core::product::Product;
use oobwatch_core::session::{AuthKind, Came};
use proptest::prelude::*;

use super::refusals::{Asked, Tried};
use super::sessions::{Header, Kind, Secrets, shared_id};
use super::*;
use crate::Clock;

const BOX: &str = "fmc://fmc.example";

fn state() -> (tempfile::TempDir, State) {
    let outer = tempfile::tempdir().unwrap();
    let state = State::open(outer.path().join("state")).unwrap();
    (outer, state)
}

fn secrets(access: &str) -> Secrets {
    Secrets {
        access: access.to_owned(),
        refresh: Some("r".to_owned()),
        domains: vec![("Global".to_owned(), "u".to_owned())],
    }
}

/// The record of a shared session of `user`, as a process writes it.
fn written(state: &State, user: &str) -> Header {
    let now = Clock::system().moment();
    let login = Header::of_login(Product::Fmc, BOX, user, &now, Duration::ZERO).unwrap();
    let header = Header {
        id: shared_id(BOX, user),
        kind: Kind::Shared,
        ..login
    };
    state.write(&header, Some(&secrets("a"))).unwrap();
    header
}

#[test]
fn a_record_opens_for_what_it_was_written_for() {
    let (_outer, state) = state();
    let header = written(&state, "one");
    let (found, secrets) = state.session(&header.id).unwrap().unwrap();
    assert_eq!((found, &*secrets.access), (header.clone(), "a"));
    // With another key, that of another directory, it does not.
    let (_other_outer, other) = self::state();
    let name = format!("{}{RECORD}", header.id);
    let bytes = state.records().read(&name).unwrap().unwrap();
    other.records().replace(&name, &bytes).unwrap();
    assert!(other.session(&header.id).unwrap().is_none());
}

/// Under another name, or with another box, user, age or count in it, a record is
/// none.
#[test]
fn a_record_that_was_copied_or_changed_is_refused() {
    let (_outer, state) = state();
    let header = written(&state, "one");
    let name = format!("{}{RECORD}", header.id);
    let original = state.records().read(&name).unwrap().unwrap();
    let text = String::from_utf8(original.clone()).unwrap();
    let copied = shared_id(BOX, "two");
    state
        .records()
        .replace(&format!("{copied}{RECORD}"), &original)
        .unwrap();
    assert!(state.session(&copied).unwrap().is_none(), "under a name");
    let renamed = text.replace(&header.id, &copied);
    state
        .records()
        .replace(&format!("{copied}{RECORD}"), renamed.as_bytes())
        .unwrap();
    assert!(state.session(&copied).unwrap().is_none(), "renamed inside");
    for (from, to) in [
        ("fmc.example", "fmc.evil"),
        ("\"one\"", "\"two\""),
        ("\"refreshes\": 0", "\"refreshes\": 1"),
        ("\"shared\"", "\"session\""),
        ("\"wall\": 1", "\"wall\": 2"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        state.records().replace(&name, changed.as_bytes()).unwrap();
        assert!(state.session(&header.id).unwrap().is_none(), "{from}");
    }
    state.records().replace(&name, &original).unwrap();
    assert!(state.session(&header.id).unwrap().is_some());
}

#[test]
fn a_damaged_record_is_put_aside_and_not_seen_again() {
    let (_outer, state) = state();
    let header = written(&state, "one");
    let name = format!("{}{RECORD}", header.id);
    state.records().replace(&name, b"{").unwrap();
    assert_eq!(state.sessions().unwrap(), []);
    assert_eq!(state.ids().unwrap(), [""; 0]);
    let aside = format!("{name}.ignored");
    assert!(state.records().names().unwrap().contains(&aside));
}

#[test]
fn the_state_of_a_user_is_where_the_platform_wants_it() {
    let dir = |env: &[(&str, &str)]| {
        dir_from(|name| {
            let found = env.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.into())
        })
    };
    let home = ("HOME", "/home/u");
    let of_home = PathBuf::from("/home/u/.local/state/oobwatch");
    assert_eq!(dir(&[home]), Some(of_home.clone()));
    assert_eq!(dir(&[home, ("XDG_STATE_HOME", "rel")]), Some(of_home));
    let xdg = dir(&[home, ("XDG_STATE_HOME", "/s")]);
    assert_eq!(xdg, Some("/s/oobwatch".into()));
    assert_eq!(dir(&[]), None);
}

/// A login that hangs keeps one more from waiting, and no second one; and nobody
/// goes beside it once there was a refusal.
#[test]
fn a_box_that_hangs_is_worked_around_once() {
    let (_outer, state) = state();
    let id = CredentialId {
        name: "monitor".to_owned(),
        user: "one".to_owned(),
    };
    let now = Clock::system().moment();
    let asked = Asked {
        id: &id,
        password: "pw",
        policy: Policy::default(),
        now: &now,
    };
    let after = |seconds| {
        state
            .try_turn(&asked, Duration::from_secs(seconds))
            .unwrap()
    };
    let first = after(0);
    assert!(first.is_some() && after(9).is_none());
    let second = after(10);
    assert!(second.is_some() && after(100).is_none());
    drop(second);
    state.tried(&asked, Tried::Refused).unwrap();
    assert!(after(100).is_none());
    drop(first);
    assert!(after(0).is_some());
}

#[test]
fn the_locks_of_killed_processes_do_not_pile_up() {
    let (_outer, state) = state();
    let header = written(&state, "one");
    let folder = state.path().join("sessions");
    let long_ago = std::time::SystemTime::now() - Duration::from_secs(86_400);
    let lock = |id: &str, old: bool| {
        let path = folder.join(format!("{id}.lock"));
        let file = std::fs::File::create(&path).unwrap();
        if old {
            file.set_modified(long_ago).unwrap();
        }
        path
    };
    let (old, new) = (lock("aa", true), lock("bb", false));
    let (shared, gone) = (lock(&header.id, true), lock("shared-cc", true));
    state.remove_old_locks().unwrap();
    assert!(!old.exists() && new.exists() && shared.exists() && gone.exists());
}

/// A session that was opened before the machine was started anew: how old its
/// tokens are nobody knows.
#[test]
fn an_age_across_a_restart_is_unknown() {
    let (_outer, state) = state();
    let mut header = written(&state, "one");
    header.token.boot = Some("another start".to_owned());
    state.write(&header, Some(&secrets("a"))).unwrap();
    let keeper = keeper(&state, Clock::shifted().0);
    let mut held = keeper.held.try_lock().unwrap();
    let found = keeper.newer(&mut held).unwrap().unwrap();
    assert!(keeper.newer(&mut held).unwrap().is_none(), "it is the same");
    assert_eq!(found.adopted.ages.token, Duration::MAX);
}

/// A refresh whose answer never came may have opened the session anew: its record
/// says so, and for how long, whether its process was killed or went on.
#[tokio::test]
async fn what_a_lost_refresh_may_have_opened_is_not_forgotten() {
    let (_outer, state) = state();
    let (clock, shift) = Clock::shifted();
    let keeper = keeper(&state, clock.clone());
    let mut header = written(&state, "one");
    header.token = clock.moment();
    header.ends = keeper.ends(&header.token);
    state.write(&header, Some(&secrets("a"))).unwrap();
    keeper.held.lock().await.header = Some(header.clone());
    shift.advance(Duration::from_secs(29 * 60));
    // The same session: only a newer one is taken over.
    let Ok(Ready::Go(flight)) = keeper.before(AuthKind::Refresh).await else {
        panic!("it does not go");
    };
    shift.advance(Duration::from_secs(20 * 60));
    let found = || state.header(&header.id).unwrap().unwrap();
    let is_remembered = || found().renewing.is_some() && !found().is_over(&clock.moment());
    assert!(is_remembered(), "killed");
    let open = Open {
        secrets: secrets("a"),
        domain: None,
    };
    keeper.after(flight, AuthKind::Refresh, Came::Unknown, Some(open));
    assert!(is_remembered(), "went on");
}

fn keeper(state: &State, clock: Clock) -> Keeper {
    let id = CredentialId {
        name: BOX.to_owned(),
        user: "one".to_owned(),
    };
    Keeper {
        state: state.clone(),
        product: Product::Fmc,
        target: BOX.to_owned(),
        credential: Some((id, crate::Credential::new("one", "pw".to_owned()))),
        shared: true,
        longest: Duration::ZERO,
        clock,
        held: Arc::default(),
        learned: std::sync::Mutex::default(),
        refusal_noted: false.into(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is in the files: nothing panics, and nothing is believed.
    #[test]
    fn no_content_of_a_file_is_believed(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[{}\\[\\]\":,a-z0-9 ]{0,200}") {
        let (_outer, state) = state();
        let id = shared_id(BOX, "one");
        for content in [&*bytes, text.as_bytes()] {
            state.records().replace(&format!("{id}{RECORD}"), content).unwrap();
            state.credentials().replace(&format!("{id}{RECORD}"), content).unwrap();
            prop_assert!(state.session(&id).unwrap().is_none());
            prop_assert_eq!(state.sessions().unwrap(), []);
            prop_assert_eq!(state.refused().unwrap(), []);
        }
    }

    /// A record that was cut off or changed anywhere is none, or says the same.
    #[test]
    fn a_changed_byte_is_noticed(place in 0usize..2_000, byte: u8) {
        let (_outer, state) = state();
        let header = written(&state, "one");
        let name = format!("{}{RECORD}", header.id);
        let mut bytes = state.records().read(&name).unwrap().unwrap();
        let place = place % bytes.len();
        // What it is cut off by may be the line break at its end.
        let shorter = bytes.get(..place).unwrap().to_vec();
        bytes[place] = byte;
        for changed in [bytes, shorter] {
            state.records().replace(&name, &changed).unwrap();
            if let Some((found, secrets)) = state.session(&header.id).unwrap() {
                prop_assert_eq!((&found, &*secrets.access), (&header, "a"));
            }
        }
    }
}
