//! The one heap of the image: a region that only Mbed TLS uses.
#![allow(unsafe_code, reason = "C's allocation functions")]

use core::alloc::Layout;
use core::cell::RefCell;
use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr::{NonNull, null_mut};

use critical_section::Mutex;
use linked_list_allocator::Heap;

/// Bytes of the region. One handshake takes 30 KiB with a box's own certificate of RSA
/// with 2048 bits, and 37 KiB with 4096: a record of 16 KiB in, one of 2 KiB out,
/// certificates, numbers. Three certificates of 4096 bits are too many.
pub const HEAP_BYTES: usize = 40 * 1024;

/// Alignment of each block.
pub(crate) const ALIGNMENT: usize = 8;

/// Room for the length in front of each block.
const HEADER: usize = ALIGNMENT;

/// How full the region is, in bytes with all overhead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct HeapUse {
    /// In use now.
    pub now: usize,
    /// The most since boot.
    pub peak: usize,
    /// Requests since boot that found no room.
    pub refused: u32,
}

struct Region {
    heap: Heap,
    ready: bool,
    usage: HeapUse,
}

static REGION: Mutex<RefCell<Region>> = Mutex::new(RefCell::new(Region {
    heap: Heap::empty(),
    ready: false,
    usage: HeapUse {
        now: 0,
        peak: 0,
        refused: 0,
    },
}));

#[repr(C, align(8))]
struct Memory(MaybeUninit<[u8; HEAP_BYTES]>);

static mut MEMORY: Memory = Memory(MaybeUninit::uninit());

/// How full the heap region is.
#[must_use]
pub fn heap_use() -> HeapUse {
    critical_section::with(|cs| REGION.borrow_ref(cs).usage)
}

/// A block of `bytes` bytes, all zero, aligned to eight. `None` if there is none.
pub(crate) fn allocate(bytes: usize) -> Option<NonNull<u8>> {
    let layout = layout(bytes)?;
    let block = critical_section::with(|cs| {
        let region = &mut *REGION.borrow_ref_mut(cs);
        if !region.ready {
            // SAFETY: the memory is used by this heap only, and set up once.
            unsafe { region.heap.init((&raw mut MEMORY).cast(), HEAP_BYTES) };
            region.ready = true;
        }
        let Ok(block) = region.heap.allocate_first_fit(layout) else {
            region.usage.refused = region.usage.refused.saturating_add(1);
            return None;
        };
        region.usage.now = region.heap.used();
        region.usage.peak = region.usage.peak.max(region.usage.now);
        Some(block)
    })?;
    // Interrupts go on meanwhile: a block may have 17 KB.
    // SAFETY: the block has `layout.size()` bytes, and `HEADER` of them come first.
    unsafe {
        block.write_bytes(0, layout.size());
        block.cast::<usize>().write(bytes);
        Some(block.add(HEADER))
    }
}

/// Gives a block back.
///
/// # Safety
/// `block` came from [`allocate`], and is given back once.
pub(crate) unsafe fn release(block: NonNull<u8>) {
    // SAFETY: `allocate` has put the length there.
    let (start, bytes) = unsafe {
        let start = block.sub(HEADER);
        (start, start.cast::<usize>().read())
    };
    let Some(layout) = layout(bytes) else { return };
    critical_section::with(|cs| {
        let region = &mut *REGION.borrow_ref_mut(cs);
        // SAFETY: the layout is the one it was allocated with.
        unsafe { region.heap.deallocate(start, layout) };
        region.usage.now = region.heap.used();
    });
}

fn layout(bytes: usize) -> Option<Layout> {
    Layout::from_size_align(bytes.checked_add(HEADER)?, HEADER).ok()
}

/// Has Mbed TLS take its memory from the region where there is a C library, too.
pub(crate) fn start() {
    #[cfg(not(target_os = "none"))]
    // SAFETY: the two go together, and Mbed TLS has taken no memory yet.
    unsafe {
        mbedtls_rs_sys::mbedtls_platform_set_calloc_free(Some(calloc), Some(free));
    }
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    let bytes = count.checked_mul(size);
    let block = bytes.and_then(allocate);
    block.map_or(null_mut(), |block| block.as_ptr().cast())
}

#[cfg_attr(target_os = "none", unsafe(no_mangle))]
unsafe extern "C" fn free(block: *mut c_void) {
    if let Some(block) = NonNull::new(block.cast()) {
        // SAFETY: C frees what `calloc` gave, once.
        unsafe { release(block) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_region_refuses_and_recovers() {
        let big = HEAP_BYTES / 2;
        let first = allocate(big).expect("empty");
        assert!(first.addr().get().is_multiple_of(8));
        assert_eq!(allocate(big), None);
        assert_eq!(allocate(usize::MAX), None);
        assert_eq!(heap_use().refused, 1);
        assert!(heap_use().now >= big);

        // SAFETY: allocated above, and released once.
        unsafe { release(first) };
        assert_eq!(heap_use().now, 0);
        assert!(heap_use().peak >= big);

        let again = allocate(big).expect("empty again");
        // SAFETY: as above; the block has that many bytes.
        unsafe {
            let bytes = core::slice::from_raw_parts(again.as_ptr(), big);
            assert!(bytes.iter().all(|byte| *byte == 0));
            release(again);
        }
    }
}
