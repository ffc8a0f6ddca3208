//! `oobwatch config`: whether the configuration will do, and what it may hold.

use core::fmt::Write as _;
use std::path::PathBuf;

use super::document::SECTIONS;
use super::section::Section;
use super::{Config, references};
use crate::args::{ConfigAction, ConfigArgs};
use crate::exit::{Failure, say, warn};
use crate::{firmware, sharing};

/// Does what the command line says.
pub(crate) fn run(args: &ConfigArgs, named: Option<PathBuf>) -> Result<(), Failure> {
    match args.action {
        ConfigAction::Check => check_and_say(&Config::load(named)?),
        ConfigAction::Keys => {
            let page = format!("# The configuration file\n\n{}", reference().trim());
            say(&page).map_err(Failure::unprinted)
        }
    }
}

fn check_and_say(config: &Config) -> Result<(), Failure> {
    let Some(path) = &config.path else {
        return Err(Failure::usage(
            "there is no configuration file to check; name one with --config",
        ));
    };
    check(config)?.iter().for_each(|warning| warn(warning));
    let targets = config.targets().count();
    let plural = if targets == 1 { "" } else { "s" };
    let line = format!("{}: all is well, {targets} target{plural}", path.display());
    say(&line).map_err(Failure::unprinted)
}

/// Reads everything that the configuration refers to, and sends nothing. Returns warnings.
pub(crate) fn check(config: &Config) -> Result<Vec<String>, Failure> {
    let problems = config.problems();
    let mut warnings = references::check(config, &problems);
    sharing::check(config, &problems);
    problems.end(Some(()))?;
    if config.firmware.at.is_some() {
        warnings.extend(firmware::check(config)?);
    }
    warnings.sort();
    warnings.dedup();
    Ok(warnings)
}

/// Every key, as Markdown that can be read as it is: part of `docs/reference/configuration.md`.
pub(crate) fn reference() -> String {
    let mut out = String::new();
    for section in SECTIONS {
        describe(section, &mut out);
    }
    out
}

fn describe(section: &Section, out: &mut String) {
    if section.head.is_empty() {
        let _ = writeln!(out, "\n{}\n", section.about);
    } else {
        let _ = writeln!(out, "\n## `{}`\n\n{}\n", section.head, section.about);
    }
    for key in section.keys.iter().filter(|key| !key.about.is_empty()) {
        let _ = writeln!(out, "- `{}`: {}. {}", key.name, key.takes, key.about);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_has_each_key_once() {
        let reference = reference();
        for section in SECTIONS {
            let head = format!("## `{}`\n", section.head);
            assert!(
                section.head.is_empty() || reference.contains(&head),
                "{head}"
            );
            for key in section.keys.iter().filter(|key| !key.about.is_empty()) {
                assert!(
                    reference.contains(&format!("\n- `{}`: ", key.name)),
                    "{}",
                    key.name
                );
                assert!(key.about.ends_with('.'), "{} {}", section.head, key.name);
            }
        }
    }
}
