//! The rows as a page of Markdown.

use core::fmt::Write as _;

use crate::runner::{Ask, Counts, Row};

const HEAD: &str = "\
# Failure modes

What a client of this library does when a box, an account or a network fails. Each line is a run \
against the simulator over TLS; **the figures are the simulator's counts**, in virtual time, with \
the rules as they ship. `tests/tests/failure_modes` makes this file, and fails when the client \
does something else.

- *asked*: what the caller wanted, and what happened in between. A logout follows in each.
- *logins*, *refreshes*: those that brought tokens, and those that the box refused.
- *requests*: everything that reached the box, logins and logouts included.
- *waited*: virtual seconds that the client let pass before it went on.
- *left*: sessions whose token is still good on the box in the end. The client has counted each \
  as an orphan.
- *the caller saw*: statuses, verdicts, errors (without their advice), and how often.
";

const COLUMNS: &str = "\
| failure | asked | logins | refreshes | requests | waited | left | the caller saw |
|---|---|--:|--:|--:|--:|--:|---|
";

pub(crate) fn render(chapters: &[(&str, Vec<Row>)]) -> String {
    let mut page = HEAD.to_owned();
    for (title, rows) in chapters {
        let _ = write!(page, "\n## {title}\n\n{COLUMNS}");
        rows.iter().for_each(|row| line(&mut page, row));
    }
    page
}

fn line(page: &mut String, row: &Row) {
    let Counts {
        logins,
        refused_logins,
        refreshes,
        refused_refreshes,
        requests,
        left,
        ..
    } = row.counts;
    let saw = row
        .saw
        .iter()
        .map(|(what, times)| times_of(what, u64::from(*times)));
    let saw = saw.collect::<Vec<_>>().join("; ").replace('|', "\\|");
    let mut asked = asked(&row.asks);
    if row.clients > 1 {
        asked = format!("{} clients: {asked}", row.clients);
    }
    let waited = if row.waited == 0 {
        "–".to_owned()
    } else {
        format!("{} s", row.waited)
    };
    let (logins, refreshes) = (
        tries(logins, refused_logins),
        tries(refreshes, refused_refreshes),
    );
    let _ = writeln!(
        page,
        "| {} | {asked} | {logins} | {refreshes} | {requests} | {waited} | {left} | {saw} |",
        row.name
    );
}

fn tries(good: u64, refused: u64) -> String {
    match refused {
        0 => good.to_string(),
        _ => format!("{good}, {refused} refused"),
    }
}

fn times_of(what: &str, times: u64) -> String {
    match times {
        1 => what.to_owned(),
        _ => format!("{times} × {what}"),
    }
}

fn asked(asks: &[Ask]) -> String {
    let words: Vec<_> = asks.iter().map(word).collect();
    words.join(", ")
}

fn word(ask: &Ask) -> String {
    match ask {
        Ask::Check => "check".into(),
        Ask::Read(_) => "read".into(),
        Ask::Write => "write".into(),
        Ask::List => "list".into(),
        Ask::Pass(seconds) => span(*seconds),
        Ask::Hidden(seconds) => format!("{} on the box", span(*seconds)),
        Ask::OtherLogin => "*another login*".into(),
        Ask::OtherGuess => "*a wrong guess*".into(),
        Ask::Revoke => "*revoked*".into(),
        Ask::Restart => "*sessions end*".into(),
        Ask::Every(0, times, asks) => format!("{times} × {}", asked(asks)),
        Ask::Every(seconds, times, asks) => {
            format!(
                "{} every {} for {}",
                asked(asks),
                span(*seconds),
                span(seconds * u64::from(*times))
            )
        }
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        7_200.. if seconds.is_multiple_of(3_600) => format!("{} h", seconds / 3_600),
        120.. if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}
