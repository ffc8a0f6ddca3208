//! The client against the simulator: what its users ask for.

use oobwatch_client::ClientError;
use oobwatch_client::core::health::{Item, Verdict};
use oobwatch_sim::{Fault, FaultRule};
use oobwatch_tests::Lab;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const NETWORKS: &str = "/api/fmc_config/v1/domain/{domainUUID}/object/networks";
const DEVICES: &str = "/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords?expanded=true";

#[tokio::test]
async fn an_object_is_created_replaced_read_and_deleted() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fmc().build().unwrap();
    let network = json!({"name": "lab", "type": "Network", "value": "192.0.2.0/24"});
    let created: Value = client
        .post(NETWORKS, &network)
        .await
        .unwrap()
        .json()
        .unwrap();
    let id = created["id"].as_str().unwrap().to_owned();
    let path = format!("{NETWORKS}/{id}");
    let changed = json!({"id": id, "name": "lab", "type": "Network", "value": "198.51.100.0/24"});
    assert!(client.put(&path, &changed).await.unwrap().is_success());
    let read: Value = client.get_json(&path).await.unwrap();
    assert_eq!(read["value"], "198.51.100.0/24");
    let twice = client.post(NETWORKS, &network).await.unwrap();
    assert_eq!(
        (twice.status, twice.error.text.as_str()),
        (400, Some("Duplicate Name"))
    );
    assert!(client.delete(&path).await.unwrap().is_success());
    let gone = client.get_json::<Value>(&path).await.unwrap_err();
    assert!(
        matches!(&gone, ClientError::Status(reply) if reply.status == 404),
        "{gone}"
    );
    client.close().await.unwrap();
    assert_eq!(lab.sim.state().fmc.logins, 1);
}

#[tokio::test]
async fn a_list_is_read_over_all_its_pages() {
    for devices in [0, 1, 499, 500, 501, 1_234] {
        let lab = Lab::new(|scenario| scenario.fmc.devices = devices).await;
        let client = lab.fmc().build().unwrap();
        let all: Vec<Value> = client.get_pages(DEVICES).await.unwrap();
        assert_eq!(all.len(), devices);
        let mut ids: Vec<_> = all.iter().map(|device| device["id"].to_string()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), devices, "some came twice");
        client.close().await.unwrap();
    }
}

/// A box, or a proxy before it, that repeats what it was sent.
#[tokio::test]
async fn an_error_that_holds_the_password_is_not_quoted() {
    let lab = Lab::new(|_| {}).await;
    let password = &lab.sim.fmc().password;
    let fault = Fault::Answer {
        status: 400,
        content_type: "application/json".into(),
        body: json!({"error": {"messages": [{"description": format!("user:{password} from")}]}})
            .to_string(),
        headers: vec![],
    };
    let mut scenario = lab.sim.scenario();
    scenario.fmc.wire.faults = vec![FaultRule::new("/api/fmc_config", fault)];
    lab.sim.set_scenario(scenario).unwrap();
    let client = lab.fmc().build().unwrap();
    let error = client.get_json::<Value>(NETWORKS).await.unwrap_err();
    let text = error.to_string();
    assert!(!text.contains(password.as_str()), "{text}");
    assert!(text.contains("left out"), "{text}");
    client.close().await.unwrap();
}

#[tokio::test]
async fn the_same_page_again_is_no_list() {
    let lab = Lab::new(|scenario| {
        scenario.fmc.devices = 501;
        scenario.fmc.offset = oobwatch_sim::Offset::Ignored;
    })
    .await;
    let client = lab.fmc().build().unwrap();
    let read = client.get_pages::<Value>(DEVICES).await;
    let text = read.unwrap_err().to_string();
    assert!(
        text.contains("begins at item 0, and the one at 500"),
        "{text}"
    );
    client.close().await.unwrap();
}

#[tokio::test]
async fn a_thousand_devices_are_counted_by_their_health() {
    let lab = Lab::new(|scenario| {
        scenario.fmc.devices = 1_000;
        let health = [
            "green",
            "GREEN",
            "yellow",
            "red",
            "recovered",
            "disabled",
            "mauve",
            "",
            "green",
            "black",
        ];
        scenario.fmc.health = health.map(String::from).to_vec();
    })
    .await;
    let client = lab.fmc().build().unwrap();
    let report = client.check().await;
    client.close().await.unwrap();
    let devices = report.counts.states(Item::Devices).unwrap();
    assert_eq!(report.verdict(), Verdict::Critical);
    assert_eq!(
        (devices.ok, devices.warning, devices.critical),
        (400, 100, 200)
    );
    assert_eq!(
        (devices.disabled, devices.unknown, devices.total()),
        (100, 200, 1_000)
    );
}

#[tokio::test]
async fn a_chassis_is_patched_and_takes_an_image() {
    let lab = Lab::new(|_| {}).await;
    let client = lab.fxos().build().unwrap();
    let patch = json!({"aaaDefaultAuth": [{"sessionTimeout": "1800", "dn": "sys/auth-default"}]});
    assert!(
        client
            .patch("/api/sys/auth-default", &patch)
            .await
            .unwrap()
            .is_success()
    );
    let read: Value = client.get_json("/api/sys/auth-default").await.unwrap();
    assert_eq!(read["aaaDefaultAuth"][0]["sessionTimeout"], "1800");
    let image: Vec<u8> = (0..3_000_000_u32)
        .flat_map(u32::to_le_bytes)
        .take(5_000_000)
        .collect();
    let (path, length) = (
        "/api/sys/firmware/images",
        u64::try_from(image.len()).unwrap(),
    );
    for length in [Some(length), None] {
        let reply = client
            .upload(path, "multipart/binary", length, &image[..])
            .await
            .unwrap();
        assert!(reply.is_success(), "{reply:?}");
    }
    let wrong = client
        .upload(path, "application/json", Some(length), &image[..])
        .await
        .unwrap();
    assert_eq!(wrong.status, 415);
    client.close().await.unwrap();
    let sum: String = Sha256::digest(&image)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let state = lab.sim.state().fxos;
    let whole: Vec<_> = state
        .uploads
        .iter()
        .filter(|upload| upload.complete)
        .collect();
    assert_eq!(whole.len(), 2);
    assert!(
        whole
            .iter()
            .all(|upload| upload.sha256 == sum && upload.bytes == length)
    );
    assert_eq!((state.logins, state.revokes), (1, 1));
}

#[tokio::test]
async fn the_statuses_of_the_chassis_guide_are_told_apart() {
    use oobwatch_client::core::http::Method;
    let lab = Lab::new(|scenario| scenario.fxos.accounts[0].read_only = true).await;
    let client = lab.fxos().build().unwrap();
    let patch = json!({"aaaDefaultAuth": [{"dn": "sys/auth-default"}]});
    assert_eq!(
        client
            .patch("/api/sys/auth-default", &patch)
            .await
            .unwrap()
            .status,
        403
    );
    assert_eq!(client.get("/api/no/such/object").await.unwrap().status, 404);
    let body = Some(("text/plain", &b"{}"[..]));
    let unsupported = client
        .request(Method::Patch, "/api/sys/auth-default", body)
        .await
        .unwrap();
    assert!(
        matches!(unsupported.status, 403 | 415),
        "{}",
        unsupported.status
    );
    client.close().await.unwrap();
    assert_eq!(lab.sim.state().fxos.live_sessions, 0);
}

#[tokio::test]
async fn a_bearer_reads_a_cloud_delivered_fmc() {
    use oobwatch_client::Client;
    use oobwatch_client::core::product::Product;
    use oobwatch_client::tls::Trust;
    let lab = Lab::new(|scenario| scenario.fmc.bearer_token = Some("eyJ0.eyJz.c2ln".into())).await;
    let info = lab.sim.fmc();
    let bearer = |token: &str| {
        let address = info.addr.to_string().parse().unwrap();
        Client::builder(Product::CdFmc, address)
            .bearer(zeroize::Zeroizing::new(token.to_owned()))
            .trust(Trust::pins([info.pin.parse().unwrap()]))
            .build()
            .unwrap()
    };
    let client = bearer("eyJ0.eyJz.c2ln");
    assert_eq!(client.check().await.verdict(), Verdict::Ok);
    assert!(
        client.close().await.is_ok(),
        "there is nothing to log out from"
    );
    let refused = bearer("eyJ0.eyJz.d3Jvbmc").get(DEVICES).await.unwrap_err();
    assert!(refused.to_string().contains("bearer"), "{refused}");
    assert_eq!(lab.sim.state().fmc.logins, 0);
}
