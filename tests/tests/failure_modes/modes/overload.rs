//! Boxes that are too busy.

use oobwatch_sim::Scenario;

use super::{CONFIG, HALF_HOUR, LOGIN, LOGOUT, MINUTE, VERSION, at, fmc, trouble};
use crate::runner::Ask::{Check, Every, Pass, Read, Write};
use crate::runner::Mode;

pub(super) fn too_many() -> Vec<Mode> {
    let mut modes = Vec::new();
    for shape in ["restlet", "cisco", "html"] {
        for retry_after in ["none", "seconds", "date"] {
            let fault = format!(
                r#"kind = "too_many", shape = "{shape}", retry_after = "{retry_after}", retry_after_s = 15"#
            );
            let told = match retry_after {
                "none" => "no `Retry-After`".to_owned(),
                form => format!("`Retry-After` in 15 s, {form}"),
            };
            let name = format!("429, {shape} body, {told}");
            modes.push(fmc(&name, &at(VERSION, &fault, "times = 2"), [Check]));
        }
    }
    let storm = |rest| at("", r#"kind = "too_many""#, rest);
    modes.extend([
        fmc(
            "429 on login",
            &at(LOGIN, r#"kind = "too_many""#, "times = 2"),
            [Check],
        ),
        fmc(
            "429 on logout",
            &at(LOGOUT, r#"kind = "too_many""#, "times = 2"),
            [Check],
        ),
        fmc(
            "429 on logout, for good",
            &at(LOGOUT, r#"kind = "too_many""#, ""),
            [Check],
        ),
        fmc(
            "429 to everything while the token has expired",
            &storm("skip = 2\ntimes = 4"),
            [Read(VERSION), Pass(HALF_HOUR), Read(VERSION)],
        ),
        fmc(
            "429 to everything, for good",
            &storm(""),
            [Every(MINUTE, 5, vec![Check])],
        ),
        fmc(
            "429 to a write",
            &at(CONFIG, r#"kind = "too_many""#, "times = 1"),
            [Write],
        ),
        fmc(
            "120 requests a minute, 300 wanted",
            "rate_limit = {per_minute = 120}",
            [Every(0, 300, vec![Read(VERSION)])],
        ),
    ]);
    modes
}

pub(super) fn busy() -> Vec<Mode> {
    let twice = |name: &str, fault: &str| fmc(name, &at(CONFIG, fault, "times = 2"), [Check]);
    let html = r#"kind = "html", status = 503"#;
    vec![
        twice("503, a web page", html),
        twice("504, \"Retry after sometime\"", &trouble("timed_out")),
        twice("500 with an empty message", &trouble("empty_message")),
        twice(
            "500 \"The action type is null\"",
            &trouble("action_type_null"),
        ),
        twice("400 \"Please try again\"", &trouble("try_again")),
        twice(
            "400 \"retry the operation after sometime\"",
            &trouble("retry_sometime"),
        ),
        twice("200 `{}` for a list", &trouble("empty_object")),
        twice("200 with an error in it", &trouble("error_in_200")),
        fmc(
            "503 to everything, for good",
            &at("", html, ""),
            [Every(MINUTE, 3, vec![Check])],
        ),
        fmc("503 to a write", &at(CONFIG, html, "times = 1"), [Write]),
        fmc_overloaded(),
    ]
}

/// Its slow logins are left out: nobody moves the clock while one is under way.
fn fmc_overloaded() -> Mode {
    let mut scenario = Scenario::preset("fmc-overloaded").expect("it comes with the simulator");
    scenario.fmc.login_latency_ms = 0;
    let hour = fmc(
        "preset `fmc-overloaded`, an hour",
        "",
        [Every(MINUTE, 60, vec![Check])],
    );
    Mode { scenario, ..hour }
}
