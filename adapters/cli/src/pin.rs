//! `oobwatch pin`: shows the certificate of a box, for the operator to compare.

use std::io::{self, Write};
use std::time::SystemTime;

use oobwatch_client::Address;
use oobwatch_client::tls::{ServerCertificate, fetch};

use crate::args::PinArgs;
use crate::exit::Failure;
use crate::target::Target;

/// Fetches the certificate and prints it.
pub(crate) async fn run(args: &PinArgs) -> Result<(), Failure> {
    let (address, url) = parse(&args.address)?;
    let chain = fetch(address.host(), address.port(), args.timeout).await;
    let chain =
        chain.map_err(|error| Failure::Failed(format!("{}: {error}", address.authority())))?;
    let mut out = io::stdout().lock();
    show(&mut out, &chain, &url, SystemTime::now()).map_err(Failure::unprinted)
}

/// `HOST[:PORT]`; a whole target is welcome too, and then its product is known.
fn parse(text: &str) -> Result<(Address, String), Failure> {
    if text.contains("://") {
        let target: Target = text.parse().map_err(Failure::usage)?;
        return Ok((target.address.clone(), target.to_string()));
    }
    let address: Address = text.parse().map_err(Failure::usage)?;
    let url = format!("fmc://{}", address.authority());
    Ok((address, url))
}

fn show(
    out: &mut impl Write,
    chain: &[ServerCertificate],
    url: &str,
    now: SystemTime,
) -> io::Result<()> {
    let Some((shown, issuers)) = chain.split_first() else {
        return writeln!(out, "the server showed no certificate");
    };
    describe(out, shown, now)?;
    for issuer in issuers {
        writeln!(out, "chain        {}", issuer.subject)?;
    }
    writeln!(
        out,
        "\nCompare the certificate line with what the box shows over another path, such as its\n\
         console, before you trust it: anyone in between could have answered. Then configure\n\n\
         [targets.NAME]\n\
         url = \"{url}\"\n\
         pins = [\"{}\"]",
        shown.certificate_pin
    )
}

/// Prints what there is to compare.
pub(crate) fn describe(
    out: &mut impl Write,
    shown: &ServerCertificate,
    now: SystemTime,
) -> io::Result<()> {
    writeln!(out, "subject      {}", shown.subject)?;
    if shown.is_self_issued() {
        writeln!(out, "issuer       itself (self-signed)")?;
    } else {
        writeln!(out, "issuer       {}", shown.issuer)?;
    }
    writeln!(
        out,
        "valid        {} to {} ({})",
        shown.not_before,
        shown.not_after,
        left(shown, now)
    )?;
    if shown.names.is_empty() {
        writeln!(
            out,
            "names        none, so that only a pin can tell it from another"
        )?;
    } else {
        writeln!(out, "names        {}", shown.names.join(", "))?;
    }
    writeln!(out, "key          {}", shown.key)?;
    writeln!(out, "certificate  {}", shown.certificate_pin)?;
    writeln!(
        out,
        "public key   {}  (survives a renewal that keeps the key)",
        shown.public_key_pin
    )
}

fn left(shown: &ServerCertificate, now: SystemTime) -> String {
    match shown.days_left(now) {
        days @ 1.. => format!("{days} days left"),
        0 => "expires today".to_owned(),
        days => format!(
            "EXPIRED {} days ago; a pin trusts it, a check reports it",
            -days
        ),
    }
}
