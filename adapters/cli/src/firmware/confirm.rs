//! Certificates fetched from the boxes, and confirmed by the operator.

use std::io::{self, BufRead, IsTerminal as _, Write};
use std::time::SystemTime;

use oobwatch_client::tls::{Pin, ServerCertificate, fetch};

use super::certificate;
use super::plan::Plan;
use super::target::{Target, Trust};
use crate::args::FirmwareConfigArgs;
use crate::config::Config;
use crate::exit::Failure;

/// Fetches what is missing, and has it confirmed. Nothing is asked before all of it has come and
/// matches its pins.
pub(super) async fn fetch_all(
    plan: &mut Plan,
    config: &Config,
    args: &FirmwareConfigArgs,
) -> Result<(), Failure> {
    let is_fetched = |target: &&mut Target| matches!(target.trust, Trust::Fetch { .. });
    let mut targets: Vec<_> = plan.targets.iter_mut().filter(is_fetched).collect();
    let problems = config.problems();
    if !args.yes && !targets.is_empty() && !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "stdin is no terminal to confirm certificates on; put their pins into the configuration and use --yes, or name the certificates with certificate = \"FILE\"",
        ));
    }
    let mut fetched = Vec::new();
    for target in &targets {
        let result = fetch_one(target, config, args).await;
        let result = result.map_err(|why| format!("target {:?}: {why}", target.name));
        fetched.extend(problems.take(target.at, result));
    }
    let fetched = problems.end(Some(fetched))?;
    for (target, certificate) in targets.iter_mut().zip(fetched) {
        if !args.yes {
            let (mut input, mut out) = (io::stdin().lock(), io::stderr().lock());
            confirm(&mut input, &mut out, target, &certificate).map_err(Failure::Failed)?;
        }
        if let Trust::Fetch { next, .. } = &mut target.trust {
            let next = next.take();
            target.trust = Trust::Pinned { certificate, next };
        }
    }
    Ok(())
}

async fn fetch_one(
    target: &Target,
    config: &Config,
    args: &FirmwareConfigArgs,
) -> Result<ServerCertificate, String> {
    let pins: &[Pin] = match &target.trust {
        Trust::Fetch { pins, .. } => pins,
        _ => &[],
    };
    if args.yes && pins.is_empty() {
        return Err("--yes takes a certificate only if a pin says which one, and there is none; add pins, or leave out --yes to be asked".to_owned());
    }
    let entry = config
        .target(&target.name)
        .map_err(|error| error.to_string())?;
    let address = &entry.target.address;
    let chain = fetch(address.host(), address.port(), args.timeout).await;
    let chain = chain.map_err(|error| format!("{}: {error}", address.authority()))?;
    let shown = chain
        .into_iter()
        .next()
        .ok_or("the box showed no certificate")?;
    certificate::pinned(shown, pins, "that the box shows")
}

/// Only a whole `yes` is one.
pub(super) fn confirm(
    input: &mut impl BufRead,
    out: &mut impl Write,
    target: &Target,
    certificate: &ServerCertificate,
) -> Result<(), String> {
    let ask = |out: &mut dyn Write| -> io::Result<()> {
        let mut text = Vec::new();
        writeln!(text, "\ntarget       {}", target.name)?;
        crate::pin::describe(&mut text, certificate, SystemTime::now())?;
        writeln!(
            text,
            "\nAnyone in between could have answered. Compare the certificate line with what the box\n\
             shows over another path, such as its console."
        )?;
        write!(text, "Is it the same? The board will trust it. [yes/no] ")?;
        out.write_all(&text)?;
        out.flush()
    };
    let mut answer = String::new();
    ask(out)
        .and_then(|()| input.read_line(&mut answer))
        .map_err(|error| format!("can not ask about the certificate: {error}"))?;
    if answer.trim().eq_ignore_ascii_case("yes") {
        Ok(())
    } else {
        Err(format!(
            "target {:?}: the certificate was not confirmed; nothing was written",
            target.name
        ))
    }
}
