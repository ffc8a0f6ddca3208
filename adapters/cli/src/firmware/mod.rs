//! `oobwatch firmware-config`: the configuration image of a board, made from the same file that
//! the command itself goes by, or shown without its secrets.
//!
//! A [`plan::Plan`] is all that an image holds, found sound without asking anybody; `confirm`
//! has the certificates that no file holds confirmed; `encode` and `file` write it; `show` reads one.

pub(crate) mod certificate;
mod confirm;
mod encode;
mod file;
mod network;
mod plan;
mod show;
mod target;
#[cfg(test)]
mod tests;
mod webhook;

use std::path::Path;

use oobwatch_image::REGION_LEN;

use crate::args::FirmwareConfigArgs;
use crate::config::Config;
use crate::exit::{Failure, say, warn};
use plan::Plan;

/// Whether an image could be made, but for the certificates that are to be fetched. Sends nothing.
/// Returns warnings.
pub(crate) fn check(config: &Config) -> Result<Vec<String>, Failure> {
    Plan::new(config, true).map(|plan| plan.warnings)
}

/// Makes an image, or shows one.
pub(crate) async fn run(args: &FirmwareConfigArgs, named: Option<&Path>) -> Result<(), Failure> {
    if let Some(path) = &args.show {
        return show::run(path);
    }
    let Some(output) = &args.output else {
        return Err(Failure::usage(
            "where the image goes is missing; use -o FILE",
        ));
    };
    let path = args.file.as_deref().or(named).map(Path::to_owned);
    let config = Config::load(path)?;
    if config.path.is_none() {
        return Err(Failure::usage(
            "there is no configuration file to make an image from; name one",
        ));
    }
    let previous = file::previous(output, args.force)?;
    let mut plan = Plan::new(&config, args.fetch)?;
    plan.warnings.iter().for_each(|text| warn(text));
    confirm::fetch_all(&mut plan, &config, args).await?;
    plan.trust_warnings(&config)
        .iter()
        .for_each(|text| warn(text));
    let generation = file::next_generation(previous);
    let image = encode::encode(&plan, generation).map_err(Failure::usage)?;
    if image.len() > REGION_LEN {
        return Err(Failure::Usage(format!(
            "the image takes {} bytes, and a board has {REGION_LEN} for it; name fewer targets",
            image.len()
        )));
    }
    file::write(output, &image)?;
    say(&format!(
        "{}: {} bytes, {} target(s), generation {generation}. It holds passwords in clear: only its owner can read it; delete it once the board has it",
        output.display(),
        image.len(),
        plan.targets.len(),
    ))
    .map_err(Failure::unprinted)
}
