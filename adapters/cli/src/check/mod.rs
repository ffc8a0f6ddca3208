//! `oobwatch check`: all boxes at a time, one report each.

mod formats;

use std::process::ExitCode;

use oobwatch_client::core::health::{Report, Verdict};

use crate::args::{CheckArgs, CheckFormat};
use crate::colour;
use crate::config::Config;
use crate::exit::{Failure, warn};
use crate::record::Record;
use crate::session::{self, Session, Wallet};
use crate::settings::Access;
use crate::sharing::Identity;
use formats::Checked;

/// Checks the boxes and prints the reports in the order of the arguments.
///
/// If one target can not be used, none is sent anything.
pub(crate) async fn run(args: &CheckArgs, config: &Config) -> Result<ExitCode, Failure> {
    let resolved = args
        .targets
        .iter()
        .map(|target| resolve(target, args, config));
    let resolved = resolved.collect::<Result<Vec<_>, _>>()?;
    let resolved = Access::all_with_scope(resolved, &args.scope)?;
    no_box_twice(&resolved)?;
    let record = Record::open(args.access.connection.record.as_deref())?;
    let mut wallet = Wallet::new(config);
    let sessions = resolved
        .iter()
        .map(|access| Session::new(access, &mut wallet, record.as_ref()));
    let sessions = sessions.collect::<Result<Vec<_>, _>>()?;
    let reports = session::run(&sessions, check_all(&sessions)).await?;
    let checked: Vec<_> = sessions
        .iter()
        .zip(&reports)
        .map(|(session, report)| Checked {
            label: &session.label,
            report,
            limits: session.limits(),
        })
        .collect();
    let shown = formats::encode(args.format, &checked).map_err(Failure::failed)?;
    match args.format {
        CheckFormat::Text => colour::print(&shown)?,
        _ => colour::print_as_it_is(&shown)?,
    }
    let worst = reports.iter().map(Report::verdict).max();
    Ok(ExitCode::from(worst.unwrap_or(Verdict::Ok).exit_code()))
}

fn resolve(target: &str, args: &CheckArgs, config: &Config) -> Result<Access, Failure> {
    Access::resolve(target, &args.access, args.domain.as_deref(), config)
}

/// Two logins of one account at a time: an FMC ends the first of them. And two reports of one name
/// are no valid Prometheus text.
fn no_box_twice(resolved: &[Access]) -> Result<(), Failure> {
    for (place, access) in resolved.iter().enumerate() {
        let reach = &access.reach;
        let identity = Identity::of(reach);
        let before = || resolved.iter().take(place).map(|other| &other.reach);
        if let Some(first) = before().find(|other| Identity::of(other) == identity) {
            let (label, other) = (&reach.label, &first.label);
            let why = if label == other {
                "is named twice; check it once".to_owned()
            } else if first.domain == reach.domain {
                format!("is the same box and account as {other}; check one of them")
            } else {
                format!(
                    "is the same box and account as {other} in another domain; check one after the other, or both with 'oobwatch watch --once', where they share one login"
                )
            };
            return Err(Failure::Usage(format!(
                "{label} {why}, as two logins of one account can end each other"
            )));
        }
        if before().any(|other| other.label == reach.label) {
            return Err(reach.unusable(
                "is named twice, with two users, and their reports would have one name; give each a name of its own in the configuration",
            ));
        }
    }
    Ok(())
}

/// Each box is logged out as soon as its own check is done.
async fn check_all(sessions: &[Session]) -> Vec<Report> {
    let mut tasks = tokio::task::JoinSet::new();
    for (place, session) in sessions.iter().cloned().enumerate() {
        tasks.spawn(async move {
            session.recover().await;
            let report = session.check().await;
            if let Some(outlook) = report.error.and_then(|error| session.outlook(error)) {
                warn(&format!("{}: {outlook}", session.label));
            }
            if let Some(problem) = session.close().await {
                warn(&problem);
            }
            (place, report)
        });
    }
    let mut reports = tasks.join_all().await;
    reports.sort_by_key(|(place, _)| *place);
    reports.into_iter().map(|(_, report)| report).collect()
}
