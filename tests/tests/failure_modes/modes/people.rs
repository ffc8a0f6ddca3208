//! Others who use the same account.

use super::{MINUTE, VERSION, fmc};
use crate::runner::Ask::{self, Check, Every, OtherLogin, Read, Restart, Revoke};
use crate::runner::Mode;

pub(super) fn somebody_else() -> Vec<Mode> {
    let reads = |happens: Ask| {
        [
            Read(VERSION),
            happens,
            Every(MINUTE, 10, vec![Read(VERSION)]),
        ]
    };
    vec![
        fmc("another login of the same user", "", reads(OtherLogin)),
        fmc("revoked by somebody", "", reads(Revoke)),
        fmc("all sessions end out of the blue", "", reads(Restart)),
        fmc(
            "they end every hour",
            "",
            [Every(
                3_600,
                6,
                vec![Every(MINUTE, 10, vec![Check]), Restart],
            )],
        ),
        fmc(
            "two monitors share the account",
            "",
            [Every(MINUTE, 360, vec![Check])],
        )
        .clients(2),
        fmc(
            "the same, box allows several sessions",
            "one_session_per_user = false",
            [Every(MINUTE, 360, vec![Check])],
        )
        .clients(2),
    ]
}
