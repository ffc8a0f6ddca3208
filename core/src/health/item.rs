//! The things that a check looks at.

use core::fmt;

use crate::product::Product;

/// One thing that a check looks at. Its [word](Self::as_str) is the same in the
/// configuration, in reports and in performance data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(u8)]
pub enum Item {
    /// The software version, and what else the box says it is.
    Version,
    /// FXOS: host name and uptime of the chassis.
    System,
    /// FMC: the devices that it manages, by health.
    Devices,
    /// FMC: whether it has a connection to them.
    Connections,
    /// FMC: pairs of devices for failover.
    HaPairs,
    /// FMC: clusters of devices.
    Clusters,
    /// FMC: the pair of management centres that it belongs to.
    HighAvailability,
    /// FMC: health alerts of the last minutes.
    Alerts,
    /// FMC: devices with changes that are not deployed.
    Undeployed,
    /// FMC: deployments under way.
    Deployments,
    /// FMC: its smart licences.
    Licenses,
    /// FMC: faults of the chassis that it manages.
    ChassisFaults,
    /// FXOS: the chassis itself.
    Chassis,
    /// FXOS: the power of the chassis.
    Power,
    /// FXOS: the temperature of the chassis.
    Thermal,
    /// FXOS: fans.
    Fans,
    /// FXOS: power supplies.
    PowerSupplies,
    /// FXOS: application instances.
    Instances,
    /// FXOS: logical devices.
    LogicalDevices,
    /// FXOS: ports.
    Ports,
    /// FXOS: port-channels.
    PortChannels,
    /// FXOS: the faults that stand.
    Faults,
    /// FXOS: time servers.
    Ntp,
}

/// What is counted of an [`Item`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    /// Nothing: it is facts.
    Facts,
    /// How many are in which [`State`](super::State).
    States,
    /// How many are of which [`Severity`](super::Severity).
    Faults,
    /// How many there are.
    Number,
}

impl Tally {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::States => "states",
            Self::Faults => "faults",
            Self::Number => "number",
        }
    }
}

impl Item {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 23] = [
        Self::Version,
        Self::System,
        Self::Devices,
        Self::Connections,
        Self::HaPairs,
        Self::Clusters,
        Self::HighAvailability,
        Self::Alerts,
        Self::Undeployed,
        Self::Deployments,
        Self::Licenses,
        Self::ChassisFaults,
        Self::Chassis,
        Self::Power,
        Self::Thermal,
        Self::Fans,
        Self::PowerSupplies,
        Self::Instances,
        Self::LogicalDevices,
        Self::Ports,
        Self::PortChannels,
        Self::Faults,
        Self::Ntp,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::System => "system",
            Self::Devices => "devices",
            Self::Connections => "connections",
            Self::HaPairs => "ha_pairs",
            Self::Clusters => "clusters",
            Self::HighAvailability => "high_availability",
            Self::Alerts => "alerts",
            Self::Undeployed => "undeployed",
            Self::Deployments => "deployments",
            Self::Licenses => "licenses",
            Self::ChassisFaults => "chassis_faults",
            Self::Chassis => "chassis",
            Self::Power => "power",
            Self::Thermal => "thermal",
            Self::Fans => "fans",
            Self::PowerSupplies => "power_supplies",
            Self::Instances => "instances",
            Self::LogicalDevices => "logical_devices",
            Self::Ports => "ports",
            Self::PortChannels => "port_channels",
            Self::Faults => "faults",
            Self::Ntp => "ntp",
        }
    }

    /// The item of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|item| item.as_str() == word)
    }

    /// One of them, in a sentence; more of them end in `s`, but for the words
    /// that do not count.
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Devices => "device",
            Self::Connections => "device connection",
            Self::HaPairs => "HA pair",
            Self::Clusters => "cluster",
            Self::HighAvailability => "FMC high availability",
            Self::Alerts => "health alert",
            Self::Undeployed => "undeployed device",
            Self::Deployments => "running deployment",
            Self::Licenses => "license",
            Self::ChassisFaults => "chassis fault",
            Self::Power => "chassis power",
            Self::Thermal => "chassis temperature",
            Self::Fans => "fan",
            Self::PowerSupplies => "power supply",
            Self::Instances => "application instance",
            Self::LogicalDevices => "logical device",
            Self::Ports => "port",
            Self::PortChannels => "port-channel",
            Self::Faults => "fault",
            Self::Ntp => "NTP server",
            Self::Version | Self::System | Self::Chassis => self.as_str(),
        }
    }

    /// Whether a box has but one of it.
    pub(super) const fn is_single(self) -> bool {
        matches!(
            self,
            Self::HighAvailability | Self::Chassis | Self::Power | Self::Thermal
        )
    }

    /// What is counted of it.
    #[must_use]
    pub const fn tally(self) -> Tally {
        match self {
            Self::Version | Self::System => Tally::Facts,
            Self::ChassisFaults | Self::Faults => Tally::Faults,
            Self::Undeployed | Self::Deployments => Tally::Number,
            _ => Tally::States,
        }
    }

    /// Whether a box of that kind can have it.
    #[must_use]
    pub const fn is_of(self, product: Product) -> bool {
        match product {
            Product::Fmc | Product::CdFmc => !matches!(self as u8, SYSTEM | CHASSIS..),
            Product::Fxos => matches!(self as u8, 0..=SYSTEM | CHASSIS..),
        }
    }
}

const SYSTEM: u8 = Item::System as u8;
const CHASSIS: u8 = Item::Chassis as u8;

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of [`Item`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Items(u32);

impl Items {
    /// No item.
    pub const NONE: Self = Self(0);
    /// Every item.
    pub const ALL: Self = Self(u32::MAX);

    /// These, and `item`.
    #[must_use]
    pub const fn with(self, item: Item) -> Self {
        Self(self.0 | 1 << item as u8)
    }

    /// These, but for `item`.
    #[must_use]
    pub const fn without(self, item: Item) -> Self {
        Self(self.0 & !(1 << item as u8))
    }

    /// Whether `item` is one of them.
    #[must_use]
    pub const fn contains(self, item: Item) -> bool {
        self.0 & 1 << item as u8 != 0
    }

    /// One bit for each, in the order of [`Item::ALL`]: for storage.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set of those bits; bits that stand for no item mean nothing.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The items, in the order of reports.
    pub fn iter(self) -> impl Iterator<Item = Item> + Clone {
        Item::ALL
            .into_iter()
            .filter(move |item| self.contains(*item))
    }
}

impl FromIterator<Item> for Items {
    fn from_iter<T: IntoIterator<Item = Item>>(items: T) -> Self {
        items.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_words_are_unique() {
        for (place, item) in Item::ALL.into_iter().enumerate() {
            assert_eq!(item as usize, place);
            assert_eq!(Item::of(item.as_str()), Some(item));
            let only = Items::NONE.with(item);
            assert!(only.iter().eq([item]) && !Items::ALL.without(item).contains(item));
            assert!(item.is_of(Product::Fmc) || item.is_of(Product::Fxos));
        }
        let both = |item: &Item| item.is_of(Product::Fmc) && item.is_of(Product::Fxos);
        assert!(Item::ALL.into_iter().filter(both).eq([Item::Version]));
        assert!(Item::System.is_of(Product::Fxos) && Item::Devices.is_of(Product::CdFmc));
    }
}
