//! Words of the FXOS chassis REST API: the enumerations of the Firepower MIBs,
//! whose object model it shares.

use super::{State, Table};

/// `operationalState` of an `smAppInstance` (`CfprSdAppInstState`). One on the way
/// from one state to another is a warning; one that stays without service is
/// critical.
pub(crate) const INSTANCE: Table = &[
    (State::Ok, &["online"]),
    (
        State::Warning,
        &[
            "installing",
            "starting",
            "started",
            "stopping",
            "updating",
            "updateSucceeded",
        ],
    ),
    (
        State::Critical,
        &[
            "notInstalled",
            "installFailed",
            "offline",
            "startFailed",
            "stopFailed",
            "notResponding",
            "updateFailed",
            "unsupported",
            "fault",
        ],
    ),
];

/// `operState` and `operability` of a chassis, a fan, a power supply
/// (`CfprEquipmentOperability`). One that works, but not as it should or not for
/// now, is a warning.
pub(crate) const OPERABILITY: Table = &[
    (State::Ok, &["operable"]),
    (
        State::Warning,
        &[
            "degraded",
            "performanceProblem",
            "fanspeedIncreased",
            "firmwareUpgrading",
            "autoUpgrade",
            "config",
            "decomissioning",
            "discovery",
            "identify",
            "peerCommProblem",
            "notSupported",
        ],
    ),
    (
        State::Critical,
        &[
            "inoperable",
            "poweredOff",
            "powerProblem",
            "removed",
            "voltageProblem",
            "thermalProblem",
            "accessibilityProblem",
            "identityUnestablishable",
            "biosPostTimeout",
            "malformedFru",
            "fabricConnProblem",
            "fabricUnsupportedConn",
            "equipmentProblem",
            "chassisLimitExceeded",
            "discoveryFailed",
            "postFailure",
            "upgradeProblem",
            "linkActivateBlocked",
        ],
    ),
    (State::Disabled, &["disabled"]),
];

/// `power` of a chassis (`CfprEquipmentChassisPowerOperState`).
pub(crate) const POWER: Table = &[
    (State::Ok, &["ok"]),
    (
        State::Warning,
        &[
            "inputDegraded",
            "outputDegraded",
            "redundancyDegraded",
            "redundancyFailed",
        ],
    ),
    (State::Critical, &["failed", "inputFailed", "outputFailed"]),
];

/// `thermal` of a chassis (`CfprEquipmentSensorThresholdStatus`).
pub(crate) const THERMAL: Table = &[
    (State::Ok, &["ok"]),
    (State::Warning, &["upperNonCritical", "lowerNonCritical"]),
    (
        State::Critical,
        &[
            "upperCritical",
            "upperNonRecoverable",
            "lowerCritical",
            "lowerNonRecoverable",
        ],
    ),
    (State::Disabled, &["notSupported"]),
];

/// `operState` of a logical device (`CfprSdLdOperState`, and `CfprSdLduOperState`
/// of its units).
pub(crate) const LOGICAL_DEVICE: Table = &[
    (State::Ok, &["ok", "active"]),
    (State::Warning, &["incompleteConfiguration", "suspended"]),
];

/// `operState` of a port or port-channel (`CfprNetworkPortOperState` and
/// `CfprFabricOperState`). One without a link is a warning: which ones matter,
/// limits say.
pub(crate) const PORT: Table = &[
    (State::Ok, &["up", "linkUp"]),
    (
        State::Warning,
        &[
            "down",
            "linkDown",
            "sfpNotPresent",
            "noLicense",
            "udldAggrDown",
        ],
    ),
    (
        State::Critical,
        &[
            "failed",
            "hardwareFailure",
            "softwareFailure",
            "errorDisabled",
            "errorMisconfigured",
        ],
    ),
    (State::Disabled, &["adminDown"]),
];

/// `timeSyncStatus` of a time server (`CfprCommTimeSyncStatus`). All but one are
/// passed over in favour of a better one, which is as it should be.
pub(crate) const TIME_SYNC: Table = &[
    (
        State::Ok,
        &["timeSynchronized", "synchronized", "candidate", "outlier"],
    ),
    (
        State::Warning,
        &["timeSyncInProgress", "notAvailable", "falsetick"],
    ),
    (State::Critical, &["unreachableOrInvalidNtpServer"]),
];

#[cfg(test)]
pub(crate) const ALL: &[Table] = &[
    INSTANCE,
    OPERABILITY,
    POWER,
    THERMAL,
    LOGICAL_DEVICE,
    PORT,
    TIME_SYNC,
];

/// What is wanted of a thing (`adminState`), or whether there is one in its slot
/// (`CfprEquipmentPresence`).
pub(crate) const WANTED: Table = &[
    (State::Ok, &["enabled", "equipped"]),
    (State::Disabled, &["disabled", "empty"]),
];
