//! An image parsed: all of it is checked before any of it is given out.

use crate::config::{Certificate, Credential, Host, Network, Syslog, Target, TimeServer, Webhook};
use crate::crc::crc32;
use crate::cursor::Cursor;
use crate::error::{ImageError, Reason, RecordKind};
use crate::layout::{CHECKSUM, FORMAT_VERSION, HEADER_LEN, MAGIC};
use crate::records::Parts;
use crate::url::Url;

/// A sound configuration image. Borrows from its bytes.
///
/// About 4 KiB on a 32-bit machine: keep it in a static or in the task that
/// owns the configuration, not on a small stack.
pub struct Image<'a> {
    header: Header<'a>,
    /// With a network and a target, as [`Image::of`] has seen.
    parts: Parts<'a>,
}

impl<'a> Image<'a> {
    /// Reads and checks the image at the start of `bytes`. Bytes after its end
    /// are not looked at, so a whole storage region may be given.
    ///
    /// # Errors
    /// The first thing that is wrong, and its offset. Nothing of a bad image is
    /// given out.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let header = Header::parse(bytes)?;
        let mut records = Cursor::new(header.records, HEADER_LEN);
        Self::of(header, |parts| {
            while !records.is_empty() {
                parts.record(&mut records)?;
            }
            Ok(records)
        })
    }

    /// The image of the parts that `read` finds; it gives the place where they end.
    // They are read in place: an image is large for a small stack.
    pub(crate) fn of<'e>(
        header: Header<'a>,
        read: impl FnOnce(&mut Parts<'a>) -> Result<Cursor<'e>, ImageError>,
    ) -> Result<Self, ImageError> {
        let mut image = Self {
            header,
            parts: Parts::default(),
        };
        let end = read(&mut image.parts)?;
        if image.parts.network.is_none() {
            return Err(end.error(Reason::Missing(RecordKind::Network)));
        }
        if image.parts.targets.is_empty() {
            return Err(end.error(Reason::Missing(RecordKind::Target)));
        }
        if image.needs_dns() && !image.has_dns() {
            return Err(end.error(Reason::NoNameServer));
        }
        Ok(image)
    }

    fn needs_dns(&self) -> bool {
        let is_name = |host: &Host<'_>| matches!(host, Host::Name(_));
        self.parts
            .targets
            .iter()
            .any(|target| is_name(&target.host))
            || self
                .parts
                .syslogs
                .iter()
                .any(|syslog| is_name(&syslog.host))
            || self
                .parts
                .time_servers
                .iter()
                .any(|server| is_name(&server.host))
            || self
                .parts
                .webhooks
                .iter()
                .any(|hook| Url::parse(hook.url.expose()).is_some_and(|url| is_name(&url.host)))
    }

    fn has_dns(&self) -> bool {
        match self.network() {
            Network::Dhcp => true,
            Network::Static(network) => !network.name_servers.is_empty(),
        }
    }

    /// Bytes that the image takes, header and all.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.header.length
    }

    /// The number that the writer gave this image: a higher one is newer.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.header.generation
    }

    /// The records, as they were written.
    pub(crate) const fn records(&self) -> &'a [u8] {
        self.header.records
    }

    /// How the board gets its address.
    #[must_use]
    pub fn network(&self) -> &Network {
        self.parts.network.as_ref().unwrap_or(&Network::Dhcp)
    }

    /// All credentials, in order of their index.
    #[must_use]
    pub fn credentials(&self) -> &[Credential<'a>] {
        &self.parts.credentials
    }

    /// All certificates.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate<'a>] {
        &self.parts.certificates
    }

    /// The boxes to watch: at least one.
    #[must_use]
    pub fn targets(&self) -> &[Target<'a>] {
        &self.parts.targets
    }

    /// Where changes of state are logged.
    #[must_use]
    pub fn syslogs(&self) -> &[Syslog<'a>] {
        &self.parts.syslogs
    }

    /// Where changes of state are posted.
    #[must_use]
    pub fn webhooks(&self) -> &[Webhook<'a>] {
        &self.parts.webhooks
    }

    /// Who is asked for the time, in this order.
    #[must_use]
    pub fn time_servers(&self) -> &[TimeServer<'a>] {
        &self.parts.time_servers
    }
}

/// The header, with the checksum found right.
pub(crate) struct Header<'a> {
    pub(crate) length: usize,
    pub(crate) generation: u32,
    pub(crate) records: &'a [u8],
}

impl<'a> Header<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let (length, generation) = announced(bytes)?;
        let truncated = |_| truncated(bytes);
        let (covered, rest) = bytes.split_at_checked(CHECKSUM).unwrap_or((bytes, &[]));
        let mut rest = Cursor::new(rest, CHECKSUM);
        let crc = rest.u32().map_err(truncated)?;
        let payload = length.saturating_sub(HEADER_LEN);
        let records = rest.take(payload).map_err(truncated)?;
        if crc32(&[covered, records]) != crc {
            let reason = Reason::Checksum;
            return Err(ImageError {
                reason,
                offset: CHECKSUM,
            });
        }
        Ok(Self {
            length,
            generation,
            records,
        })
    }
}

/// Length and generation of the image that begins with `bytes`, as it says
/// itself: nothing but the start of the header is looked at.
///
/// # Errors
/// [`Reason::Blank`], [`Reason::NotAnImage`], [`Reason::Version`],
/// [`Reason::Length`] (shorter than a header), [`Reason::Truncated`] where `bytes`
/// are too few to tell.
pub fn announced(bytes: &[u8]) -> Result<(usize, u32), ImageError> {
    let fail = |reason, offset| Err(ImageError { reason, offset });
    if !bytes.starts_with(&MAGIC) {
        let head = bytes.get(..HEADER_LEN).unwrap_or(bytes);
        let is_erased = head.iter().all(|&b| b == 0xFF) || head.iter().all(|&b| b == 0);
        return match is_erased {
            true => fail(Reason::Blank, 0),
            false => fail(Reason::NotAnImage, 0),
        };
    }
    let truncated = |_| truncated(bytes);
    let mut fields = Cursor::new(bytes, 0);
    fields.take(MAGIC.len()).map_err(truncated)?;
    let version = fields.u32().map_err(truncated)?;
    let generation = fields.u32().map_err(truncated)?;
    let length_at = fields.offset();
    let length = fields.u32().map_err(truncated)?;
    if version != FORMAT_VERSION {
        return fail(Reason::Version(version), MAGIC.len());
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length < HEADER_LEN {
        return fail(Reason::Length, length_at);
    }
    Ok((length, generation))
}

const fn truncated(bytes: &[u8]) -> ImageError {
    ImageError {
        reason: Reason::Truncated,
        offset: bytes.len(),
    }
}
