//! Request methods (RFC 9110, section 9; PATCH: RFC 5789).

/// The methods that the two APIs use, and HEAD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Method {
    /// Deletes an object.
    Delete,
    /// Retrieves an object.
    Get,
    /// As GET, without the body.
    Head,
    /// Updates an object in part.
    Patch,
    /// Creates an object.
    Post,
    /// Replaces an object.
    Put,
}

impl Method {
    /// The method's name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }

    /// Whether the method only reads, so that it may be sent again.
    #[must_use]
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
}
