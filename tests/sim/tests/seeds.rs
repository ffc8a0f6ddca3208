//! The requests of the documents that people start from, sent by the tools that they use: Cisco's
//! "How To Generate Authentication Token For FMC REST API Interactions", the FMC REST API quick
//! start guides, "Firepower FMC API – Initial Observations", and "Getting Started with the FXOS
//! REST API". The scripts in `seeds/` send what those documents' scripts send.

use core::time::Duration;
use std::io::ErrorKind;
use std::process::Command;

use oobwatch_sim::{Scenario, Sim};
use serde_json::{Value, json};

async fn sim() -> Sim {
    let scenario = Scenario {
        manual_clock: true,
        ..Scenario::default()
    };
    Sim::builder().scenario(scenario).start().await.unwrap()
}

/// What a tool printed. A tool that is missing fails the test and says what to do.
async fn run(tool: &'static str, arguments: &[&str]) -> String {
    let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
    let output = tokio::task::spawn_blocking(move || {
        let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/seeds");
        let mut command = Command::new(tool);
        command
            .args(arguments)
            .current_dir(scripts)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        // The simulator is on loopback, whatever proxy this machine uses.
        command.env("NO_PROXY", "*").env("no_proxy", "*");
        command.output()
    })
    .await
    .unwrap();
    let output = match output {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("{tool} is not installed; run: apt-get install -y {tool}")
        }
        Err(error) => panic!("{tool}: {error}"),
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} failed: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// `curl -k -s`, and a line with the status at the end.
async fn curl(arguments: &[&str]) -> (u16, String) {
    let fixed = ["-k", "-s", "-w", "\n%{http_code}"];
    let output = run("curl", &[&fixed, arguments].concat()).await;
    let (body, status) = output.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), body.to_owned())
}

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[tokio::test]
async fn curl_of_document_215918() {
    let sim = sim().await;
    let url = format!("{}/api/fmc_platform/v1/auth/generatetoken", sim.fmc().url);
    let basic = "Authorization: Basic Y2lzY29lc2VyOmNpc2NwYXBpdXNlcg==";
    let output = run(
        "curl",
        &["--request", "POST", &url, "--header", basic, "-k", "-i"],
    )
    .await;
    assert!(output.starts_with("HTTP/1.1 204 204\r\nDate: "), "{output}");
    let names: Vec<&str> = output
        .lines()
        .skip(1)
        .filter_map(|line| Some(line.split_once(':')?.0))
        .collect();
    assert_eq!(
        names,
        [
            "Date",
            "Server",
            "Strict-Transport-Security",
            "Cache-Control",
            "Accept-Ranges",
            "Vary",
            "X-auth-access-token",
            "X-auth-refresh-token",
            "USER_UUID",
            "DOMAIN_ID",
            "DOMAIN_UUID",
            "global",
            "DOMAINS",
            "X-Frame-Options",
            "X-UA-Compatible",
            "X-Permitted-Cross-Domain-Policies",
            "X-XSS-Protection",
            "Referrer-Policy",
            "Content-Security-Policy",
            "X-Content-Type-Options",
        ]
    );
    assert!(output.ends_with("nosniff\r\n\r\n"), "no body");
}

#[tokio::test]
async fn python_of_document_215918() {
    let sim = sim().await;
    let output = run("python3", &["print_headers.py", &sim.fmc().url]).await;
    for name in [
        "X-auth-access-token",
        "X-auth-refresh-token",
        "DOMAIN_UUID",
        "Keep-Alive",
    ] {
        assert!(output.contains(&format!("'{name}': ")), "{output}");
    }
    assert_eq!(sim.state().fmc.logins, 1);
}

#[tokio::test]
async fn auth_util_of_the_quick_start_guide() {
    let sim = sim().await;
    let output = run(
        "python3",
        &[
            "auth_util.py",
            &sim.fmc().url,
            &sim.fmc().user,
            &sim.fmc().password,
        ],
    )
    .await;
    assert!(
        output.contains("Access token: ") && output.contains("Logout Results: 0"),
        "{output}"
    );
    let state = sim.state().fmc;
    assert_eq!(
        (state.logins, state.revokes, state.live_sessions),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn refresh_procedure_of_the_quick_start_guide() {
    let sim = sim().await;
    let platform = format!("{}/api/fmc_platform/v1", sim.fmc().url);
    let post = async |path: &str, headers: &[String]| {
        let url = format!("{platform}/auth/{path}");
        let headers = headers.iter().flat_map(|header| ["-H", header.as_str()]);
        let arguments: Vec<&str> = ["-k", "-s", "-i", "-X", "POST", &url]
            .into_iter()
            .chain(headers)
            .collect();
        run("curl", &arguments).await
    };
    let tokens = |output: &str| {
        let value = |name: &str| {
            let line = output
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.unwrap_or_else(|| panic!("{name} in {output}"))
                .to_owned()
        };
        // Letter case and blanks as the guide's two spellings have them.
        vec![
            format!("X-auth-access-token:{}", value("X-auth-access-token")),
            format!("x-auth-refresh-token:{}", value("X-auth-refresh-token")),
        ]
    };
    let basic = "Authorization: Basic YXBpdXNlcjphcGl1c2Vy".to_owned();
    let mut current = tokens(&post("generatetoken", &[basic]).await);
    for _ in 0..3 {
        sim.advance(Duration::from_secs(30 * 60));
        current = tokens(&post("refreshtoken", &current).await);
        let version = format!("{platform}/info/serverversion");
        assert_eq!(curl(&["-H", &current[0], &version]).await.0, 200);
    }
    let fourth = post("refreshtoken", &current).await;
    assert!(fourth.starts_with("HTTP/1.1 401 401\r\n"), "{fourth}");
    assert!(fourth.contains("Invalid refresh token"));
}

#[tokio::test]
async fn login_of_initial_observations() {
    let sim = sim().await;
    let output = run("python3", &["initial_observations.py", &sim.fmc().url]).await;
    assert!(
        output.starts_with("domain_uuid: e276abec-e0f2-11e3-8169-6d9ed49b625f\n"),
        "{output}"
    );
    assert!(output.contains("X-auth-refresh-token: "));
}

#[tokio::test]
async fn client_authentication_of_the_fxos_guide() {
    let sim = sim().await;
    let api = format!("{}/api", sim.fxos().url);
    let accept = ["-H", "Accept: application/json"];
    let log_in = async |password: &str| {
        let password = format!("password: {password}");
        let url = format!("{api}/login");
        let arguments = ["-X", "POST", &url, "-H", "username: admin", "-H", &password];
        curl(&[&arguments[..], &accept].concat()).await
    };
    let (status, body) = log_in(&sim.fxos().password).await;
    assert_eq!(status, 200);
    let body = json_of(&body);
    assert_eq!(body["refreshPeriod"], "0");
    let token = format!("TOKEN: {}", body["token"].as_str().unwrap());

    let system = format!("{api}/sys");
    let authorised = [&["-H", token.as_str(), system.as_str()], &accept[..]].concat();
    assert_eq!(curl(&authorised).await.0, 200);
    let logout = format!("{api}/logout");
    let log_out = [&["-X", "POST", &logout, "-H", &token][..], &accept].concat();
    assert_eq!(curl(&log_out).await.0, 200);

    let required = |code| {
        json!({
            "error-code": code,
            "error-description": "Authorization required",
            "error-nr": "service-unavailable",
        })
    };
    let (status, body) = curl(&log_out).await;
    assert_eq!((status, json_of(&body)), (555, required("555")));
    let (status, body) = curl(&authorised).await;
    assert_eq!((status, json_of(&body)), (400, required("552")));
    let (status, body) = log_in("S1m%20Pass%3Aword").await;
    assert_eq!(
        (status, json_of(&body)["error-code"].clone()),
        (400, json!("551"))
    );
    assert_eq!(
        curl(&["-H", &token, &system, "-H", "Accept: text/xml"])
            .await
            .0,
        406
    );
}
