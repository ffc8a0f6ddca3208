//! Boxes that go wrong at random, the same way for the same seed.

use oobwatch_sim::{
    EmptyList, End, Fault, FaultRule, FmcScenario, FxosScenario, RefreshCap, RetryAfter, Scenario,
    TooMany, Trouble, Wire,
};

/// Numbers that look random (splitmix64).
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    /// A sequence of its own for each seed.
    #[must_use]
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, below `end`.
    pub(super) const fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// True so many times in a hundred.
    pub(super) const fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let last = of.len().saturating_sub(1);
        let place = usize::try_from(self.below(of.len() as u64)).unwrap_or(last);
        of.get(place).expect("it is below the length").clone()
    }
}

/// Both boxes with a few things wrong. What is redirected goes to `elsewhere`.
#[must_use]
pub(super) fn scenario(random: &mut Random, elsewhere: &str) -> Scenario {
    let fmc_paths = [
        "",
        "/api/fmc_config",
        "/api/fmc_platform/v1/info",
        "/api/fmc_platform/v1/auth",
        "/api/fmc_platform/v1/auth/generatetoken",
        "/api/fmc_platform/v1/auth/refreshtoken",
        "/api/fmc_platform/v1/auth/revokeaccess",
    ];
    let fxos_paths = ["", "/api/sys", "/api/slot", "/api/login", "/api/logout"];
    Scenario {
        manual_clock: true,
        fmc: FmcScenario {
            wire: wire(random, &fmc_paths, elsewhere),
            link_origin: elsewhere.into(),
            ..fmc(random)
        },
        fxos: FxosScenario {
            wire: wire(random, &fxos_paths, elsewhere),
            idle_s: random.pick(&[600, 600, 300]),
            refresh_period: random.pick(&[0, 0, 0, 600, 3_600]),
            session_life_s: random.pick(&[None, None, Some(1_800)]),
            logout_400: random.percent(50),
            refuse_logins: random.pick(&[0, 0, 0, 1]),
            ..FxosScenario::default()
        },
        ..Scenario::default()
    }
}

fn fmc(random: &mut Random) -> FmcScenario {
    let mut fmc = FmcScenario {
        token_life_s: random.pick(&[1_800, 1_800, 1_200, 600]),
        session_life_s: random.pick(&[None, None, Some(600), Some(3_600), Some(5_000)]),
        refresh_limit: random.pick(&[3, 3, 1]),
        refresh_cap: random.pick(&[
            RefreshCap::Refused,
            RefreshCap::NoTokens,
            RefreshCap::Unlimited,
        ]),
        refresh_after_expiry: random.percent(80),
        one_session_per_user: random.percent(80),
        old_token_survives_refresh: random.percent(20),
        bare_401: random.percent(20),
        refuse_logins: random.pick(&[0, 0, 0, 1]),
        sized_bodies: random.percent(50),
        devices: random.pick(&[0, 3, 250]),
        empty_list: random.pick(&[EmptyList::NoItems, EmptyList::NotFound]),
        domain_count: random.pick(&[0, 100]),
        ..FmcScenario::default()
    };
    fmc.rate_limit.per_minute = random.pick(&[0, 120, 30]);
    fmc.rate_limit.retry_after =
        random.pick(&[RetryAfter::None, RetryAfter::Seconds, RetryAfter::Date]);
    fmc
}

fn wire(random: &mut Random, paths: &[&str], elsewhere: &str) -> Wire {
    let rules = (0..random.below(4)).map(|_| {
        let path = random.pick(paths);
        let fault = fault(random, &format!("{elsewhere}{path}"));
        FaultRule {
            probability: random.pick(&[None, Some(0.5), Some(0.1), Some(0.02)]),
            times: random.pick(&[None, Some(1), Some(3)]),
            seed: random.below(1 << 32),
            ..FaultRule::new(path, fault)
        }
    });
    Wire {
        faults: rules.collect(),
        keep_alive_requests: random.pick(&[100, 100, 3, 1]),
        date: random.percent(90),
        ..Wire::default()
    }
}

fn fault(random: &mut Random, location: &str) -> Fault {
    let troubles = [
        Trouble::EmptyObject,
        Trouble::ErrorIn200,
        Trouble::TryAgain,
        Trouble::RetrySometime,
        Trouble::AccessTokenInvalid,
        Trouble::Bare401,
        Trouble::ErrorAsText,
        Trouble::EmptyMessage,
        Trouble::TimedOut,
        Trouble::BackendError,
        Trouble::AuthorizationRequired,
    ];
    match random.below(12) {
        0 => Fault::Close,
        1 => Fault::LostReply,
        2 => Fault::Truncated,
        3 => Fault::CutJson,
        4 => Fault::Cut {
            after: random.below(1_500),
            end: random.pick(&[End::Reset, End::Fin, End::CloseNotify]),
        },
        5 => Fault::Html {
            status: random.pick(&[200, 404, 502, 503]),
        },
        6 => Fault::Redirect {
            status: random.pick(&[301, 302, 303, 307, 308]),
            location: location.into(),
        },
        7 => Fault::Raw {
            bytes: random
                .pick(&["", "HTTP/1.1 200\r\n", "SSH-2.0-x\r\n"])
                .into(),
        },
        8 | 9 => Fault::TooMany {
            shape: random.pick(&[TooMany::Restlet, TooMany::Cisco, TooMany::Html]),
            retry_after: random.pick(&[RetryAfter::None, RetryAfter::Seconds, RetryAfter::Date]),
            retry_after_s: random.below(90),
        },
        _ => Fault::Trouble {
            what: random.pick(&troubles),
        },
    }
}
