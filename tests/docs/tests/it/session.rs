//! The commands of one page, run by one bash, in a home of their own, beside
//! simulated boxes.

use core::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use oobwatch_sim::{Account, BoxInfo, Scenario, Sim};

use crate::blocks::{Block, Note};

/// What stands in pages for a box: its address, its pin, its key's pin.
struct Stand {
    host: &'static str,
    pin: &'static str,
}

const FMC: Stand = Stand {
    host: "fmc.example",
    pin: "sha256:6d1b9f4c0e5a83d27c11b8f0a4e69375d2c80be1946fa7305b8ce2d41f7a9036",
};
const CHASSIS: Stand = Stand {
    host: "chassis.example",
    pin: "sha256:c4a07e3b915df2860b7e4c1d8fa35296e0d71b48a9c35f6208e7b19d4fc2a85e",
};
/// Seconds that a page may take. Most take one or two.
const PATIENCE: &str = "300";
/// What a page has something listen on.
const PORT: &str = "8443";
/// Who may log in on both, and what is typed where a command reads a password.
const USER: &str = "monitor";
const PASSWORD: &str = "correct horse";

/// A command, and what a page shows below it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) command: String,
    pub(crate) shown: String,
}

/// What one came to.
pub(crate) struct Ran {
    pub(crate) output: String,
    pub(crate) status: i32,
}

/// The steps of a console block.
pub(crate) fn steps(block: &Block) -> Vec<Step> {
    let mut steps = Vec::<Step>::new();
    for line in block.text.lines() {
        let last = steps.last_mut();
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step {
                command: command.to_owned(),
                shown: String::new(),
            });
        } else if let (Some(more), Some(step)) = (line.strip_prefix("> "), last) {
            let _ = write!(step.command, "\n{more}");
        } else {
            let step = steps.last_mut();
            let step = step.unwrap_or_else(|| panic!("{}: output before a command", block.place));
            let _ = writeln!(step.shown, "{line}");
        }
    }
    steps
}

/// The folder of the binaries that were built with this test.
fn built() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().to_owned()
}

/// Runs what was built, and builds nothing.
const CARGO: &str = "\
#!/bin/sh
[ \"$1\" = run ] || { echo \"cargo $1 is not run in this test\" >&2; exit 99; }
while [ $# -gt 0 ] && [ \"$1\" != -- ]; do
    case $1 in
        -p) command=$2 ;;
        --example) command=EXAMPLES/$2 ;;
    esac
    shift
done
[ $# -gt 0 ] && shift
exec \"$command\" \"$@\"
";

/// A folder for `PATH`: our commands, and a `cargo` for them.
fn commands(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for name in ["oobwatch", "oobwatch-sim"] {
        let command = built().join(name);
        assert!(
            command.exists(),
            "{name} is not built; cargo test --workspace does, or: cargo build -p {name}"
        );
        symlink(command, folder.join(name)).unwrap();
    }
    let examples = built().join("examples");
    let cargo = CARGO.replace("EXAMPLES", examples.to_str().unwrap());
    fs::write(folder.join("cargo"), cargo).unwrap();
    fs::set_permissions(folder.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
}

async fn boxes() -> Sim {
    let mut scenario = Scenario::default();
    for accounts in [&mut scenario.fmc.accounts, &mut scenario.fxos.accounts] {
        accounts.insert(0, Account::new(USER, PASSWORD));
    }
    Sim::builder().scenario(scenario).start().await.unwrap()
}

/// What a page says, and what it is here.
fn names(sim: &Sim) -> Vec<(String, String)> {
    let of = |stand: &Stand, info: &BoxInfo| {
        let pairs = [
            (stand.pin, info.pin.clone()),
            (stand.host, info.addr.to_string()),
        ];
        pairs.map(|(page, here)| (page.to_owned(), here))
    };
    let port = (PORT.to_owned(), free_port().to_string());
    [
        of(&FMC, sim.fmc()).to_vec(),
        of(&CHASSIS, sim.fxos()).to_vec(),
        vec![port],
    ]
    .concat()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// The script of a page: marks before each command, and after it its status.
fn script(blocks: &[&Block], mark: &str) -> String {
    let mut script = String::from("trap 'kill $(jobs -p) 2>/dev/null' EXIT\nstatus=0\n");
    for block in blocks {
        if let Note::File(path) = &block.note {
            let path = path.replace("~/", "$HOME/");
            let _ = write!(
                script,
                "mkdir -p \"$(dirname \"{path}\")\"\ncat > \"{path}\" <<'{mark}'\n{}{mark}\n",
                block.text
            );
            continue;
        }
        for step in steps(block) {
            let _ = write!(
                script,
                "printf '\\n{mark}\\n'; (exit $status)\n{}\nstatus=$?\nprintf '\\n{mark}%s\\n' $status\n",
                step.command
            );
        }
    }
    script
}

/// Runs the blocks of a page; what each step came to, in order.
pub(crate) fn run(blocks: &[&Block]) -> Vec<Ran> {
    const MARK: &str = "@@@";
    let home = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(1).enable_all().build().unwrap();
    let sim = runtime.block_on(boxes());
    let names = names(&sim);
    let script = names
        .iter()
        .fold(script(blocks, MARK), |script, (page, here)| {
            script.replace(page, here)
        });
    let said = said_by(&script, home.path());
    let said = names
        .iter()
        .fold(said, |said, (page, here)| said.replace(here, page));
    outcomes(&said.replace(home.path().to_str().unwrap(), "~"), MARK)
}

/// What bash says of a script, in a home of its own.
fn said_by(script: &str, home: &Path) -> String {
    let bin = home.join(".bin");
    commands(&bin);
    let path = std::env::var("PATH").unwrap();
    // A file, as what a command has left running would hold a pipe open; and an end,
    // as a command may wait for what never comes.
    let output = home.join(".output");
    let mut bash = Command::new("timeout")
        .args([PATIENCE, "bash", "-c", &format!("exec 2>&1\n{script}")])
        .current_dir(home)
        .env_clear()
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("HOME", home)
        .env("NO_PROXY", "*")
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(fs::File::create(&output).unwrap())
        .spawn()
        .expect("timeout and bash are there");
    let typed = format!("{PASSWORD}\n");
    // Where nothing reads it, the pipe may be closed by now.
    let _ = bash.stdin.take().unwrap().write_all(typed.as_bytes());
    bash.wait().unwrap();
    fs::read_to_string(&output).unwrap()
}

fn outcomes(said: &str, mark: &str) -> Vec<Ran> {
    let mark = format!("\n{mark}");
    let mut parts = said.split(mark.as_str());
    parts.next();
    let mut ran = Vec::new();
    while let Some(output) = parts.next() {
        let status = parts.next().and_then(|part| part.lines().next());
        ran.push(Ran {
            output: output.trim_start_matches('\n').to_owned(),
            status: status.and_then(|text| text.parse().ok()).unwrap_or(-1),
        });
    }
    ran
}
