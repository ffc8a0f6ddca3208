//! How callers wait for a session or a credential to change, and are woken.
//!
//! What they wait for is kept behind a mutex, and counts its changes. Whoever
//! has changed it lets the mutex go and then [notifies](Epoch::notify).

use core::pin::pin;

use tokio::sync::watch;

/// Where those are woken who wait for one thing to change.
#[derive(Default)]
pub(crate) struct Epoch(watch::Sender<u32>);

impl Epoch {
    /// Has those who wait look again, unless they were told of `epoch` before.
    pub(crate) fn notify(&self, epoch: u32) {
        self.0
            .send_if_modified(|told| core::mem::replace(told, epoch) != epoch);
    }
}

/// Ends when `look` sees another epoch than `seen`, or with `late`.
///
/// `look` is asked again each time one of the `two` is notified. Cancel-safe.
pub(crate) async fn changed(
    two: [&Epoch; 2],
    seen: u32,
    look: impl Fn() -> u32,
    late: impl Future<Output = ()>,
) {
    // Subscribed before the look: what changes in between is not missed.
    let [mut one, mut other] = two.map(|epoch| epoch.0.subscribe());
    let mut late = pin!(late);
    while look() == seen {
        tokio::select! {
            biased;
            _ = one.changed() => {}
            _ = other.changed() => {}
            () = &mut late => return,
        }
    }
}

#[cfg(test)]
mod tests;
