//! `oobwatch check`: all boxes at a time, one report each.

use core::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::process::ExitCode;

use oobwatch_client::core::health::encode::{json, nagios, prometheus, text};
use oobwatch_client::core::health::{Limits, Report, Verdict};

use crate::advice;
use crate::args::{CheckArgs, CheckFormat};
use crate::config::Config;
use crate::exit::{Failure, warn};
use crate::record::Record;
use crate::session::{self, Session, Wallet};
use crate::settings::Access;

/// Checks the boxes and prints the reports in the order of the arguments.
///
/// If one target can not be used, none is sent anything.
pub(crate) async fn run(args: &CheckArgs, config: &Config) -> Result<ExitCode, Failure> {
    let resolved = args
        .targets
        .iter()
        .map(|target| Access::resolve(target, &args.access, args.domain.as_deref(), config));
    let resolved = resolved.collect::<Result<Vec<_>, _>>()?;
    no_box_twice(&resolved)?;
    let record = Record::open(args.access.connection.record.as_deref())?;
    let mut wallet = Wallet::new(config);
    let sessions = resolved
        .iter()
        .map(|access| Session::new(access, &mut wallet, record.as_ref()));
    let sessions = sessions.collect::<Result<Vec<_>, _>>()?;
    let reports = session::run(&sessions, check_all(&sessions)).await?;
    let reports: Vec<_> = sessions
        .iter()
        .map(|session| session.label.as_str())
        .zip(&reports)
        .collect();
    let shown = encode(args.format, &reports).map_err(Failure::failed)?;
    let mut out = io::stdout().lock();
    out.write_all(shown.as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::unprinted)?;
    let worst = reports.iter().map(|(_, report)| report.verdict()).max();
    Ok(ExitCode::from(worst.unwrap_or(Verdict::Ok).exit_code()))
}

/// Two logins of one account at a time: an FMC ends the first of them. And two reports of one name
/// are no valid Prometheus text.
fn no_box_twice(resolved: &[Access]) -> Result<(), Failure> {
    for (place, access) in resolved.iter().enumerate() {
        let reach = &access.reach;
        let mut before = resolved.iter().take(place).map(|other| &other.reach);
        if let Some(first) = before.find(|other| other.target == reach.target) {
            let why = if first.label == reach.label {
                "is named twice".to_owned()
            } else {
                format!("is the same box and account as {}", first.label)
            };
            return Err(Failure::Usage(format!(
                "{} {why}; check it once, as two logins of one account can end each other",
                reach.label
            )));
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
            let report = session.client.check().await;
            if let Some(error) = report.error {
                session.note(&error);
                if let Some(outlook) = session.outlook(error) {
                    warn(&format!("{}: {outlook}", session.label));
                }
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

fn encode(format: CheckFormat, reports: &[(&str, &Report)]) -> Result<String, fmt::Error> {
    let mut out = String::new();
    match format {
        CheckFormat::Prometheus => {
            let named = reports
                .iter()
                .map(|(label, report)| (Some(*label), *report));
            prometheus::write(&mut out, named)?;
        }
        CheckFormat::Json => {
            for (label, report) in reports {
                let mut buffer = vec![0; json::MAX_LEN + 6 * label.len()];
                let length = json::write(&mut buffer, label, report).map_err(|_| fmt::Error)?;
                out.push_str(&String::from_utf8_lossy(buffer.split_at(length).0));
                out.push('\n');
            }
        }
        CheckFormat::Nagios => {
            for (label, report) in reports {
                if reports.len() > 1 {
                    write!(out, "{label}: ")?;
                }
                nagios::write(&mut out, report, Limits::NONE)?;
            }
        }
        CheckFormat::Text => {
            for (label, report) in reports {
                text::write(&mut out, label, report)?;
                let hint = report
                    .error
                    .and_then(|error| advice::hint(report.product, error));
                if let Some(hint) = hint {
                    writeln!(out, "  {:<12} {hint}", "advice")?;
                }
            }
        }
    }
    Ok(out)
}
