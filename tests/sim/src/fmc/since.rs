//! Which version brought which endpoint, as the client fireREST has it.

/// Of an endpoint: what its path begins with, what it ends with, and the version since which it is
/// there. Paths within a domain begin after it.
const SINCE: &[(&str, &str, [u16; 3])] = &[
    ("devicehapairs/ftddevicehapairs", "", [6, 2, 3]),
    ("deviceclusters/ftddevicecluster", "", [6, 4, 0]),
    ("deployment/jobhistories", "", [6, 7, 0]),
    ("health/", "", [6, 7, 0]),
    ("integration/fmchastatuses", "", [7, 0, 0]),
    ("chassis/fmcmanagedchassis/", "summary", [7, 4, 0]),
    ("chassis/fmcmanagedchassis", "", [7, 1, 0]),
    ("/api/fmc_platform/v1/license/smartlicenses", "", [7, 2, 0]),
];

/// Whether a version does not have that path yet. Text that is no version has all of them.
pub(super) fn lacks(version: &str, path: &str) -> bool {
    let known = |(prefix, suffix, since): &(&str, &str, [u16; 3])| {
        (path.starts_with(prefix) && path.ends_with(suffix)).then_some(*since)
    };
    let since = SINCE.iter().find_map(known);
    since
        .zip(parse(version))
        .is_some_and(|(since, version)| version < since)
}

/// `7.4.2 (build 172)`.
fn parse(text: &str) -> Option<[u16; 3]> {
    let mut parts = text.split_whitespace().next()?.split('.').map(str::parse);
    let mut next = || parts.next().transpose().ok().map(Option::unwrap_or_default);
    Some([next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_what_came_with_it() {
        let summary = "chassis/fmcmanagedchassis/c2719420/faultsummary";
        for (path, since, before) in [
            (
                "devicehapairs/ftddevicehapairs/8c36",
                "6.2.3 (build 83)",
                "6.2.2",
            ),
            ("deviceclusters/ftddevicecluster", "6.4.0", "6.3.0"),
            ("health/alerts", "6.7.0 (build 65)", "6.6.5"),
            ("integration/fmchastatuses", "7.0", "6.7.0"),
            ("chassis/fmcmanagedchassis", "7.1.0", "7.0.6"),
            ("chassis/fmcmanagedchassis/c2719420", "7.1.0", "7.0.6"),
            (summary, "10.0.0 (build 141)", "7.3.1"),
            (
                "/api/fmc_platform/v1/license/smartlicenses",
                "7.2.0",
                "7.1.0",
            ),
        ] {
            assert!(!lacks(since, path), "{path}");
            assert!(lacks(before, path), "{path}");
        }
        assert!(!lacks("6.1.0", "devices/devicerecords"));
        assert!(!lacks("unversioned", "health/alerts"));
    }
}
