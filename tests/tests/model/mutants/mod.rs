//! Planted bugs: tests of the tests. Each is the real session but for one rule
//! that it breaks, and names the property that has to find out.

mod latch;
mod pace;
mod requests;
mod secrets;
mod sessions;
mod tokens;

use core::time::Duration;

use oobwatch_core::Error;
use oobwatch_core::Instant;
use oobwatch_core::exchange::{Exchange, Outcome, Request};
use oobwatch_core::secret::{AccessToken, RefreshToken};
use oobwatch_core::session::{Ages, Permit, Rules, Session};

use crate::machine::{Home, Make, start};

/// A bug, by the name of its type, and what is to catch it.
pub(crate) struct Mutant {
    pub(crate) name: &'static str,
    pub(crate) make: Make,
    pub(crate) caught_by: &'static str,
}

macro_rules! mutants {
    ($($module:ident: $($bug:ident => $property:ident)*;)*) => {
        pub(crate) const ALL: &[Mutant] = &[$($(Mutant {
            name: stringify!($bug),
            make: |home| Box::new($module::$bug(Base::new(home), Default::default())),
            caught_by: stringify!($property),
        },)*)*];
    };
}

mutants! {
    secrets:
        SendsPasswordAlways => the_password_goes_only_to_the_login_path
        SendsBothTokensAlways => the_refresh_token_goes_only_to_the_refresh_path
        FollowsRedirects => no_credential_leaves_its_origin;
    tokens:
        CountsNoRefreshes => at_most_three_refreshes_per_login
        RefreshesEarly => refreshed_only_when_due
        RefreshesOnEvery401 => refreshed_only_when_due
        WastesTheLastToken => a_good_token_is_not_replaced
        NeverRefreshes => refreshed_before_logging_in
        StreamsUnproved => a_stream_is_preceded_by_an_accepted_read
        RefreshesUnderStreams => a_running_stream_holds_off_renewals;
    latch:
        ForgetsRefusals => at_most_two_refusals_per_credential
        TriesAgainAtOnce => the_second_try_is_a_minute_later;
    pace:
        KnowsNoRate => no_minute_sees_more_than_the_rate
        OpensConnections => at_most_nine_requests_at_once
        WritesAtOnce => one_write_at_a_time
        LogsInAgainAtOnce => who_was_displaced_stays_away;
    sessions:
        LogsInTwice => single_flight
        ProbesTwice => one_probe_at_a_time
        CountsNoOrphans => every_login_is_accounted_for
        NeverLogsOut => no_session_is_left_behind
        LogsInAfterLogout => nothing_is_sent_after_logout
        WaitsForTheDropped => everybody_comes_to_an_end
        WaitsNoTime => nobody_goes_round_in_circles
        GivesUp => a_session_recovers;
    requests:
        RepeatsLostWrites => a_write_that_may_have_arrived_is_not_repeated
        RepeatsLateWrites => a_write_is_done_once
        RepeatsStreams => a_stream_is_sent_once
        RepeatsLostReads => a_lost_read_is_repeated_once
        IgnoresRetryAfter => a_busy_box_is_left_alone
        GivesUpLogouts => a_logout_that_was_turned_away_goes_again
        WaitsWithoutEnd => nobody_waits_beyond_their_patience;
}

/// What all of them have.
struct Base {
    home: Home,
    session: Session,
}

impl Base {
    fn new(home: Home) -> Self {
        let session = home.session();
        Self { home, session }
    }

    /// The session begins with other rules.
    fn go_by(&mut self, rules: Rules) {
        self.session = Session::new(&self.home.origin(), self.home.id, rules);
    }

    /// Makes the session believe that its tokens are so old, and were refreshed
    /// so often.
    fn believe(&mut self, now: Instant, age: Duration, refreshes: u8) {
        if let Some((access, refresh)) = copy(&self.session) {
            let ages = Ages {
                token: age,
                session: age,
                refreshes,
            };
            self.session.adopt(now, ages, access, refresh);
        }
    }
}

/// The tokens of a session, once more.
fn copy(session: &Session) -> Option<(AccessToken, Option<RefreshToken>)> {
    let (access, refresh) = session.tokens()?;
    let access = AccessToken::new(access.expose_secret()).ok()?;
    let refresh = refresh.and_then(|token| RefreshToken::new(token.expose_secret()).ok());
    Some((access, refresh))
}

/// A second session for whoever would have to wait for the first.
#[derive(Default)]
struct Second(Option<Session>);

impl Second {
    /// Permits of the two can be told apart.
    const ID: u32 = 1_000;

    /// A copy of the first session, in its place.
    fn twin(&mut self, first: &Base, now: Instant) {
        let home = Home {
            id: first.home.id + Self::ID,
            ..first.home
        };
        let mut session = home.session();
        if let Some((access, refresh)) = copy(&first.session) {
            session.adopt(now, Ages::default(), access, refresh);
        }
        self.0 = Some(session);
    }

    /// With the permit of whichever it is.
    fn start_either(
        &self,
        first: &Base,
        permit: &Permit,
        request: &Request<'_>,
    ) -> Result<(Exchange, Vec<u8>), Error> {
        let second = self.0.as_ref();
        let second = second.and_then(|s| start(s, &first.home, permit, request).ok());
        second.map_or_else(|| start(&first.session, &first.home, permit, request), Ok)
    }

    fn of(&mut self, home: Home) -> &mut Session {
        let id = home.id + Self::ID;
        self.0.get_or_insert_with(|| Home { id, ..home }.session())
    }
}

/// Whether nobody knows if the request arrived.
const fn is_lost(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Lost(lost) if lost.may_have_reached)
}

fn has_status(outcome: &Outcome, statuses: &[u16]) -> bool {
    matches!(outcome, Outcome::Response(response) if statuses.contains(&response.status))
}

/// What a mutant does not change.
macro_rules! base {
    () => {
        fn home(&self) -> crate::machine::Home {
            self.0.home
        }

        fn session(&self) -> &oobwatch_core::session::Session {
            &self.0.session
        }

        fn session_mut(&mut self) -> &mut oobwatch_core::session::Session {
            &mut self.0.session
        }
    };
}
use base;
