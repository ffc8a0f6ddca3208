//! The programs of `xtask/bare`, built for a microcontroller: how large each
//! part of the core is, and that no panic is left in it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use object::read::elf::ElfFile32;
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, SectionKind};

use crate::command::{Cmd, cargo, target_dir};
use crate::setup::{self, MCU};

/// A program of `xtask/bare/src/bin`.
struct Part {
    bin: &'static str,
    what: &'static str,
    /// Whether it must link without a panic handler.
    panic_free: bool,
}

const fn part(bin: &'static str, what: &'static str, panic_free: bool) -> Part {
    Part {
        bin,
        what,
        panic_free,
    }
}

/// serde-json-core keeps panics that no report reaches, but that the linker
/// still sees; see `docs/design.md`.
const PARTS: [Part; 10] = [
    part("response", "HTTP response parser", true),
    part("json", "JSON scanner and picker", true),
    part("session", "session: admit, settle, time", true),
    part("protocol", "session, parser and scanner together", true),
    part(
        "exchange",
        "session, exchanges and parser, FMC and FXOS",
        true,
    ),
    part("core", "session, exchanges, parser and scanner", true),
    part("check", "health check, with its scanner", true),
    part("lines", "reports as text, for Nagios and Prometheus", true),
    part("object", "reports as JSON", false),
    part("image", "configuration image reader", true),
];

/// Taken off the figures of the others.
const EMPTY: &str = "empty";

/// What the linker misses where a panic is left.
const MISSING_SYMBOL: &str = "a_panic_can_be_reached";

/// Prints what each part takes.
pub(crate) fn size() -> Result<()> {
    setup::rust_target(MCU)?;
    build(&["--bins"]).run()?;
    let base = measure(EMPTY)?.flash;
    println!("   {MCU}, opt-level=s, fat LTO, panic=abort; bytes\n");
    println!("   {:<46} {:>7}", "flash (code and constants)", "");
    let mut ram = Vec::new();
    for part in &PARTS {
        let measured = measure(part.bin)?;
        println!(
            "   {:<46} {:>7}",
            part.what,
            measured.flash.saturating_sub(base)
        );
        ram.extend(measured.ram);
    }
    println!("\n   {:<46} {:>7}", "RAM (one value of)", "");
    for (name, size) in ram {
        println!("   {name:<46} {size:>7}");
    }
    Ok(())
}

/// Links each part so that any panic that can be reached is an error, and shows
/// that the proof finds one that was planted.
pub(crate) fn prove() -> Result<()> {
    setup::rust_target(MCU)?;
    for part in PARTS.iter().filter(|part| part.panic_free) {
        let proof = || build(&["--bin", part.bin, "--features", "panic-free"]);
        if !links(&mut proof())? {
            bail!(
                "the {} can panic; to see where it does not link:\n    {}",
                part.what,
                proof()
            );
        }
        println!("   {}: none", part.what);
    }
    let mut planted = build(&["--bin", EMPTY, "--features", "panic-free,planted-panic"]);
    if links(&mut planted)? {
        bail!("a planted panic was not found, so the proof proves nothing:\n    {planted}");
    }
    println!("   planted to try the proof: found");
    Ok(())
}

/// Whether it links; any failure but the missing symbol is an error.
fn links(build: &mut Cmd) -> Result<bool> {
    let output = build.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && !said.contains(MISSING_SYMBOL) {
        bail!("{said}\n{}; to repeat it:\n    {build}", output.status);
    }
    Ok(output.status.success())
}

fn build(what: &[&str]) -> Cmd {
    cargo("build")
        .args([
            "--quiet",
            "--release",
            "--manifest-path",
            "xtask/bare/Cargo.toml",
        ])
        .args(["--target", MCU, "--target-dir"])
        .arg(bare_dir())
        .args(what)
}

fn bare_dir() -> PathBuf {
    target_dir().join("bare")
}

struct Measured {
    flash: u64,
    /// Names of types, and bytes of one value.
    ram: Vec<(String, u64)>,
}

fn measure(bin: &str) -> Result<Measured> {
    let path = bare_dir().join(MCU).join("release").join(bin);
    let bytes = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
    let file = ElfFile32::<object::Endianness>::parse(bytes.as_slice())?;
    // Unwinding tables are of a kind of their own; no firmware keeps them.
    let in_flash = |kind| {
        matches!(
            kind,
            SectionKind::Text
                | SectionKind::ReadOnlyData
                | SectionKind::ReadOnlyString
                | SectionKind::Data
        )
    };
    let flash = file
        .sections()
        .filter(|section| in_flash(section.kind()))
        .map(|section| section.size())
        .sum();
    let ram = file
        .symbols()
        .filter_map(|symbol| {
            Some((
                symbol.name().ok()?.strip_prefix("ram:")?.to_owned(),
                symbol.size(),
            ))
        })
        .collect();
    Ok(Measured { flash, ram })
}
