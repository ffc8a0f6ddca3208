//! Lists: `offset`, `limit`, `expanded`, and the envelope around their items.

use serde::Serialize;

use super::{Call, error, json};
use crate::answer::Answer;
use crate::scenario::{EmptyList, Offset};

const DEFAULT_LIMIT: usize = 25;
const MAX_LIMIT: usize = 1000;

/// The query of a request.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        pairs
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn is_expanded(&self) -> bool {
        self.value("expanded")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// The values of one key of `filter=key:a,b;other:c`, if it is given.
    pub(super) fn filter(&self, key: &str) -> Option<Vec<&str>> {
        let parts = self.value("filter")?.split(';');
        let mut pairs = parts.filter_map(|part| part.split_once(':'));
        pairs
            .find(|(known, _)| *known == key)
            .map(|(_, values)| values.split(',').collect())
    }

    /// The number of one key of the filter; `None` if it is something else.
    pub(super) fn filter_number(&self, key: &str, default: u64) -> Option<u64> {
        match self.filter(key).as_deref() {
            None => Some(default),
            Some([text]) => text.parse().ok(),
            Some(_) => None,
        }
    }

    fn number(&self, name: &str, default: usize) -> Option<usize> {
        self.value(name)
            .map_or(Some(default), |text| text.parse().ok())
    }
}

#[derive(Serialize)]
pub(super) struct Links {
    #[serde(rename = "self")]
    this: String,
}

impl Links {
    pub(super) fn to(this: String) -> Self {
        Self { this }
    }
}

#[derive(Serialize)]
struct List<T> {
    links: Links,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<Vec<T>>,
    paging: Paging,
}

#[derive(Serialize)]
struct Paging {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prev: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    next: Vec<String>,
    offset: usize,
    limit: usize,
    count: usize,
    pages: usize,
}

/// One page of `items`, and what `empty_list` says if there are none. `next` is absent from the
/// last page.
pub(super) fn answer<T: Serialize>(
    call: &Call<'_>,
    items: impl ExactSizeIterator<Item = T>,
) -> Answer {
    made(call, items, |item| item)
}

/// The same of what `make` makes of `items`: of those on the page only.
pub(super) fn made<I, T: Serialize>(
    call: &Call<'_>,
    items: impl ExactSizeIterator<Item = I>,
    make: impl FnMut(I) -> T,
) -> Answer {
    let (Some(asked), Some(limit)) = (
        call.query.number("offset", 0),
        call.query.number("limit", DEFAULT_LIMIT),
    ) else {
        return error(
            400,
            "FRAMEWORK",
            "Invalid query parameter for the GETALL operation.",
        );
    };
    let (from, offset) = match call.switches.offset {
        Offset::Heeded => (asked, asked),
        Offset::Ignored => (0, 0),
        Offset::Echoed => (0, asked),
    };
    let limit = limit.clamp(1, MAX_LIMIT);
    let count = items.len();
    let page = |offset: usize| {
        let expanded = if call.query.is_expanded() {
            "&expanded=true"
        } else {
            ""
        };
        format!("{}?offset={offset}&limit={limit}{expanded}", call.url)
    };
    let next = offset.saturating_add(limit);
    let style = call.switches.empty_list;
    if count == 0 && style == EmptyList::NotFound {
        return error(404, "FRAMEWORK", "No items found");
    }
    let shown: Vec<T> = items.skip(from).take(limit).map(make).collect();
    let list = List {
        links: Links::to(page(offset)),
        items: (!shown.is_empty() || style == EmptyList::EmptyArray).then_some(shown),
        paging: Paging {
            prev: (offset > 0)
                .then(|| page(offset.saturating_sub(limit)))
                .into_iter()
                .collect(),
            next: (next < count).then(|| page(next)).into_iter().collect(),
            offset,
            limit,
            count,
            pages: count.div_ceil(limit),
        },
    };
    json(200, &list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_taken_apart() {
        let query = Query::parse("filter=startTime%3A1%3Bstatus%3Agreen%2Cred&limit=3");
        assert_eq!(query.filter("status"), Some(vec!["green", "red"]));
        assert_eq!(query.filter("deviceUUIDs"), None);
        assert_eq!(query.filter_number("startTime", 0), Some(1));
        assert_eq!(query.filter_number("endTime", 9), Some(9));
        assert_eq!(query.filter_number("status", 0), None);
        assert_eq!(query.number("limit", 25), Some(3));
        assert_eq!(query.number("offset", 0), Some(0));
    }
}
