//! The words of the boxes, and what they are worth.

pub(crate) mod fmc;
pub(crate) mod fxos;

use super::Verdict;

/// Words for states. A word that is in no row is [`State::Unknown`].
pub(crate) type Table = &'static [(State, &'static [&'static str])];

/// How one thing that a box looks after is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum State {
    /// Well.
    Ok,
    /// Worth a look.
    Warning,
    /// Not working.
    Critical,
    /// Switched off, or its watch is switched off, on purpose.
    Disabled,
    /// The box says nothing, or a word that is not known here.
    Unknown,
}

impl State {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 5] = [
        Self::Ok,
        Self::Warning,
        Self::Critical,
        Self::Disabled,
        Self::Unknown,
    ];

    /// The name in reports and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Disabled => "disabled",
            Self::Unknown => "unknown",
        }
    }

    /// What it means for the verdict.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Ok | Self::Disabled => Verdict::Ok,
            Self::Warning => Verdict::Warning,
            Self::Critical => Verdict::Critical,
            Self::Unknown => Verdict::Unknown,
        }
    }

    /// As it is for something that is, or is not, wanted to work: what is
    /// switched off may be in any state.
    #[must_use]
    pub const fn wanted(self, wanted: bool) -> Self {
        match self {
            Self::Ok => Self::Ok,
            _ if !wanted => Self::Disabled,
            _ => self,
        }
    }

    /// What `word` means by `table`.
    pub(crate) fn of(word: &[u8], table: Table) -> Self {
        let known = |(_, words): &&(Self, &[&str])| words.iter().any(|known| same(word, known));
        table
            .iter()
            .find(known)
            .map_or(Self::Unknown, |(state, _)| *state)
    }
}

/// How bad an FXOS fault is (`CfprConditionSeverity` in the Firepower MIBs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Severity {
    /// Over.
    Cleared,
    /// A notice.
    Info,
    /// A notice that may become a fault.
    Condition,
    /// No effect on service yet.
    Warning,
    /// An effect, none on service.
    Minor,
    /// Service is affected.
    Major,
    /// Service is affected; act at once.
    Critical,
    /// The box says nothing, or a word that is not known here.
    Unknown,
}

impl Severity {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::Cleared,
        Self::Info,
        Self::Condition,
        Self::Warning,
        Self::Minor,
        Self::Major,
        Self::Critical,
        Self::Unknown,
    ];

    /// The name, as FXOS writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cleared => "cleared",
            Self::Info => "info",
            Self::Condition => "condition",
            Self::Warning => "warning",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
            Self::Unknown => "unknown",
        }
    }

    /// What it means for the verdict.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Cleared | Self::Info | Self::Condition => Verdict::Ok,
            Self::Warning | Self::Minor => Verdict::Warning,
            Self::Major | Self::Critical => Verdict::Critical,
            Self::Unknown => Verdict::Unknown,
        }
    }

    /// The `severity` of a `faultInst`.
    #[must_use]
    pub fn of(word: &[u8]) -> Self {
        Self::ALL
            .into_iter()
            .find(|severity| *severity != Self::Unknown && same(word, severity.as_str()))
            .unwrap_or(Self::Unknown)
    }
}

/// Whether two words are the same but for letter case, hyphens, underscores and
/// blanks: the MIBs write `notInstalled`, the REST API `not-installed`.
pub(crate) fn same(word: &[u8], known: &str) -> bool {
    let letters = |byte: &u8| !matches!(byte, b'-' | b'_' | b' ');
    let word = word
        .iter()
        .filter(|byte| letters(byte))
        .map(u8::to_ascii_lowercase);
    word.eq(known
        .bytes()
        .filter(letters)
        .map(|byte| byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices() {
        let table: &[(&str, Verdict)] = &[
            ("green", Verdict::Ok),
            ("GREEN", Verdict::Ok),
            ("Recovered", Verdict::Ok),
            ("yellow", Verdict::Warning),
            ("red", Verdict::Critical),
            ("RED", Verdict::Critical),
            ("black", Verdict::Critical),
            ("ERROR", Verdict::Critical),
            ("FAILED", Verdict::Critical),
            ("disabled", Verdict::Ok),
            ("purple", Verdict::Unknown),
            ("blue", Verdict::Unknown),
            ("", Verdict::Unknown),
        ];
        for (word, verdict) in table {
            assert_eq!(
                State::of(word.as_bytes(), fmc::HEALTH).verdict(),
                *verdict,
                "{word}"
            );
        }
        assert_eq!(State::of(b"disabled", fmc::HEALTH), State::Disabled);
    }

    #[test]
    fn instances() {
        assert_eq!(State::of(b"online", fxos::INSTANCE), State::Ok);
        for word in [
            "starting",
            "Started",
            "update-succeeded",
            "UPDATING",
            "stopping",
        ] {
            assert_eq!(
                State::of(word.as_bytes(), fxos::INSTANCE),
                State::Warning,
                "{word}"
            );
        }
        for word in [
            "offline",
            "not-installed",
            "installFailed",
            "not_responding",
            "fault",
        ] {
            assert_eq!(
                State::of(word.as_bytes(), fxos::INSTANCE),
                State::Critical,
                "{word}"
            );
        }
        assert_eq!(State::of(b"on-fire", fxos::INSTANCE), State::Unknown);
    }

    #[test]
    fn equipment() {
        assert_eq!(State::of(b"operable", fxos::OPERABILITY), State::Ok);
        assert_eq!(
            State::of(b"fanspeed-increased", fxos::OPERABILITY),
            State::Warning
        );
        assert_eq!(
            State::of(b"thermalProblem", fxos::OPERABILITY),
            State::Critical
        );
        assert_eq!(State::of(b"disabled", fxos::OPERABILITY), State::Disabled);
        assert_eq!(State::of(b"unknown", fxos::OPERABILITY), State::Unknown);
    }

    #[test]
    fn faults() {
        let table: &[(&str, Verdict)] = &[
            ("cleared", Verdict::Ok),
            ("info", Verdict::Ok),
            ("condition", Verdict::Ok),
            ("warning", Verdict::Warning),
            ("minor", Verdict::Warning),
            ("Major", Verdict::Critical),
            ("critical", Verdict::Critical),
            ("unknown", Verdict::Unknown),
            ("apocalyptic", Verdict::Unknown),
        ];
        for (word, verdict) in table {
            assert_eq!(Severity::of(word.as_bytes()).verdict(), *verdict, "{word}");
        }
    }

    #[test]
    fn no_word_is_in_two_rows() {
        for table in fmc::ALL.iter().chain(fxos::ALL) {
            for (state, words) in *table {
                for word in *words {
                    assert_eq!(State::of(word.as_bytes(), table), *state, "{word}");
                }
            }
        }
    }
}
