//! Words of the FMC REST API.

use super::{State, Table};

/// `healthStatus` of a device record, and `status` of a health alert (FMC REST
/// API, "Health alerts"): the letter case varies between them.
pub(crate) const HEALTH: Table = &[
    (State::Ok, &["green", "recovered"]),
    (State::Warning, &["yellow"]),
    (State::Critical, &["red", "black", "error", "failed"]),
    (State::Disabled, &["disabled"]),
];

/// `isConnected` of a device record.
pub(crate) const CONNECTED: Table = &[(State::Ok, &["true"]), (State::Critical, &["false"])];

/// `currentStatus` of the two devices of a pair for failover. No document lists
/// them: they are the words of `show failover` on the device, and those of its
/// states on the way to `Active` or `Standby`.
pub(crate) const FAILOVER: Table = &[
    (State::Ok, &["active", "standby", "standbyReady"]),
    (
        State::Warning,
        &[
            "negotiation",
            "coldStandby",
            "bulkSync",
            "syncConfig",
            "configSync",
            "syncFileSystem",
            "appSync",
            "justActive",
            "activeDrain",
            "activeApplyingConfig",
            "activeConfigApplied",
            "notReady",
        ],
    ),
    (
        State::Critical,
        &[
            "failed",
            "notDetected",
            "notReachable",
            "unreachable",
            "offline",
        ],
    ),
    (State::Disabled, &["disabled"]),
];

/// `overallStatus` and `syncStatus` of `fmchastatuses`.
pub(crate) const HIGH_AVAILABILITY: Table = &[
    (State::Ok, &["good"]),
    (State::Warning, &["degraded", "inProgress", "paused"]),
    (State::Critical, &["splitBrain", "failed"]),
];

/// `regStatus` and `metadata.authStatus` of `smartlicenses`.
pub(crate) const LICENSE: Table = &[
    (
        State::Ok,
        &["registered", "authorized", "authorizedReserved"],
    ),
    (
        State::Warning,
        &[
            "evaluation",
            "reservationInProgress",
            "unregistered",
            "notAuthorized",
        ],
    ),
    (
        State::Critical,
        &["outOfCompliance", "authorizationExpired"],
    ),
];

#[cfg(test)]
pub(crate) const ALL: &[Table] = &[HEALTH, CONNECTED, FAILOVER, HIGH_AVAILABILITY, LICENSE];
