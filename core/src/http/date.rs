//! Dates in header fields (RFC 9110, section 5.6.7).

/// Seconds since 1970-01-01T00:00:00Z of an HTTP date; none if it is not one,
/// or before 1970.
///
/// All three forms are read: `Sun, 06 Nov 1994 08:49:37 GMT`,
/// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`. A year of
/// two digits is one of 1970 to 2069. The name of the day must be one, but is
/// not compared with the date.
#[must_use]
pub fn http_date(value: &[u8]) -> Option<u64> {
    let value = value.trim_ascii();
    FORMS.iter().find_map(|form| read(form, value))
}

/// Written as for `strptime`. `%A` is the name of the day in full.
const FORMS: [&[u8]; 3] = [
    b"%a, %d %b %Y %T GMT",
    b"%A, %d-%b-%y %T GMT",
    b"%a %b %e %T %Y",
];

const DAYS: [&[u8]; 7] = [
    b"Monday",
    b"Tuesday",
    b"Wednesday",
    b"Thursday",
    b"Friday",
    b"Saturday",
    b"Sunday",
];

/// Name, days before it in a year that is not a leap year, its days.
const MONTHS: [(&[u8], u16, u8); 12] = [
    (b"Jan", 0, 31),
    (b"Feb", 31, 28),
    (b"Mar", 59, 31),
    (b"Apr", 90, 30),
    (b"May", 120, 31),
    (b"Jun", 151, 30),
    (b"Jul", 181, 31),
    (b"Aug", 212, 31),
    (b"Sep", 243, 30),
    (b"Oct", 273, 31),
    (b"Nov", 304, 30),
    (b"Dec", 334, 31),
];

#[derive(Default)]
struct Date {
    year: u32,
    /// Days before the month in its year, and its own.
    month: (u16, u8),
    day: u32,
    /// Seconds of the day.
    time: u32,
}

fn read(form: &[u8], value: &[u8]) -> Option<u64> {
    let mut date = Date::default();
    let mut rest = Cursor(value);
    let mut form = form.iter();
    while let Some(&byte) = form.next() {
        let conversion = if byte == b'%' { form.next() } else { None };
        match conversion {
            None => rest.literal(&[byte])?,
            Some(b'a') => rest.day_name(3)?,
            Some(b'A') => rest.day_name(usize::MAX)?,
            Some(b'b') => date.month = rest.month()?,
            Some(b'd') => date.day = rest.number(2)?,
            Some(b'e') if rest.literal(b" ").is_some() => date.day = rest.number(1)?,
            Some(b'e') => date.day = rest.number(2)?,
            Some(b'y') => date.year = full_year(rest.number(2)?),
            Some(b'Y') => date.year = rest.number(4)?,
            Some(_) => date.time = rest.time()?,
        }
    }
    if rest.0.is_empty() {
        date.seconds()
    } else {
        None
    }
}

const fn full_year(two_digits: u32) -> u32 {
    let century = if two_digits < 70 { 2000 } else { 1900 };
    two_digits.saturating_add(century)
}

impl Date {
    fn seconds(&self) -> Option<u64> {
        let (before_month, in_month) = self.month;
        let leap = is_leap(self.year);
        let february = in_month == 28;
        let last = u32::from(in_month).saturating_add(u32::from(february && leap));
        if !(1970..=9999).contains(&self.year) || !(1..=last).contains(&self.day) {
            return None;
        }
        let leap_day = u32::from(leap && before_month >= 59);
        let leap_days = leap_years(self.year).saturating_sub(leap_years(1970));
        let days = ((self.year - 1970) * 365)
            .saturating_add(leap_days)
            .saturating_add(u32::from(before_month))
            .saturating_add(leap_day)
            .saturating_add(self.day - 1);
        Some(u64::from(days) * 86_400 + u64::from(self.time))
    }
}

const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Leap years before `year`.
const fn leap_years(year: u32) -> u32 {
    let before = year.saturating_sub(1);
    (before / 4)
        .saturating_sub(before / 100)
        .saturating_add(before / 400)
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn literal(&mut self, literal: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(literal)?;
        Some(())
    }

    fn number(&mut self, digits: usize) -> Option<u32> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0, |number: u32, &byte| {
            let digit = byte.is_ascii_digit().then_some(byte & 0x0f)?;
            number.checked_mul(10)?.checked_add(digit.into())
        })
    }

    /// The name of a day, of which `letters` are written.
    fn day_name(&mut self, letters: usize) -> Option<()> {
        DAYS.iter()
            .find_map(|name| self.literal(name.get(..letters).unwrap_or(name)))
    }

    fn month(&mut self) -> Option<(u16, u8)> {
        MONTHS
            .iter()
            .find_map(|&(name, before, days)| self.literal(name).map(|()| (before, days)))
    }

    /// `08:49:37`, in seconds; a leap second may stand.
    fn time(&mut self) -> Option<u32> {
        let hours = self.number(2).filter(|&hours| hours < 24)?;
        self.literal(b":")?;
        let minutes = self.number(2).filter(|&minutes| minutes < 60)?;
        self.literal(b":")?;
        let seconds = self.number(2).filter(|&seconds| seconds <= 60)?;
        Some(hours * 3600 + minutes * 60 + seconds)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_forms_one_moment() {
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "  Sun, 06 Nov 1994 08:49:37 GMT ",
        ] {
            assert_eq!(http_date(date.as_bytes()), Some(784_111_777), "{date}");
        }
    }

    #[test]
    fn golden() {
        for (date, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Tue, 11 Aug 2020 02:54:06 GMT", Some(1_597_114_446)),
            ("Sat, 29 Feb 2020 23:59:59 GMT", Some(1_583_020_799)),
            ("Sun, 01 Mar 2020 00:00:00 GMT", Some(1_583_020_800)),
            ("Tue, 29 Feb 2000 00:00:00 GMT", Some(951_782_400)),
            ("Sat, 31 Dec 2016 23:59:60 GMT", Some(1_483_228_800)),
            ("Tue, 19 Jan 2038 03:14:08 GMT", Some(1 << 31)),
            ("Friday, 31-Dec-99 23:59:59 GMT", Some(946_684_799)),
            ("Thursday, 01-Jan-69 00:00:00 GMT", Some(3_124_224_000)),
            ("Fri Dec 31 23:59:59 9999", Some(253_402_300_799)),
            ("Wed, 31 Dec 1969 23:59:59 GMT", None),
            ("Mon, 29 Feb 2100 00:00:00 GMT", None),
            ("Tue, 31 Apr 2020 00:00:00 GMT", None),
            ("Tue, 00 Apr 2020 00:00:00 GMT", None),
            ("Tue, 11 Aug 2020 24:00:00 GMT", None),
            ("Tue, 11 Aug 2020 02:54:06 UTC", None),
            ("Tue, 11 Aug 2020 02:54:06 GMT+1", None),
            ("Tue, 1 Aug 2020 02:54:06 GMT", None),
            ("Day, 11 Aug 2020 02:54:06 GMT", None),
            ("120", None),
            ("", None),
        ] {
            assert_eq!(http_date(date.as_bytes()), seconds, "{date}");
        }
    }

    proptest! {
        /// Counted day by day, the slow way.
        #[test]
        fn days_follow_each_other(days in 0u64..60_000, time in 0u64..86_400) {
            let (mut year, mut month, mut day) = (1970_u32, 0, days);
            loop {
                let leap_day = u64::from(month == 1 && is_leap(year));
                let last = u64::from(MONTHS[month].2) + leap_day;
                if day < last {
                    break;
                }
                day -= last;
                month += 1;
                if month == 12 {
                    (year, month) = (year + 1, 0);
                }
            }
            let name = core::str::from_utf8(MONTHS[month].0).unwrap_or_default();
            let (h, m, s) = (time / 3600, time / 60 % 60, time % 60);
            let date = std::format!("Thu, {:02} {name} {year} {h:02}:{m:02}:{s:02} GMT", day + 1);
            prop_assert_eq!(http_date(date.as_bytes()), Some(days * 86_400 + time));
        }

        #[test]
        fn nothing_panics(bytes: std::vec::Vec<u8>, digits in "[0-9]{2}", year in "[0-9]{4}") {
            let _ = http_date(&bytes);
            let _ = http_date(std::format!("Mon, {digits} Feb {year} 00:00:{digits} GMT").as_bytes());
        }
    }
}
