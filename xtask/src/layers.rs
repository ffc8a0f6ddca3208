//! Which package may depend on which: arrows only point down.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::command::cargo;

/// What each shipping package may use of ours, directly or not.
const SHIPPING: [(&str, &[&str]); 5] = [
    ("oobwatch-core", &[]),
    ("oobwatch-image", &["oobwatch-core"]),
    ("oobwatch-io", &["oobwatch-core"]),
    (
        "oobwatch-client",
        &["oobwatch-core", "oobwatch-image", "oobwatch-io"],
    ),
    (
        "oobwatch",
        &[
            "oobwatch-client",
            "oobwatch-core",
            "oobwatch-image",
            "oobwatch-io",
        ],
    ),
];

/// All that may stand below `core`, with what these bring along.
const BELOW_CORE: [&str; 12] = [
    "base64",
    "byteorder",
    "defmt",
    "hash32",
    "heapless",
    "num-traits",
    "ryu",
    "serde",
    "serde-json-core",
    "serde_core",
    "stable_deref_trait",
    "zeroize",
];

/// Checks the dependencies that cargo has resolved for the workspace.
pub(crate) fn check() -> Result<()> {
    let metadata = cargo("metadata").args(["--format-version", "1"]).read()?;
    let metadata = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    let graph = Graph::of(&metadata)?;
    let mut wrong = Vec::new();
    for (package, allowed) in SHIPPING {
        for ours in graph
            .below(package, Shipped::Only)?
            .iter()
            .filter(|name| graph.is_ours(name))
        {
            if !allowed.contains(&ours.as_str()) {
                wrong.push(format!("{package} ships with {ours}"));
            }
        }
    }
    for name in graph.below("oobwatch-core", Shipped::Only)? {
        if !BELOW_CORE.contains(&name.as_str()) {
            wrong.push(format!(
                "oobwatch-core stands on {name}; weigh it, then list it in xtask"
            ));
        }
    }
    if graph
        .below("oobwatch-sim", Shipped::OrNot)?
        .contains("oobwatch-core")
    {
        wrong.push("oobwatch-sim depends on oobwatch-core: a mistake of both would hide".into());
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    println!(
        "   {} packages of ours, every arrow points down",
        graph.ours.len()
    );
    Ok(())
}

/// Whether dependencies of tests and examples count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shipped {
    Only,
    OrNot,
}

/// Packages by name: versions do not matter here.
struct Graph {
    ours: BTreeSet<String>,
    /// What each package depends on, and whether it ships with it.
    edges: BTreeMap<String, BTreeSet<(String, bool)>>,
}

impl Graph {
    fn of(metadata: &Value) -> Result<Self> {
        let list = |value: &Value| {
            value
                .as_array()
                .cloned()
                .context("cargo metadata lacks a list")
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (mut names, mut macros) = (BTreeMap::new(), BTreeSet::new());
        for package in list(&metadata["packages"])? {
            names.insert(text(&package["id"]), text(&package["name"]));
            if list(&package["targets"])?
                .iter()
                .any(|target| target["kind"][0] == "proc-macro")
            {
                macros.insert(text(&package["id"]));
            }
        }
        let name_of = |id: &Value| names.get(&text(id)).cloned().unwrap_or_default();
        let ours = list(&metadata["workspace_members"])?
            .iter()
            .map(name_of)
            .collect();
        let mut edges = BTreeMap::<String, BTreeSet<(String, bool)>>::new();
        for node in list(&metadata["resolve"]["nodes"])? {
            let from = edges.entry(name_of(&node["id"])).or_default();
            for dependency in list(&node["deps"])? {
                let kinds = list(&dependency["dep_kinds"])?;
                // Build scripts and macros run on the host; they do not ship.
                let ships = !macros.contains(&text(&dependency["pkg"]))
                    && kinds.iter().any(|kind| kind["kind"].is_null());
                from.insert((name_of(&dependency["pkg"]), ships));
            }
        }
        Ok(Self { ours, edges })
    }

    fn is_ours(&self, name: &str) -> bool {
        self.ours.contains(name)
    }

    /// Everything that `package` depends on, directly or not. Of other packages
    /// only what ships with them counts.
    fn below(&self, package: &str, shipped: Shipped) -> Result<BTreeSet<String>> {
        let first = self
            .edges
            .get(package)
            .with_context(|| format!("there is no {package}"))?;
        let counts = |(_, ships): &&(String, bool)| *ships || shipped == Shipped::OrNot;
        let mut open: Vec<&String> = first.iter().filter(counts).map(|(name, _)| name).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if seen.insert(name.clone()) {
                let next = self.edges.get(name).into_iter().flatten();
                open.extend(next.filter(|(_, ships)| *ships).map(|(name, _)| name));
            }
        }
        Ok(seen)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn graph() -> Graph {
        let dep = |id: &str, kind: Value| json!({"pkg": id, "dep_kinds": [{"kind": kind}]});
        let package = |id: &str, name: &str, kind: &str| json!({"id": id, "name": name, "targets": [{"kind": [kind]}]});
        Graph::of(&json!({
            "packages": [package("1", "a", "lib"), package("2", "b", "lib"),
                package("3", "c", "lib"), package("4", "m", "proc-macro")],
            "workspace_members": ["1", "2"],
            "resolve": {"nodes": [
                {"id": "1", "deps": [dep("2", Value::Null)]},
                {"id": "2", "deps": [dep("3", Value::Null), dep("1", json!("dev")), dep("4", Value::Null)]},
                {"id": "3", "deps": [dep("1", json!("build"))]},
                {"id": "4", "deps": []},
            ]},
        }))
        .unwrap()
    }

    #[test]
    fn what_is_below_is_found_through_others() {
        let below = |name, shipped| Vec::from_iter(graph().below(name, shipped).unwrap());
        assert_eq!(below("a", Shipped::Only), ["b", "c"]);
        assert_eq!(below("b", Shipped::Only), ["c"]);
        assert_eq!(below("b", Shipped::OrNot), ["a", "b", "c", "m"]);
        assert!(graph().below("d", Shipped::Only).is_err());
        assert!(graph().is_ours("a") && !graph().is_ours("c"));
    }
}
