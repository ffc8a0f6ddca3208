//! Clients that remember sessions and refusals in a directory, as processes of
//! one user do: each has opened it by itself.

use core::time::Duration;
use std::fs;
use std::path::Path;

use oobwatch_client::core::latch::Policy;
use oobwatch_client::state::{Kind, Next, State};
use oobwatch_client::{Builder, Client, ClientError, Credential};
use oobwatch_tests::Lab;

const HALF_HOUR: Duration = Duration::from_secs(30 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";

/// A directory that exists as long as this does.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// What another process of the same user opens.
fn state(folder: &tempfile::TempDir) -> State {
    State::open(folder.path().join("state")).unwrap()
}

fn sharing(lab: &Lab, folder: &tempfile::TempDir) -> Client {
    let builder = lab.fmc().state(state(folder)).shared_session(true);
    builder.build().unwrap()
}

/// One request from each of so many processes at once, and their end.
async fn at_once(count: usize, client: impl Fn() -> Client) -> Vec<Result<u16, ClientError>> {
    let mut runs = tokio::task::JoinSet::new();
    for client in (0..count).map(|_| client()) {
        runs.spawn(async move {
            let answer = client.get(VERSION).await;
            client.close().await.unwrap();
            answer.map(|reply| reply.status)
        });
    }
    runs.join_all().await
}

fn all_well(answers: &[Result<u16, ClientError>]) {
    for answer in answers {
        assert!(matches!(answer, Ok(200)), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_share_a_session_log_in_once_and_refresh_once() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    for (logins, refreshes) in [(1, 0), (1, 1), (1, 2), (1, 3), (2, 3), (2, 4)] {
        all_well(&at_once(64, || sharing(&lab, &folder)).await);
        let state = lab.sim.state().fmc;
        assert_eq!((state.logins, state.refreshes), (logins, refreshes));
        assert_eq!((state.revokes, state.live_sessions), (0, 1));
        assert_eq!((state.refused_refreshes, state.refused_logins), (0, 0));
        lab.advance(HALF_HOUR);
    }
}

/// The box has ended the token, and no clock here says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_shared_token_that_is_refused_is_renewed_once() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    all_well(&at_once(1, || sharing(&lab, &folder)).await);
    lab.advance_boxes(HALF_HOUR);
    all_well(&at_once(16, || sharing(&lab, &folder)).await);
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.refreshes), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_session_that_another_login_ended_is_opened_once() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    all_well(&at_once(1, || sharing(&lab, &folder)).await);
    let other = lab.fmc().build().unwrap();
    other.log_in().await.unwrap();
    other.close().await.unwrap();
    // Whoever finds out leaves them alone for a while.
    let answers = at_once(1, || sharing(&lab, &folder)).await;
    assert!(answers.iter().all(Result::is_err), "{answers:?}");
    lab.advance(core::time::Duration::from_secs(90));
    all_well(&at_once(16, || sharing(&lab, &folder)).await);
    assert_eq!(lab.sim.state().fmc.logins, 3);
    assert_eq!(lab.sim.state().fmc.live_sessions, 1);
}

#[tokio::test]
async fn other_users_and_other_directories_do_not_share() {
    let (lab, one, two) = (Lab::new(|_| {}).await, folder(), folder());
    all_well(&at_once(1, || sharing(&lab, &one)).await);
    all_well(&at_once(1, || sharing(&lab, &two)).await);
    let other_user = || {
        let builder = lab.fmc().login("apiuser", "apiuser".to_owned());
        builder
            .state(state(&one))
            .shared_session(true)
            .build()
            .unwrap()
    };
    all_well(&at_once(1, other_user).await);
    assert_eq!(lab.sim.state().fmc.logins, 3);
    let remembered = state(&one).sessions().unwrap();
    assert_eq!(remembered.len(), 2);
    assert!(
        remembered
            .iter()
            .all(|session| session.kind == Kind::Shared)
    );
}

/// The domain was chosen by name at the login; another process finds it too.
#[tokio::test]
async fn a_shared_session_is_good_for_any_domain() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    let in_domain = |name: &str| {
        let builder = lab.fmc().domain(name).state(state(&folder));
        builder.shared_session(true).build().unwrap()
    };
    let mut uuids = Vec::new();
    for name in ["Devel", "North", "Global"] {
        let client = in_domain(name);
        client.log_in().await.unwrap();
        uuids.push(client.tokens().unwrap().domain.unwrap());
        assert_eq!(client.domains().len(), 3);
        client.close().await.unwrap();
    }
    uuids.sort();
    uuids.dedup();
    assert_eq!((uuids.len(), lab.sim.state().fmc.logins), (3, 1));
    let nowhere = in_domain("Nowhere");
    assert!(
        nowhere
            .log_in()
            .await
            .unwrap_err()
            .to_string()
            .contains("no such domain")
    );
    assert_eq!(lab.sim.state().fmc.logins, 1);
}

fn wrong(lab: &Lab, folder: &tempfile::TempDir, policy: Policy) -> Client {
    let credential = Credential::new(lab.sim.fmc().user.clone(), "wrong".to_owned());
    let credential = credential.named("monitor").with_policy(policy);
    let builder = lab.fmc().credential(credential).state(state(folder));
    builder.build().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_twice_however_many_processes_try_it() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    let policy = Policy {
        one_shot: true,
        ..Policy::default()
    };
    for (refused, pause) in [(1, 20), (1, 60), (2, 86_400), (2, 0)] {
        let answers = at_once(16, || wrong(&lab, &folder, policy)).await;
        assert!(answers.iter().all(Result::is_err));
        assert_eq!(lab.sim.state().fmc.refused_logins, refused);
        lab.advance(Duration::from_secs(pause));
    }
    // The right password is another one, and is not held back by it.
    let right = || lab.fmc().state(state(&folder)).build().unwrap();
    all_well(&at_once(1, right).await);
    // The operator lets it be tried again.
    let refused = state(&folder).refused().unwrap();
    assert_eq!((refused.len(), refused[0].refusals), (1, 2));
    assert_eq!(refused[0].name, "monitor");
    state(&folder).unlock(&refused[0]).unwrap();
    let _ = at_once(1, || wrong(&lab, &folder, policy)).await;
    assert_eq!(lab.sim.state().fmc.refused_logins, 3);
}

/// A program that runs for long hears of it, too, and of nothing else.
#[tokio::test]
async fn an_unlocked_credential_is_tried_by_who_runs_already() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    let client = wrong(&lab, &folder, Policy::default());
    assert!(!client.heed_unlock().unwrap());
    for refused in [1, 2, 2] {
        assert!(client.get(VERSION).await.is_err());
        assert_eq!(lab.sim.state().fmc.refused_logins, refused);
        assert!(!client.heed_unlock().unwrap());
        lab.advance(Duration::from_secs(90));
    }
    let refused = state(&folder).refused().unwrap();
    state(&folder).unlock(&refused[0]).unwrap();
    assert!(client.heed_unlock().unwrap());
    assert!(client.get(VERSION).await.is_err());
    assert_eq!(lab.sim.state().fmc.refused_logins, 3);
}

#[tokio::test]
async fn where_so_told_a_latched_credential_is_tried_once_a_day() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    let policy = Policy {
        retry: Some(DAY),
        ..Policy::default()
    };
    let tries = |count: usize| at_once(count, || wrong(&lab, &folder, policy));
    let _ = tries(1).await;
    lab.advance(Duration::from_secs(60));
    let _ = tries(1).await;
    lab.advance(DAY / 2);
    let _ = tries(4).await;
    assert_eq!(lab.sim.state().fmc.refused_logins, 2);
    lab.advance(DAY / 2);
    let _ = tries(4).await;
    assert_eq!(lab.sim.state().fmc.refused_logins, 3);
    let standing = wrong(&lab, &folder, policy).standing().unwrap().unwrap();
    assert_eq!(standing.refusals, 3);
    assert!(matches!(standing.next, Next::At(_)), "{standing:?}");
}

#[tokio::test]
async fn a_password_for_one_login_is_not_tried_again() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    let info = lab.sim.fmc().clone();
    let once = |password: &str| {
        let policy = Policy {
            single_use: true,
            ..Policy::default()
        };
        let credential = Credential::new(info.user.clone(), password.to_owned());
        let credential = credential.named("otp").with_policy(policy);
        lab.fmc()
            .credential(credential)
            .state(state(&folder))
            .build()
            .unwrap()
    };
    all_well(&at_once(1, || once(&info.password)).await);
    for password in [&*info.password, "wrong", "wrong"] {
        let answers = at_once(4, || once(password)).await;
        assert!(answers.iter().all(Result::is_err));
    }
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.refused_logins), (1, 1));
}

/// A process that ends without a word: its runtime is gone, and so is its lock.
async fn killed(builder: Builder, work: impl AsyncFn(&Client) + Send + 'static) {
    let process = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let client = builder.build().unwrap();
        runtime.block_on(async { work(&client).await });
        runtime.shutdown_background();
    });
    tokio::task::spawn_blocking(|| process.join().unwrap())
        .await
        .unwrap();
}

#[tokio::test]
async fn what_a_process_left_open_is_closed_at_the_next_start() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    for builder in [lab.fxos(), lab.fxos()] {
        let builder = builder.state(state(&folder));
        killed(builder, async |client| client.log_in().await.unwrap()).await;
    }
    assert_eq!(lab.sim.state().fxos.live_sessions, 2);
    let found = state(&folder).sessions().unwrap();
    assert!(
        found
            .iter()
            .all(|one| one.kind == Kind::Session && !one.owned)
    );
    assert_eq!(found.len(), 2);
    // Another box is none of theirs.
    let other = lab.fmc().state(state(&folder)).build().unwrap();
    assert_eq!(other.recover().await.unwrap().closed, 0);
    let next = lab.fxos().state(state(&folder)).build().unwrap();
    let recovered = next.recover().await.unwrap();
    assert_eq!(
        (recovered.closed, recovered.failed, recovered.lost),
        (2, 0, 0)
    );
    let boxes = lab.sim.state().fxos;
    assert_eq!((boxes.live_sessions, boxes.revokes), (0, 2));
    assert_eq!(state(&folder).sessions().unwrap(), []);
    assert_eq!(next.recover().await.unwrap(), Default::default());
}

#[tokio::test]
async fn a_session_in_use_is_nobody_elses_to_close() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    let client = lab.fmc().state(state(&folder)).build().unwrap();
    client.log_in().await.unwrap();
    let other = lab.fmc().state(state(&folder)).build().unwrap();
    assert_eq!(other.recover().await.unwrap(), Default::default());
    let found = state(&folder).sessions().unwrap();
    assert!(found[0].owned);
    let error = other.revoke(&found[0]).await.unwrap_err().to_string();
    assert!(error.contains("still runs"), "{error}");
    client.close().await.unwrap();
    assert_eq!(state(&folder).sessions().unwrap(), []);
    assert_eq!(files(folder.path(), "sessions"), ["lock"]);
}

fn files(folder: &Path, inner: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.join("state").join(inner)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// Nothing of a password or token is in any file.
#[tokio::test]
async fn no_secret_is_written_in_clear() {
    let (lab, folder) = (Lab::new(|_| {}).await, folder());
    let client = sharing(&lab, &folder);
    client.log_in().await.unwrap();
    let tokens = client.tokens().unwrap();
    let own = lab.fxos().state(state(&folder)).build().unwrap();
    own.log_in().await.unwrap();
    let token = own.tokens().unwrap().access;
    let _ = at_once(1, || wrong(&lab, &folder, Policy::default())).await;
    let secrets = [&tokens.access, tokens.refresh.as_ref().unwrap(), &token];
    let secrets = secrets.map(|secret| secret.as_str());
    let mut read = 0;
    for inner in ["", "sessions", "credentials"] {
        for name in files(folder.path(), inner) {
            let path = folder.path().join("state").join(inner).join(name);
            let Ok(bytes) = fs::read(&path) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let passwords = ["wrong", &*lab.sim.fmc().password];
            for secret in secrets.iter().chain(&passwords) {
                assert!(!text.contains(secret), "{path:?}");
            }
            read += 1;
        }
    }
    assert!(read >= 6, "{read} files");
}
