//! Numbers of the format. Integers are little-endian.
//!
//! A header of [`HEADER_LEN`] bytes, then records of type (2 bytes), length
//! (2 bytes) and value, without padding.

use crate::error::RecordKind;

/// The version of the format that this crate writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// Bytes before the first record.
pub const HEADER_LEN: usize = 24;

/// Where in the header the checksum is.
pub(crate) const CHECKSUM: usize = HEADER_LEN - 4;

/// Bytes of storage that a board keeps for an image.
pub const REGION_LEN: usize = 64 * 1024;

/// Most credentials in an image.
pub const MAX_CREDENTIALS: usize = 16;
/// Most certificates in an image.
pub const MAX_CERTIFICATES: usize = 32;
/// Most targets in an image.
pub const MAX_TARGETS: usize = 16;
/// Most syslog collectors in an image.
pub const MAX_SYSLOGS: usize = 2;
/// Most webhooks in an image.
pub const MAX_WEBHOOKS: usize = 2;
/// Most time servers in an image.
pub const MAX_TIME_SERVERS: usize = 3;
/// Most name servers of a static network.
pub const MAX_NAME_SERVERS: usize = 3;

/// First bytes of every image. The last two show a transfer in text mode.
pub(crate) const MAGIC: [u8; 8] = *b"OOBWCF\r\n";

/// Set in the type of a record that a reader must not skip.
pub(crate) const CRITICAL: u16 = 0x8000;

pub(crate) const NETWORK: u16 = CRITICAL | 1;
pub(crate) const CREDENTIAL: u16 = CRITICAL | 2;
pub(crate) const CERTIFICATE: u16 = CRITICAL | 3;
pub(crate) const TARGET: u16 = CRITICAL | 4;
pub(crate) const SYSLOG: u16 = CRITICAL | 5;
pub(crate) const WEBHOOK: u16 = CRITICAL | 6;
pub(crate) const TIME_SERVER: u16 = 7;

/// Stands for "no certificate" where one may be named.
pub(crate) const NO_CERTIFICATE: u8 = 0xFF;

pub(crate) const NETWORK_DHCP: u8 = 0;
pub(crate) const NETWORK_STATIC: u8 = 1;
pub(crate) const LOGIN_PASSWORD: u8 = 0;
pub(crate) const LOGIN_BEARER: u8 = 1;
pub(crate) const PRODUCT_FMC: u8 = 0;
pub(crate) const PRODUCT_FXOS: u8 = 1;
pub(crate) const PRODUCT_CDFMC: u8 = 2;
pub(crate) const HOST_ADDRESS: u8 = 0;
pub(crate) const HOST_NAME: u8 = 1;
pub(crate) const TRUST_PINNED: u8 = 0;
pub(crate) const TRUST_AUTHORITY: u8 = 1;

/// The type of a kind of record.
pub(crate) const fn type_of(kind: RecordKind) -> u16 {
    match kind {
        RecordKind::Network => NETWORK,
        RecordKind::Credential => CREDENTIAL,
        RecordKind::Certificate => CERTIFICATE,
        RecordKind::Target => TARGET,
        RecordKind::Syslog => SYSLOG,
        RecordKind::Webhook => WEBHOOK,
        RecordKind::TimeServer => TIME_SERVER,
    }
}
