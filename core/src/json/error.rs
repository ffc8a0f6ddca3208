//! Ways in which a body can break JSON.

use core::fmt;

/// Why a text is not JSON (RFC 8259).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum JsonError {
    /// There is no value at all.
    Empty,
    /// The text ended in the middle.
    Truncated,
    /// No object or array begins where only few bytes may precede it.
    Junk,
    /// Something other than a value stands where a value must.
    Value,
    /// Something other than a member's name stands where a name must.
    Name,
    /// No colon follows the name of a member.
    Colon,
    /// No comma and no matching bracket follows a value.
    Comma,
    /// A number breaks the grammar of numbers.
    Number,
    /// A word other than `true`, `false` and `null`.
    Literal,
    /// A backslash in a string begins none of the escapes.
    Escape,
    /// A string holds an unescaped control character.
    Control,
    /// Objects and arrays are nested more than [`MAX_DEPTH`](super::MAX_DEPTH) deep.
    Depth,
    /// Something follows the value.
    Trailing,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Truncated => "it ends in the middle",
            Self::Junk => "it does not begin with an object or an array",
            Self::Value => "a value is missing",
            Self::Name => "the name of a member is missing",
            Self::Colon => "a colon is missing",
            Self::Comma => "a comma or a closing bracket is missing",
            Self::Number => "a number is malformed",
            Self::Literal => "a word is neither true, false nor null",
            Self::Escape => "an escape in a string is malformed",
            Self::Control => "a string holds a control character",
            Self::Depth => "it is nested too deeply",
            Self::Trailing => "something follows its end",
        })
    }
}

impl core::error::Error for JsonError {}
