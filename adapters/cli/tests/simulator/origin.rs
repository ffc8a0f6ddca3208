//! The command sends credentials to the box that it was told, and nowhere else.

use core::net::SocketAddr;
use std::io::ErrorKind;
use std::net::TcpListener;

use oobwatch_sim::{Fault, FaultRule};
use tokio::process::Command;

use crate::lab::{Lab, Ran, with};

const LOGIN: &str = "/api/fmc_platform/v1/auth/generatetoken";
const REFRESH: &str = "/api/fmc_platform/v1/auth/refreshtoken";
const LOGOUT: &str = "/api/fmc_platform/v1/auth/revokeaccess";
const VERSION: &str = "/api/fmc_platform/v1/info/serverversion";
const DEVICES: &str = "/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords";

/// Accepts nothing: whoever connects is still there when it is looked at.
struct Witness(TcpListener);

impl Witness {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn addr(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    fn has_been_visited(&self) -> bool {
        match self.0.accept() {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                false
            }
        }
    }
}

#[tokio::test]
async fn redirects_of_every_step() {
    let (second, witness) = (Lab::new(|_| {}).await, Witness::new());
    for origin in [
        second.sim.fmc().url.clone(),
        format!("http://{}", witness.addr()),
    ] {
        for path in [LOGIN, VERSION, REFRESH, LOGOUT] {
            let location = format!("{origin}{path}");
            let rule = FaultRule::new(path, Fault::redirect(302, &location));
            let lab = Lab::new(|scenario| scenario.fmc.wire.faults = vec![rule]).await;
            let fmc = lab.fmc();
            if path == REFRESH {
                assert_eq!(refresh(&lab).await.code, Some(1));
            } else {
                let ran = lab.on_fmc(&["get", &fmc, VERSION]).await;
                assert!(ran.err.contains("redirect"), "{path}: {ran:?}");
            }
            lab.on_fmc(&["check", &fmc]).await;
            assert_eq!(lab.sim.state().fmc.stray_credentials, 0);
        }
    }
    assert_eq!(second.sim.state().fmc.connections, 0);
    assert!(!witness.has_been_visited());
}

/// Trades tokens, which need not be good: the answer is a redirect.
async fn refresh(lab: &Lab) -> Ran {
    let fmc = format!("fmc://{}", lab.sim.fmc().addr);
    let variables = [
        "--access-token-env",
        "ACCESS",
        "--refresh-token-env",
        "REFRESH",
    ];
    let trade = ["token", "refresh", &fmc, "--pin", &lab.sim.fmc().pin];
    let mut command = lab.command(&[&trade[..], &variables].concat());
    command.env("ACCESS", "a").env("REFRESH", "r");
    Ran::of(command.output().await.unwrap())
}

#[tokio::test]
async fn foreign_links_on_every_page() {
    let second = Lab::new(|_| {}).await;
    let origin = second.sim.fmc().url.clone();
    let lab = Lab::new(|scenario| {
        scenario.fmc.link_origin = origin;
        scenario.fmc.devices = 1_060;
    });
    let lab = lab.await;
    let all = lab
        .on_fmc(&["get", &lab.fmc(), DEVICES, "--all-pages"])
        .await;
    assert!(all.ok().matches("\"id\"").count() >= 1_060);
    lab.on_fmc(&["check", &lab.fmc()]).await.ok();
    assert_eq!(second.sim.state().fmc.connections, 0);
    assert_eq!(lab.sim.state().fmc.live_sessions, 0);
}

/// `~/.netrc` and the variables that name proxies, each shown to work on curl.
#[tokio::test]
async fn netrc_and_proxies_are_not_asked() {
    let lab = Lab::new(|_| {}).await;
    let entry = "default login netrc-user password netrc-password\n";
    for name in [".netrc", "_netrc"] {
        std::fs::write(lab.home.path().join(name), entry).unwrap();
    }
    let witness = Witness::new();
    let proxy = format!("http://proxy-user:proxy-password@{}", witness.addr());
    for (target, info, password) in [
        (lab.fmc(), lab.sim.fmc(), "PASSWORD"),
        (lab.fxos(), lab.sim.fxos(), "CHASSIS_PASSWORD"),
    ] {
        let mut command = lab.command(&with(&["check", &target], info, password));
        point_to(&mut command, &proxy);
        command.env("NETRC", lab.home.path().join(".netrc"));
        Ran::of(command.output().await.unwrap()).ok();
    }
    let state = lab.sim.state();
    for state in [state.fmc, state.fxos] {
        let strange = state.stray_credentials + state.foreign_credentials;
        assert_eq!((state.logins, strange, state.live_sessions), (1, 0, 0));
    }
    assert!(!witness.has_been_visited());

    let url = format!("{}{VERSION}", lab.sim.fmc().url);
    let curl = |proxy: Option<&str>| {
        let mut curl = Command::new("curl");
        curl.args(["-sk", "--netrc", "-m", "1", &url]);
        curl.env("HOME", lab.home.path());
        if let Some(proxy) = proxy {
            point_to(&mut curl, proxy);
        }
        curl
    };
    curl(None).output().await.unwrap();
    assert_eq!(
        lab.sim.state().fmc.foreign_credentials,
        1,
        "netrc is not as it should be"
    );
    curl(Some(&proxy)).output().await.unwrap();
    assert!(
        witness.has_been_visited(),
        "the variables are not as they should be"
    );
}

fn point_to(command: &mut Command, proxy: &str) {
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, proxy).env(name.to_uppercase(), proxy);
    }
}
