//! The managed objects: `{"class": [{…, "dn": …}]}`, by distinguished name and by class.
//!
//! What the switches decide is made anew for each request; what a client has written is kept.

use std::collections::{BTreeMap, BTreeSet};

use hyper::Method;
use serde_json::{Map, Value, json};

use super::inventory::{self, CLASSES};
use super::{error, method_not_supported};
use crate::answer::Answer;
use crate::scenario::FxosScenario;

/// Classes that can be created and deleted, with the folder in which their objects live.
const COLLECTIONS: &[(&str, &str)] = &[("ports/pc", "fabricEthLanPc")];

#[derive(Debug)]
pub(super) struct Tree {
    /// Writable objects by distinguished name.
    written: BTreeMap<String, Object>,
    /// Objects of the switches that a client has deleted.
    deleted: BTreeSet<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) class: &'static str,
    properties: Map<String, Value>,
}

impl Default for Tree {
    fn default() -> Self {
        let objects = [
            (
                "sys/auth-default",
                "aaaDefaultAuth",
                json!({"conSessionTimeout": "600", "refreshPeriod": "0", "sessionTimeout": "600"}),
            ),
            (
                "sys/service/datetime-svc",
                "commDateTime",
                json!({"adminState": "enabled", "timezone": "UTC"}),
            ),
        ];
        let written = objects
            .into_iter()
            .map(|(dn, class, properties)| (dn.to_owned(), Object::new(class, dn, properties)));
        Self {
            written: written.collect(),
            deleted: BTreeSet::new(),
        }
    }
}

impl Object {
    pub(super) fn new(class: &'static str, dn: &str, properties: Value) -> Self {
        let Value::Object(mut properties) = properties else {
            unreachable!("written as objects")
        };
        // How a name with a slash is written in a path.
        properties.insert("dn".into(), dn.replace("_API_SLASH_", "/").into());
        Self { class, properties }
    }
}

impl Tree {
    pub(super) fn answer(
        &mut self,
        switches: &FxosScenario,
        method: &Method,
        path: &str,
        query: &str,
        body: &[u8],
    ) -> Answer {
        let dn = path.trim_start_matches("/api").trim_matches('/').to_owned();
        if dn.is_empty() {
            return match *method {
                Method::GET | Method::HEAD => self.by_class(switches, query),
                _ => method_not_supported(),
            };
        }
        match *method {
            Method::GET | Method::HEAD => self.read(switches, &dn),
            Method::POST => self.create(switches, &dn, body),
            Method::PUT | Method::PATCH => self.change(switches, method, &dn, body),
            Method::DELETE => self.delete(switches, &dn),
            _ => method_not_supported(),
        }
    }

    /// `/api?classId=faultInst`.
    fn by_class(&self, switches: &FxosScenario, query: &str) -> Answer {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        let Some((_, class)) = pairs.find(|(name, _)| name == "classId") else {
            return not_found();
        };
        let is_missing = switches.missing.iter().any(|one| *one == class);
        let known = CLASSES.iter().find(|known| **known == class && !is_missing);
        let Some(known) = known else {
            return failed(switches, format_args!("unknown class '{class}'"));
        };
        collection(
            known,
            self.objects(switches)
                .values()
                .filter(|one| one.class == *known),
        )
    }

    /// One object, or all objects directly below a folder.
    fn read(&self, switches: &FxosScenario, dn: &str) -> Answer {
        let objects = self.objects(switches);
        if let Some(object) = objects.get(dn) {
            return collection(object.class, core::iter::once(object));
        }
        let below = |known: &str| {
            known
                .rsplit_once('/')
                .is_some_and(|(folder, _)| folder == dn)
        };
        let children: Vec<&Object> = objects
            .iter()
            .filter(|(known, _)| below(known))
            .map(|(_, object)| object)
            .collect();
        match (children.first(), collection_class(dn)) {
            (Some(first), _) => collection(first.class, children.iter().copied()),
            (None, Some(class)) => collection(class, core::iter::empty()),
            (None, None) => not_found(),
        }
    }

    fn create(&mut self, switches: &FxosScenario, folder: &str, body: &[u8]) -> Answer {
        let Some(class) = collection_class(folder) else {
            return self.refuse_write(switches, folder);
        };
        let Some(properties) = parse(class, body) else {
            return failed(
                switches,
                format_args!("expected one object of class '{class}'"),
            );
        };
        let Some(dn) = properties
            .get("dn")
            .and_then(Value::as_str)
            .map(str::to_owned)
        else {
            return failed(switches, "the object has no dn");
        };
        if !dn
            .strip_prefix(folder)
            .is_some_and(|name| name.starts_with('/') && name.len() > 1)
        {
            return failed(switches, format_args!("dn '{dn}' is not below '{folder}'"));
        }
        if self.objects(switches).contains_key(&dn) {
            return failed(switches, format_args!("object '{dn}' already exists"));
        }
        self.deleted.remove(&dn);
        let object = Object { class, properties };
        let answer = collection(class, core::iter::once(&object));
        self.written.insert(dn, object);
        answer
    }

    /// PUT replaces all but the name; PATCH changes what it names.
    fn change(
        &mut self,
        switches: &FxosScenario,
        method: &Method,
        dn: &str,
        body: &[u8],
    ) -> Answer {
        let folder = dn.rsplit_once('/').map_or("", |(folder, _)| folder);
        let known = self.objects(switches).remove(dn);
        let can_change = self.written.contains_key(dn) || collection_class(folder).is_some();
        let Some(known) = known.filter(|_| can_change) else {
            return self.refuse_write(switches, dn);
        };
        let object = self.written.entry(dn.to_owned()).or_insert(known);
        let Some(mut properties) = parse(object.class, body) else {
            let class = object.class;
            return failed(
                switches,
                format_args!("expected one object of class '{class}'"),
            );
        };
        properties.insert("dn".into(), dn.into());
        if *method == Method::PUT {
            object.properties = properties;
        } else {
            object.properties.extend(properties);
        }
        collection(object.class, core::iter::once(&*object))
    }

    fn delete(&mut self, switches: &FxosScenario, dn: &str) -> Answer {
        let folder = dn.rsplit_once('/').map_or("", |(folder, _)| folder);
        if collection_class(folder).is_none() || !self.objects(switches).contains_key(dn) {
            return self.refuse_write(switches, dn);
        }
        self.written.remove(dn);
        self.deleted.insert(dn.to_owned());
        Answer::empty(204)
    }

    /// What is there but can not be written is 405; the rest is 404.
    fn refuse_write(&self, switches: &FxosScenario, dn: &str) -> Answer {
        let objects = self.objects(switches);
        let below = |known: &String| {
            known
                .strip_prefix(dn)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        if objects.contains_key(dn) || objects.keys().any(below) {
            method_not_supported()
        } else {
            not_found()
        }
    }

    /// What the switches decide, and what was written upon it.
    fn objects(&self, switches: &FxosScenario) -> BTreeMap<String, Object> {
        let mut objects = inventory::objects(switches);
        objects.retain(|dn, _| !self.deleted.contains(dn));
        objects.extend(self.written.clone());
        objects
    }
}

fn collection_class(folder: &str) -> Option<&'static str> {
    COLLECTIONS
        .iter()
        .find(|(known, _)| *known == folder)
        .map(|(_, class)| *class)
}

fn collection<'a>(class: &str, objects: impl Iterator<Item = &'a Object>) -> Answer {
    let objects: Vec<_> = objects.map(|object| &object.properties).collect();
    Answer::json(200, &json!({ class: objects }))
}

/// `{"class": [{…}]}` with exactly one object.
fn parse(class: &str, body: &[u8]) -> Option<Map<String, Value>> {
    let mut body: Map<String, Value> = serde_json::from_slice(body).ok()?;
    match (body.remove(class), body.is_empty()) {
        (Some(Value::Array(objects)), true) => match <[Value; 1]>::try_from(objects) {
            Ok([Value::Object(properties)]) => Some(properties),
            _ => None,
        },
        _ => None,
    }
}

fn not_found() -> Answer {
    error(404, "404", "Object not found", "not-found")
}

/// A configuration call that failed; real ones are said to begin with some text.
fn failed(switches: &FxosScenario, description: impl core::fmt::Display) -> Answer {
    let mut answer = error(400, "400", description, "unidentified-fail");
    if let crate::answer::Content::Some { body, .. } = &mut answer.content {
        *body = [switches.error_prefix.as_bytes(), body].concat().into();
    }
    answer
}
