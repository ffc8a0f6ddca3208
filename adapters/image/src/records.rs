//! Records turned into values, in the order in which they come.

use heapless::Vec;

use crate::config::{
    Certificate, Credential, Host, Login, Network, Product, Secret, StaticNetwork, Syslog, Target,
    TimeServer, Trust, Webhook,
};
use crate::cursor::Cursor;
use crate::error::{Field, ImageError, Reason, RecordKind};
use crate::layout::{
    self, MAX_CERTIFICATES, MAX_CREDENTIALS, MAX_SYSLOGS, MAX_TARGETS, MAX_TIME_SERVERS,
    MAX_WEBHOOKS,
};
use crate::rules;
use crate::url::Url;

/// What has been read so far; references are looked up here.
#[derive(Default)]
pub(crate) struct Parts<'a> {
    pub(crate) network: Option<Network>,
    pub(crate) credentials: Vec<Credential<'a>, MAX_CREDENTIALS>,
    pub(crate) certificates: Vec<Certificate<'a>, MAX_CERTIFICATES>,
    pub(crate) targets: Vec<Target<'a>, MAX_TARGETS>,
    pub(crate) syslogs: Vec<Syslog<'a>, MAX_SYSLOGS>,
    pub(crate) webhooks: Vec<Webhook<'a>, MAX_WEBHOOKS>,
    pub(crate) time_servers: Vec<TimeServer<'a>, MAX_TIME_SERVERS>,
}

impl<'a> Parts<'a> {
    /// Reads the next record.
    pub(crate) fn record(&mut self, records: &mut Cursor<'a>) -> Result<(), ImageError> {
        let start = *records;
        let kind = records.u16()?;
        let length = records.u16()?;
        let offset = records.offset();
        let mut value = Cursor::new(records.take(usize::from(length))?, offset);
        let too_many = |kind| start.error(Reason::TooMany(kind));
        match kind {
            layout::NETWORK => {
                let network = network(&mut value)?;
                if self.network.replace(network).is_some() {
                    return Err(too_many(RecordKind::Network));
                }
            }
            layout::CREDENTIAL => {
                let credential = self.credential(&mut value)?;
                push(
                    &mut self.credentials,
                    credential,
                    too_many(RecordKind::Credential),
                )?;
            }
            layout::CERTIFICATE => {
                let certificate = self.certificate(&mut value)?;
                push(
                    &mut self.certificates,
                    certificate,
                    too_many(RecordKind::Certificate),
                )?;
            }
            layout::TARGET => {
                let target = self.target(&mut value)?;
                push(&mut self.targets, target, too_many(RecordKind::Target))?;
            }
            layout::SYSLOG => {
                let syslog = Syslog {
                    host: host(&mut value)?,
                    port: port(&mut value)?,
                };
                push(&mut self.syslogs, syslog, too_many(RecordKind::Syslog))?;
            }
            layout::WEBHOOK => {
                let webhook = self.webhook(&mut value)?;
                push(&mut self.webhooks, webhook, too_many(RecordKind::Webhook))?;
            }
            layout::TIME_SERVER => {
                let server = TimeServer {
                    host: host(&mut value)?,
                    port: port(&mut value)?,
                };
                let full = too_many(RecordKind::TimeServer);
                push(&mut self.time_servers, server, full)?;
            }
            unknown if unknown & layout::CRITICAL != 0 => {
                return Err(start.error(Reason::UnknownRecord(unknown)));
            }
            _ => return Ok(()),
        }
        value.end()
    }

    fn credential(&self, value: &mut Cursor<'a>) -> Result<Credential<'a>, ImageError> {
        let start = *value;
        let name = value.text(Field::CredentialName, rules::label)?;
        if self.credentials.iter().any(|other| other.name == name) {
            return Err(start.error(Reason::Repeated(Field::CredentialName)));
        }
        let kind = *value;
        let login = match value.u8()? {
            layout::LOGIN_PASSWORD => Login::Password {
                user: value.text(Field::User, rules::user)?,
                password: Secret::new(value.text(Field::Password, rules::password)?),
            },
            layout::LOGIN_BEARER => {
                Login::Bearer(Secret::new(value.long_text(Field::Bearer, rules::bearer)?))
            }
            _ => return Err(kind.error(Reason::Value(Field::LoginKind))),
        };
        Ok(Credential {
            index: index_of_next(&self.credentials),
            name,
            login,
        })
    }

    fn certificate(&self, value: &mut Cursor<'a>) -> Result<Certificate<'a>, ImageError> {
        let not_after = value.checked(Field::NotAfter, Cursor::u64, |&at| at != 0)?;
        let take = |value: &mut Cursor<'a>| Ok(value.take_rest());
        let der = value.checked(Field::Certificate, take, |der| rules::certificate(der))?;
        Ok(Certificate {
            index: index_of_next(&self.certificates),
            der,
            not_after,
        })
    }

    fn target(&self, value: &mut Cursor<'a>) -> Result<Target<'a>, ImageError> {
        let start = *value;
        let name = value.text(Field::TargetName, rules::label)?;
        if self.targets.iter().any(|other| other.name == name) {
            return Err(start.error(Reason::Repeated(Field::TargetName)));
        }
        let product = product(value)?;
        let host = host(value)?;
        let port = port(value)?;
        let named = *value;
        let credential = find(&self.credentials, value, Field::Credential)?;
        let fits = match product {
            Product::Fmc | Product::Fxos => matches!(credential.login, Login::Password { .. }),
            Product::CdFmc => matches!(credential.login, Login::Bearer(_)),
        };
        if !fits {
            return Err(named.error(Reason::CredentialKind));
        }
        let trust = self.trust(value)?;
        let probe_every = value.checked(Field::ProbeEvery, Cursor::u32, |s| {
            rules::PROBE_EVERY.contains(s)
        })?;
        let check_every = value.checked(Field::CheckEvery, Cursor::u32, |s| {
            rules::CHECK_EVERY.contains(s)
        })?;
        // Images of before it was there end here.
        let skip = match value.is_empty() {
            true => "",
            false => value.text(Field::Skip, |text| rules::skip(text) && !text.is_empty())?,
        };
        Ok(Target {
            name,
            product,
            host,
            port,
            credential,
            trust,
            probe_every,
            check_every,
            skip,
        })
    }

    fn trust(&self, value: &mut Cursor<'a>) -> Result<Trust<'a>, ImageError> {
        let start = *value;
        let kind = value.u8()?;
        let certificate = find(&self.certificates, value, Field::Certificate)?;
        match kind {
            layout::TRUST_PINNED => {
                let next = find_optional(&self.certificates, value, Field::Certificate)?;
                Ok(Trust::Pinned { certificate, next })
            }
            layout::TRUST_AUTHORITY => {
                let name = value.text(Field::CertificateName, rules::host_name)?;
                Ok(Trust::Authority { certificate, name })
            }
            _ => Err(start.error(Reason::Value(Field::TrustKind))),
        }
    }

    fn webhook(&self, value: &mut Cursor<'a>) -> Result<Webhook<'a>, ImageError> {
        let text = value.long_text(Field::Url, |text| Url::parse(text).is_some())?;
        let start = *value;
        let authority = find_optional(&self.certificates, value, Field::Authority)?;
        if Url::parse(text).is_none_or(|url| url.is_https != authority.is_some()) {
            return Err(start.error(Reason::Value(Field::Authority)));
        }
        Ok(Webhook {
            url: Secret::new(text),
            authority,
        })
    }
}

fn network(value: &mut Cursor<'_>) -> Result<Network, ImageError> {
    let start = *value;
    match value.u8()? {
        layout::NETWORK_DHCP => Ok(Network::Dhcp),
        layout::NETWORK_STATIC => static_network(value).map(Network::Static),
        _ => Err(start.error(Reason::Value(Field::NetworkKind))),
    }
}

fn static_network(value: &mut Cursor<'_>) -> Result<StaticNetwork, ImageError> {
    let address = value.checked(Field::Address, Cursor::address, |&a| rules::unicast(a))?;
    let prefix = value.checked(Field::Prefix, Cursor::u8, |p| rules::PREFIX.contains(p))?;
    let gateway = value.checked(Field::Gateway, Cursor::address, |&gateway| {
        gateway.is_unspecified() || rules::is_gateway(gateway, address, prefix)
    })?;
    let mut name_servers = Vec::new();
    let count = *value;
    for _ in 0..value.u8()? {
        let server = value.checked(Field::NameServers, Cursor::address, |&a| rules::unicast(a))?;
        push(
            &mut name_servers,
            server,
            count.error(Reason::Value(Field::NameServers)),
        )?;
    }
    let gateway = Some(gateway).filter(|gateway| !gateway.is_unspecified());
    Ok(StaticNetwork {
        address,
        prefix,
        gateway,
        name_servers,
    })
}

fn product(value: &mut Cursor<'_>) -> Result<Product, ImageError> {
    let start = *value;
    match value.u8()? {
        layout::PRODUCT_FMC => Ok(Product::Fmc),
        layout::PRODUCT_FXOS => Ok(Product::Fxos),
        layout::PRODUCT_CDFMC => Ok(Product::CdFmc),
        _ => Err(start.error(Reason::Value(Field::Product))),
    }
}

fn host<'a>(value: &mut Cursor<'a>) -> Result<Host<'a>, ImageError> {
    let start = *value;
    match value.u8()? {
        layout::HOST_ADDRESS => value
            .checked(Field::Host, Cursor::address, |&address| {
                rules::unicast(address)
            })
            .map(Host::Address),
        layout::HOST_NAME => value.text(Field::Host, rules::host_name).map(Host::Name),
        _ => Err(start.error(Reason::Value(Field::Host))),
    }
}

fn port(value: &mut Cursor<'_>) -> Result<u16, ImageError> {
    value.checked(Field::Port, Cursor::u16, |&port| port != 0)
}

fn find<T: Copy>(among: &[T], value: &mut Cursor<'_>, field: Field) -> Result<T, ImageError> {
    let start = *value;
    let index = usize::from(value.u8()?);
    among
        .get(index)
        .copied()
        .ok_or(start.error(Reason::Reference(field)))
}

fn find_optional<T: Copy>(
    among: &[T],
    value: &mut Cursor<'_>,
    field: Field,
) -> Result<Option<T>, ImageError> {
    let mut ahead = *value;
    if ahead.u8()? == layout::NO_CERTIFICATE {
        *value = ahead;
        return Ok(None);
    }
    find(among, value, field).map(Some)
}

fn push<T, const N: usize>(
    list: &mut Vec<T, N>,
    item: T,
    full: ImageError,
) -> Result<(), ImageError> {
    list.push(item).map_err(|_| full)
}

/// Lists hold far fewer than 255 entries.
fn index_of_next<T>(list: &[T]) -> u8 {
    u8::try_from(list.len()).unwrap_or(u8::MAX)
}
