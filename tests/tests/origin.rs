//! Credentials go to the box that they are for, and nowhere else: whatever that
//! box says, and whatever the machine is set up to do with HTTP.
//!
//! A second simulator and a bare listener are the witnesses. They see not even
//! a connection.

use core::net::SocketAddr;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::process::Stdio;

use oobwatch_client::core::error::PeerError;
use oobwatch_client::core::health::Item;
use oobwatch_client::core::http::Method;
use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Trust;
use oobwatch_client::{Builder, Client, ClientError, Zeroizing};
use oobwatch_sim::{BoxState, Fault, FaultRule, Scenario, Wire};
use oobwatch_tests::{HALF_HOUR, Lab};
use serde_json::Value;

const DEVICES: &str = "/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords?expanded=true";

/// What a client may be lured to.
struct Elsewhere {
    lab: Lab,
    /// Accepts nothing: whoever connects is still there when it is looked at.
    plain: TcpListener,
}

impl Elsewhere {
    async fn new() -> Self {
        let lab = Lab::new(|_| {}).await;
        let plain = TcpListener::bind("127.0.0.1:0").unwrap();
        plain.set_nonblocking(true).unwrap();
        Self { lab, plain }
    }

    fn plain(&self) -> SocketAddr {
        self.plain.local_addr().unwrap()
    }

    /// Another port, another host, no TLS, the other product, no scheme.
    fn origins(&self) -> [String; 5] {
        let (fmc, fxos) = (self.lab.sim.fmc(), self.lab.sim.fxos());
        [
            fmc.url.clone(),
            format!("https://localhost:{}", fmc.addr.port()),
            format!("http://{}", self.plain()),
            fxos.url.clone(),
            format!("//{}", fmc.addr),
        ]
    }

    #[track_caller]
    fn saw_nothing(&self) {
        let state = self.lab.sim.state();
        assert_eq!((state.fmc.connections, state.fxos.connections), (0, 0));
        let nobody = self.plain.accept().unwrap_err();
        assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
    }
}

/// What is redirected, and where it is on each product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Login,
    Read,
    Write,
    Refresh,
    Logout,
}

fn path(product: Product, step: Step) -> &'static str {
    match (product, step) {
        (Product::Fxos, Step::Login) => "/api/login",
        (Product::Fxos, Step::Logout) => "/api/logout",
        (Product::Fxos, _) => "/api/sys",
        (_, Step::Login) => "/api/fmc_platform/v1/auth/generatetoken",
        (_, Step::Refresh) => "/api/fmc_platform/v1/auth/refreshtoken",
        (_, Step::Logout) => "/api/fmc_platform/v1/auth/revokeaccess",
        (_, Step::Read | Step::Write) => "/api/fmc_platform/v1/info/serverversion",
    }
}

fn redirect(path: &str, status: u16, location: String) -> Wire {
    let fault = Fault::Answer {
        status,
        content_type: "text/html".into(),
        body: "<html></html>".into(),
        headers: vec![("Location".into(), location)],
    };
    Wire {
        faults: vec![FaultRule::new(path, fault)],
        ..Wire::default()
    }
}

/// Goes through a whole session; some step of it is redirected.
async fn session(lab: &Lab, product: Product, step: Step) -> Result<(), ClientError> {
    let client = builder(lab, product).build().unwrap();
    let done = async {
        client.log_in().await?;
        if step == Step::Refresh {
            lab.advance(HALF_HOUR);
        }
        let method = if step == Step::Write {
            Method::Patch
        } else {
            Method::Get
        };
        let path = path(product, Step::Read);
        let body = (step == Step::Write).then_some(("application/json", &b"{}"[..]));
        client.request(method, path, body).await?.success()?;
        Ok(())
    };
    let done = done.await;
    let closed = client.close().await;
    done.and(closed)
}

fn builder(lab: &Lab, product: Product) -> Builder {
    match product {
        Product::Fxos => lab.fxos(),
        _ => lab.fmc(),
    }
}

/// Every kind of redirect, of every step of a session, to every kind of place.
#[tokio::test]
async fn no_redirect_is_followed() {
    let (lab, elsewhere) = (Lab::new(|_| {}).await, Elsewhere::new().await);
    let of_fmc = [
        Step::Login,
        Step::Read,
        Step::Write,
        Step::Refresh,
        Step::Logout,
    ];
    let of_fxos = [Step::Login, Step::Read, Step::Write, Step::Logout];
    let steps = of_fmc.map(|step| (Product::Fmc, step)).into_iter();
    for (product, step) in steps.chain(of_fxos.map(|step| (Product::Fxos, step))) {
        for status in [301, 302, 303, 307, 308] {
            for origin in elsewhere.origins() {
                let path = path(product, step);
                let wire = redirect(path, status, format!("{origin}{path}"));
                let mut scenario = Scenario::default();
                match product {
                    Product::Fxos => scenario.fxos.wire = wire,
                    _ => scenario.fmc.wire = wire,
                }
                lab.sim.set_scenario(scenario).unwrap();
                let case = format!("{product:?} {step:?} {status} {origin}");
                let ended = session(&lab, product, step).await;
                judge(step, status, &ended, &case);
            }
        }
    }
    elsewhere.saw_nothing();
    let state = lab.sim.state();
    assert_eq!(
        (state.fmc.stray_credentials, state.fmc.foreign_credentials),
        (0, 0)
    );
    assert_eq!(
        (state.fxos.stray_credentials, state.fxos.foreign_credentials),
        (0, 0)
    );
}

/// A refresh that is redirected gives way to a login; all else fails, and says
/// why.
#[track_caller]
fn judge(step: Step, status: u16, ended: &Result<(), ClientError>, case: &str) {
    match ended {
        Ok(()) => assert_eq!(step, Step::Refresh, "{case}"),
        Err(error) => {
            assert_ne!(step, Step::Refresh, "{case}: {error}");
            let why = Some(PeerError::Redirect(status).into());
            assert_eq!(error.error(), why, "{case}: {error}");
        }
    }
}

/// `links.self` and `paging.next` name another origin on every page.
#[tokio::test]
async fn links_are_not_dialled() {
    let elsewhere = Elsewhere::new().await;
    for origin in elsewhere.origins() {
        let lab = Lab::new(|scenario| {
            scenario.fmc.link_origin = origin;
            scenario.fmc.devices = 1_200;
        })
        .await;
        let client = lab.fmc().build().unwrap();
        let all: Vec<Value> = client.get_pages(DEVICES).await.unwrap();
        assert_eq!(all.len(), 1_200);
        assert_eq!(
            client
                .check()
                .await
                .counts
                .states(Item::Devices)
                .unwrap()
                .total(),
            1_200
        );
        client.close().await.unwrap();
        assert_eq!(lab.sim.state().fmc.live_sessions, 0);
    }
    elsewhere.saw_nothing();
}

/// The same in a process of its own, as variables are set for a whole process.
#[tokio::test]
async fn the_environment_has_no_say() {
    let (lab, elsewhere) = (Lab::new(|_| {}).await, Elsewhere::new().await);
    let home = tempfile::tempdir().unwrap();
    let entry = "machine 127.0.0.1 login netrc-user password netrc-password\n\
                 default login netrc-user password netrc-password\n";
    for name in [".netrc", "_netrc"] {
        std::fs::write(home.path().join(name), entry).unwrap();
    }
    let proxy = format!("http://proxy-user:proxy-password@{}", elsewhere.plain());
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--ignored",
            "--exact",
            "child_of_the_test_of_the_environment",
        ])
        .env("HOME", home.path())
        .env("NETRC", home.path().join(".netrc"));
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        child.env(name, &proxy).env(name.to_uppercase(), &proxy);
    }
    child.env_remove("no_proxy").env_remove("NO_PROXY");
    for (name, info) in [("FMC", lab.sim.fmc()), ("FXOS", lab.sim.fxos())] {
        let of = [
            &info.addr.to_string(),
            &info.user,
            &info.password,
            &info.pin,
        ];
        child.env(name, of.map(String::as_str).join("\n"));
    }
    let output = child.stdin(Stdio::null()).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    elsewhere.saw_nothing();
    let clean = |state: BoxState| {
        let strange = state.stray_credentials + state.foreign_credentials;
        (
            state.logins,
            state.refused_logins,
            strange,
            state.live_sessions,
        )
    };
    let state = lab.sim.state();
    assert_eq!(clean(state.fmc), (1, 0, 0, 0));
    assert_eq!(clean(state.fxos), (1, 0, 0, 0));
}

#[tokio::test]
#[ignore = "run by the_environment_has_no_say, in a process of its own"]
async fn child_of_the_test_of_the_environment() {
    for (name, product) in [("FMC", Product::Fmc), ("FXOS", Product::Fxos)] {
        let Ok(access) = std::env::var(name) else {
            return;
        };
        let access: Vec<_> = access.lines().collect();
        let [address, user, password, pin] = access[..] else {
            panic!("{name} is not for this test");
        };
        let client = Client::builder(product, address.parse().unwrap())
            .login(user, Zeroizing::new(password.to_owned()))
            .trust(Trust::pins([pin.parse().unwrap()]))
            .build()
            .unwrap();
        let report = client.check().await;
        client.close().await.unwrap();
        assert_eq!(report.error, None);
    }
}
