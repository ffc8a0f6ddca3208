//! UF2, the files that the boot drive of a Raspberry Pi chip takes: blocks of 512
//! bytes, each with 256 of content and its address.
//!
//! Format: <https://github.com/microsoft/uf2>, "File format". Family: RP2350
//! datasheet, 5.5.3. As there is no partition table on the board, erratum
//! RP2350-E10 does not apply (Appendix E), and content goes where it says.

use std::collections::BTreeMap;

use super::elf::Piece;

const START: [u32; 2] = [0x0A32_4655, 0x9E5D_5157];
const END: u32 = 0x0AB1_6F30;
const HAS_FAMILY: u32 = 0x2000;
/// An image for the Arm cores of an RP2350, in the secure state.
const RP2350_ARM_S: u32 = 0xE48B_FF59;

const BLOCK: usize = 512;
/// Content of one block, and what its address is a multiple of: a page of flash.
const PAGE: usize = 256;
/// Where content begins in a block.
const CONTENT: usize = 32;
/// Erased flash.
const ERASED: u8 = 0xFF;

/// A file with `pieces`. Pages that they fill in part are filled up with what
/// erased flash holds.
pub(super) fn encode(pieces: &[Piece]) -> Vec<u8> {
    let pages = pages(pieces);
    let count = pages.len() as u32;
    let blocks = pages.iter().zip(0..);
    blocks
        .flat_map(|((address, page), number)| block(*address, page, number, count))
        .collect()
}

/// The content by page, in the order of addresses.
fn pages(pieces: &[Piece]) -> BTreeMap<u32, [u8; PAGE]> {
    let mut pages = BTreeMap::new();
    for (start, bytes) in pieces {
        for (at, byte) in (*start..).zip(bytes) {
            let within = at as usize % PAGE;
            let page = pages.entry(at - within as u32);
            page.or_insert([ERASED; PAGE])[within] = *byte;
        }
    }
    pages
}

fn block(address: u32, page: &[u8; PAGE], number: u32, count: u32) -> [u8; BLOCK] {
    let header = [
        START[0],
        START[1],
        HAS_FAMILY,
        address,
        PAGE as u32,
        number,
        count,
        RP2350_ARM_S,
    ];
    let mut block = [0; BLOCK];
    for (field, value) in block.chunks_exact_mut(4).zip(header) {
        field.copy_from_slice(&value.to_le_bytes());
    }
    block[CONTENT..CONTENT + PAGE].copy_from_slice(page);
    block[BLOCK - 4..].copy_from_slice(&END.to_le_bytes());
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a file the way a boot drive does: each block by itself.
    fn decode(file: &[u8]) -> Vec<Piece> {
        assert_eq!(file.len() % BLOCK, 0);
        let count = file.len() / BLOCK;
        let blocks = file.chunks_exact(BLOCK).enumerate();
        let read = blocks.map(|(number, block)| {
            let word = |at: usize| u32::from_le_bytes(block[at..at + 4].try_into().unwrap());
            assert_eq!(&block[..4], b"UF2\n");
            assert_eq!((word(4), word(508)), (0x9E5D_5157, 0x0AB1_6F30));
            assert_eq!((word(8), word(28)), (0x2000, 0xE48B_FF59));
            assert_eq!((word(16), word(20) as usize), (256, number));
            assert_eq!(word(24) as usize, count);
            assert_eq!(word(12) % 256, 0);
            assert!(block[32 + 256..508].iter().all(|byte| *byte == 0));
            (word(12), block[32..32 + 256].to_vec())
        });
        read.collect()
    }

    #[test]
    fn what_goes_in_comes_out_in_whole_pages() {
        let image: Vec<u8> = (0..700_u32).map(|n| n as u8).collect();
        let read = decode(&encode(&[(0x1000_0000, image.clone())]));
        let addresses: Vec<u32> = read.iter().map(|(address, _)| *address).collect();
        assert_eq!(addresses, [0x1000_0000, 0x1000_0100, 0x1000_0200]);
        let bytes = read.concat_pieces();
        assert_eq!(bytes[..700], image);
        assert!(bytes[700..].iter().all(|byte| *byte == 0xFF));
    }

    #[test]
    fn pieces_may_share_a_page_and_leave_gaps() {
        let pieces = [(0x1000_0110, vec![3]), (0x1000_00FF, vec![1, 2])];
        let read = decode(&encode(&pieces));
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].0, read[0].1[255]), (0x1000_0000, 1));
        assert_eq!(
            (read[1].0, read[1].1[0], read[1].1[16]),
            (0x1000_0100, 2, 3)
        );
        assert_eq!(read[1].1[1], 0xFF);

        let far = decode(&encode(&[(0x1000_0000, vec![1]), (0x103F_0000, vec![2])]));
        assert_eq!((far[0].0, far[1].0), (0x1000_0000, 0x103F_0000));
    }

    trait Concat {
        fn concat_pieces(&self) -> Vec<u8>;
    }

    impl Concat for Vec<Piece> {
        fn concat_pieces(&self) -> Vec<u8> {
            self.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
        }
    }
}
