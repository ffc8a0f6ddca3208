//! `oobwatch unlock`: a credential that was refused may be tried again.

use std::process::ExitCode;

use crate::config::Config;
use crate::exit::{Failure, say};
use crate::state;
use crate::target::TargetArg;

/// Forgets the refusals of the credential called `name`.
pub(crate) fn run(name: &str, config: &Config) -> Result<ExitCode, Failure> {
    let Some(state) = state::open(config)? else {
        let why = "with --no-state nothing is remembered, so there is nothing to unlock";
        return Err(Failure::usage(why));
    };
    let name = &match name.parse() {
        // Without its user, as it is remembered.
        Ok(TargetArg::Url(target)) => target.to_string().to_ascii_lowercase(),
        _ => name.to_owned(),
    };
    let all = state.refused().map_err(Failure::failed)?;
    let (meant, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.name == *name);
    if meant.is_empty() && !config.has_credentials(name) {
        let names: Vec<_> = others.iter().map(|one| one.name.as_str()).collect();
        let known = match names.join(", ") {
            none if none.is_empty() => "no credential was refused lately".to_owned(),
            names => format!("refused were: {names}"),
        };
        return Err(Failure::Usage(format!(
            "no credential is called {name:?}; {known}"
        )));
    }
    if meant.is_empty() {
        say(&format!(
            "{name} was not refused; there is nothing to unlock"
        ))
        .map_err(Failure::unprinted)?;
    }
    for refused in &meant {
        state.unlock(refused).map_err(Failure::failed)?;
        let line = format!(
            "{name}: user {} may be tried again; forgotten: {} refused logins",
            refused.user, refused.refusals
        );
        say(&line).map_err(Failure::unprinted)?;
    }
    Ok(ExitCode::SUCCESS)
}
