//! The requests of each check, and where in their answers the values stand.

use crate::fmc;
use crate::fxos;
use crate::health::Item;
use crate::product::Product;

/// One thing that a check finds out.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) item: Item,
    /// Paths to try, one after the other, while the box says 404 or 400.
    pub(super) candidates: &'static [&'static str],
    /// Whether the answer comes in pages.
    pub(super) paged: bool,
    /// Where values stand in the answer.
    pub(super) paths: &'static [&'static str],
    /// What they are, in the same order.
    pub(super) fields: &'static [Field],
}

/// What a value in an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// The whole answer.
    Top,
    /// What an answer holds in place of data.
    Refusal,
    /// The list of entries.
    List,
    /// How long the list is over all pages.
    Count,
    /// One entry.
    Entry,
    /// Of an entry: its name.
    Name,
    /// Of an entry: more to its name.
    Detail,
    /// Of an entry: the word for its state.
    State,
    /// Of an entry: the word for its state, if there is no other.
    OtherState,
    /// Of an entry: the state that the operator wants it in.
    Wanted,
    /// Of the box: its version.
    Version,
    /// Of the box: its model.
    Model,
    /// Of the box: its host name.
    HostName,
    /// Of the box: its serial number.
    Serial,
    /// Of the box: the time since it started.
    Uptime,
}

pub(super) const fn of(product: Product) -> &'static [Step] {
    match product {
        Product::Fmc | Product::CdFmc => FMC,
        Product::Fxos => FXOS,
    }
}

/// FMC REST API: `info/serverversion` and `devices/devicerecords`, which holds
/// the health of a device only in its expanded form.
const FMC: &[Step] = &[
    Step {
        item: Item::Version,
        candidates: &[fmc::SERVER_VERSION],
        paged: false,
        paths: &[
            "items[].serverVersion",
            "items[].model",
            "items[].hostname",
            "items[].serialNumber",
            "items[].uptime",
        ],
        fields: &[
            Field::Version,
            Field::Model,
            Field::HostName,
            Field::Serial,
            Field::Uptime,
        ],
    },
    Step {
        item: Item::Devices,
        candidates: &["/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords?expanded=true"],
        paged: true,
        paths: &[
            "error",
            "items",
            "items[]",
            "items[].name",
            "items[].healthStatus",
            "paging.count",
        ],
        fields: &[
            Field::Refusal,
            Field::List,
            Field::Entry,
            Field::Name,
            Field::State,
            Field::Count,
        ],
    },
];

/// FXOS REST API. An object is named by its path, and all objects of a class
/// by a class query. Neither is documented for all that is asked here, and a
/// release may lack some of it.
const FXOS: &[Step] = &[
    Step {
        item: Item::Version,
        candidates: &[fxos::MGMT_VERSION, "/api?classId=firmwareRunning"],
        paged: false,
        paths: &["firmwareRunning[].packageVersion"],
        fields: &[Field::Version],
    },
    Step {
        item: Item::System,
        candidates: &["/api?classId=topSystem"],
        paged: false,
        paths: &["topSystem[].name", "topSystem[].systemUpTime"],
        fields: &[Field::HostName, Field::Uptime],
    },
    Step {
        item: Item::Chassis,
        candidates: &["/api?classId=equipmentChassis"],
        paged: false,
        paths: &[
            "equipmentChassis[]",
            "equipmentChassis[].dn",
            "equipmentChassis[].operState",
            "equipmentChassis[].operability",
            "equipmentChassis[].model",
            "equipmentChassis[].serial",
        ],
        fields: &[
            Field::Entry,
            Field::Name,
            Field::State,
            Field::OtherState,
            Field::Model,
            Field::Serial,
        ],
    },
    Step {
        item: Item::Instances,
        candidates: &["/api?classId=smAppInstance"],
        paged: false,
        paths: &[
            "",
            "error-code",
            "smAppInstance[]",
            "smAppInstance[].dn",
            "smAppInstance[].operationalState",
            "smAppInstance[].adminState",
        ],
        fields: &[
            Field::Top,
            Field::Refusal,
            Field::Entry,
            Field::Name,
            Field::State,
            Field::Wanted,
        ],
    },
    Step {
        item: Item::Faults,
        candidates: &["/api?classId=faultInst"],
        paged: false,
        paths: &[
            "",
            "error-code",
            "faultInst[]",
            "faultInst[].code",
            "faultInst[].descr",
            "faultInst[].severity",
        ],
        fields: &[
            Field::Top,
            Field::Refusal,
            Field::Entry,
            Field::Name,
            Field::Detail,
            Field::State,
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::MAX_PATHS;

    #[test]
    fn every_path_has_a_field() {
        for step in FMC.iter().chain(FXOS) {
            assert_eq!(step.paths.len(), step.fields.len(), "{:?}", step.item);
            assert!(step.paths.len() <= MAX_PATHS && !step.candidates.is_empty());
        }
    }
}
