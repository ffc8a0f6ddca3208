//! Lists the devices that an FMC manages, over all pages of the list.
//!
//! ```sh
//! export FMC_HOST=fmc.example FMC_USER=api-monitor FMC_PASSWORD=...
//! export FMC_CA_FILE=ca.pem   # what issued the certificate of the box
//! cargo run -p oobwatch-client --example devices
//! ```

use core::error::Error;
use std::env;

use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Trust;
use oobwatch_client::{Client, ClientError, until_interrupted};
use serde::Deserialize;
use zeroize::Zeroizing;

const DEVICES: &str = "/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords?expanded=true";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    name: String,
    model: Option<String>,
    #[serde(rename = "sw_version")]
    version: Option<String>,
    health_status: Option<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder(Product::Fmc, env::var("FMC_HOST")?.parse()?)
        .login(
            env::var("FMC_USER")?,
            Zeroizing::new(env::var("FMC_PASSWORD")?),
        )
        .trust(Trust::ca_file(env::var("FMC_CA_FILE")?))
        .build()?;

    // Ctrl-C drops the work, not the logout: an FMC has few session slots.
    let listed = until_interrupted(devices(&client)).await;
    client.close().await?;

    for device in listed?? {
        let word = |word: Option<String>| word.unwrap_or_else(|| "?".to_owned());
        let (model, version) = (word(device.model), word(device.version));
        let health = word(device.health_status);
        println!("{health:<8} {:<24} {model}, {version}", device.name);
    }
    Ok(())
}

async fn devices(client: &Client) -> Result<Vec<Device>, ClientError> {
    client.get_pages(DEVICES).await
}
