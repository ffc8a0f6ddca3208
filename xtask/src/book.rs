//! `cargo xtask book`: `docs/` as a site, by mdBook.

use anyhow::{Result, bail};

use crate::command::{Cmd, cargo, program, root, target_dir};

/// The release that the book is known to build with.
const MDBOOK: &str = "0.5.4";

/// Builds it; anything that mdBook warns of is an error.
pub(crate) fn run() -> Result<()> {
    let site = target_dir().join("book");
    let build = mdbook()?.arg("build").arg("--dest-dir").arg(&site);
    let mut build = build.arg(root().join("docs"));
    let output = build.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || said.contains("WARN") {
        bail!("{said}to repeat it:\n    {build}");
    }
    println!("   {}", site.join("index.html").display());
    Ok(())
}

/// The one that is there, if it is of that release, else one below `target`.
fn mdbook() -> Result<Cmd> {
    let is_it = |mdbook: Cmd| {
        let version = mdbook.arg("--version").read();
        version.is_ok_and(|version| version.trim().ends_with(MDBOOK))
    };
    if is_it(program("mdbook")) {
        return Ok(program("mdbook"));
    }
    let tools = target_dir().join("tools");
    let ours = tools.join("bin").join("mdbook");
    if !is_it(program(&ours)) {
        let install = cargo("install").args(["mdbook", "--locked", "--version", MDBOOK]);
        let install = install.arg("--root").arg(&tools);
        println!("   mdBook {MDBOOK} is missing: {install}");
        install.run()?;
    }
    Ok(program(ours))
}
