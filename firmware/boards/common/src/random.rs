//! One source of random numbers for all tasks.

use core::cell::RefCell;
use core::convert::Infallible;

use embassy_sync::blocking_mutex::ThreadModeMutex;
use rand_core::{CryptoRng, Rng as _, TryCryptoRng, TryRng};
use static_cell::StaticCell;

type Source = &'static mut (dyn CryptoRng + Send);

/// A handle on the source. The tasks run in thread mode, one at a time: nothing is
/// locked for long, and no interrupt is held up.
#[derive(Clone, Copy)]
pub(crate) struct Random(&'static ThreadModeMutex<RefCell<Source>>);

impl Random {
    /// Shares `source`.
    ///
    /// # Panics
    /// When it is called twice.
    pub(crate) fn new(source: Source) -> Self {
        static SOURCE: StaticCell<ThreadModeMutex<RefCell<Source>>> = StaticCell::new();
        Self(SOURCE.init(ThreadModeMutex::new(RefCell::new(source))))
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.lock(|source| source.borrow_mut().next_u32()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.lock(|source| source.borrow_mut().next_u64()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.lock(|source| source.borrow_mut().fill_bytes(bytes));
        Ok(())
    }
}

impl TryCryptoRng for Random {}
