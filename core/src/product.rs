//! The products that are spoken to.

/// A product with a REST API of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Product {
    /// Cloud-delivered FMC: the FMC's API behind a static bearer token.
    CdFmc,
    /// Firepower (Secure Firewall) Management Center.
    Fmc,
    /// The FXOS chassis manager of a Firepower 4100 or 9300.
    Fxos,
}

impl Product {
    /// The name in targets, reports and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CdFmc => "cdfmc",
            Self::Fmc => "fmc",
            Self::Fxos => "fxos",
        }
    }
}
