//! `oobwatch token`: logs in and shows the tokens; refreshes or revokes those
//! that another session left open.

mod show;

use core::time::Duration;
use std::io;

use oobwatch_client::ClientError;
use oobwatch_client::core::product::Product;
use oobwatch_client::core::session::FMC_TOKEN_LIFE;

use crate::args::{RefreshArgs, RevokeArgs, TokenAction, TokenArgs, TokenFormat, TokenLogin};
use crate::config::Config;
use crate::exit::{Failure, warn};
use crate::record::Record;
use crate::secret::{Secret, Source, What};
use crate::session::{Session, Wallet};
use crate::settings::{Access, Reach};
use show::Tokens;

/// Does what the command line says.
pub(crate) async fn run(args: &TokenArgs, config: &Config) -> Result<(), Failure> {
    match &args.action {
        None => log_in(&args.login, config).await,
        Some(TokenAction::Refresh(held)) => refresh(held, config).await,
        Some(TokenAction::Revoke(held)) => revoke(held, config).await,
    }
}

async fn log_in(args: &TokenLogin, config: &Config) -> Result<(), Failure> {
    let target = args.target.as_deref().unwrap_or_default();
    let access = Access::resolve(target, &args.access, None, config)?;
    if access.reach.target.product == Product::CdFmc {
        return Err(access
            .reach
            .unusable("a cdFMC has no token session; its bearer token is used as it is"));
    }
    let record = Record::open(args.access.connection.record.as_deref())?;
    let session = Session::new(&access, &mut Wallet::new(config), record.as_ref())?;
    let work = async {
        session.client.log_in().await?;
        let printed = print(&session, &access.reach, args.format);
        // Tokens that nobody has seen are of no use to anybody: those are logged out.
        if args.keep && printed.is_ok() {
            session.client.keep_session();
        }
        Ok(printed)
    };
    ended(&session, session.run(work).await?)
}

async fn refresh(args: &RefreshArgs, config: &Config) -> Result<(), Failure> {
    let reach = Reach::resolve(&args.target, &args.connection, None, config)?;
    if reach.target.product != Product::Fmc {
        let why = "only an FMC refreshes tokens; get a new one with 'oobwatch token'";
        return Err(reach.unusable(why));
    }
    let access = read(&reach, What::AccessToken, &args.access_token_env)?;
    let refresh = read(&reach, What::RefreshToken, &args.refresh_token_env)?;
    let record = Record::open(args.connection.record.as_deref())?;
    // A token of that age is refreshed before it is used.
    let age = FMC_TOKEN_LIFE;
    let session = Session::with_tokens(&reach, &access, Some(&refresh), age, record.as_ref())?;
    let work = async {
        let refreshed = session.client.log_in().await;
        let printed = refreshed.map(|()| print(&session, &reach, args.format));
        // The session is the caller's to end, unless its new tokens were lost on the way there.
        if !matches!(printed, Ok(Err(_))) {
            session.client.keep_session();
        }
        printed
    };
    ended(&session, session.run(work).await?)
}

async fn revoke(args: &RevokeArgs, config: &Config) -> Result<(), Failure> {
    let reach = Reach::resolve(&args.target, &args.connection, None, config)?;
    if reach.target.product == Product::CdFmc {
        let why = "a cdFMC has no token session; delete its API token in Security Cloud Control";
        return Err(reach.unusable(why));
    }
    let access = read(&reach, What::AccessToken, &args.access_token_env)?;
    let record = Record::open(args.connection.record.as_deref())?;
    let session = Session::with_tokens(&reach, &access, None, Duration::ZERO, record.as_ref())?;
    let closed = session.run(session.client.close()).await?;
    closed.map_err(|error| session.failed(&error))?;
    if session.client.stats().logouts == 0 {
        warn(&format!(
            "{}: the box does not know this token: it was revoked before, has expired, or is another's; nothing was open under it",
            reach.label
        ));
    }
    Ok(())
}

fn ended(session: &Session, result: Result<io::Result<()>, ClientError>) -> Result<(), Failure> {
    let printed = result.map_err(|error| session.failed(&error))?;
    printed.map_err(Failure::unprinted)
}

fn read(reach: &Reach, what: What, variable: &str) -> Result<Secret, Failure> {
    let secret = Source::Env(variable.to_owned()).read(what, &reach.label);
    secret.map_err(|error| reach.unusable(error))
}

fn print(session: &Session, reach: &Reach, format: TokenFormat) -> io::Result<()> {
    let Some(tokens) = session.client.tokens() else {
        return Err(io::Error::other("the session has ended"));
    };
    let domains = session.client.domains().into_iter();
    let domains: Vec<_> = domains.map(|domain| (domain.name, domain.uuid)).collect();
    let shown = Tokens {
        product: reach.target.product,
        access: &tokens.access,
        refresh: tokens.refresh.as_ref().map(|token| token.as_str()),
        domain: tokens.domain.as_deref(),
        domains: &domains,
    };
    shown.print(&mut io::stdout().lock(), format)
}
