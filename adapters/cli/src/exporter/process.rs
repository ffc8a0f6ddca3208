//! What the system says of this process, under the names that Prometheus' own
//! client libraries use. Linux only; elsewhere there are none.

/// What the system says of this process.
pub(super) struct Process {
    /// Of both kinds, user and system.
    pub(super) cpu_seconds: f64,
    pub(super) resident_bytes: u64,
    pub(super) open_files: u64,
    pub(super) most_files: Option<u64>,
}

/// Clock ticks in a second, as the kernel tells user space: `USER_HZ` is 100 on
/// all of its platforms (proc(5), times(2)).
#[cfg(target_os = "linux")]
const TICKS: f64 = 100.0;

#[cfg(target_os = "linux")]
impl Process {
    pub(super) fn now() -> Option<Self> {
        let read = |name| std::fs::read_to_string(format!("/proc/self/{name}")).ok();
        let stat = read("stat")?;
        // The name of the program may hold blanks and brackets.
        let (_, stat) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = stat.split_whitespace().collect();
        let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
        let status = read("status")?;
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = resident.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(Self {
            cpu_seconds: (ticks(11)? + ticks(12)?) / TICKS,
            resident_bytes: kibibytes.saturating_mul(1024),
            open_files: u64::try_from(std::fs::read_dir("/proc/self/fd").ok()?.count()).ok()?,
            most_files: read("limits").as_deref().and_then(most_files),
        })
    }
}

#[cfg(target_os = "linux")]
fn most_files(limits: &str) -> Option<u64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
impl Process {
    pub(super) const fn now() -> Option<Self> {
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_there() {
        let process = Process::now().unwrap();
        assert!(process.cpu_seconds >= 0.0);
        assert!(process.resident_bytes > 100_000);
        assert!(process.open_files >= 3);
        assert!(
            process
                .most_files
                .is_none_or(|most| most >= process.open_files)
        );
    }
}
