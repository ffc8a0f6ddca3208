//! The methods, uploads and transcripts against the simulator.

use std::process::Stdio;

use oobwatch_sim::{Fault, FaultRule};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::lab::{Lab, Ran, with};

const NETWORKS: &str = "/api/fmc_config/v1/domain/{domainUUID}/object/networks";
const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn an_object_from_post_to_delete() {
    let lab = Lab::new(|_| {}).await;
    let fmc = lab.fmc();
    let network = json!({"name": "lab", "type": "Network", "value": "192.0.2.0/24"});
    let body = network.to_string();
    let made = parsed(
        &lab.on_fmc(&["post", &fmc, NETWORKS, "--data", &body])
            .await
            .ok(),
    );
    let id = made["id"].as_str().unwrap();
    let path = format!("{NETWORKS}/{id}");
    let mut changed = network;
    (changed["id"], changed["name"]) = (json!(id), json!("renamed"));
    let file = lab.home.path().join("network.json");
    std::fs::write(&file, changed.to_string()).unwrap();
    let file = format!("@{}", file.display());
    lab.on_fmc(&["put", &fmc, &path, "--data", &file])
        .await
        .ok();
    let read = parsed(&lab.on_fmc(&["get", &fmc, &path]).await.ok());
    assert_eq!(read["name"], "renamed");
    lab.on_fmc(&["delete", &fmc, &path]).await.ok();
    let ran = lab.on_fmc(&["get", &fmc, &path]).await;
    assert!(ran.line(1).contains("404"), "{ran:?}");
    assert!(
        parsed(&ran.out)["error"].is_object(),
        "the body is printed all the same"
    );
    let state = lab.sim.state().fmc;
    assert_eq!(
        (state.logins, state.revokes, state.live_sessions),
        (5, 5, 0)
    );
}

#[tokio::test]
async fn a_chassis_is_patched_from_stdin() {
    let lab = Lab::new(|_| {}).await;
    let info = lab.sim.fxos();
    let (fxos, path) = (lab.fxos(), "/api/sys/auth-default");
    let arguments = ["patch", &fxos, path, "--data", "-"];
    let mut command = lab.command(&with(&arguments, info, "CHASSIS_PASSWORD"));
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let body = json!({"aaaDefaultAuth": [{"sessionTimeout": "1800", "dn": "sys/auth-default"}]});
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(body.to_string().as_bytes()).await.unwrap();
    drop(stdin);
    Ran::of(child.wait_with_output().await.unwrap()).ok();
    let read = parsed(&lab.on_fxos(&["get", &fxos, path]).await.ok());
    assert_eq!(read["aaaDefaultAuth"][0]["sessionTimeout"], "1800");
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let lab = Lab::new(|scenario| scenario.fmc.devices = 1060).await;
    let path = "/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords?expanded=true";
    let all = parsed(
        &lab.on_fmc(&["get", &lab.fmc(), path, "--all-pages"])
            .await
            .ok(),
    );
    let names = all
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["name"].as_str().unwrap());
    let names: std::collections::BTreeSet<_> = names.collect();
    assert_eq!(names.len(), 1060);
    let devices = "GET /api/fmc_config/v1/domain/{uuid}/devices/devicerecords";
    assert_eq!(lab.sim.state().fmc.requests[devices], 3);
    let one = path.replace(
        "?expanded=true",
        &format!("/{}", all[0]["id"].as_str().unwrap()),
    );
    let ran = lab.on_fmc(&["get", &lab.fmc(), &one, "--all-pages"]).await;
    assert!(ran.line(1).contains("leave out --all-pages"), "{ran:?}");
    let page = parsed(&lab.on_fmc(&["get", &lab.fmc(), path]).await.ok());
    assert_eq!(page["items"].as_array().unwrap().len(), 25);
}

#[tokio::test]
async fn a_domain_is_chosen_by_its_name() {
    let lab = Lab::new(|_| {}).await;
    let domains = &parsed(
        &lab.on_fmc(&["token", &lab.fmc(), "--format", "json"])
            .await
            .ok(),
    )["domains"];
    let north = domains[2]["uuid"].as_str().unwrap();
    let got = lab
        .on_fmc(&["get", &lab.fmc(), NETWORKS, "--domain", "North"])
        .await
        .ok();
    assert!(
        parsed(&got)["links"]["self"]
            .as_str()
            .unwrap()
            .contains(north),
        "{got}"
    );
    let ran = lab
        .on_fmc(&["get", &lab.fmc(), NETWORKS, "--domain", "South"])
        .await;
    assert!(ran.line(1).contains("no such domain"), "{ran:?}");
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

#[tokio::test]
async fn a_dry_run_sends_nothing() {
    let lab = Lab::new(|_| {}).await;
    let out = lab
        .on_fmc(&["delete", &lab.fmc(), NETWORKS, "--dry-run"])
        .await
        .ok();
    assert!(out.starts_with("DELETE https://"), "{out}");
    assert_eq!(lab.sim.state().fmc.connections, 0);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_said_to_be_ambiguous() {
    let lab = Lab::new(|scenario| {
        let rule = FaultRule::new("/api/fmc_config", Fault::Close);
        scenario.fmc.wire.faults = vec![rule];
    });
    let lab = lab.await;
    let ran = lab
        .on_fmc(&["post", &lab.fmc(), NETWORKS, "--data", "{}"])
        .await;
    assert!(ran.line(1).contains("may have taken effect"), "{ran:?}");
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

#[tokio::test]
async fn what_goes_wrong_on_the_way_is_one_line() {
    for (fault, words) in [
        (Fault::EndlessHead, "longer than the limit"),
        (Fault::Close, "closed before an answer"),
        (Fault::Truncated, "closed in the middle"),
        (Fault::Html { status: 502 }, "a web page"),
    ] {
        let lab = Lab::new(|scenario| {
            scenario.fmc.wire.faults = vec![FaultRule::new(VERSION, fault)];
        });
        let lab = lab.await;
        let ran = lab.on_fmc(&["get", &lab.fmc(), VERSION]).await;
        assert!(ran.line(1).contains(words), "{ran:?}");
        let state = lab.sim.state().fmc;
        assert_eq!((state.revokes, state.live_sessions), (1, 0), "{words}");
    }
    let lab = Lab::new(|_| {}).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let target = format!("fmc://u@{}", closed.local_addr().unwrap());
    drop(closed);
    let ran = lab.on_fmc(&["get", &target, VERSION]).await;
    assert!(ran.line(1).contains("the port is closed"), "{ran:?}");
}

#[tokio::test]
async fn an_image_arrives_as_it_was() {
    let lab = Lab::new(|_| {}).await;
    let image: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = lab.home.path().join("image.SPA");
    std::fs::write(&file, &image).unwrap();
    let file = file.to_str().unwrap();
    let path = "/api/sys/firmware/images";
    // No terminal, no progress bar: ok() wants stderr empty.
    lab.on_fxos(&["upload", &lab.fxos(), path, file]).await.ok();
    let state = lab.sim.state().fxos;
    let [upload] = &state.uploads[..] else {
        panic!("{:?}", state.uploads)
    };
    let sum: String = Sha256::digest(&image)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        (&upload.sha256, upload.bytes, upload.complete),
        (&sum, 4_000_000, true)
    );
    assert_eq!((state.logins, state.revokes), (1, 1));
    let ran = lab.on_fxos(&["upload", &lab.fxos(), path, "no/such"]).await;
    assert!(ran.line(2).contains("no/such"), "{ran:?}");
    assert_eq!(lab.sim.state().fxos.logins, 1);
}

/// Every value that somebody could mind, and what must be left to be of use.
#[tokio::test]
async fn a_transcript_shows_what_happened_and_no_secret() {
    let lab = Lab::new(|_| {}).await;
    let file = lab.home.path().join("transcript");
    let file = file.to_str().unwrap();
    let mut secrets = Vec::new();
    let arguments = [
        "token",
        &lab.fmc(),
        "--keep",
        "--format",
        "json",
        "--record",
        file,
    ];
    let tokens = parsed(&lab.on_fmc(&arguments).await.ok());
    secrets.extend(
        ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap().to_owned()),
    );
    let mut shown = std::fs::read_to_string(file).unwrap();
    let arguments = ["check", &lab.fmc(), "--record", file];
    lab.on_fmc(&arguments).await.ok();
    shown += &std::fs::read_to_string(file).unwrap();
    let arguments = [
        "token",
        &lab.fxos(),
        "--keep",
        "--format",
        "json",
        "--record",
        file,
    ];
    let tokens = parsed(&lab.on_fxos(&arguments).await.ok());
    secrets.push(tokens["access_token"].as_str().unwrap().to_owned());
    shown += &std::fs::read_to_string(file).unwrap();
    lab.on_fxos(&["check", &lab.fxos(), "--record", file])
        .await
        .ok();
    shown += &std::fs::read_to_string(file).unwrap();
    for info in [lab.sim.fmc(), lab.sim.fxos()] {
        secrets.extend([
            info.password.clone(),
            info.user.clone(),
            info.addr.to_string(),
        ]);
        secrets.push(info.addr.ip().to_string());
    }
    for secret in &secrets {
        assert!(!shown.contains(secret.as_str()), "{secret} in:\n{shown}");
    }
    for line in [
        "> POST /api/fmc_platform/v1/auth/generatetoken HTTP/1.1",
        "> Authorization: Basic secret-",
        "< HTTP/1.1 204",
        "< X-auth-access-token: token-1",
        "> X-auth-access-token: token-1",
        "> GET /api/fmc_platform/v1/info/serverversion HTTP/1.1",
        "\"serverVersion\": \"7.4.2 (build 172)\"",
        "\"healthStatus\": \"green\"",
        "> POST /api/fmc_platform/v1/auth/revokeaccess HTTP/1.1",
        "> username: user-1",
        "> password: secret-1",
        "> TOKEN: token-1",
        "> POST /api/logout HTTP/1.1",
    ] {
        assert!(shown.contains(line), "no {line} in:\n{shown}");
    }
}

#[tokio::test]
async fn a_transcript_of_what_failed_ends_in_why() {
    let lab = Lab::new(|scenario| {
        scenario.fmc.wire.faults = vec![FaultRule::new(VERSION, Fault::Truncated)];
    });
    let lab = lab.await;
    let file = lab.home.path().join("transcript");
    let file = file.to_str().unwrap();
    let ran = lab
        .on_fmc(&["get", &lab.fmc(), VERSION, "--record", file])
        .await;
    assert!(ran.line(1).contains("middle of the answer"), "{ran:?}");
    let shown = std::fs::read_to_string(file).unwrap();
    assert!(
        shown.contains("! the connection ended before the answer did\n"),
        "{shown}"
    );
    let ran = lab
        .on_fmc(&["get", &lab.fmc(), VERSION, "--record", "/no/such/folder"])
        .await;
    assert!(ran.line(2).contains("/no/such/folder"), "{ran:?}");
}
