//! What a check asks of an FMC (FMC REST API, the resources named).
//!
//! Lists hold the health of their entries only in expanded form.

use super::{Answer, Field, Holds, Judge, Paged, Rule, Step, Values};
use crate::fmc;
use crate::health::Item;
use crate::health::words::fmc::{CONNECTED, FAILOVER, HEALTH, HIGH_AVAILABILITY, LICENSE};

pub(super) const STEPS: &[Step] = &[
    VERSION,
    DEVICES,
    HA_PAIRS,
    CLUSTERS,
    HIGH_AVAILABILITIES,
    ALERTS,
    DEPLOYABLE,
    LICENSES,
    CHASSIS,
];

/// The values of a list: of its envelope, and of an entry those named.
macro_rules! list {
    ($($path:literal => $field:expr),* $(,)?) => {
        values! {
            "error" => Field::Refusal,
            "items" => Field::List,
            "items[]" => Field::Entry,
            $(concat!("items[].", $path) => $field,)*
            "paging.offset" => Field::Offset,
            "paging.count" => Field::Count,
            "paging.pages" => Field::Pages,
            "paging.next[]" => Field::Next,
        }
    };
}

/// `info/serverversion`.
const VERSION: Step = Step {
    item: Item::Version,
    candidates: &[fmc::SERVER_VERSION],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: values! {
            "items[].serverVersion" => Field::Version,
            "items[].model" => Field::Model,
            "items[].hostname" => Field::HostName,
            "items[].serialNumber" => Field::Serial,
            "items[].uptime" => Field::Uptime,
        },
        judges: &[],
        holds: Holds::Version,
    },
};

/// `devices/devicerecords`. Old versions do not say `isConnected`.
const DEVICES: Step = Step {
    item: Item::Devices,
    candidates: &["/api/fmc_config/v1/domain/{domainUUID}/devices/devicerecords?expanded=true"],
    essential: true,
    paged: Paged::Pages,
    answer: Answer {
        values: list! {
            "id" => Field::Id,
            "name" => Field::Name,
            "healthStatus" => Field::Word(0),
            "isConnected" => Field::Word(1),
        },
        judges: &[
            Judge {
                item: Item::Devices,
                words: &[0],
                rule: Rule::Said(HEALTH),
            },
            Judge {
                item: Item::Connections,
                words: &[1],
                rule: Rule::FirstIfAny(CONNECTED),
            },
        ],
        holds: Holds::List,
    },
};

/// `devicehapairs/ftddevicehapairs`, since 6.2.3.
const HA_PAIRS: Step = Step {
    item: Item::HaPairs,
    candidates: &[
        "/api/fmc_config/v1/domain/{domainUUID}/devicehapairs/ftddevicehapairs?expanded=true",
    ],
    essential: false,
    paged: Paged::Pages,
    answer: Answer {
        values: list! {
            "id" => Field::Id,
            "name" => Field::Name,
            "metadata.primaryStatus.currentStatus" => Field::Word(0),
            "metadata.secondaryStatus.currentStatus" => Field::Word(1),
        },
        judges: &[Judge {
            item: Item::HaPairs,
            words: &[0, 1],
            rule: Rule::Pair(FAILOVER),
        }],
        holds: Holds::List,
    },
};

/// `deviceclusters/ftddevicecluster`, since 6.4. It tells no state of its
/// members, whose health is among the devices: a cluster is well if it has a
/// control device.
const CLUSTERS: Step = Step {
    item: Item::Clusters,
    candidates: &[
        "/api/fmc_config/v1/domain/{domainUUID}/deviceclusters/ftddevicecluster?expanded=true",
    ],
    essential: false,
    paged: Paged::Pages,
    answer: Answer {
        values: list! {
            "id" => Field::Id,
            "name" => Field::Name,
            "controlDevice.deviceDetails.id" => Field::Word(0),
        },
        judges: &[Judge {
            item: Item::Clusters,
            words: &[0],
            rule: Rule::Present,
        }],
        holds: Holds::List,
    },
};

/// `integration/fmchastatuses`, since 7.0; empty for an FMC that stands alone.
const HIGH_AVAILABILITIES: Step = Step {
    item: Item::HighAvailability,
    candidates: &["/api/fmc_config/v1/domain/{domainUUID}/integration/fmchastatuses?expanded=true"],
    essential: false,
    paged: Paged::Pages,
    answer: Answer {
        values: list! {
            "id" => Field::Id,
            "fmcPrimary.ipAddress" => Field::Name,
            "overallStatus" => Field::Word(0),
            "syncStatus" => Field::Word(1),
        },
        judges: &[Judge {
            item: Item::HighAvailability,
            words: &[0, 1],
            rule: Rule::Worst(HIGH_AVAILABILITY),
        }],
        holds: Holds::List,
    },
};

/// `health/alerts`, since 6.7. Device UUID 0 is the FMC itself.
const ALERTS: Step = Step {
    item: Item::Alerts,
    candidates: &[
        "/api/fmc_config/v1/domain/{domainUUID}/health/alerts?expanded=true\
         &filter=startTime:{start};endTime:{end};status:red,yellow",
    ],
    essential: false,
    paged: Paged::Pages,
    answer: Answer {
        values: list! {
            "deviceUUID" => Field::Id,
            "timestamp" => Field::Id,
            "moduleID" => Field::Name,
            "description" => Field::Detail,
            "status" => Field::Word(0),
        },
        judges: &[Judge {
            item: Item::Alerts,
            words: &[0],
            rule: Rule::Said(HEALTH),
        }],
        holds: Holds::List,
    },
};

/// `deployment/deployabledevices`: the devices with changes that are not deployed.
const DEPLOYABLE: Step = Step {
    item: Item::Undeployed,
    candidates: &[
        "/api/fmc_config/v1/domain/{domainUUID}/deployment/deployabledevices?expanded=true",
    ],
    essential: false,
    paged: Paged::Pages,
    answer: Answer {
        values: list! {
            "device.id" => Field::Id,
            "name" => Field::Name,
            "isDeploying" => Field::Word(0),
        },
        judges: &[
            Judge {
                item: Item::Undeployed,
                words: &[],
                rule: Rule::Count,
            },
            Judge {
                item: Item::Deployments,
                words: &[0],
                rule: Rule::CountTrue,
            },
        ],
        holds: Holds::List,
    },
};

/// `license/smartlicenses`, since 7.2.
const LICENSES: Step = Step {
    item: Item::Licenses,
    candidates: &["/api/fmc_platform/v1/license/smartlicenses?expanded=true"],
    essential: false,
    paged: Paged::Pages,
    answer: Answer {
        values: list! {
            "metadata.virtualAccount" => Field::Name,
            "regStatus" => Field::Word(0),
            "metadata.authStatus" => Field::Word(1),
        },
        judges: &[Judge {
            item: Item::Licenses,
            words: &[0, 1],
            rule: Rule::Worst(LICENSE),
        }],
        holds: Holds::List,
    },
};

/// `chassis/fmcmanagedchassis`, since 7.1: asked for one by one, so that no list
/// of them is kept.
const CHASSIS: Step = Step {
    item: Item::ChassisFaults,
    candidates: &["/api/fmc_config/v1/domain/{domainUUID}/chassis/fmcmanagedchassis"],
    essential: false,
    paged: Paged::Each(&CHASSIS_FAULTS),
    answer: Answer {
        values: list! {
            "id" => Field::Id,
        },
        judges: &[],
        holds: Holds::List,
    },
};

/// `chassis/fmcmanagedchassis/{id}/faultsummary`, since 7.4.
const CHASSIS_FAULTS: Step = Step {
    item: Item::ChassisFaults,
    candidates: &[
        "/api/fmc_config/v1/domain/{domainUUID}/chassis/fmcmanagedchassis/{id}/faultsummary?expanded=true",
    ],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: values! {
            "error" => Field::Refusal,
            "items" => Field::List,
            "items[]" => Field::Part,
            "items[].faultList" => Field::List,
            "items[].faultList[]" => Field::Entry,
            "items[].faultList[].cause" => Field::Name,
            "items[].faultList[].description" => Field::Detail,
            "items[].faultList[].severity" => Field::Word(0),
            "paging.count" => Field::Count,
            "paging.pages" => Field::Pages,
            "paging.next[]" => Field::Next,
        },
        judges: &[Judge {
            item: Item::ChassisFaults,
            words: &[0],
            rule: Rule::Severity,
        }],
        holds: Holds::List,
    },
};
