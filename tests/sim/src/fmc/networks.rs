//! `object/networks`: a small object that can be read and written.

use core::net::IpAddr;

use hyper::Method;
use serde::Serialize;
use serde_json::Value;

use super::list::{self, Links};
use super::{Call, domains, error, invalid_url, json, not_supported};
use crate::answer::Answer;

const MEMBERS: &[&str] = &[
    "id",
    "type",
    "name",
    "value",
    "description",
    "overridable",
    "links",
    "metadata",
];

#[derive(Debug)]
pub(super) struct Networks {
    objects: Vec<Network>,
    next_id: u64,
}

#[derive(Debug, Clone)]
struct Network {
    id: String,
    name: String,
    value: String,
    description: String,
    overridable: bool,
}

#[derive(Serialize)]
struct View<'a> {
    links: Links,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    details: Option<Details<'a>>,
    id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Details<'a> {
    value: &'a str,
    overridable: bool,
    description: &'a str,
}

impl Default for Networks {
    fn default() -> Self {
        let mut networks = Self {
            objects: Vec::new(),
            next_id: 4_294_969_351,
        };
        for (name, value) in [("any-ipv4", "0.0.0.0/0"), ("any-ipv6", "::/0")] {
            let id = networks.fresh_id();
            networks.objects.push(Network {
                id,
                name: name.into(),
                value: value.into(),
                description: " ".into(),
                overridable: false,
            });
        }
        networks
    }
}

impl Networks {
    pub(super) fn collection(&mut self, call: &Call<'_>) -> Answer {
        match *call.method {
            Method::GET | Method::HEAD => {
                let expanded = call.query.is_expanded();
                list::answer(
                    call,
                    self.objects.iter().map(|one| view(call, one, expanded)),
                )
            }
            Method::POST => self.create(call),
            _ => not_supported(call.method),
        }
    }

    pub(super) fn member(&mut self, call: &Call<'_>, id: &str) -> Answer {
        let Some(index) = self.objects.iter().position(|object| object.id == id) else {
            return invalid_url();
        };
        match *call.method {
            Method::GET | Method::HEAD => json(200, &view(call, &self.objects[index], true)),
            Method::PUT => self.replace(call, index),
            Method::DELETE => json(200, &view(call, &self.objects.remove(index), true)),
            _ => not_supported(call.method),
        }
    }

    fn create(&mut self, call: &Call<'_>) -> Answer {
        let mut object = match parse(&call.body) {
            Ok(object) => object,
            Err(refusal) => return refusal,
        };
        if self
            .objects
            .iter()
            .any(|other| other.name.eq_ignore_ascii_case(&object.name))
        {
            return error(400, "FRAMEWORK", "Duplicate Name");
        }
        object.id = self.fresh_id();
        let answer = json(201, &view(call, &object, true));
        self.objects.push(object);
        answer
    }

    fn replace(&mut self, call: &Call<'_>, index: usize) -> Answer {
        let object = match parse(&call.body) {
            Ok(object) => object,
            Err(refusal) => return refusal,
        };
        let id = self.objects[index].id.clone();
        if object.id != id {
            return error(
                400,
                "FRAMEWORK",
                "The id in the payload is not that of the URL",
            );
        }
        let taken = |other: &Network| other.id != id && other.name == object.name;
        if self.objects.iter().any(taken) {
            return error(400, "FRAMEWORK", "Duplicate Name");
        }
        self.objects[index] = object;
        json(200, &view(call, &self.objects[index], true))
    }

    fn fresh_id(&mut self) -> String {
        self.next_id += 1;
        format!("00505699-76B7-0ed3-0000-{:012}", self.next_id)
    }
}

fn view<'a>(call: &Call<'_>, object: &'a Network, expanded: bool) -> View<'a> {
    let domain = domains::GLOBAL_UUID;
    let path = format!(
        "/api/fmc_config/v1/domain/{domain}/object/networks/{}",
        object.id
    );
    View {
        links: Links::to(format!("{}{path}", call.origin)),
        kind: "Network",
        details: expanded.then_some(Details {
            value: &object.value,
            overridable: object.overridable,
            description: &object.description,
        }),
        id: &object.id,
        name: &object.name,
    }
}

fn parse(body: &[u8]) -> Result<Network, Answer> {
    let refuse = |text| error(422, "OTHER", text);
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
        return Err(refuse("Unprocessable Entity"));
    };
    if members.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(refuse("Unprocessable Entity - Unrecognized Field"));
    }
    let text = |name: &str| {
        members
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (name, value) = (text("name"), text("value"));
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(error(400, "FRAMEWORK", "Invalid Object Name"));
    }
    if !is_network(value) {
        return Err(error(400, "FRAMEWORK", "Invalid Object Value"));
    }
    Ok(Network {
        id: text("id").into(),
        name: name.into(),
        value: value.into(),
        description: text("description").into(),
        overridable: members
            .get("overridable")
            .and_then(Value::as_bool)
            .unwrap_or(false),
    })
}

fn is_network(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    let Ok(address) = address.parse::<IpAddr>() else {
        return false;
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    length.parse::<u8>().is_ok_and(|length| length <= longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_addresses_with_a_length() {
        for good in ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"] {
            assert!(is_network(good), "{good}");
        }
        for bad in ["", "10.0.0.0/33", "10.0.0.0/-1", "ten/8", "::/129"] {
            assert!(!is_network(bad), "{bad}");
        }
    }
}
