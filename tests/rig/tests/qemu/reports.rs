//! Webhooks, and the time of day.

use core::net::{Ipv4Addr, SocketAddrV4};

use oobwatch_rig::gateway::{ADDRESS, WEBHOOK};
use oobwatch_rig::{Rig, Setup, Site};
use oobwatch_sim::{Certificate, Scenario, Sim};
use serde_json::Value;

use crate::schema::assert_event;

/// A setup with this address of a webhook and the time server, and a folder that
/// keeps the address.
fn reporting(url: &str) -> (Setup, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, url).unwrap();
    let firmware = format!(
        "syslog = ['{ADDRESS}']\ntime_servers = ['{ADDRESS}']\n\
         [[firmware.webhooks]]\nurl_file = {file:?}\n"
    );
    let setup = Setup {
        firmware,
        ..Setup::default()
    };
    (setup, folder)
}

fn bodies(rig: &Rig) -> Vec<Value> {
    let posts = rig.board.gateway.posts();
    let parse = |post: &oobwatch_rig::gateway::Post| serde_json::from_str(&post.body).unwrap();
    posts.iter().map(parse).collect()
}

const DELIVERED: &str = "oobwatch_webhook_posts_total{webhook=\"1\",result=\"delivered\"}";

#[tokio::test]
async fn a_webhook_hears_of_what_lasts_with_the_time() {
    let (setup, _folder) = reporting(&format!("http://{WEBHOOK}/hook?key=s3cret"));
    let mut rig = Rig::start(setup).await;
    let metrics = rig
        .until(|metrics| metrics.get(DELIVERED) == Some(2.0))
        .await;
    assert_eq!(metrics.get("oobwatch_board_time_synced"), Some(1.0));
    assert!(!metrics.text().contains("s3cret"));
    let post = rig.board.gateway.posts().remove(0);
    assert_eq!((&*post.method, &*post.path), ("POST", "/hook?key=s3cret"));
    assert_eq!(post.content_type.as_deref(), Some("application/json"));
    rig.service(Site::Fxos).close();
    rig.cycle().await;
    rig.cycle().await;
    rig.until(|metrics| metrics.get(DELIVERED) == Some(3.0))
        .await;
    let told = bodies(&rig);
    told.iter().for_each(assert_event);
    let last = told.last().unwrap();
    assert_eq!(last["target"], "chassis");
    assert_eq!(
        (&last["verdict"], &last["stopped_at"]),
        (&"CRITICAL".into(), &"tcp".into())
    );
    let since = last["since"].as_str().unwrap();
    assert!(since.starts_with("20") && since.ends_with('Z'), "{since}");
    let sequences: Vec<_> = told.iter().map(|body| body["sequence"].as_u64()).collect();
    assert_eq!(sequences, [Some(1), Some(2), Some(3)]);
}

/// Where a receiver by TLS is for the board, and its name.
const SECURE: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 30), 443);
const NAME: &str = "hooks.lab.test";

/// Posts by TLS to a server with a certificate for `certified`, and gives the
/// metrics once two posts, one for each box, have had that result.
async fn posted_to(certified: &str, result: &str) -> oobwatch_rig::Metrics {
    let mut scenario = Scenario::default();
    scenario.fxos.wire.certificate = Certificate::ca_issued([certified]);
    // Any web server by TLS will do; this one knows no such path.
    let server = Sim::builder().scenario(scenario).start().await.unwrap();
    let (mut setup, folder) = reporting(&format!("https://{NAME}/hook"));
    let authority = folder.path().join("ca.pem");
    std::fs::write(&authority, server.fxos().ca_pem.as_ref().unwrap()).unwrap();
    setup.firmware += &format!("ca_file = {authority:?}");
    let mut rig = Rig::start(setup).await;
    let gateway = &mut rig.board.gateway;
    gateway.names().table.insert(NAME.to_owned(), *SECURE.ip());
    let _service = gateway.serve(SECURE, server.fxos().addr);
    let series = format!("oobwatch_webhook_posts_total{{webhook=\"1\",result=\"{result}\"}}");
    for _ in 0..10 {
        rig.checked(1).await;
        rig.leap(30).await;
    }
    rig.until(|metrics| metrics.get(&series) >= Some(2.0)).await
}

#[tokio::test]
async fn a_webhook_by_tls_is_posted_to_if_its_certificate_is_right() {
    let metrics = posted_to(NAME, "refused").await;
    assert_eq!(
        metrics.get("oobwatch_webhook_waiting{webhook=\"1\"}"),
        Some(0.0)
    );
    let metrics = posted_to("other.lab.test", "failed").await;
    assert_eq!(
        metrics.get("oobwatch_webhook_waiting{webhook=\"1\"}"),
        Some(2.0)
    );
    assert_eq!(metrics.of("centre", "oobwatch_told_verdict"), Some(0.0));
}

/// Seconds.
const DAY: f64 = 86_400.0;

#[tokio::test]
async fn a_certificate_near_its_end_is_warned_of_as_the_command_does() {
    let (setup, _folder) = reporting(&format!("http://{WEBHOOK}/"));
    let near = |scenario: &mut Scenario| scenario.fmc.wire.certificate.days_left = 10;
    let mut rig = Rig::start(setup.with(near)).await;
    rig.checked(1).await;
    rig.until(|metrics| metrics.get("oobwatch_board_time_synced") == Some(1.0))
        .await;
    let board = rig.cycle().await;
    let host = rig.host_check("prometheus").await;
    assert_eq!(host.code, Some(1));
    for site in Site::ALL {
        let left = board.own(site, "certificate_left_seconds").unwrap();
        let name = match site {
            Site::Fmc => "fmc",
            Site::Fxos => "fxos",
        };
        let series = format!(
            "{name}_certificate_left_seconds{{target=\"{}\"}} ",
            site.name()
        );
        let value = |line: &str| line.strip_prefix(&series)?.parse::<f64>().ok();
        let said = host.out.lines().find_map(value).expect(&series);
        // Both count whole days, and the board's clock has moved on by a check.
        assert!((said - left).abs() <= DAY, "{said} {left}");
    }
    assert_eq!(
        Site::ALL.map(|site| board.own(site, "verdict")),
        [Some(1.0), Some(0.0)]
    );
}
