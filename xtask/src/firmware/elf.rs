//! What an image says of itself: how large it is, and where things go.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use object::read::elf::{ElfFile32, FileHeader as _, ProgramHeader as _};
use object::{LittleEndian, Object as _, ObjectSection as _, ObjectSymbol as _, SectionKind, elf};

/// An image as the linker made it.
pub(super) struct Elf(Vec<u8>);

/// Bytes that an image takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// Code, constants, and the start values of variables.
    pub(super) flash: u64,
    /// All variables, the heap of TLS among them.
    pub(super) ram: u64,
    /// What is left for the stack.
    pub(super) stack: u64,
}

/// Bytes, and where they go.
pub(super) type Piece = (u32, Vec<u8>);

impl Elf {
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
        let elf = Self(bytes);
        elf.parsed()?;
        Ok(elf)
    }

    fn parsed(&self) -> Result<ElfFile32<'_>> {
        Ok(ElfFile32::parse(self.0.as_slice())?)
    }

    pub(super) fn size(&self) -> Result<Size> {
        let file = self.parsed()?;
        let sum = |wanted: fn(SectionKind) -> bool| -> u64 {
            let sections = file.sections().filter(|section| wanted(section.kind()));
            sections.map(|section| section.size()).sum()
        };
        Ok(Size {
            flash: sum(is_in_flash),
            ram: sum(is_in_ram),
            stack: self.symbol("_stack_start")? - self.symbol("_stack_end")?,
        })
    }

    /// The value that the linker gave a symbol.
    pub(super) fn symbol(&self, name: &str) -> Result<u64> {
        let file = self.parsed()?;
        let symbol = file.symbols().find(|symbol| symbol.name() == Ok(name));
        let symbol = symbol.with_context(|| format!("the image has no symbol {name}"))?;
        Ok(symbol.address())
    }

    /// What is to be written into flash, by physical address.
    pub(super) fn pieces(&self) -> Result<Vec<Piece>> {
        let data = self.0.as_slice();
        let header = elf::FileHeader32::<LittleEndian>::parse(data)?;
        let endian = LittleEndian;
        let mut pieces = Vec::new();
        for segment in header.program_headers(endian, data)? {
            let bytes = segment.data(endian, data).ok();
            let bytes = bytes.context("a segment of the image is cut off")?;
            if segment.p_type(endian) == elf::PT_LOAD && !bytes.is_empty() {
                pieces.push((segment.p_paddr(endian), bytes.to_vec()));
            }
        }
        Ok(pieces)
    }
}

/// Unwinding tables are of a kind of their own; no firmware keeps them.
fn is_in_flash(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Text
            | SectionKind::ReadOnlyData
            | SectionKind::ReadOnlyString
            | SectionKind::Data
    )
}

fn is_in_ram(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::Data | SectionKind::UninitializedData)
}
