//! The application's TLS, by `oobwatch-tls`.

use oobwatch_app::Tcp;
use oobwatch_app::board::{self, Trust};
use oobwatch_core::error::Error;
use oobwatch_tls::Stream;

/// Mbed TLS.
#[derive(Clone, Copy)]
pub(crate) struct Tls(pub(crate) &'static oobwatch_tls::Tls);

impl board::Tls for Tls {
    type Stream = Stream<'static, Tcp>;

    async fn connect(&self, tcp: Tcp, trust: Trust<'static>) -> Result<Self::Stream, Error> {
        let trust = match trust {
            Trust::Pinned { der, sni } => oobwatch_tls::Trust::Pinned { der, sni },
            Trust::Authority { der, name } => oobwatch_tls::Trust::Authority { der, name },
        };
        match self.0.connect(tcp, trust).await {
            Ok(mut stream) => {
                defmt::debug!("{} is up", stream.version());
                Ok(stream)
            }
            Err(error) => {
                defmt::warn!("TLS: {}", error);
                Err(error.into())
            }
        }
    }
}
