//! An image written, record by record, into a buffer of the caller.

use core::net::Ipv4Addr;

use crate::config::{
    Certificate, Credential, Host, Login, Network, Product, StaticNetwork, Syslog, Target,
    TimeServer, Trust, Webhook,
};
use crate::crc::Crc;
use crate::error::{Field, RecordKind, WriteError};
use crate::layout::{
    self, CHECKSUM, FORMAT_VERSION, HEADER_LEN, MAGIC, MAX_CERTIFICATES, MAX_CREDENTIALS,
};
use crate::read::Image;

/// Writes an image.
///
/// Credentials and certificates come before the targets and webhooks that use
/// them: what [`credential`](Self::credential) and
/// [`certificate`](Self::certificate) return is how they are referred to. A
/// value of another writer must not be used.
///
/// The buffer may be too small: everything is counted all the same, and
/// [`finish`](Self::finish) says what is needed. Called first with an empty
/// buffer, it measures.
pub struct Writer<'b> {
    buffer: &'b mut [u8],
    length: usize,
    generation: u32,
    credentials: u8,
    certificates: u8,
}

impl<'b> Writer<'b> {
    /// An image without records. `generation` is a number of the caller's that
    /// grows with each image, so that a newer one can be told from an older.
    pub fn new(buffer: &'b mut [u8], generation: u32) -> Self {
        Self {
            buffer,
            length: HEADER_LEN,
            generation,
            credentials: 0,
            certificates: 0,
        }
    }

    /// Writes records only, to the start of `buffer`.
    pub(crate) fn of_records(buffer: &'b mut [u8]) -> Self {
        Self {
            length: 0,
            ..Self::new(buffer, 0)
        }
    }

    /// Bytes written, whether they fit or not.
    pub(crate) const fn length(&self) -> usize {
        self.length
    }

    /// How the board gets its address. Call it once.
    pub fn network(&mut self, network: &Network) {
        self.record(layout::NETWORK, |out| match network {
            Network::Dhcp => out.u8(layout::NETWORK_DHCP),
            Network::Static(network) => out.static_network(network),
        });
    }

    fn static_network(&mut self, network: &StaticNetwork) {
        self.u8(layout::NETWORK_STATIC);
        self.bytes(&network.address.octets());
        self.u8(network.prefix);
        self.bytes(&network.gateway.unwrap_or(Ipv4Addr::UNSPECIFIED).octets());
        self.u8(u8::try_from(network.name_servers.len()).unwrap_or(u8::MAX));
        for server in &network.name_servers {
            self.bytes(&server.octets());
        }
    }

    /// Adds an account; the answer is how targets refer to it.
    ///
    /// # Errors
    /// [`WriteError::TooLong`] and [`WriteError::TooMany`].
    pub fn credential<'a>(
        &mut self,
        name: &'a str,
        login: Login<'a>,
    ) -> Result<Credential<'a>, WriteError> {
        let index = free(self.credentials, MAX_CREDENTIALS, RecordKind::Credential)?;
        self.try_record(layout::CREDENTIAL, |out| {
            out.text(name, Field::CredentialName)?;
            match login {
                Login::Password { user, password } => {
                    out.u8(layout::LOGIN_PASSWORD);
                    out.text(user, Field::User)?;
                    out.text(password.expose(), Field::Password)
                }
                Login::Bearer(token) => {
                    out.u8(layout::LOGIN_BEARER);
                    out.long_text(token.expose(), Field::Bearer)
                }
            }
        })?;
        self.credentials = index.saturating_add(1);
        Ok(Credential { index, name, login })
    }

    /// Adds a certificate in DER and the end of its validity in seconds since
    /// 1970-01-01 00:00 UTC; the answer is how targets and webhooks refer to it.
    ///
    /// # Errors
    /// [`WriteError::TooLong`] and [`WriteError::TooMany`].
    pub fn certificate<'a>(
        &mut self,
        der: &'a [u8],
        not_after: u64,
    ) -> Result<Certificate<'a>, WriteError> {
        if der.len() > usize::from(u16::MAX) - size_of::<u64>() {
            return Err(WriteError::TooLong(Field::Certificate));
        }
        let index = free(self.certificates, MAX_CERTIFICATES, RecordKind::Certificate)?;
        self.record(layout::CERTIFICATE, |out| {
            out.bytes(&not_after.to_le_bytes());
            out.bytes(der);
        });
        self.certificates = index.saturating_add(1);
        Ok(Certificate {
            index,
            der,
            not_after,
        })
    }

    /// Adds a box to watch.
    ///
    /// # Errors
    /// [`WriteError::TooLong`].
    pub fn target(&mut self, target: &Target<'_>) -> Result<(), WriteError> {
        self.try_record(layout::TARGET, |out| {
            out.text(target.name, Field::TargetName)?;
            out.u8(match target.product {
                Product::Fmc => layout::PRODUCT_FMC,
                Product::Fxos => layout::PRODUCT_FXOS,
                Product::CdFmc => layout::PRODUCT_CDFMC,
            });
            out.host(target.host)?;
            out.bytes(&target.port.to_le_bytes());
            out.u8(target.credential.index);
            out.trust(&target.trust)?;
            out.bytes(&target.probe_every.to_le_bytes());
            out.bytes(&target.check_every.to_le_bytes());
            if !target.skip.is_empty() {
                out.text(target.skip, Field::Skip)?;
            }
            Ok(())
        })
    }

    /// Adds a syslog collector.
    ///
    /// # Errors
    /// [`WriteError::TooLong`].
    pub fn syslog(&mut self, syslog: &Syslog<'_>) -> Result<(), WriteError> {
        self.try_record(layout::SYSLOG, |out| {
            out.host(syslog.host)?;
            out.bytes(&syslog.port.to_le_bytes());
            Ok(())
        })
    }

    /// Adds a webhook.
    ///
    /// # Errors
    /// [`WriteError::TooLong`].
    pub fn webhook(&mut self, webhook: &Webhook<'_>) -> Result<(), WriteError> {
        self.try_record(layout::WEBHOOK, |out| {
            out.long_text(webhook.url.expose(), Field::Url)?;
            out.u8(webhook
                .authority
                .map_or(layout::NO_CERTIFICATE, |c| c.index));
            Ok(())
        })
    }

    /// Adds a server of time. Readers of before it was known skip it.
    ///
    /// # Errors
    /// [`WriteError::TooLong`].
    pub fn time_server(&mut self, server: &TimeServer<'_>) -> Result<(), WriteError> {
        self.try_record(layout::TIME_SERVER, |out| {
            out.host(server.host)?;
            out.bytes(&server.port.to_le_bytes());
            Ok(())
        })
    }

    /// Adds header and checksum, and reads the image back with
    /// [`Image::parse`], so that no image is written that would be refused.
    /// Returns its length.
    ///
    /// # Errors
    /// [`WriteError::BufferTooSmall`] with the size that is needed, or
    /// [`WriteError::Refused`] with the reason and the place.
    pub fn finish(self) -> Result<usize, WriteError> {
        let needed = self.length;
        let too_small = WriteError::BufferTooSmall { needed };
        let image = self.buffer.get_mut(..needed).ok_or(too_small)?;
        let (head, records) = image.split_first_chunk_mut().ok_or(too_small)?;
        *head = header(self.generation, needed, [&*records]);
        Image::parse(image).map_err(WriteError::Refused)?;
        Ok(needed)
    }

    fn host(&mut self, host: Host<'_>) -> Result<(), WriteError> {
        match host {
            Host::Address(address) => {
                self.u8(layout::HOST_ADDRESS);
                self.bytes(&address.octets());
                Ok(())
            }
            Host::Name(name) => {
                self.u8(layout::HOST_NAME);
                self.text(name, Field::Host)
            }
        }
    }

    fn trust(&mut self, trust: &Trust<'_>) -> Result<(), WriteError> {
        match trust {
            Trust::Pinned { certificate, next } => {
                self.u8(layout::TRUST_PINNED);
                self.u8(certificate.index);
                self.u8(next.map_or(layout::NO_CERTIFICATE, |next| next.index));
                Ok(())
            }
            Trust::Authority { certificate, name } => {
                self.u8(layout::TRUST_AUTHORITY);
                self.u8(certificate.index);
                self.text(name, Field::CertificateName)
            }
        }
    }

    fn record(&mut self, kind: u16, value: impl FnOnce(&mut Self)) {
        let _ = self.try_record(kind, |out| {
            value(out);
            Ok(())
        });
    }

    /// A record whose length is filled in once its value is written. A value
    /// that does not fit the format leaves nothing behind.
    fn try_record(
        &mut self,
        kind: u16,
        value: impl FnOnce(&mut Self) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let start = self.length;
        self.bytes(&kind.to_le_bytes());
        let length_at = self.length;
        self.bytes(&[0; 2]);
        let value_at = self.length;
        if let Err(error) = value(self) {
            self.length = start;
            return Err(error);
        }
        // No value comes near 64 KiB but a certificate, whose length is checked.
        let length = u16::try_from(self.length - value_at).unwrap_or(u16::MAX);
        self.put(length_at, &length.to_le_bytes());
        Ok(())
    }

    fn text(&mut self, text: &str, field: Field) -> Result<(), WriteError> {
        self.u8(u8::try_from(text.len()).map_err(|_| WriteError::TooLong(field))?);
        self.bytes(text.as_bytes());
        Ok(())
    }

    fn long_text(&mut self, text: &str, field: Field) -> Result<(), WriteError> {
        if text.len() > LONGEST_TEXT {
            return Err(WriteError::TooLong(field));
        }
        self.bytes(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_le_bytes());
        self.bytes(text.as_bytes());
        Ok(())
    }

    fn u8(&mut self, value: u8) {
        self.bytes(&[value]);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.put(self.length, bytes);
        self.length = self.length.saturating_add(bytes.len());
    }

    /// Bytes that do not fit are only counted, by the caller.
    fn put(&mut self, at: usize, bytes: &[u8]) {
        let room = self
            .buffer
            .get_mut(at..)
            .and_then(|rest| rest.get_mut(..bytes.len()));
        if let Some(room) = room {
            copy(room, bytes);
        }
    }
}

/// The header of an image of `length` bytes, with the checksum of it and of the
/// records, which come in pieces.
pub(crate) fn header<'a>(
    generation: u32,
    length: usize,
    records: impl IntoIterator<Item = &'a [u8]>,
) -> [u8; HEADER_LEN] {
    // A reader refuses what is longer, as none has so many bytes.
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    let fields = [FORMAT_VERSION, generation, length].map(u32::to_le_bytes);
    let mut header = [0; HEADER_LEN];
    copy(&mut header, MAGIC.iter().chain(fields.as_flattened()));
    let mut crc = Crc::new();
    crc.update(header.get(..CHECKSUM).unwrap_or_default());
    records.into_iter().for_each(|piece| crc.update(piece));
    copy(
        header.get_mut(CHECKSUM..).unwrap_or_default(),
        &crc.finish().to_le_bytes(),
    );
    header
}

/// Leaves room in a record for the fields beside it.
const LONGEST_TEXT: usize = 0x8000;

/// The next index after `count` records, if there may be one more.
fn free(count: u8, most: usize, kind: RecordKind) -> Result<u8, WriteError> {
    if usize::from(count) < most {
        Ok(count)
    } else {
        Err(WriteError::TooMany(kind))
    }
}

/// Copies what there is; the lengths are the same wherever it is called.
fn copy<'a>(to: &mut [u8], from: impl IntoIterator<Item = &'a u8>) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}
