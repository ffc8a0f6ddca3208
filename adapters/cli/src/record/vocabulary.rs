//! What may be shown: header fields and JSON members whose values say nothing about their owner.

use super::Kind;

/// What to do with the value of a header field or a JSON member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Show it, unless it holds something known.
    Show,
    /// Show it as text for people, without names.
    Prose,
    /// Show it as JSON, member by member.
    Json,
    /// Show the scheme, and replace the rest.
    Authorization,
    /// Replace all of it.
    Replace(Kind),
}

/// The rule for a header field.
pub(super) fn header(name: &str) -> Rule {
    const SHOWN: [&str; 20] = [
        "accept",
        "accept-encoding",
        "accept-ranges",
        "allow",
        "cache-control",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "expires",
        "keep-alive",
        "pragma",
        "retry-after",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "vary",
        "x-content-type-options",
        "x-frame-options",
    ];
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "authorization" => Rule::Authorization,
        "password" => Rule::Replace(Kind::Secret),
        "x-auth-access-token" | "x-auth-refresh-token" | "token" => Rule::Replace(Kind::Token),
        "username" => Rule::Replace(Kind::User),
        "host" => Rule::Replace(Kind::Host),
        // A product, but also a name that somebody gave a proxy or a realm.
        "server" | "www-authenticate" => Rule::Prose,
        "domain_id" | "domains" => Rule::Json,
        "domain_uuid" | "user_uuid" | "global" => Rule::Replace(Kind::Uuid),
        name if SHOWN.binary_search(&name).is_ok() => Rule::Show,
        _ => Rule::Replace(Kind::Text),
    }
}

/// The rule for a string (or number) member of a JSON object.
///
/// `in_messages`: the member is part of an error's `messages`, where `description` is the box's
/// own text; elsewhere it is the operator's.
pub(super) fn member(key: &str, in_messages: bool) -> Rule {
    const SHOWN: [&str; 41] = [
        "accessdenied",
        "adminstate",
        "apiversion",
        "appname",
        "category",
        "cause",
        "code",
        "count",
        "created",
        "error-code",
        "expanded",
        "family",
        "fmcversion",
        "ftdmode",
        "geoversion",
        "healthstatus",
        "highest",
        "lasttransition",
        "limit",
        "logout",
        "lspversion",
        "model",
        "modelnumber",
        "modeltype",
        "occur",
        "offset",
        "operationalstate",
        "operstate",
        "pages",
        "power",
        "refreshperiod",
        "ruleupdateversion",
        "serverversion",
        "severity",
        "state",
        "status",
        "sw_version",
        "thermal",
        "type",
        "vdbversion",
        "version",
    ];
    let key = key.to_ascii_lowercase();
    match key.as_str() {
        "token" | "accesstoken" | "refreshtoken" => Rule::Replace(Kind::Token),
        "description" if in_messages => Rule::Prose,
        "error" | "error-description" | "error-message" | "reasonphrase" => Rule::Prose,
        "uuid" | "id" => Rule::Replace(Kind::Uuid),
        key if SHOWN.binary_search(&key).is_ok() => Rule::Show,
        key if key.contains("passw") || key.contains("secret") => Rule::Replace(Kind::Secret),
        key if key.contains("serial") => Rule::Replace(Kind::Serial),
        key if key.contains("host") || key.contains("address") => Rule::Replace(Kind::Host),
        key if key.contains("user") => Rule::Replace(Kind::User),
        key if key.contains("name") => Rule::Replace(Kind::Name),
        _ => Rule::Replace(Kind::Text),
    }
}

/// The query parameters that page or shape an answer, or name a class of a chassis, which is what
/// a report about it is about. They choose nothing by a name that an operator gave.
pub(super) fn query_is_shown(name: &str) -> bool {
    matches!(name, "classId" | "expanded" | "limit" | "offset")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_as_the_search_needs() {
        for shown in ["accept", "date", "user-agent", "x-frame-options"] {
            assert_eq!(header(&shown.to_uppercase()), Rule::Show, "{shown}");
        }
        for shown in ["accessDenied", "healthStatus", "sw_version", "version"] {
            assert_eq!(member(shown, false), Rule::Show, "{shown}");
        }
    }

    #[test]
    fn what_nobody_thought_of_is_replaced() {
        assert_eq!(member("description", false), Rule::Replace(Kind::Text));
        assert_eq!(header("X-New"), Rule::Replace(Kind::Text));
        assert_eq!(member("anythingNew", false), Rule::Replace(Kind::Text));
        assert_eq!(
            member("deviceSerialNumber", false),
            Rule::Replace(Kind::Serial)
        );
        assert_eq!(
            member("preSharedSecret", false),
            Rule::Replace(Kind::Secret)
        );
    }
}
