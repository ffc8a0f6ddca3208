//! The metrics: their names, and where in a report they stand.

use core::fmt::{self, Display};

use super::Samples;
use crate::health::{Item, Layer, Report};

/// Metrics of one name.
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) kind: &'static str,
    /// What the name begins with: one of the products that have it, or nothing,
    /// as with the names that blackbox_exporter has.
    pub(super) prefixes: &'static [&'static str],
    pub(super) samples: Write,
}

type Write = fn(&Report, &mut Samples<'_>) -> fmt::Result;

const SHARED: &[&str] = &[""];
const BOTH: &[&str] = &["fmc_", "fxos_"];
const FMC: &[&str] = &["fmc_"];
const FXOS: &[&str] = &["fxos_"];

const fn gauge(
    prefixes: &'static [&'static str],
    name: &'static str,
    help: &'static str,
    samples: Write,
) -> Family {
    Family {
        name,
        help,
        kind: "gauge",
        prefixes,
        samples,
    }
}

const fn counter(name: &'static str, help: &'static str, samples: Write) -> Family {
    Family {
        name,
        help,
        kind: "counter",
        prefixes: BOTH,
        samples,
    }
}

pub(super) const FAMILIES: &[Family] = &[
    gauge(
        SHARED,
        "probe_success",
        "Whether the check came to its end.",
        |report, to| to.flag(report.stopped_at().is_none()),
    ),
    gauge(
        SHARED,
        "probe_duration_seconds",
        "How long the check took.",
        |report, to| to.seconds(&[], report.observed.timings.total),
    ),
    gauge(
        SHARED,
        "probe_http_duration_seconds",
        "How long each phase took.",
        |report, to| {
            let timings = report.observed.timings;
            to.seconds(&[("phase", &"resolve")], timings.resolve)?;
            to.seconds(&[("phase", &"connect")], timings.connect)?;
            to.seconds(&[("phase", &"tls")], timings.tls)?;
            to.seconds(&[("phase", &"processing")], timings.request)
        },
    ),
    gauge(BOTH, "up", "Whether the box let us read.", |report, to| {
        to.flag(
            report
                .stopped_at()
                .is_none_or(|layer| layer > Layer::Authorised),
        )
    }),
    gauge(
        BOTH,
        "check_level",
        "Layers passed: link, address, name, tcp, tls, http, authenticated, authorised, data.",
        |report, to| {
            to.value(
                &[],
                &report.stopped_at().map_or(Layer::COUNT, Layer::passed),
            )
        },
    ),
    gauge(
        BOTH,
        "verdict",
        "0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
        |report, to| to.value(&[], &report.verdict().exit_code()),
    ),
    gauge(
        BOTH,
        "check_age_seconds",
        "Time since the check.",
        |report, to| to.duration(report.observed.age),
    ),
    gauge(
        BOTH,
        "server_info",
        "What the box says it is.",
        |report, to| {
            let facts = &report.facts;
            if facts.version.is_empty() && facts.model.is_empty() && facts.name.is_empty() {
                return Ok(());
            }
            let labels: [(&str, &dyn Display); 3] = [
                ("version", &facts.version),
                ("model", &facts.model),
                ("hostname", &facts.name),
            ];
            to.value(&labels, &1)
        },
    ),
    gauge(
        BOTH,
        "uptime_seconds",
        "Time since the box started.",
        |report, to| to.number(report.facts.uptime_seconds()),
    ),
    gauge(
        FMC,
        "managed_devices",
        "Devices by health.",
        |report, to| to.states("health", report, Item::Devices),
    ),
    gauge(
        FMC,
        "device_connections",
        "Connections of the FMC to its devices by state.",
        |report, to| to.states("state", report, Item::Connections),
    ),
    gauge(
        FMC,
        "ha_pairs",
        "HA pairs by the state of their worse device.",
        |report, to| to.states("state", report, Item::HaPairs),
    ),
    gauge(FMC, "clusters", "Clusters by state.", |report, to| {
        to.states("state", report, Item::Clusters)
    }),
    gauge(
        FMC,
        "high_availability",
        "Pairs of management centres by state.",
        |report, to| to.states("state", report, Item::HighAvailability),
    ),
    gauge(
        FMC,
        "health_alerts",
        "Health alerts of the last 15 minutes by state.",
        |report, to| to.states("state", report, Item::Alerts),
    ),
    gauge(FMC, "licenses", "Smart licenses by state.", |report, to| {
        to.states("state", report, Item::Licenses)
    }),
    gauge(FXOS, "chassis", "Chassis by operability.", |report, to| {
        to.states("state", report, Item::Chassis)
    }),
    gauge(
        FXOS,
        "chassis_power",
        "Chassis by the state of their power.",
        |report, to| to.states("state", report, Item::Power),
    ),
    gauge(
        FXOS,
        "chassis_thermal",
        "Chassis by the state of their temperature.",
        |report, to| to.states("state", report, Item::Thermal),
    ),
    gauge(FXOS, "fans", "Fans by operability.", |report, to| {
        to.states("state", report, Item::Fans)
    }),
    gauge(
        FXOS,
        "power_supplies",
        "Power supplies by operability.",
        |report, to| to.states("state", report, Item::PowerSupplies),
    ),
    gauge(
        FXOS,
        "app_instances",
        "Application instances by state.",
        |report, to| to.states("state", report, Item::Instances),
    ),
    gauge(
        FXOS,
        "logical_devices",
        "Logical devices by state.",
        |report, to| to.states("state", report, Item::LogicalDevices),
    ),
    gauge(FXOS, "ports", "Ports by state.", |report, to| {
        to.states("state", report, Item::Ports)
    }),
    gauge(
        FXOS,
        "port_channels",
        "Port-channels by state.",
        |report, to| to.states("state", report, Item::PortChannels),
    ),
    gauge(
        FXOS,
        "ntp_servers",
        "Time servers by state.",
        |report, to| to.states("state", report, Item::Ntp),
    ),
    gauge(
        FMC,
        "undeployed_devices",
        "Devices with changes that are not deployed.",
        |report, to| to.number(report.counts.number(Item::Undeployed)),
    ),
    gauge(
        FMC,
        "running_deployments",
        "Devices that are being deployed to.",
        |report, to| to.number(report.counts.number(Item::Deployments)),
    ),
    gauge(FXOS, "faults", "Faults by severity.", |report, to| {
        to.faults(report, Item::Faults)
    }),
    gauge(
        FMC,
        "chassis_faults",
        "Faults of managed chassis by severity.",
        |report, to| to.faults(report, Item::ChassisFaults),
    ),
    gauge(
        BOTH,
        "certificate_left_seconds",
        "Time until the certificate ends.",
        |report, to| match report.observed.certificate_days {
            Some(days) => to.value(&[], &(i64::from(days) * 86_400)),
            None => Ok(()),
        },
    ),
    counter("auth_logins_total", "Logins by result.", |report, to| {
        let session = report.observed.session;
        to.value(&[("result", &"ok")], &session.logins)?;
        to.value(&[("result", &"rejected")], &session.refused)
    }),
    counter(
        "auth_refreshes_total",
        "Refreshes of the token.",
        |report, to| to.value(&[], &report.observed.session.refreshes),
    ),
    gauge(
        BOTH,
        "auth_refreshes_remaining",
        "Refreshes that the token has left.",
        |report, to| match report.observed.session.refreshes_left {
            Some(left) => to.value(&[], &left),
            None => Ok(()),
        },
    ),
    gauge(
        BOTH,
        "auth_token_left_seconds",
        "How long the token still lives.",
        |report, to| to.duration(report.observed.session.token_left),
    ),
    counter(
        "auth_displaced_total",
        "Sessions taken over by another login of the same user.",
        |report, to| to.value(&[], &report.observed.session.displaced),
    ),
    gauge(
        BOTH,
        "auth_stays_away_seconds",
        "For how long no login goes out after another login of the same user.",
        |report, to| to.duration(report.observed.session.stays_away),
    ),
    gauge(
        BOTH,
        "auth_learned_token_age_seconds",
        "The age at which the box ends access tokens, where it was learned.",
        |report, to| to.duration(report.observed.session.token_age),
    ),
    gauge(
        BOTH,
        "auth_learned_session_age_seconds",
        "The age at which the box ends sessions, where it was learned.",
        |report, to| to.duration(report.observed.session.session_age),
    ),
    gauge(
        BOTH,
        "auth_locked_out",
        "Whether logging in has stopped after refusals.",
        |report, to| to.flag(report.observed.session.locked_out),
    ),
];
