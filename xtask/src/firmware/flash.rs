//! `cargo xtask firmware flash`: firmware and configuration onto a board, by a
//! debug probe or as files for a boot drive.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::board::{Board, Protection};
use super::config::Config;
use super::elf::Elf;
use super::probe::Probe;
use super::{protect, uf2};
use crate::setup;

/// Flashes `board` with a probe, and says what was done.
pub(super) fn by_probe(board: &Board, config: Option<&Path>, protect: bool) -> Result<()> {
    // What can not work shows before the long build.
    if protect {
        protect::is_possible(&board.protection)?;
    }
    let probe = Probe::of(board)?;
    let config = Config::read(config)?;
    setup::firmware()?;
    let image = board.build()?;
    let address = config_address(&Elf::read(&image)?)?;
    let protection = protect.then_some(&board.protection);
    write(&probe, &image, config.as_ref(), address)?;
    match protection {
        Some(_) => protect::stm32h7(&probe),
        None => {
            probe.cmd("reset").run()?;
            println!("   read-out protection: not touched. {}", left_open(board));
            Ok(())
        }
    }
}

/// Writes the image, and the configuration at its address.
pub(super) fn write(
    probe: &Probe,
    image: &Path,
    config: Option<&Config>,
    address: u32,
) -> Result<()> {
    let download = probe.cmd("download").arg("--verify");
    download.arg(image).run()?;
    println!("   firmware: written");
    let Some(config) = config else {
        println!("   configuration: not touched (none was given: --config)");
        return Ok(());
    };
    let address = format!("{address:#010x}");
    let download = probe
        .cmd("download")
        .args(["--verify", "--binary-format", "bin"]);
    let download = download.args(["--base-address", &address]);
    download.arg(&config.path).run()?;
    println!("   configuration: written at {address}");
    Ok(())
}

/// What to know about a board that was not locked.
const fn left_open(board: &Board) -> &'static str {
    match board.protection {
        Protection::Stm32h7 => {
            "Unless it is on, who holds the board can read its passwords: --protect"
        }
        Protection::Rp2350 | Protection::None => {
            "Who holds the board can read its passwords: keep it locked up"
        }
    }
}

/// Makes UF2 files of firmware and configuration in `dir`.
pub(super) fn as_uf2(board: &Board, config: Option<&Path>, dir: &Path) -> Result<()> {
    if !board.boot_drive {
        bail!(
            "{} has no boot drive, and so takes no UF2 files",
            board.name
        );
    }
    let config = Config::read(config)?;
    setup::firmware()?;
    let elf = Elf::read(&board.build()?)?;
    let address = config_address(&elf)?;
    fs::create_dir_all(dir).with_context(|| format!("could not make {}", dir.display()))?;
    write_private(&dir.join("firmware.uf2"), &uf2::encode(&elf.pieces()?))?;
    println!(
        "   Hold BOOTSEL while plugging the board in, and copy the file onto the drive that\n   \
         appears."
    );
    if let Some(config) = config {
        let piece = (address, config.bytes);
        write_private(&dir.join("config.uf2"), &uf2::encode(&[piece]))?;
        println!("   The same again for this one. Delete it then: it holds passwords in clear.");
    }
    Ok(())
}

/// Writes a file that only its owner can read, also where there was one before.
fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    const OWNER_ONLY: u32 = 0o600;
    let mut options = fs::OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(OWNER_ONLY);
    let written = options.open(path).and_then(|mut file| {
        file.set_permissions(fs::Permissions::from_mode(OWNER_ONLY))?;
        file.write_all(bytes)
    });
    written.with_context(|| format!("could not write {}", path.display()))?;
    println!("   {}: {} bytes", path.display(), bytes.len());
    Ok(())
}

/// Where the image looks for a configuration that a programmer has written.
fn config_address(elf: &Elf) -> Result<u32> {
    Ok(u32::try_from(elf.symbol("_config_a")?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_passwords_is_its_owners_alone_even_where_one_was_before() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.uf2");
        fs::write(&path, "an older one, that is longer").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write_private(&path, b"secret").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(
            (mode & 0o777, fs::read(&path).unwrap()),
            (0o600, b"secret".to_vec())
        );
    }
}
