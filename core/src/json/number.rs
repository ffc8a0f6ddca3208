//! The grammar of numbers (RFC 8259, section 6).

/// How far into a number the scanner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// After `-`: a digit must follow.
    Minus,
    /// After a leading `0`: no digit may follow.
    Zero,
    /// In the integer part.
    Integer,
    /// After `.`: a digit must follow.
    Point,
    /// In the fraction.
    Fraction,
    /// After `e`: a sign or a digit must follow.
    Exponent,
    /// After the sign of the exponent: a digit must follow.
    Sign,
    /// In the digits of the exponent.
    Power,
}

impl Number {
    /// A number that begins with `byte`, if one can.
    pub(super) const fn begin(byte: u8) -> Option<Self> {
        match byte {
            b'-' => Some(Self::Minus),
            b'0' => Some(Self::Zero),
            b'1'..=b'9' => Some(Self::Integer),
            _ => None,
        }
    }

    /// The state after `byte`; `None` if it does not continue the number.
    pub(super) const fn next(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Minus, b'0') => Some(Self::Zero),
            (Self::Minus, b'1'..=b'9') | (Self::Integer, b'0'..=b'9') => Some(Self::Integer),
            (Self::Zero | Self::Integer, b'.') => Some(Self::Point),
            (Self::Point | Self::Fraction, b'0'..=b'9') => Some(Self::Fraction),
            (Self::Zero | Self::Integer | Self::Fraction, b'e' | b'E') => Some(Self::Exponent),
            (Self::Exponent, b'+' | b'-') => Some(Self::Sign),
            (Self::Exponent | Self::Sign | Self::Power, b'0'..=b'9') => Some(Self::Power),
            _ => None,
        }
    }

    /// Whether the number may end here, before `next` (if there is a next byte).
    pub(super) const fn may_end(self, next: Option<u8>) -> bool {
        match self {
            Self::Zero => !matches!(next, Some(b'0'..=b'9')),
            Self::Integer | Self::Fraction | Self::Power => true,
            Self::Minus | Self::Point | Self::Exponent | Self::Sign => false,
        }
    }
}
