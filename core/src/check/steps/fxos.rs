//! What a check asks of an FXOS chassis.
//!
//! An object is named by its path, and all objects of a class by a class query
//! (FXOS REST API guide). The classes and their properties are those of the
//! Firepower MIBs, whose object model is the same. No document confirms each
//! path, and a release may lack some of them.

use super::{Answer, Field, Holds, Judge, Paged, Rule, Step, Values};
use crate::fxos;
use crate::health::Item;
use crate::health::words::fxos::{
    INSTANCE, LOGICAL_DEVICE, OPERABILITY, PORT, POWER, THERMAL, TIME_SYNC,
};

pub(super) const STEPS: &[Step] = &[
    VERSION,
    SYSTEM,
    CHASSIS,
    FANS,
    POWER_SUPPLIES,
    INSTANCES,
    LOGICAL_DEVICES,
    PORTS,
    PORT_CHANNELS,
    FAULTS,
    NTP,
];

/// The values of the answer to a class query: that it is an object and no error,
/// and of each object of the class those named.
macro_rules! class {
    ($class:literal: $($path:literal => $field:expr),* $(,)?) => {
        values! {
            "" => Field::Top,
            "error-code" => Field::Refusal,
            $class => Field::List,
            concat!($class, "[]") => Field::Entry,
            $(concat!($class, "[].", $path) => $field,)*
        }
    };
}

const VERSION: Step = Step {
    item: Item::Version,
    candidates: &[fxos::MGMT_VERSION, "/api?classId=firmwareRunning"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: values! {
            "firmwareRunning[].packageVersion" => Field::Version,
        },
        judges: &[],
        holds: Holds::Version,
    },
};

const SYSTEM: Step = Step {
    item: Item::System,
    candidates: &["/api?classId=topSystem"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: values! {
            "topSystem[].name" => Field::HostName,
            "topSystem[].systemUpTime" => Field::Uptime,
        },
        judges: &[],
        holds: Holds::Anything,
    },
};

const CHASSIS: Step = Step {
    item: Item::Chassis,
    candidates: &["/api?classId=equipmentChassis"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: values! {
            "equipmentChassis[]" => Field::Entry,
            "equipmentChassis[].dn" => Field::Name,
            "equipmentChassis[].operState" => Field::Word(0),
            "equipmentChassis[].operability" => Field::Word(1),
            "equipmentChassis[].power" => Field::Word(2),
            "equipmentChassis[].thermal" => Field::Word(3),
            "equipmentChassis[].model" => Field::Model,
            "equipmentChassis[].serial" => Field::Serial,
        },
        judges: &[
            Judge {
                item: Item::Chassis,
                words: &[0, 1],
                rule: Rule::Said(OPERABILITY),
            },
            Judge {
                item: Item::Power,
                words: &[2],
                rule: Rule::FirstIfAny(POWER),
            },
            Judge {
                item: Item::Thermal,
                words: &[3],
                rule: Rule::FirstIfAny(THERMAL),
            },
        ],
        holds: Holds::Entry,
    },
};

const FANS: Step = Step {
    item: Item::Fans,
    candidates: &["/api?classId=equipmentFan"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: class! {
            "equipmentFan":
            "dn" => Field::Name,
            "operState" => Field::Word(0),
            "operability" => Field::Word(1),
            "presence" => Field::Wanted,
        },
        judges: &[Judge {
            item: Item::Fans,
            words: &[0, 1],
            rule: Rule::Said(OPERABILITY),
        }],
        holds: Holds::Object,
    },
};

const POWER_SUPPLIES: Step = Step {
    item: Item::PowerSupplies,
    candidates: &["/api?classId=equipmentPsu"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: class! {
            "equipmentPsu":
            "dn" => Field::Name,
            "operState" => Field::Word(0),
            "operability" => Field::Word(1),
            "presence" => Field::Wanted,
        },
        judges: &[Judge {
            item: Item::PowerSupplies,
            words: &[0, 1],
            rule: Rule::Said(OPERABILITY),
        }],
        holds: Holds::Object,
    },
};

const INSTANCES: Step = Step {
    item: Item::Instances,
    candidates: &["/api?classId=smAppInstance"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: class! {
            "smAppInstance":
            "dn" => Field::Name,
            "operationalState" => Field::Word(0),
            "adminState" => Field::Wanted,
        },
        judges: &[Judge {
            item: Item::Instances,
            words: &[0],
            rule: Rule::Said(INSTANCE),
        }],
        holds: Holds::Object,
    },
};

/// The folder of logical devices; the class is `smLogicalDevice` there, and
/// `sdLogicalDevice` in the MIBs' words for its states.
const LOGICAL_DEVICES: Step = Step {
    item: Item::LogicalDevices,
    candidates: &["/api/ld", "/api?classId=smLogicalDevice"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: class! {
            "smLogicalDevice":
            "dn" => Field::Name,
            "operationalState" => Field::Word(0),
            "operState" => Field::Word(1),
        },
        judges: &[Judge {
            item: Item::LogicalDevices,
            words: &[0, 1],
            rule: Rule::Said(LOGICAL_DEVICE),
        }],
        holds: Holds::Object,
    },
};

const PORTS: Step = Step {
    item: Item::Ports,
    candidates: &["/api/ports/ep", "/api?classId=portEp"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: class! {
            "portEp":
            "dn" => Field::Name,
            "operState" => Field::Word(0),
            "adminState" => Field::Wanted,
        },
        judges: &[Judge {
            item: Item::Ports,
            words: &[0],
            rule: Rule::Said(PORT),
        }],
        holds: Holds::Object,
    },
};

const PORT_CHANNELS: Step = Step {
    item: Item::PortChannels,
    candidates: &["/api/ports/pc", "/api?classId=fabricEthLanPc"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: class! {
            "fabricEthLanPc":
            "dn" => Field::Name,
            "operState" => Field::Word(0),
            "adminState" => Field::Wanted,
        },
        judges: &[Judge {
            item: Item::PortChannels,
            words: &[0],
            rule: Rule::Said(PORT),
        }],
        holds: Holds::Object,
    },
};

const FAULTS: Step = Step {
    item: Item::Faults,
    candidates: &["/api?classId=faultInst"],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: class! {
            "faultInst":
            "code" => Field::Name,
            "descr" => Field::Detail,
            "severity" => Field::Word(0),
        },
        judges: &[Judge {
            item: Item::Faults,
            words: &[0],
            rule: Rule::Severity,
        }],
        holds: Holds::Object,
    },
};

const NTP: Step = Step {
    item: Item::Ntp,
    candidates: &[
        "/api/sys/service/datetime-svc/ntp",
        "/api?classId=commNtpProvider",
    ],
    essential: false,
    paged: Paged::No,
    answer: Answer {
        values: class! {
            "commNtpProvider":
            "dn" => Field::Name,
            "timeSyncStatus" => Field::Word(0),
            "adminState" => Field::Wanted,
        },
        judges: &[Judge {
            item: Item::Ntp,
            words: &[0],
            rule: Rule::Said(TIME_SYNC),
        }],
        holds: Holds::Object,
    },
};
