//! The path of a request, out of a template.

use core::fmt::Write as _;

use heapless::String;

use super::reader::ID_MAX;
use super::steps::{END, ID, START};
use super::{ALERT_WINDOW, MAX_PATH};
use crate::text::Text;

/// Writes `template` with its placeholders filled; those that are not of a check
/// stay, for the session to fill.
pub(super) fn fill(
    path: &mut String<MAX_PATH>,
    template: &str,
    date: Option<u64>,
    id: Option<&Text<ID_MAX>>,
) {
    let end = date.unwrap_or_default();
    let start = end.saturating_sub(ALERT_WINDOW.as_secs());
    let mut rest = template;
    while let Some((before, placeholder, after)) = next(rest) {
        // A path that does not fit is refused when it is sent.
        let _ = path.push_str(before);
        let _ = match (placeholder, id) {
            (START, _) => write!(path, "{start}"),
            (END, _) => write!(path, "{end}"),
            (ID, Some(id)) => write!(path, "{id}"),
            _ => write!(path, "{{{placeholder}}}"),
        };
        rest = after;
    }
    let _ = path.push_str(rest);
}

/// What stands before the next placeholder, its name, and what stands after it.
fn next(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (placeholder, after) = rest.split_once('}')?;
    Some((before, placeholder, after))
}

/// Whether what a box names an entry by can stand in a path as it is.
pub(super) fn is_plain(id: &Text<ID_MAX>) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !id.is_empty() && !id.is_truncated() && id.as_bytes().iter().all(plain)
}
