//! The word that was probably meant.

/// The one of `known` that `word` is most likely a slip of.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let folded = |word: &str| word.to_lowercase().replace('-', "_");
    let word = folded(word);
    let longest = word.chars().count().max(3) / 3;
    let distance = |known: &str| strsim::damerau_levenshtein(&word, &folded(known));
    let close = known.into_iter().map(|known| (distance(known), known));
    let close = close.filter(|(distance, _)| *distance <= longest);
    close
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// `; did you mean "x"?`, if anything is near, and all there are: `; known: x, y`.
pub(crate) fn suggestion<'k>(
    word: &str,
    there_are: &str,
    known: impl Iterator<Item = &'k str> + Clone,
) -> String {
    let all: Vec<_> = known.clone().collect();
    let meant =
        nearest(word, known).map_or(String::new(), |near| format!("did you mean {near:?}? "));
    if all.is_empty() {
        "there are none".to_owned()
    } else {
        format!("{meant}{there_are}: {}", all.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised() {
        let known = ["url", "credentials", "pins", "ca_file", "timeout"];
        let of = |word: &str| nearest(word, known);
        assert_eq!(of("credential"), Some("credentials"));
        assert_eq!(of("pin"), Some("pins"));
        assert_eq!(of("CA-File"), Some("ca_file"));
        assert_eq!(of("tiemout"), Some("timeout"));
        assert_eq!(of("colour"), None);
        assert_eq!(of(""), None);
        assert_eq!(nearest("x", []), None);
    }
}
