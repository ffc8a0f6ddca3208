//! What a check asks of an FXOS chassis.
//!
//! An object is named by its path, and all objects of a class by a class query
//! (FXOS REST API guide). The classes and their properties are those of the
//! Firepower MIBs, whose object model is the same. No document confirms each
//! path, and a release may lack some of them.

use super::{Answer, Field, Holds, Judge, Paged, Rule, Step};
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

const VERSION: Step = Step {
    item: Item::Version,
    candidates: &[fxos::MGMT_VERSION, "/api?classId=firmwareRunning"],
    paged: Paged::No,
    answer: Answer {
        paths: &["firmwareRunning[].packageVersion"],
        fields: &[Field::Version],
        judges: &[],
        holds: Holds::Version,
    },
};

const SYSTEM: Step = Step {
    item: Item::System,
    candidates: &["/api?classId=topSystem"],
    paged: Paged::No,
    answer: Answer {
        paths: &["topSystem[].name", "topSystem[].systemUpTime"],
        fields: &[Field::HostName, Field::Uptime],
        judges: &[],
        holds: Holds::Anything,
    },
};

const CHASSIS: Step = Step {
    item: Item::Chassis,
    candidates: &["/api?classId=equipmentChassis"],
    paged: Paged::No,
    answer: Answer {
        paths: &[
            "equipmentChassis[]",
            "equipmentChassis[].dn",
            "equipmentChassis[].operState",
            "equipmentChassis[].operability",
            "equipmentChassis[].power",
            "equipmentChassis[].thermal",
            "equipmentChassis[].model",
            "equipmentChassis[].serial",
        ],
        fields: &[
            Field::Entry,
            Field::Name,
            Field::Word(0),
            Field::Word(1),
            Field::Word(2),
            Field::Word(3),
            Field::Model,
            Field::Serial,
        ],
        judges: &[
            Judge {
                item: Item::Chassis,
                words: &[0, 1],
                rule: Rule::First(OPERABILITY),
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
    paged: Paged::No,
    answer: Answer {
        paths: &[
            "",
            "error-code",
            "equipmentFan[]",
            "equipmentFan[].dn",
            "equipmentFan[].operState",
            "equipmentFan[].operability",
            "equipmentFan[].presence",
        ],
        fields: &[
            Field::Top,
            Field::Refusal,
            Field::Entry,
            Field::Name,
            Field::Word(0),
            Field::Word(1),
            Field::Wanted,
        ],
        judges: &[Judge {
            item: Item::Fans,
            words: &[0, 1],
            rule: Rule::First(OPERABILITY),
        }],
        holds: Holds::Object,
    },
};

const POWER_SUPPLIES: Step = Step {
    item: Item::PowerSupplies,
    candidates: &["/api?classId=equipmentPsu"],
    paged: Paged::No,
    answer: Answer {
        paths: &[
            "",
            "error-code",
            "equipmentPsu[]",
            "equipmentPsu[].dn",
            "equipmentPsu[].operState",
            "equipmentPsu[].operability",
            "equipmentPsu[].presence",
        ],
        fields: &[
            Field::Top,
            Field::Refusal,
            Field::Entry,
            Field::Name,
            Field::Word(0),
            Field::Word(1),
            Field::Wanted,
        ],
        judges: &[Judge {
            item: Item::PowerSupplies,
            words: &[0, 1],
            rule: Rule::First(OPERABILITY),
        }],
        holds: Holds::Object,
    },
};

const INSTANCES: Step = Step {
    item: Item::Instances,
    candidates: &["/api?classId=smAppInstance"],
    paged: Paged::No,
    answer: Answer {
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
            Field::Word(0),
            Field::Wanted,
        ],
        judges: &[Judge {
            item: Item::Instances,
            words: &[0],
            rule: Rule::First(INSTANCE),
        }],
        holds: Holds::Object,
    },
};

/// The folder of logical devices; the class is `smLogicalDevice` there, and
/// `sdLogicalDevice` in the MIBs' words for its states.
const LOGICAL_DEVICES: Step = Step {
    item: Item::LogicalDevices,
    candidates: &["/api/ld", "/api?classId=smLogicalDevice"],
    paged: Paged::No,
    answer: Answer {
        paths: &[
            "",
            "error-code",
            "smLogicalDevice[]",
            "smLogicalDevice[].dn",
            "smLogicalDevice[].operationalState",
            "smLogicalDevice[].operState",
        ],
        fields: &[
            Field::Top,
            Field::Refusal,
            Field::Entry,
            Field::Name,
            Field::Word(0),
            Field::Word(1),
        ],
        judges: &[Judge {
            item: Item::LogicalDevices,
            words: &[0, 1],
            rule: Rule::First(LOGICAL_DEVICE),
        }],
        holds: Holds::Object,
    },
};

const PORTS: Step = Step {
    item: Item::Ports,
    candidates: &["/api/ports/ep", "/api?classId=portEp"],
    paged: Paged::No,
    answer: Answer {
        paths: &[
            "",
            "error-code",
            "portEp[]",
            "portEp[].dn",
            "portEp[].operState",
            "portEp[].adminState",
        ],
        fields: &[
            Field::Top,
            Field::Refusal,
            Field::Entry,
            Field::Name,
            Field::Word(0),
            Field::Wanted,
        ],
        judges: &[Judge {
            item: Item::Ports,
            words: &[0],
            rule: Rule::First(PORT),
        }],
        holds: Holds::Object,
    },
};

const PORT_CHANNELS: Step = Step {
    item: Item::PortChannels,
    candidates: &["/api/ports/pc", "/api?classId=fabricEthLanPc"],
    paged: Paged::No,
    answer: Answer {
        paths: &[
            "",
            "error-code",
            "fabricEthLanPc[]",
            "fabricEthLanPc[].dn",
            "fabricEthLanPc[].operState",
            "fabricEthLanPc[].adminState",
        ],
        fields: &[
            Field::Top,
            Field::Refusal,
            Field::Entry,
            Field::Name,
            Field::Word(0),
            Field::Wanted,
        ],
        judges: &[Judge {
            item: Item::PortChannels,
            words: &[0],
            rule: Rule::First(PORT),
        }],
        holds: Holds::Object,
    },
};

const FAULTS: Step = Step {
    item: Item::Faults,
    candidates: &["/api?classId=faultInst"],
    paged: Paged::No,
    answer: Answer {
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
            Field::Word(0),
        ],
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
    paged: Paged::No,
    answer: Answer {
        paths: &[
            "",
            "error-code",
            "commNtpProvider[]",
            "commNtpProvider[].dn",
            "commNtpProvider[].timeSyncStatus",
            "commNtpProvider[].adminState",
        ],
        fields: &[
            Field::Top,
            Field::Refusal,
            Field::Entry,
            Field::Name,
            Field::Word(0),
            Field::Wanted,
        ],
        judges: &[Judge {
            item: Item::Ntp,
            words: &[0],
            rule: Rule::First(TIME_SYNC),
        }],
        holds: Holds::Object,
    },
};
