//! Answers and connections that break.

use core::time::Duration;

use super::{CONFIG, MINUTE, VERSION, at, fmc};
use crate::runner::Ask::{Check, Every, Hidden, List, Read, Write};
use crate::runner::Mode;

pub(super) fn answers() -> Vec<Mode> {
    let devices = |name: &str, fault: &str| fmc(name, &at(CONFIG, fault, "times = 1"), [Check]);
    vec![
        devices("JSON that stops in the middle", r#"kind = "cut_json""#),
        devices(
            "a web page with status 200",
            r#"kind = "html", status = 200"#,
        ),
        devices(
            "a redirect to another host",
            r#"kind = "redirect", location = "https://192.0.2.1/""#,
        ),
        devices("a head without end", r#"kind = "endless_head""#),
        devices(
            "no HTTP at all",
            r#"kind = "raw", bytes = "SSH-2.0-OpenSSH_9.2\r\n""#,
        ),
        fmc(
            "`paging.next` on another host",
            "link_origin = \"https://192.0.2.1\"\ndevices = 1200",
            [List, Check],
        ),
        fmc(
            "`items` missing from an empty list",
            "devices = 0",
            [List, Check],
        ),
        fmc(
            "404 for an empty list",
            "devices = 0\nempty_list = \"not_found\"",
            [Check],
        ),
        fmc(
            "the first page of a list again and again",
            "devices = 1200\noffset = \"ignored\"",
            [List, Check],
        ),
        fmc(
            "1,000 domains at login (80 kB in one header)",
            "domain_count = 1000",
            [Check],
        ),
        fmc(
            "100 domains with odd names",
            "domain_count = 100\nodd_domains = true",
            [Check],
        ),
        fmc(
            "an endpoint is not there (404)",
            "missing = [\"integration/fmchastatuses\"]",
            [Check],
        ),
    ]
}

pub(super) fn connections() -> Vec<Mode> {
    let second = |name: &str, fault: &str| {
        fmc(
            name,
            &at(VERSION, fault, "skip = 1\ntimes = 1"),
            [Read(VERSION), Read(VERSION)],
        )
    };
    let silent = r#"kind = "silent""#;
    vec![
        fmc(
            "idle connection closed by the box",
            "",
            [Every(0, 3, vec![Read(VERSION), Hidden(6)])],
        ),
        fmc(
            "100 requests to a connection",
            "",
            [Every(0, 250, vec![Read(VERSION)])],
        ),
        second("closed without an answer", r#"kind = "close""#),
        second("reset in the head", r#"kind = "cut", after = 100"#),
        second("reset in the body", r#"kind = "cut", after = 900"#),
        second(
            "body cut short, TLS closed properly",
            r#"kind = "truncated""#,
        ),
        second(
            "answer comes byte by byte",
            r#"kind = "slow", bytes = 1, gap_ms = 0"#,
        ),
        Mode {
            silence: Duration::from_secs(3),
            ..second("no answer at all", silent)
        },
        fmc(
            "closed without an answer, for good",
            &at(VERSION, r#"kind = "close""#, ""),
            [Every(MINUTE, 3, vec![Check])],
        ),
        fmc(
            "reply to a write lost",
            &at(CONFIG, r#"kind = "lost_reply""#, "times = 1"),
            [Write],
        ),
        fmc(
            "one request in ten is reset, an hour",
            &at(
                "/api/fmc_",
                r#"kind = "cut", after = 200"#,
                "probability = 0.1\nseed = 7",
            ),
            [Every(MINUTE, 60, vec![Check])],
        ),
        fmc(
            "nothing but TCP",
            "wire.accept = \"close\"",
            [Every(MINUTE, 3, vec![Check])],
        ),
    ]
}
