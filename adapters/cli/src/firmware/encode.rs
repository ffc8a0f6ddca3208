//! A plan as the bytes of an image.

use oobwatch_client::Zeroizing;
use oobwatch_client::core::product::Product;
use oobwatch_client::tls::ServerCertificate;
use oobwatch_image::{self as image, ImageError, Reason, RecordKind, WriteError, Writer};

use super::plan::Plan;
use super::target::{Account, Target, Trust};

/// The image, in memory that is erased when it is dropped.
///
/// # Errors
/// If it does not fit the format, or a certificate is still to be fetched.
pub(super) fn encode(plan: &Plan, generation: u32) -> Result<Zeroizing<Vec<u8>>, WriteError> {
    let needed = match write(plan, Writer::new(&mut [], generation)) {
        Err(WriteError::BufferTooSmall { needed }) => needed,
        other => other?,
    };
    let mut bytes = Zeroizing::new(vec![0; needed]);
    write(plan, Writer::new(&mut bytes, generation))?;
    Ok(bytes)
}

fn write(plan: &Plan, writer: Writer<'_>) -> Result<usize, WriteError> {
    let mut out = Encoder {
        writer,
        accounts: Vec::new(),
        certificates: Vec::new(),
    };
    out.writer.network(&plan.network);
    for target in &plan.targets {
        out.target(target)?;
    }
    for syslog in &plan.syslogs {
        out.writer.syslog(&image::Syslog {
            host: syslog.host.as_image(),
            port: syslog.port,
        })?;
    }
    for hook in &plan.webhooks {
        let authority = hook.authority.as_ref();
        let authority = authority.map(|shown| out.certificate(shown)).transpose()?;
        out.writer.webhook(&image::Webhook {
            url: image::Secret::new(&hook.url),
            authority,
        })?;
    }
    for server in &plan.time_servers {
        out.writer.time_server(&image::TimeServer {
            host: server.host.as_image(),
            port: server.port,
        })?;
    }
    out.writer.finish()
}

/// A writer, and what is in the image already: each account and certificate is in it once.
struct Encoder<'a, 'b> {
    writer: Writer<'b>,
    accounts: Vec<image::Credential<'a>>,
    certificates: Vec<image::Certificate<'a>>,
}

impl<'a> Encoder<'a, '_> {
    fn target(&mut self, target: &'a Target) -> Result<(), WriteError> {
        let credential = self.account(&target.account)?;
        let trust = self.trust(&target.trust)?;
        self.writer.target(&image::Target {
            name: &target.name,
            product: product(target.product),
            host: target.host.as_image(),
            port: target.port,
            credential,
            trust,
            probe_every: target.probe_every,
            check_every: target.check_every,
            skip: &target.skip,
        })
    }

    fn account(&mut self, account: &'a Account) -> Result<image::Credential<'a>, WriteError> {
        let mut known = self.accounts.iter();
        if let Some(found) = known.find(|known| known.name() == account.name) {
            return Ok(*found);
        }
        let new = self.writer.credential(&account.name, login(account))?;
        self.accounts.push(new);
        Ok(new)
    }

    fn trust(&mut self, trust: &'a Trust) -> Result<image::Trust<'a>, WriteError> {
        match trust {
            Trust::Pinned { certificate, next } => Ok(image::Trust::Pinned {
                certificate: self.certificate(certificate)?,
                next: match next {
                    Some(next) => Some(self.certificate(next)?),
                    None => None,
                },
            }),
            Trust::Authority { certificate, name } => Ok(image::Trust::Authority {
                certificate: self.certificate(certificate)?,
                name,
            }),
            Trust::Fetch { .. } => Err(WriteError::Refused(ImageError {
                reason: Reason::Missing(RecordKind::Certificate),
                offset: 0,
            })),
        }
    }

    fn certificate(
        &mut self,
        shown: &'a ServerCertificate,
    ) -> Result<image::Certificate<'a>, WriteError> {
        let mut known = self.certificates.iter();
        if let Some(found) = known.find(|known| known.der() == shown.der) {
            return Ok(*found);
        }
        let not_after = u64::try_from(shown.not_after.unix_seconds()).unwrap_or(0);
        let new = self.writer.certificate(&shown.der, not_after)?;
        self.certificates.push(new);
        Ok(new)
    }
}

fn login(account: &Account) -> image::Login<'_> {
    let secret = image::Secret::new(account.secret.expose_secret());
    match &account.user {
        Some(user) => image::Login::Password {
            user,
            password: secret,
        },
        None => image::Login::Bearer(secret),
    }
}

const fn product(product: Product) -> image::Product {
    match product {
        Product::Fmc => image::Product::Fmc,
        Product::Fxos => image::Product::Fxos,
        Product::CdFmc => image::Product::CdFmc,
    }
}
