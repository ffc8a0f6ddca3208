//! Sessions and checks that are shared.

use std::collections::BTreeSet;
use std::fs;

use oobwatch_sim::Account;

use super::running::Running;
use crate::lab::Lab;

/// Targets that differ in their domain only: one login, and each sees its own
/// devices.
#[tokio::test]
async fn domains_share_a_login() {
    let lab = Lab::new(|scenario| {
        scenario.fmc.devices = 2;
        scenario.fmc.health = vec!["yellow".into()];
        scenario.fmc.domains_differ = true;
    });
    let lab = lab.await;
    let config = lab.config();
    let text = fs::read_to_string(&config).unwrap();
    let (_, fmc1) = text.split_once("[targets.fmc1]").unwrap();
    let (fmc1, _) = fmc1.split_once("[targets.chassis1]").unwrap();
    let others: String = ["Devel", "Nowhere"]
        .map(|domain| {
            format!(
                "[targets.{domain}]{}",
                fmc1.replace("'North'", &format!("'{domain}'"))
            )
        })
        .concat();
    fs::write(&config, format!("{text}{others}")).unwrap();
    let exporter = Running::with(&lab, &["--config", &config, "exporter"]).await;
    let explained = |name: &str| {
        let path = format!("/probe?target={name}&debug=true");
        let exporter = &exporter;
        async move { exporter.get(&path).await.body }
    };
    let (north, devel, nowhere) =
        tokio::join!(explained("fmc1"), explained("Devel"), explained("Nowhere"));
    let devices = |body: &str| -> BTreeSet<String> {
        let words = body.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        words
            .filter(|word| word.starts_with("FTDv-"))
            .map(str::to_owned)
            .collect()
    };
    let (north_has, devel_has) = (devices(&north), devices(&devel));
    assert_eq!((north_has.len(), devel_has.len()), (2, 2), "{north}{devel}");
    assert!(north_has.is_disjoint(&devel_has), "{north}{devel}");
    assert!(
        nowhere.contains("probe_success 0") && nowhere.contains("domain"),
        "{nowhere}"
    );
    let state = lab.sim.state().fmc;
    assert_eq!((state.logins, state.live_sessions), (1, 1));
}

/// What would be two sessions of one account is refused, with what to do.
#[tokio::test]
async fn one_account_has_one_trust() {
    let lab = Lab::new(|_| {}).await;
    let config = lab.config();
    let text = fs::read_to_string(&config).unwrap();
    let fmc = lab.sim.fmc();
    fs::write(
        &config,
        format!(
            "{text}[targets.fmc2]\nurl = 'fmc://{}'\ncredentials = 'f'\npins = ['{}']\n",
            fmc.addr, fmc.spki_pin
        ),
    )
    .unwrap();
    let ran = lab
        .run(&["--config", &config, "exporter", "--check-config"])
        .await;
    assert!(ran.line(2).contains("give both the same pins"), "{ran:?}");
}

/// Two scrapers at a time: one check.
#[tokio::test]
async fn a_check_that_is_under_way_is_shared() {
    let lab = Lab::new(|scenario| scenario.fxos.wire.hold = vec!["/api/sys".into()]).await;
    let exporter = Running::start(&lab).await;
    let scrape = || {
        let address = exporter.address.clone();
        tokio::spawn(async move {
            let stream = tokio::net::TcpStream::connect(address).await.unwrap();
            super::running::talk(stream, "GET", "/probe?target=chassis1", "").await
        })
    };
    let first = scrape();
    lab.until(|state| state.fxos.held == 1).await;
    let second = scrape();
    // It is there when it is counted, and counted when it is answered: the second
    // has no way to show itself before, but that its connection is open.
    while exporter
        .get("/metrics")
        .await
        .sample("oobwatch_http_connections")
        < 3.0
    {}
    lab.sim.release();
    for scrape in [first, second] {
        let answer = scrape.await.unwrap();
        assert_eq!(answer.sample("probe_success") as u8, 1, "{answer:?}");
        assert!(answer.sample("fxos_check_age_seconds") >= 0.0);
    }
    assert_eq!(lab.sim.state().fxos.logins, 1);
}

/// A refused password is one credential's, however many targets have it: the
/// second box is not asked at once.
#[tokio::test]
async fn a_refused_password_is_refused_once() {
    let lab = Lab::new(|scenario| {
        scenario.fmc.accounts = vec![Account {
            password: "another".into(),
            ..scenario.fmc.accounts[0].clone()
        }];
    });
    let lab = lab.await;
    let config = lab.config();
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("'PASSWORD'", "'CHASSIS_PASSWORD'")).unwrap();
    let exporter = Running::with(&lab, &["--config", &config, "exporter"]).await;
    for _ in 0..3 {
        let answer = exporter.probe("fmc1").await;
        assert_eq!(answer.sample("probe_success") as u8, 0, "{answer:?}");
        assert_eq!(answer.sample("fmc_auth_locked_out") as u8, 1, "{answer:?}");
    }
    assert_eq!(lab.sim.state().fmc.refused_logins, 1);
    let metrics = exporter.get("/metrics").await;
    assert_eq!(metrics.sample("oobwatch_accounts_locked_out") as u8, 1);
}
