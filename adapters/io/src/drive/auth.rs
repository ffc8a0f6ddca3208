//! The login, refresh or logout that one caller carries out for all.

use oobwatch_core::error::Error;
use oobwatch_core::exchange::{Answer as _, AuthExchange, AuthOutcome, Lost};
use oobwatch_core::session::{AuthNext, AuthPermit, Session};
use zeroize::Zeroize as _;

use super::unreached;
use crate::exchange::{Body, Outgoing, ROOM, run};
use crate::{Adopted, Before, Home};

/// Carries out what `permit` was given for, and settles it.
///
/// # Cancel safety
/// Dropping the future leaves the flight to its lease: others wait until then.
/// Run it in a task of its own where there are tasks.
pub async fn authenticate<H: Home>(home: &H, permit: AuthPermit) -> AuthNext {
    let kind = permit.kind();
    let (flight, outcome) = match home.before(&permit).await {
        Ok(Before::Go(flight)) => (flight, carry_out(home, &permit).await),
        Ok(Before::Adopt(adopted)) => return adopt(home, permit, adopted),
        Err(error) => (None, AuthOutcome::Lost(unreached(error))),
    };
    let came = outcome.came(home.origin().product(), kind);
    let now = home.now();
    let next = home.with_latch(|session, latch| session.settle_auth(now, permit, outcome, latch));
    // Written down before anybody uses the tokens.
    home.after(flight, kind, came).await;
    home.notify();
    next
}

fn adopt<H: Home>(home: &H, permit: AuthPermit, adopted: Adopted) -> AuthNext {
    let Adopted {
        ages,
        access,
        refresh,
    } = adopted;
    let now = home.now();
    let next = home.with_latch(|session, latch| {
        session.settle_adopted(now, permit, ages, access, refresh, latch)
    });
    home.notify();
    next
}

async fn carry_out<H: Home>(home: &H, permit: &AuthPermit) -> AuthOutcome {
    let fresh = permit.wants_fresh_connection();
    let mut done = authenticate_once(home, permit, fresh).await;
    if done.as_ref().is_err_and(|lost| permit.goes_again(lost)) {
        done = authenticate_once(home, permit, true).await;
    }
    done.unwrap_or_else(AuthOutcome::Lost)
}

async fn authenticate_once<H: Home>(
    home: &H,
    permit: &AuthPermit,
    fresh: bool,
) -> Result<AuthOutcome, Lost> {
    let mut connection = home.connect(fresh).await.map_err(unreached)?;
    let mut room = [0; ROOM];
    let (mut exchange, head) = start(home, permit, &mut room).map_err(unreached)?;
    let request = Outgoing {
        room: &mut room,
        head,
        body: Body::<&[u8]>::Bytes(b""),
    };
    let mut sink = home.domains();
    let ran = run(
        home,
        home.deadlines(),
        &mut connection,
        request,
        &mut exchange,
        &mut sink,
    )
    .await;
    // Tokens came through it.
    room.zeroize();
    ran?;
    home.release(connection.stream, exchange.persistence());
    Ok(exchange.finish())
}

// A function of its own, so that its copies of the exchange leave the stack.
#[inline(never)]
fn start<'h, H: Home>(
    home: &'h H,
    permit: &AuthPermit,
    room: &mut [u8],
) -> Result<(AuthExchange<'h>, usize), Error> {
    let (origin, login) = (home.origin(), home.login());
    home.with_session(|session: &mut Session| {
        AuthExchange::start(
            session,
            &origin,
            permit,
            login.as_ref(),
            home.domain(),
            room,
        )
    })
}
