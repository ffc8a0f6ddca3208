//! `oobwatch sessions`: what runs have left open, or share.

use core::fmt::Write as _;
use core::time::Duration;
use std::io::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use oobwatch_client::state::{Kind, Remembered, State};
use serde_json::{Value, json};

use crate::args::{ConnectionArgs, SessionsAction, SessionsArgs};
use crate::config::Config;
use crate::exit::{Failure, say, warn};
use crate::session::Session;
use crate::settings::Reach;
use crate::state::{self, span};
use crate::target::{Target, TargetArg};

/// Does what the command line says.
pub(crate) async fn run(args: &SessionsArgs, config: &Config) -> Result<(), Failure> {
    let Some(state) = state::open(config)? else {
        let why = "with --no-state nothing is remembered, so there are no sessions to speak of";
        return Err(Failure::usage(why));
    };
    match &args.action {
        SessionsAction::List { target, json } => {
            let found = found(&state, target.as_deref(), config)?;
            list(&found, *json).map_err(Failure::unprinted)
        }
        SessionsAction::Revoke { target, connection } => {
            let found = found(&state, target.as_deref(), config)?;
            revoke(&state, &found, target.as_deref(), connection, config).await
        }
        SessionsAction::Forget { target } => {
            forget(&state, &found(&state, target.as_deref(), config)?)
        }
    }
}

/// All sessions, or those of one target.
fn found(state: &State, target: Option<&str>, config: &Config) -> Result<Vec<Remembered>, Failure> {
    let mut all = state.sessions().map_err(Failure::failed)?;
    if let Some(target) = target {
        let meant = match target.parse().map_err(Failure::usage)? {
            TargetArg::Url(target) => target,
            TargetArg::Name(name) => config.target(&name).map_err(Failure::usage)?.target.clone(),
        };
        all.retain(|session| is_on(session, &meant));
    }
    Ok(all)
}

fn is_on(session: &Remembered, target: &Target) -> bool {
    let user = target.user.as_ref();
    session.target.eq_ignore_ascii_case(&target.to_string())
        && user.is_none_or(|user| *user == session.user)
}

fn list(found: &[Remembered], json: bool) -> io::Result<()> {
    let now = SystemTime::now();
    if json {
        let all: Vec<_> = found.iter().map(|session| object(session, now)).collect();
        return say(&Value::from(all).to_string());
    }
    let mut out = String::new();
    for session in found {
        let _ = writeln!(
            out,
            "{:<32} {:<16} {}",
            session.target,
            session.user,
            details(session, now)
        );
    }
    if found.is_empty() {
        out.push_str("no session is remembered\n");
    }
    let mut stdout = io::stdout().lock();
    stdout.write_all(out.as_bytes())?;
    stdout.flush()
}

/// `shared, token 12 min old, 2 refreshes left, ends in 18 min if nobody uses it`.
fn details(session: &Remembered, now: SystemTime) -> String {
    let mut words = vec![word(session).to_owned()];
    if session.kind != Kind::Login {
        words.push(match session.token_age {
            Some(age) => format!("token {} old", span(age)),
            None => "age of the token unknown".to_owned(),
        });
    }
    if let Some(left) = session.refreshes_left {
        words.push(format!("{left} refreshes left"));
    }
    words.push(match session.ends.map(|ends| ends.duration_since(now)) {
        None => "ends by itself when nobody uses it".to_owned(),
        Some(Ok(left)) if session.kind == Kind::Login => {
            format!("ends by itself in {} at the latest", span(left))
        }
        Some(Ok(left)) => format!("ends in {} if nobody uses it", span(left)),
        Some(Err(_)) if session.refreshes_left > Some(0) => {
            "token expired, can be refreshed".to_owned()
        }
        Some(Err(_)) => "expired".to_owned(),
    });
    words.join(", ")
}

const fn word(session: &Remembered) -> &'static str {
    match (session.kind, session.owned) {
        (Kind::Shared, _) => "shared",
        (Kind::Session, true) => "in use",
        (Kind::Session, false) => "left open",
        (Kind::Login, true) => "logging in",
        (Kind::Login, false) => "lost: the answer to the login never came",
    }
}

fn object(session: &Remembered, now: SystemTime) -> Value {
    let unix = |at: SystemTime| at.duration_since(UNIX_EPOCH).map_or(0, |at| at.as_secs());
    let state = match (session.kind, session.owned) {
        (Kind::Shared, _) => "shared",
        (Kind::Session, true) => "in_use",
        (Kind::Session, false) => "left_open",
        (Kind::Login, true) => "logging_in",
        (Kind::Login, false) => "lost",
    };
    let left = session
        .ends
        .map(|ends| ends.duration_since(now).unwrap_or_default());
    json!({
        "target": session.target,
        "user": session.user,
        "state": state,
        "owner_alive": session.owned,
        "opened": unix(session.opened),
        "token_age_seconds": session.token_age.map(|age| age.as_secs()),
        "refreshes_left": session.refreshes_left,
        "ends": session.ends.map(unix),
        "ends_in_seconds": left.as_ref().map(Duration::as_secs),
    })
}

/// Logs out of what can be closed; what can not is said, and fails the command.
async fn revoke(
    state: &State,
    found: &[Remembered],
    target: Option<&str>,
    connection: &ConnectionArgs,
    config: &Config,
) -> Result<(), Failure> {
    let mut failed = 0;
    for session in found {
        let name = format!("{} ({})", session.target, session.user);
        let reach = reach(session, target, connection, config);
        let problem = match reach.and_then(|reach| Session::for_leftovers(&reach, state.clone())) {
            Ok(made) => made
                .client
                .revoke(session)
                .await
                .err()
                .map(|e| e.to_string()),
            Err(failure) => Some(failure.to_string()),
        };
        match problem {
            None => say(&format!("{name}: closed")).map_err(Failure::unprinted)?,
            Some(problem) => {
                failed += 1;
                warn(&format!("{name}: not closed: {problem}"));
            }
        }
    }
    if found.is_empty() {
        return say("no session is remembered").map_err(Failure::unprinted);
    }
    if failed == 0 {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "{failed} of {} could not be closed; they are still remembered ('oobwatch sessions forget' drops them)",
        found.len()
    )))
}

/// How the box of a session is reached: as the command line says, or as the
/// target of the configuration that is on it.
fn reach(
    session: &Remembered,
    target: Option<&str>,
    connection: &ConnectionArgs,
    config: &Config,
) -> Result<Reach, Failure> {
    let same_box = |target: &Target| session.target.eq_ignore_ascii_case(&target.to_string());
    let configured = config.targets().find(|(_, target)| is_on(session, target));
    let configured = configured.or_else(|| config.targets().find(|(_, target)| same_box(target)));
    let text = match (target, configured) {
        (Some(target), _) => target,
        (None, Some((name, _))) => name,
        (None, None) => &session.target,
    };
    Reach::resolve(text, connection, None, config)
}

fn forget(state: &State, found: &[Remembered]) -> Result<(), Failure> {
    let now = SystemTime::now();
    for session in found {
        let name = format!("{} ({})", session.target, session.user);
        if session.owned {
            warn(&format!(
                "{name}: kept, as the run that it belongs to still runs"
            ));
            continue;
        }
        state.forget(session).map_err(Failure::failed)?;
        let left = session
            .ends
            .map(|ends| ends.duration_since(now).unwrap_or_default());
        let until = match left {
            Some(left) => format!("for up to {}", span(left)),
            None => "until it was idle for long enough".to_owned(),
        };
        say(&format!(
            "{name}: forgotten; it may stay open on the box {until}"
        ))
        .map_err(Failure::unprinted)?;
    }
    if found.is_empty() {
        return say("no session is remembered").map_err(Failure::unprinted);
    }
    Ok(())
}
