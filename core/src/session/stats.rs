//! What a session has done, in numbers.

/// Counts since the session was made. All saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Stats {
    /// Logins that brought tokens.
    pub logins: u32,
    /// Logins that the box refused.
    pub refused_logins: u32,
    /// Refreshes that brought tokens.
    pub refreshes: u32,
    /// Refreshes that the box refused.
    pub refused_refreshes: u32,
    /// Sessions that were closed by a logout.
    pub logouts: u32,
    /// Sessions that the box had ended before we closed them.
    pub ended: u32,
    /// Of those, the ones that another login of the same user has ended, as far
    /// as can be told: before their time, and not at an age at which the box
    /// ends all sessions.
    pub displaced: u32,
    /// Sessions whose tokens the caller has taken elsewhere.
    pub handed_over: u32,
    /// Sessions that may still be open on the box and that nobody can close:
    /// the reply of their login, of their last refresh, or of their logout was
    /// lost.
    pub orphans: u32,
}

impl Stats {
    pub(super) const fn count(counter: &mut u32) {
        *counter = counter.saturating_add(1);
    }
}
