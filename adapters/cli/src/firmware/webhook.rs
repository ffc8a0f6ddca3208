//! `[[firmware.webhooks]]`: addresses that are told of changes of state.

use oobwatch_client::Zeroizing;
use oobwatch_client::tls::ServerCertificate;
use oobwatch_image::{Host, Url};

use super::certificate;
use crate::config::{Problems, Webhook as Written};
use crate::secret::What;

/// An address, and the authority of an `https` one.
pub(super) struct Webhook {
    /// Bytes from the start of the file.
    pub(super) at: usize,
    pub(super) url: Zeroizing<String>,
    pub(super) authority: Option<ServerCertificate>,
}

impl Webhook {
    pub(super) fn new(written: &Written, problems: &Problems<'_>) -> Option<Self> {
        let at = written.at;
        let authority = written.ca_file.as_deref().map(certificate::authority);
        let authority = match authority {
            Some(result) => Some(problems.take(at, result)?),
            None => None,
        };
        let (url, is_https) = problems.take(at, url(written))?;
        match (is_https, authority.is_some()) {
            (true, false) => problems.add(at, "an https webhook needs the certificate of its authority, as a board has no system's roots; name it with ca_file"),
            (false, true) => problems.add(at, "ca_file is for https, and the address is http; correct one of them"),
            _ => return Some(Self { at, url, authority }),
        }
        None
    }

    /// Whether its host is a name.
    pub(super) fn needs_dns(&self) -> bool {
        Url::parse(&self.url).is_some_and(|url| matches!(url.host, Host::Name(_)))
    }
}

/// The address, and whether it is `https`. It may hold a key, so no message quotes it.
fn url(written: &Written) -> Result<(Zeroizing<String>, bool), String> {
    let Some(source) = &written.url else {
        return Err(
            "a webhook takes url_file or url_env, one of them: its address often is a secret"
                .to_owned(),
        );
    };
    let url = source.read(What::WebhookUrl, "firmware");
    let url = url.map_err(|error| error.to_string())?.into_zeroizing();
    match Url::parse(&url).map(|parts| parts.is_https) {
        Some(is_https) => Ok((url, is_https)),
        None => Err(format!(
            "the address of the webhook {source} can not be used; http://HOST/PATH or https://NAME/PATH is due, 1024 visible ASCII characters at most, with no user part; with https the host is a name, as that is what its certificate is checked for"
        )),
    }
}
