//! The HTTP server, over two real network stacks.

use core::future::Future;
use std::string::String;
use std::vec::Vec;

use embassy_futures::join::join;
use embassy_futures::select::{Either, select};
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, Timer, with_timeout};
use oobwatch_image::Product;
use proptest::prelude::*;

use super::boxes::Lab;
use super::link::{BOARD, Plug, cable_with_plug, half_open};
use super::receiver::Reply;
use super::time::{block_on, run_for, task};
use super::{Box_, Kept, PASSWORD, Reports, certificate, image, image_with, start};
use crate::board::ResetReason;
use crate::{State, clock, serve, watch};

/// Runs `client` against the server of `state`.
fn served<F: Future>(state: &'static State, client: impl FnOnce(Stack<'static>) -> F) -> F::Output {
    served_with_plug(state, |host, _| client(host))
}

fn served_with_plug<F: Future>(
    state: &'static State,
    client: impl FnOnce(Stack<'static>, Plug) -> F,
) -> F::Output {
    let ([(board, mut board_runner), (host, mut host_runner)], plug) = cable_with_plug();
    let runners = select(task(board_runner.run()), task(host_runner.run()));
    let world = select(runners, task(serve(state, board)));
    match block_on(select(task(client(host, plug)), world)) {
        Either::First(output) => output,
        Either::Second(_) => unreachable!(),
    }
}

/// Sends `request` and reads until the server closes or resets.
async fn exchange(stack: Stack<'static>, request: &[u8]) -> String {
    let (mut rx, mut tx) = ([0; 4096], [0; 4096]);
    let mut socket = TcpSocket::new(stack, &mut rx, &mut tx);
    let answer = async {
        // Both workers may be busy, or about to listen again.
        while socket.connect((BOARD, super::super::PORT)).await.is_err() {
            Timer::after(Duration::from_millis(20)).await;
        }
        let mut rest = request;
        while !rest.is_empty() {
            match socket.write(rest).await {
                Ok(count) => rest = &rest[count..],
                Err(_) => break,
            }
        }
        let mut answer = Vec::new();
        let mut piece = [0; 512];
        while let Ok(count @ 1..) = socket.read(&mut piece).await {
            answer.extend_from_slice(&piece[..count]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    with_timeout(Duration::from_secs(120), answer)
        .await
        .expect("the server lets go in time")
}

async fn page(stack: Stack<'static>, path: &str) -> String {
    let request = std::format!("GET {path} HTTP/1.1\r\nHost: board\r\n\r\n");
    let answer = exchange(stack, request.as_bytes()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    unchunked(body)
}

fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    loop {
        let (length, rest) = body.split_once("\r\n").unwrap();
        let (chunk, rest) = rest.split_at(usize::from_str_radix(length, 16).unwrap());
        whole.push_str(chunk);
        body = rest.strip_prefix("\r\n").unwrap();
        if chunk.is_empty() {
            return whole;
        }
    }
}

fn watched() -> &'static State {
    let mut lab = Lab::default();
    lab.add(443, &certificate(1));
    lab.add(444, &certificate(1)).borrow_mut().password_is_wrong = true;
    let boxes = [
        Box_::new(Product::Fmc, 443, 300),
        Box_::new(Product::Fxos, 444, 300),
    ];
    let hooks = [
        "http://192.0.2.1/s3cret-key",
        "https://hooks.example/s3cret-key",
    ];
    lab.receiver.borrow_mut().reply = Reply::Untrusted;
    let reports = Reports {
        urls: &hooks,
        ..Reports::default()
    };
    let image = image_with(1, &boxes, &reports);
    let state = start(image, &Kept::default(), ResetReason::Watchdog);
    run_for(100, watch(state, &lab));
    state
}

#[test]
fn what_is_shown_and_what_is_not() {
    let state = watched();
    let [metrics, health, page] = served(state, async |stack| {
        [
            page(stack, "/metrics").await,
            page(stack, "/health").await,
            page(stack, "/").await,
        ]
    });
    for line in [
        "oobwatch_board_info{version=\"0.1.0\",reset=\"watchdog\"} 1",
        "oobwatch_board_resets_total{reason=\"watchdog\"} 1",
        "oobwatch_credential_refusals{target=\"box-444\"} 2",
        "oobwatch_told_verdict{target=\"box-443\"} 0",
        "fmc_up{target=\"box-443\"} 1",
        "fmc_managed_devices{target=\"box-443\",health=\"ok\"} 1",
        "fxos_check_level{target=\"box-444\"} 6",
        "oobwatch_webhook_posts_total{webhook=\"1\",result=\"delivered\"} 2",
        "oobwatch_webhook_waiting{webhook=\"1\"} 0",
        "oobwatch_webhook_waiting{webhook=\"2\"} 2",
    ] {
        assert!(
            metrics.lines().any(|found| found == line),
            "{line}\n{metrics}"
        );
    }
    assert!(
        health.starts_with("{\"board\":{\"version\":\"0.1.0\""),
        "{health}"
    );
    assert!(health.contains("\"target\":\"box-443\",\"product\":\"fmc\",\"verdict\":\"OK\""));
    assert!(health.ends_with("}]}"));
    let hooks = "\"webhooks\":[{\"delivered\":2,\"refused\":0,\"failed\":0,\"waiting\":0,\"trouble\":null},{\"delivered\":0,";
    assert!(health.contains(hooks), "{health}");
    assert!(
        page.contains(" Webhook 2: 0 delivered, 2 waiting (its certificate"),
        "{page}"
    );
    assert!(
        page.contains("<pre class=\"OK\">box-443 (FMC): OK"),
        "{page}"
    );
    for text in [metrics, health, page] {
        for secret in [
            PASSWORD,
            "watch:",
            "access-",
            "refresh-",
            "hooks.example",
            "s3cret-key",
        ] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn each_series_stands_once_under_one_head() {
    let metrics = served(watched(), async |stack| page(stack, "/metrics").await);
    let (mut family, mut seen) = ("", std::collections::HashSet::new());
    for line in metrics.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split_once(' ').unwrap().0;
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            assert_eq!(name, family);
        }
        let series = line.rsplit_once(' ').unwrap().0;
        assert!(seen.insert(series), "{line} twice");
    }
}

/// `OOBWATCH_BLESS=1` writes it.
#[test]
fn the_reference_has_each_series_of_the_board() {
    let state = watched();
    state.wall.set(clock::now(), 1_795_344_504_000);
    let metrics = served(state, async |stack| page(stack, "/metrics").await);
    let ours = metrics.lines().filter(|line| {
        let name = line.trim_start_matches("# HELP ");
        name.trim_start_matches("# TYPE ").starts_with("oobwatch_")
    });
    let ours = ours.collect::<Vec<_>>().join("\n");
    let table = oobwatch_docs::metrics(&ours);
    oobwatch_docs::generated("reference/metrics.md", "board", &table);
}

#[test]
fn a_bad_image_is_told_of() {
    let state = start(
        b"nonsense, and a long one at that",
        &Kept::default(),
        ResetReason::Pin,
    );
    let [metrics, health, page] = served(state, async |stack| {
        [
            page(stack, "/metrics").await,
            page(stack, "/health").await,
            page(stack, "/").await,
        ]
    });
    assert!(metrics.contains("\noobwatch_board_configured 0\n"));
    assert!(
        health.contains("\"configuration\":null,\"refused\":\""),
        "{health}"
    );
    let rest = "\"time\":null,\"time_synced\":false,\"webhooks\":[]},\"targets\":[]}";
    assert!(health.ends_with(rest), "{health}");
    assert!(
        page.contains("Time: not known, not synchronised."),
        "{page}"
    );
    assert!(page.contains("No configuration: "), "{page}");
}

#[test]
fn clients_that_stall_are_let_go_of() {
    let answers = served(watched(), async |stack| {
        let stalling = join(exchange(stack, b"GET /met"), exchange(stack, b""));
        let well = page(stack, "/health");
        join(stalling, well).await
    });
    assert!(answers.1.contains("\"targets\":["));
}

#[test]
fn handshakes_that_are_never_finished_are_let_go_of() {
    let health = served_with_plug(watched(), async |stack, plug| {
        page(stack, "/").await;
        // Both workers listen again.
        Timer::after(Duration::from_secs(3)).await;
        for port in 5_000..5_004 {
            half_open(&plug, port);
        }
        page(stack, "/health").await
    });
    assert!(health.contains("\"targets\":["));
}

#[test]
fn other_methods_paths_and_long_heads_are_refused() {
    let long = std::format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(4_000));
    let (other, post, long, well) = served(watched(), async |stack| {
        (
            exchange(stack, b"GET /secret HTTP/1.1\r\n\r\n").await,
            exchange(
                stack,
                b"POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
            )
            .await,
            exchange(stack, long.as_bytes()).await,
            page(stack, "/").await,
        )
    });
    assert!(other.starts_with("HTTP/1.1 404 "), "{other}");
    assert!(post.starts_with("HTTP/1.1 405 "), "{post}");
    assert!(!long.starts_with("HTTP/1.1 200 "), "{long}");
    assert!(well.contains("</h1>"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever comes in, the next client is served.
    #[test]
    fn nonsense_does_no_harm(
        junk in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..600),
                "(GET|POST|) ?/(metrics|health|)[ -~]{0,40}\r\n([a-zA-Z-]{0,12}: ?[ -~]{0,20}\r\n){0,4}\r?\n?".prop_map(String::into_bytes),
            ],
            1..6,
        ),
    ) {
        let state = start(image(1, &[Box_::new(Product::Fmc, 443, 300)]), &Kept::default(), ResetReason::Pin);
        served(state, async |stack| {
            for junk in &junk {
                exchange(stack, junk).await;
            }
            page(stack, "/metrics").await
        });
    }
}
