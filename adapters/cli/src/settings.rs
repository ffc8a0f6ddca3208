//! Command line and configuration put together: what to reach, how, as whom.

use core::time::Duration;

use oobwatch_client::core::product::Product;
use oobwatch_client::tls::Trust;

use crate::args::{AccessArgs, ConnectionArgs, ScopeArgs};
use crate::config::{Config, Named, TargetEntry};
use crate::exit::Failure;
use crate::scope::Scope;
use crate::secret::{Secret, Source, What};
use crate::target::{Target, TargetArg};

/// How one box is reached. What the command line says comes before the configuration.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    /// As the operator calls it: the name from the configuration, or the URL without its user.
    pub(crate) label: String,
    pub(crate) target: Target,
    pub(crate) trust: Trust,
    pub(crate) domain: Option<String>,
    pub(crate) timeout: Option<Duration>,
    /// Whether runs share the session.
    pub(crate) cache: bool,
    /// What is looked at.
    pub(crate) scope: Scope,
}

/// How one box is reached, and where the secret is that opens it.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) reach: Reach,
    pub(crate) source: Source,
    /// What the credential is called, if the configuration names it.
    pub(crate) named: Option<Named>,
}

/// What to log in with.
pub(crate) enum Credentials {
    Login { user: String, password: Secret },
    Bearer(Secret),
}

impl Reach {
    /// Resolves a TARGET. Sends nothing, reads no secret.
    pub(crate) fn resolve(
        text: &str,
        args: &ConnectionArgs,
        domain: Option<&str>,
        config: &Config,
    ) -> Result<Self, Failure> {
        resolve(text, args, domain, config).map(|(reach, ..)| reach)
    }

    /// Why this box can not be used for what was asked. Nothing was sent.
    pub(crate) fn unusable(&self, why: impl core::fmt::Display) -> Failure {
        Failure::Usage(format!("{}: {why}", self.label))
    }

    /// What must be said each time before this is used.
    pub(crate) fn warning(&self) -> Option<String> {
        self.trust.skips_verification().then(|| {
            format!(
                "{}: the certificate is NOT verified; whoever sits in between can read the password. 'oobwatch pin' shows a pin to use instead",
                self.label
            )
        })
    }
}

impl Access {
    /// The same, to look at what the command line says.
    ///
    /// # Errors
    /// Some of that is said in vain, or leaves nothing to look at.
    pub(crate) fn all_with_scope(
        mut all: Vec<Self>,
        args: &ScopeArgs,
    ) -> Result<Vec<Self>, Failure> {
        let reaches = all.iter().map(|access| &access.reach);
        let boxes = reaches.map(|reach| (reach.target.product, reach.scope.clone()));
        let over = args.over(&boxes.collect())?;
        for Self { reach, .. } in &mut all {
            reach.scope = reach.scope.under(&over);
            let checked = reach.scope.check(reach.target.product);
            checked.map_err(|why| reach.unusable(format!("{why}; see --only and --skip")))?;
        }
        Ok(all)
    }

    /// Resolves a TARGET and where its secret is. Sends nothing, reads no secret.
    pub(crate) fn resolve(
        text: &str,
        args: &AccessArgs,
        domain: Option<&str>,
        config: &Config,
    ) -> Result<Self, Failure> {
        let (mut reach, configured, mut named) = resolve(text, &args.connection, domain, config)?;
        reach.cache = (reach.cache || args.cache) && !config.no_state;
        let labelled = |why: String| Failure::Usage(format!("{}: {why}", reach.label));
        let source = source(args, reach.target.product).map_err(labelled)?;
        // Another password than the configured one has no name.
        named = named.filter(|_| source.is_none());
        let source = source.or(configured).unwrap_or(Source::Prompt);
        if reach.target.product != Product::CdFmc && reach.target.user.is_none() {
            let (scheme, host) = (
                reach.target.product.as_str(),
                reach.target.address.authority(),
            );
            return Err(labelled(format!(
                "whom to log in as is missing; write {scheme}://USER@{host}, or name credentials in the configuration"
            )));
        }
        Ok(Self {
            reach,
            source,
            named,
        })
    }

    /// Reads the secret, or asks for it.
    pub(crate) fn credentials(&self) -> Result<Credentials, Failure> {
        let target = &self.reach.target;
        if let Some(warning) = self.source.warning() {
            crate::exit::warn(&warning);
        }
        let read = |what, whose: &str| {
            let secret = self.source.read(what, whose);
            secret.map_err(|error| Failure::Usage(format!("{}: {error}", self.reach.label)))
        };
        match &target.user {
            Some(user) => {
                let whose = format!("{user} on {}", self.reach.label);
                Ok(Credentials::Login {
                    user: user.clone(),
                    password: read(What::Password, &whose)?,
                })
            }
            None => Ok(Credentials::Bearer(read(What::Bearer, &self.reach.label)?)),
        }
    }
}

fn resolve(
    text: &str,
    args: &ConnectionArgs,
    domain: Option<&str>,
    config: &Config,
) -> Result<(Reach, Option<Source>, Option<Named>), Failure> {
    let (label, entry) = match text.parse().map_err(Failure::usage)? {
        TargetArg::Url(target) => (target.to_string(), TargetEntry::of(target)),
        TargetArg::Name(name) => {
            let entry = config.target(&name).map_err(Failure::usage)?.clone();
            (name, entry)
        }
    };
    if entry.target.product == Product::Fxos && domain.is_some() {
        let why = "a chassis has no domains; leave out --domain";
        return Err(Failure::Usage(format!("{label}: {why}")));
    }
    let trust = trust(args, &entry);
    let reach = Reach {
        label,
        target: entry.target,
        trust,
        domain: domain.map(str::to_owned).or(entry.domain),
        timeout: args.timeout.or(entry.timeout),
        cache: entry.cache,
        scope: entry.scope,
    };
    Ok((reach, entry.secret, entry.credential))
}

/// In this order: a pin, a CA file, the system's roots. A flag replaces what is configured.
fn trust(args: &ConnectionArgs, entry: &TargetEntry) -> Trust {
    if args.danger_skip_tls_verification {
        Trust::danger_skip_tls_verification()
    } else if !args.pins.is_empty() {
        Trust::pins(args.pins.iter().copied())
    } else if let Some(path) = &args.ca_file {
        Trust::ca_file(path)
    } else if !entry.pins.is_empty() {
        Trust::pins(entry.pins.iter().copied())
    } else if let Some(path) = &entry.ca_file {
        Trust::ca_file(path)
    } else {
        Trust::system_roots()
    }
}

/// The source that a flag names, if it fits the product.
fn source(args: &AccessArgs, product: Product) -> Result<Option<Source>, String> {
    let of = |file: &Option<_>, env: &Option<String>| match (file, env) {
        (Some(path), _) => Some(Source::File(std::path::PathBuf::clone(path))),
        (None, Some(name)) => Some(Source::Env(name.clone())),
        (None, None) => None,
    };
    let password = of(&args.password_file, &args.password_env);
    let bearer = of(&args.bearer_file, &args.bearer_env);
    match (product, password, bearer) {
        (Product::CdFmc, Some(_), _) => {
            Err("a cdFMC takes no password; use --bearer-file or --bearer-env".to_owned())
        }
        (Product::Fmc | Product::Fxos, _, Some(_)) => Err(
            "only a cdFMC takes a bearer token; use --password-file or --password-env".to_owned(),
        ),
        (_, password, bearer) => Ok(password.or(bearer)),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::{Cli, Command};

    fn access(line: &str) -> Result<Access, String> {
        let cli = Cli::try_parse_from(format!("oobwatch check {line}").split(' ')).unwrap();
        let Command::Check(args) = cli.command else {
            panic!("{line}")
        };
        let config = Config::parse(
            "[credentials.c]\nuser='api'\npassword_env='CONFIGURED'\n[targets.lab]\nurl='fmc://h'\ncredentials='c'\nca_file='/ca.pem'\ntimeout=7\n",
            "/o.toml".as_ref(),
        );
        let domain = args.domain.as_deref();
        let access = Access::resolve(&args.targets[0], &args.access, domain, &config.unwrap());
        access.map_err(|failure| match failure {
            Failure::Usage(text) => text,
            other => panic!("{other}"),
        })
    }

    #[test]
    fn the_command_line_comes_first() {
        let configured = access("lab").unwrap();
        assert_eq!(configured.source, Source::Env("CONFIGURED".to_owned()));
        assert_eq!(configured.reach.timeout, Some(Duration::from_secs(7)));
        assert_eq!(configured.reach.label, "lab");
        let given = access("lab --password-env GIVEN --timeout 9 --domain Global/x").unwrap();
        assert_eq!(given.source, Source::Env("GIVEN".to_owned()));
        assert_eq!(given.reach.timeout, Some(Duration::from_secs(9)));
        assert_eq!(given.reach.domain.as_deref(), Some("Global/x"));
        assert_eq!(access("fxos://me@h").unwrap().source, Source::Prompt);
    }

    #[test]
    fn skipping_verification_is_said_each_time() {
        assert!(access("lab").unwrap().reach.warning().is_none());
        let warning = access("lab --danger-skip-tls-verification")
            .unwrap()
            .reach
            .warning();
        assert!(warning.unwrap().contains("NOT verified"));
    }

    #[test]
    fn what_is_missing_or_does_not_fit_is_named() {
        assert!(access("fmc://h").unwrap_err().contains("fmc://USER@h"));
        assert!(
            access("cdfmc://h --password-env P")
                .unwrap_err()
                .contains("--bearer-file")
        );
        assert!(
            access("fmc://u@h --bearer-env P")
                .unwrap_err()
                .contains("--password-file")
        );
        assert!(
            access("fxos://u@h --domain Global")
                .unwrap_err()
                .contains("no domains")
        );
        assert!(access("nobody").unwrap_err().contains("lab"));
        assert!(access("http://h").unwrap_err().contains("on purpose"));
    }
}
