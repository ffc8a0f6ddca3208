//! What is different on a chassis.

use super::{MINUTE, SYS, at_fxos, on_fxos, trouble};
use crate::runner::Ask::{Check, Every, Hidden, OtherLogin, Pass, Read, Restart};
use crate::runner::Mode;

pub(super) fn sessions() -> Vec<Mode> {
    vec![
        on_fxos("wrong password (551)", "", [Every(MINUTE, 60, vec![Check])])
            .with_password("wrong"),
        on_fxos("idle for 10 min", "", [Check, Pass(601), Check]),
        on_fxos(
            "idle session, box's clock only (552)",
            "",
            [Check, Hidden(601), Check],
        ),
        on_fxos(
            "a good token answered 552, once",
            &at_fxos(
                SYS,
                &trouble("authorization_required"),
                "skip = 1\ntimes = 1",
            ),
            [Read(SYS), Read(SYS)],
        ),
        on_fxos(
            "552 to one path, always",
            &at_fxos("/api/slot", &trouble("authorization_required"), ""),
            [Every(MINUTE, 5, vec![Read("/api/slot"), Read(SYS)])],
        ),
        on_fxos(
            "`refreshPeriod` of 10 min",
            "refresh_period = 600",
            [Every(MINUTE, 60, vec![Check])],
        ),
        on_fxos(
            "the same, as a number",
            "refresh_period = 600\nrefresh_period_as_number = true",
            [Every(MINUTE, 60, vec![Check])],
        ),
        on_fxos(
            "absolute timeout of 30 min",
            "session_life_s = 1800",
            [Every(MINUTE, 60, vec![Check])],
        ),
    ]
}

pub(super) fn answers() -> Vec<Mode> {
    vec![
        on_fxos("logout without a session (HTTP 555)", "", [Check, Restart]),
        on_fxos(
            "logout without a session (400, code 555)",
            "logout_400 = true",
            [Check, Restart],
        ),
        on_fxos(
            "backend does not answer (101), twice",
            &at_fxos(SYS, &trouble("backend_error"), "times = 2"),
            [Check],
        ),
        on_fxos(
            "backend does not answer (101), for good",
            &at_fxos(SYS, &trouble("backend_error"), ""),
            [Check],
        ),
        Mode {
            is_full: true,
            ..on_fxos(
                "no session left for the account (572)",
                "session_limits = {per_user = 1}",
                [OtherLogin, Every(MINUTE, 3, vec![Check])],
            )
        },
        on_fxos(
            "faults can not be read (404)",
            "missing = [\"faultInst\"]",
            [Check],
        ),
        on_fxos(
            "reply to the login lost",
            &at_fxos("/api/login", r#"kind = "lost_reply""#, "times = 1"),
            [Check, Pass(MINUTE), Check],
        ),
        on_fxos(
            "reply to the logout lost",
            &at_fxos("/api/logout", r#"kind = "lost_reply""#, "times = 1"),
            [Check],
        ),
        on_fxos(
            "check breaks off half-way",
            &at_fxos("/api", r#"kind = "close""#, "skip = 2"),
            [Check],
        ),
    ]
}
