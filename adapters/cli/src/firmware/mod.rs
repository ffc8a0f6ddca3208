//! `oobwatch firmware-config`: the configuration image of a board, made from the same file that
//! the command itself goes by, or shown without its secrets.
//!
//! A [`plan::Plan`] is all that an image holds, found sound without asking anybody; `confirm`
//! has the certificates that no file holds confirmed; `file` writes it; `show` reads one.

mod certificate;
mod confirm;
mod file;
mod network;
mod plan;
mod problems;
mod show;
mod target;
#[cfg(test)]
mod tests;
mod webhook;

use std::path::Path;

use crate::args::FirmwareConfigArgs;
use crate::config::Config;
use crate::exit::{Failure, say, warn};
use plan::Plan;

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
    let config = Config::load(path).map_err(Failure::usage)?;
    if config.path.is_none() {
        return Err(Failure::usage(
            "there is no configuration file to make an image from; name one",
        ));
    }
    let previous = file::previous(output, args.force)?;
    let mut plan = Plan::new(&config, args.fetch)?;
    plan.warnings.iter().for_each(|text| warn(text));
    confirm::fetch_all(&mut plan, &config, args).await?;
    let generation = file::next_generation(previous);
    let image = plan.encode(generation).map_err(Failure::usage)?;
    file::write(output, &image)?;
    say(&format!(
        "{}: {} targets, {} bytes, generation {generation}. It holds passwords in clear: only its owner can read it; delete it once the board has it",
        output.display(),
        plan.targets.len(),
        image.len(),
    ))
    .map_err(Failure::unprinted)
}
