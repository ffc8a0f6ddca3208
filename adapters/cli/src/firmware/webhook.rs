//! `[[firmware.webhooks]]`: addresses that are told of changes of state.

use oobwatch_client::Zeroizing;
use oobwatch_client::tls::ServerCertificate;
use oobwatch_image::rules;

use super::certificate;
use super::problems::Problems;
use crate::config::Webhook as Written;
use crate::secret::What;

/// An address, and the authority of an `https` one.
pub(super) struct Webhook {
    /// Bytes from the start of the file.
    pub(super) at: usize,
    pub(super) url: Zeroizing<String>,
    pub(super) authority: Option<ServerCertificate>,
}

impl Webhook {
    pub(super) fn new(written: &Written, problems: &mut Problems<'_>) -> Option<Self> {
        let at = written.at;
        let authority = written.ca_file.as_deref().map(certificate::authority);
        let authority = match authority {
            Some(result) => Some(problems.take(at, result)?),
            None => None,
        };
        let url = problems.take(at, url(written))?;
        match (rules::is_https(&url), authority.is_some()) {
            (true, false) => problems.add(at, "an https webhook needs the certificate of its authority, as a board has no system's roots; name it with ca_file"),
            (false, true) => problems.add(at, "ca_file is for https, and the address is http; correct one of them"),
            _ => return Some(Self { at, url, authority }),
        }
        None
    }
}

/// The address may hold a key, so no message quotes it.
fn url(written: &Written) -> Result<Zeroizing<String>, String> {
    let Some(source) = &written.url else {
        return Err(
            "a webhook takes url_file or url_env, one of them: its address often is a secret"
                .to_owned(),
        );
    };
    let url = source.read(What::WebhookUrl, "firmware");
    let url = url.map_err(|error| error.to_string())?.into_zeroizing();
    if rules::url(&url) {
        Ok(url)
    } else {
        Err(format!(
            "the address of the webhook {source} can not be used; http://HOST/PATH or https://HOST/PATH is due, 1024 visible ASCII characters at most, with an IPv4 address or a name as host and no user part"
        ))
    }
}
