//! Read-out protection, which keeps who holds a board from reading its passwords
//! with a probe.

use core::time::Duration;

use anyhow::{Result, bail};

use super::board::Protection;
use super::probe::Probe;

/// Registers of the STM32H743's flash, and what is written to them: RM0433,
/// "Embedded flash memory (FLASH)", option byte modification and FLASH registers.
const OPTKEYR: u32 = 0x5200_2008;
const KEYS: [u32; 2] = [0x0819_2A3B, 0x4C5D_6E7F];
const OPTCR: u32 = 0x5200_2018;
const OPTSTART: u32 = 1 << 1;
const OPTSR_CUR: u32 = 0x5200_201C;
const OPT_BUSY: u32 = 1;
const OPTSR_PRG: u32 = 0x5200_2020;
/// Where the level of protection is in `OPTSR`: any value but two is level 1.
const RDP: u32 = 0xFF << 8;
const LEVEL_0: u32 = 0xAA << 8;
const LEVEL_1: u32 = 0xBB << 8;
/// The level that can never be undone. Nothing here sets it.
const LEVEL_2: u32 = 0xCC << 8;

/// Looks at the option bytes while they are written, and how often.
const LOOKS: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(100);

/// Whether this program can switch it on.
///
/// # Errors
/// Why not, and what to do instead.
pub(super) fn is_possible(protection: &Protection) -> Result<()> {
    match protection {
        Protection::Stm32h7 => Ok(()),
        Protection::None => bail!("there is nothing to protect"),
        Protection::Rp2350 => bail!(
            "--protect: the RP2350 has no read-out protection that could be undone, so nothing \
             was done. Debugging and the boot drive can be disabled for good in its one-time \
             programmable memory (RP2350 datasheet, 10.5 and 13), which this program does not \
             do; and its flash is a chip of its own that can be read beside it in any case. \
             Keep the board where nobody can take it."
        ),
    }
}

/// Sets level 1: the flash can not be read by a probe any more, and going back to
/// level 0 erases it.
pub(super) fn stm32h7(probe: &Probe) -> Result<()> {
    let options = probe.read(OPTSR_CUR)?;
    match options & RDP {
        LEVEL_0 => {}
        LEVEL_2 => bail!("the chip is at level 2 already, for good"),
        _ => {
            println!("   read-out protection: level 1 was on already");
            return Ok(());
        }
    }
    for key in KEYS {
        probe.write(OPTKEYR, key)?;
    }
    probe.write(OPTSR_PRG, options & !RDP | LEVEL_1)?;
    probe.write(OPTCR, OPTSTART)?;
    let set = settled(probe)?;
    if set & RDP == LEVEL_0 {
        bail!("the chip did not take it: read-out protection is still off (OPTSR {set:#010x})");
    }
    println!(
        "   read-out protection: level 1 is on. Take the board off its power once: it does\n   \
         not start before that. To flash it again, level 0 has to be set first, which\n   \
         erases firmware and configuration: STM32CubeProgrammer does that."
    );
    Ok(())
}

/// The option bytes once they are written.
fn settled(probe: &Probe) -> Result<u32> {
    for _ in 0..LOOKS {
        let options = probe.read(OPTSR_CUR)?;
        if options & OPT_BUSY == 0 {
            return Ok(options);
        }
        std::thread::sleep(BETWEEN);
    }
    bail!("the chip is still writing its option bytes; take it off its power, and look again")
}
