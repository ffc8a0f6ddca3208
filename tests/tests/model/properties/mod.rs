//! What must be true of every story: each rule under a name of its own.

mod endings;
mod logins;
mod pace;
mod requests;
mod secrets;
mod tokens;

use crate::trace::Trace;

/// A rule, and how a trace is held against it.
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) check: fn(&Trace) -> Result<(), String>,
}

macro_rules! properties {
    ($($module:ident: $($name:ident)*;)*) => {
        /// All of them.
        pub(crate) const ALL: &[Property] = &[$($(Property {
            name: stringify!($name),
            check: $module::$name,
        },)*)*];
    };
}

properties! {
    secrets:
        the_password_goes_only_to_the_login_path
        the_refresh_token_goes_only_to_the_refresh_path
        no_credential_leaves_its_origin;
    tokens:
        at_most_three_refreshes_per_login
        refreshed_only_when_due
        a_good_token_is_not_replaced
        refreshed_before_logging_in
        a_stream_is_preceded_by_an_accepted_read
        a_running_stream_holds_off_renewals;
    logins:
        at_most_two_refusals_per_credential
        the_second_try_is_a_minute_later
        single_flight
        one_probe_at_a_time
        every_login_is_accounted_for
        no_session_is_left_behind;
    pace:
        no_minute_sees_more_than_the_rate
        at_most_nine_requests_at_once
        one_write_at_a_time
        who_was_displaced_stays_away;
    requests:
        a_write_that_may_have_arrived_is_not_repeated
        a_write_is_done_once
        a_stream_is_sent_once
        a_lost_read_is_repeated_once
        a_busy_box_is_left_alone
        a_logout_that_was_turned_away_goes_again
        nobody_waits_beyond_their_patience;
    endings:
        nothing_is_sent_after_logout
        everybody_comes_to_an_end
        nobody_goes_round_in_circles
        a_session_recovers;
}

/// The property of that name.
pub(crate) fn named(name: &str) -> &'static Property {
    let found = ALL.iter().find(|property| property.name == name);
    found.unwrap_or_else(|| panic!("no property is called {name}"))
}

/// Every property that does not hold, with what broke it.
pub(crate) fn broken(trace: &Trace) -> Vec<String> {
    let check = |property: &Property| {
        let why = (property.check)(trace).err()?;
        Some(format!("{}: {why}", property.name))
    };
    ALL.iter().filter_map(check).collect()
}

/// A sentence if it is not so.
fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
