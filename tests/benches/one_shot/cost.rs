//! What one run of a program costs: processor time and memory.

use std::process::{Command, Stdio};

use nix::sys::resource::{UsageWho, getrusage};

/// Argument that makes this program run another one and print what it cost.
pub(crate) const MEASURE: &str = "--measure";

/// The cost of one process, by the kernel's own account.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Processor time, user and system, in microseconds.
    pub(crate) cpu: i64,
    /// Most memory that was resident at a time, in KiB.
    pub(crate) memory: i64,
}

impl Cost {
    /// Runs `command`, whose first argument is the program.
    ///
    /// The kernel sums the time and keeps the largest memory of all children
    /// that a process has waited for. So each is run by a process of its own,
    /// which has no other child: this program again.
    pub(crate) fn of(command: &[&str], password: &str) -> Self {
        let itself = std::env::current_exe().expect("this program has a path");
        let output = Command::new(itself)
            .arg(MEASURE)
            .args(command)
            .env("PASSWORD", password)
            .stderr(Stdio::inherit())
            .output()
            .expect("this program can be started");
        assert!(output.status.success(), "{command:?}");
        let said = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<i64> = said.split(' ').flat_map(str::parse).collect();
        let [cpu, memory] = numbers[..] else {
            panic!("{said:?}");
        };
        Self { cpu, memory }
    }

    /// The median of each of several runs.
    pub(crate) fn median(runs: &[Self]) -> Self {
        let middle = |part: fn(&Self) -> i64| {
            let mut all: Vec<i64> = runs.iter().map(part).collect();
            all.sort_unstable();
            all[all.len() / 2]
        };
        Self {
            cpu: middle(|run| run.cpu),
            memory: middle(|run| run.memory),
        }
    }
}

/// Runs the program with its arguments and prints its cost.
pub(crate) fn measure(command: &[String]) {
    let (program, arguments) = command.split_first().expect("a program");
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("the program can be started");
    // A check exits with 1 or 2 when a device is not well; 3 is no answer.
    assert!(status.code().is_some_and(|code| code < 3), "{status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel counts");
    let micros = |time: nix::sys::time::TimeVal| time.tv_sec() * 1_000_000 + time.tv_usec();
    let cpu = micros(usage.user_time()) + micros(usage.system_time());
    print!("{cpu} {}", usage.max_rss());
}
