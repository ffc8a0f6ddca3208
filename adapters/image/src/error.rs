//! Why an image was refused, or could not be written.

use core::fmt;

/// Why an image was refused, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageError {
    /// What is wrong.
    pub reason: Reason,
    /// Bytes from the start of the image to the field or record that is wrong.
    pub offset: usize,
}

/// What is wrong with an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Erased storage: there is no image yet.
    Blank,
    /// The bytes are something else.
    NotAnImage,
    /// The image is of a version that this reader does not know.
    Version(u32),
    /// There are fewer bytes than the image says it has.
    Truncated,
    /// The stated length has no room for the header.
    Length,
    /// The checksum does not match: the image was damaged.
    Checksum,
    /// A record of this type must be understood, and is not known.
    UnknownRecord(u16),
    /// A record or a field runs over its end.
    Overrun,
    /// A record goes on after its last field.
    Excess,
    /// The image has no record of a kind that it needs.
    Missing(RecordKind),
    /// The image has more records of a kind than it may.
    TooMany(RecordKind),
    /// A field holds a value that it may not.
    Value(Field),
    /// Two records that must differ in this field do not.
    Repeated(Field),
    /// A field names a record that is not there (references point back only).
    Reference(Field),
    /// The credential is of a kind that the product does not take.
    CredentialKind,
    /// A host is given by name, and the static network has no name server.
    NoNameServer,
}

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordKind {
    /// How the board gets its address.
    Network,
    /// An account.
    Credential,
    /// A certificate.
    Certificate,
    /// A box to watch.
    Target,
    /// A syslog collector.
    Syslog,
    /// A webhook.
    Webhook,
    /// A server of time.
    TimeServer,
}

/// A field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// DHCP or static.
    NetworkKind,
    /// The board's address.
    Address,
    /// The length of the network prefix.
    Prefix,
    /// The gateway.
    Gateway,
    /// The name servers.
    NameServers,
    /// The name of a credential.
    CredentialName,
    /// Password or bearer.
    LoginKind,
    /// The name of a user.
    User,
    /// A password.
    Password,
    /// A bearer token.
    Bearer,
    /// A certificate.
    Certificate,
    /// The end of a certificate's validity.
    NotAfter,
    /// The name of a target.
    TargetName,
    /// The product.
    Product,
    /// A host.
    Host,
    /// A port.
    Port,
    /// The credential of a target.
    Credential,
    /// Pinned or issued by an authority.
    TrustKind,
    /// The name that a certificate must hold.
    CertificateName,
    /// Seconds between probes.
    ProbeEvery,
    /// Seconds between checks.
    CheckEvery,
    /// What a check of a target leaves out.
    Skip,
    /// The address of a webhook.
    Url,
    /// The authority of a webhook.
    Authority,
}

/// Why an image could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// The buffer must hold this many bytes.
    BufferTooSmall {
        /// Bytes that the whole image takes.
        needed: usize,
    },
    /// The field does not fit the format, whatever the buffer.
    TooLong(Field),
    /// There are more records of this kind than an image may have.
    TooMany(RecordKind),
    /// Every reader would refuse the image.
    Refused(ImageError),
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.reason, self.offset)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str("no configuration image here, only erased storage; write one"),
            Self::NotAnImage => f.write_str("not a configuration image"),
            Self::Version(version) => write!(
                f,
                "the image is of format version {version}, and only {} is known; make it again with the command of this release",
                crate::FORMAT_VERSION
            ),
            Self::Truncated => f.write_str("the image is cut off; write it again, whole"),
            Self::Length => f.write_str("the stated length of the image is too short"),
            Self::Checksum => f.write_str("the checksum is wrong; write the image again"),
            Self::UnknownRecord(kind) => write!(
                f,
                "the image needs a newer reader: it must understand record {kind:#06x}"
            ),
            Self::Overrun => f.write_str("a record runs over its end"),
            Self::Excess => f.write_str("a record is longer than its fields"),
            Self::Missing(kind) => write!(f, "the image has no {kind}"),
            Self::TooMany(kind) => write!(f, "the image has a {kind} too many"),
            Self::Value(field) => write!(f, "the {field} is empty, too long, out of range or malformed"),
            Self::Repeated(field) => write!(f, "the {field} is in use already"),
            Self::Reference(field) => write!(f, "the {field} is not one of those before it"),
            Self::CredentialKind => {
                f.write_str("the product does not take this kind of credential; FMC and FXOS want a password, cdFMC a bearer")
            }
            Self::NoNameServer => {
                f.write_str("a host is given by name, and the static network names no name server")
            }
        }
    }
}

impl fmt::Display for RecordKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Network => "network",
            Self::Credential => "credential",
            Self::Certificate => "certificate",
            Self::Target => "target",
            Self::Syslog => "syslog collector",
            Self::Webhook => "webhook",
            Self::TimeServer => "time server",
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NetworkKind => "kind of network",
            Self::Address => "address",
            Self::Prefix => "network prefix",
            Self::Gateway => "gateway",
            Self::NameServers => "list of name servers",
            Self::CredentialName => "name of the credential",
            Self::LoginKind => "kind of credential",
            Self::User => "user name",
            Self::Password => "password",
            Self::Bearer => "bearer token",
            Self::Certificate => "certificate",
            Self::NotAfter => "end of validity",
            Self::TargetName => "name of the target",
            Self::Product => "product",
            Self::Host => "host",
            Self::Port => "port",
            Self::Credential => "credential",
            Self::TrustKind => "kind of trust",
            Self::CertificateName => "name in the certificate",
            Self::ProbeEvery => "probe interval",
            Self::CheckEvery => "check interval",
            Self::Skip => "what is left out",
            Self::Url => "webhook address",
            Self::Authority => "authority of the webhook",
        })
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BufferTooSmall { needed } => {
                write!(f, "the buffer is too small; the image needs {needed} bytes")
            }
            Self::TooLong(field) => write!(f, "the {field} is too long"),
            Self::TooMany(kind) => write!(f, "one {kind} too many for an image"),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ImageError {}
impl core::error::Error for WriteError {}
