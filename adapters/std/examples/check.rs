//! Checks the health of an FMC whose certificate is pinned.
//!
//! ```sh
//! export FMC_HOST=fmc.example FMC_USER=api-monitor FMC_PASSWORD=...
//! export FMC_PIN=sha256:...   # as 'oobwatch pin' shows it, compared with the box
//! cargo run -p oobwatch-client --example check
//! ```

use core::error::Error;
use std::env;
use std::process::ExitCode;

use oobwatch_client::core::health::encode::text;
use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Trust;
use oobwatch_client::{Client, until_interrupted};
use zeroize::Zeroizing;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let host = env::var("FMC_HOST")?;
    let password = Zeroizing::new(env::var("FMC_PASSWORD")?);
    let client = Client::builder(Product::Fmc, host.parse()?)
        .login(env::var("FMC_USER")?, password)
        .trust(Trust::pins([env::var("FMC_PIN")?.parse()?]))
        .build()?;

    // Whatever comes of the check, Ctrl-C included, the session is closed.
    let checked = until_interrupted(client.check()).await;
    client.close().await?;

    let report = checked?;
    let mut shown = String::new();
    text::write(&mut shown, &host, &report)?;
    print!("{shown}");
    Ok(ExitCode::from(report.verdict().exit_code()))
}
