//! JSON bodies: each value is replaced by the rule for its member.

use serde_json::{Map, Value};

use super::Kind;
use super::redact::Redactor;
use super::shape::is_member_name;
use super::vocabulary::{Rule, member};

/// The body with every value replaced that is not known to be harmless.
pub(super) fn redacted(redactor: &mut Redactor, value: Value) -> Value {
    redact(
        redactor,
        Place {
            key: "",
            in_messages: false,
        },
        value,
    )
}

/// The nearest member above a value: the elements of an array share it.
#[derive(Clone, Copy)]
struct Place<'a> {
    key: &'a str,
    in_messages: bool,
}

fn redact(redactor: &mut Redactor, place: Place<'_>, value: Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value,
        Value::Number(number) => {
            let text = number.to_string();
            let shown = match member(place.key, place.in_messages) {
                // Of what nobody thought of, numbers are counts for the most part.
                Rule::Replace(kind) if kind != Kind::Text => redactor.whole(kind, &text),
                _ => redactor.word(&text),
            };
            if shown == text {
                Value::Number(number)
            } else {
                Value::String(shown)
            }
        }
        Value::String(text) => Value::String(match member(place.key, place.in_messages) {
            Rule::Show | Rule::Json | Rule::Authorization => redactor.word(&text),
            Rule::Prose => redactor.prose(&text),
            Rule::Replace(kind) => redactor.whole(kind, &text),
        }),
        Value::Array(values) => values
            .into_iter()
            .map(|value| redact(redactor, place, value))
            .collect(),
        Value::Object(members) => {
            let mut shown = Map::new();
            for (key, value) in members {
                let in_messages = place.in_messages || key == "messages";
                let value = redact(
                    redactor,
                    Place {
                        key: &key,
                        in_messages,
                    },
                    value,
                );
                let fits = is_member_name(&key);
                let key = if fits {
                    redactor.word(&key)
                } else {
                    redactor.whole(Kind::Text, &key)
                };
                shown.insert(key, value);
            }
            Value::Object(shown)
        }
    }
}
