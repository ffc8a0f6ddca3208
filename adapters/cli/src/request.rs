//! `oobwatch get`, `post`, `put`, `patch` and `delete`.

use std::io::{self, Read as _, Write};
use std::path::PathBuf;

use oobwatch_client::core::http::Method;
use oobwatch_client::core::paging::Pages;
use oobwatch_client::core::product::Product;
use oobwatch_client::{ClientError, Reply};
use serde_json::value::RawValue;

use crate::args::{GetArgs, RequestArgs, WriteArgs};
use crate::body;
use crate::config::Config;
use crate::exit::Failure;
use crate::record::Record;
use crate::session::{Session, Wallet};
use crate::settings::Access;

/// Longest body that is read into memory, in bytes. FMC takes 20 MB, larger files are uploads.
const BODY_LIMIT: u64 = 32 * 1024 * 1024;

/// Longest PATH, in characters: the driver sends heads of up to 4 KiB, and the name of the box, a
/// token and the other fields want their part.
const PATH_LIMIT: usize = 3500;

/// What stands for the UUID of a domain.
const DOMAIN: &str = "{domainUUID}";

/// `oobwatch get`.
pub(crate) async fn get(args: &GetArgs, config: &Config) -> Result<(), Failure> {
    let prepared = Prepared::new(Method::Get, &args.request, None, config)?;
    if args.all_pages {
        prepared.check_pages()?;
    }
    if args.request.dry_run {
        return prepared
            .print(&mut io::stdout().lock())
            .map_err(Failure::unprinted);
    }
    if !args.all_pages {
        return prepared.send(config).await;
    }
    let session = prepared.session(config)?;
    let pages = session.client.get_pages::<Box<RawValue>>(&prepared.path);
    match session.run(pages).await? {
        Ok(items) => {
            let mut list = serde_json::to_vec(&items).map_err(Failure::failed)?;
            list.push(b'\n');
            body::print(&list).map_err(Failure::unprinted)
        }
        Err(ClientError::Status(reply)) => show(&session, *reply),
        Err(ClientError::Body(error)) => Err(Failure::Failed(format!(
            "{}: the answer is no list in pages ({error}); leave out --all-pages",
            session.label
        ))),
        Err(error) => Err(session.failed(&error)),
    }
}

/// The other four.
pub(crate) async fn write(
    method: Method,
    args: &WriteArgs,
    config: &Config,
) -> Result<(), Failure> {
    let prepared = Prepared::new(method, &args.request, args.data.as_deref(), config)?;
    if args.request.dry_run {
        return prepared
            .print(&mut io::stdout().lock())
            .map_err(Failure::unprinted);
    }
    prepared.send(config).await
}

/// Prints an answer, and fails if it is none of success.
pub(crate) fn show(session: &Session, reply: Reply) -> Result<(), Failure> {
    body::print(&reply.body).map_err(Failure::unprinted)?;
    match reply.success() {
        Ok(_) => Ok(()),
        Err(error) => Err(session.failed(&error)),
    }
}

/// A request that is ready to be sent.
struct Prepared {
    method: Method,
    path: String,
    body: Vec<u8>,
    access: Access,
    record: Option<PathBuf>,
}

impl Prepared {
    /// Checks all that can be checked before anything is sent.
    fn new(
        method: Method,
        args: &RequestArgs,
        data: Option<&str>,
        config: &Config,
    ) -> Result<Self, Failure> {
        let access = Access::resolve(&args.target, &args.access, args.domain.as_deref(), config)?;
        check_path(&args.path, access.reach.target.product).map_err(Failure::usage)?;
        let body = match data.map(Data::parse) {
            Some(data) => data.read().map_err(Failure::Usage)?,
            None => Vec::new(),
        };
        Ok(Self {
            method,
            path: args.path.clone(),
            body,
            access,
            record: args.access.connection.record.clone(),
        })
    }

    /// Whether the list can be read page by page.
    fn check_pages(&self) -> Result<(), Failure> {
        if self.access.reach.target.product == Product::Fxos {
            let why = "a chassis has no pages; leave out --all-pages";
            Err(self.access.reach.unusable(why))
        } else {
            let pages = Pages::of(&self.path, 1).map(drop);
            pages.map_err(|error| Failure::Usage(format!("--all-pages: {error}")))
        }
    }

    fn session(&self, config: &Config) -> Result<Session, Failure> {
        let record = Record::open(self.record.as_deref())?;
        Session::new(&self.access, &mut Wallet::new(config), record.as_ref())
    }

    /// Sends it, and prints the answer.
    async fn send(&self, config: &Config) -> Result<(), Failure> {
        let session = self.session(config)?;
        let body = (!self.body.is_empty()).then_some(("application/json", &*self.body));
        let sent = session.client.request(self.method, &self.path, body);
        match session.run(sent).await? {
            Ok(reply) => show(&session, reply),
            Err(error) => Err(session.failed(&error)),
        }
    }

    /// Prints the request for `--dry-run`. No token is shown: there is none yet.
    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let authority = self.access.reach.target.address.authority();
        writeln!(
            out,
            "{} https://{authority}{}",
            self.method.as_str(),
            self.path
        )?;
        if self.path.contains(DOMAIN) {
            match &self.access.reach.domain {
                Some(domain) => writeln!(out, "({DOMAIN} will be that of {domain:?})")?,
                None => writeln!(out, "({DOMAIN} will be that of the account's own domain)")?,
            }
        }
        if !self.body.is_empty() {
            writeln!(
                out,
                "Content-Type: application/json\nContent-Length: {}\n",
                self.body.len()
            )?;
            out.write_all(&self.body)?;
            writeln!(out)?;
        }
        out.flush()
    }
}

/// The mistakes that are made with paths; the encoder refuses all others.
pub(crate) fn check_path(path: &str, product: Product) -> Result<(), &'static str> {
    if path.contains("://") && !path.starts_with('/') {
        Err("PATH is a whole URL; give the part from the first / after the host on")
    } else if !path.starts_with('/') {
        Err("PATH must begin with /, as in /api/fmc_platform/v1/info/serverversion")
    } else if path.contains('#') {
        Err("PATH holds a '#', which is never sent; percent-encode it as %23")
    } else if path.chars().any(|c| c.is_control() || c.is_whitespace()) {
        Err("PATH holds a blank or a control character; percent-encode it, a blank as %20")
    } else if !path.is_ascii() {
        Err("PATH holds a character that is not ASCII; percent-encode its UTF-8 bytes")
    } else if path.len() > PATH_LIMIT {
        Err("PATH is longer than 3500 characters, which leaves no room for the other fields")
    } else if product == Product::Fxos && path.contains(DOMAIN) {
        Err("PATH holds {domainUUID}, but a chassis has no domains")
    } else {
        Ok(())
    }
}

/// Where a body comes from.
#[derive(Debug, PartialEq, Eq)]
enum Data {
    File(PathBuf),
    Stdin,
    Text(String),
}

impl Data {
    fn parse(text: &str) -> Self {
        match text.strip_prefix('@') {
            Some(path) => Self::File(path.into()),
            None if text == "-" => Self::Stdin,
            None => Self::Text(text.to_owned()),
        }
    }

    /// The body as it will be sent: unchanged, and known to be JSON.
    fn read(self) -> Result<Vec<u8>, String> {
        let (name, body) = match self {
            Self::Text(text) => ("--data".to_owned(), text.into_bytes()),
            Self::Stdin => ("stdin".to_owned(), bounded(io::stdin().lock(), "stdin")?),
            Self::File(path) => {
                let name = path.display().to_string();
                let file =
                    std::fs::File::open(&path).map_err(|error| format!("{name}: {error}"))?;
                let body = bounded(file, &name)?;
                (name, body)
            }
        };
        match serde_json::from_slice::<serde::de::IgnoredAny>(&body) {
            Ok(_) => Ok(body),
            Err(error) => Err(format!("{name} is not JSON: {error}; nothing was sent")),
        }
    }
}

fn bounded(source: impl io::Read, name: &str) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let read = source.take(BODY_LIMIT + 1).read_to_end(&mut body);
    read.map_err(|error| format!("{name}: {error}"))?;
    if body.len() as u64 > BODY_LIMIT {
        return Err(format!(
            "{name} is longer than {BODY_LIMIT} bytes; use 'oobwatch upload' for files"
        ));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::{Cli, Command};

    fn prepared(line: &[&str]) -> Result<String, String> {
        let line = [&["oobwatch", "post", "fmc://me@h:8443"], line].concat();
        let Ok(Cli {
            command: Command::Post(args),
            ..
        }) = Cli::try_parse_from(line)
        else {
            panic!()
        };
        let config = Config::default();
        let prepared = Prepared::new(Method::Post, &args.request, args.data.as_deref(), &config);
        match prepared {
            Ok(prepared) => {
                let mut out = Vec::new();
                prepared.print(&mut out).unwrap();
                Ok(String::from_utf8(out).unwrap())
            }
            Err(failure) => Err(failure.to_string()),
        }
    }

    #[test]
    fn a_dry_run_shows_what_would_be_sent() {
        let shown = prepared(&[
            "/api/{domainUUID}",
            "--domain",
            "Global/x",
            "--data",
            "{\"a\": 1}",
        ]);
        assert_eq!(
            shown.unwrap(),
            "POST https://h:8443/api/{domainUUID}\n({domainUUID} will be that of \"Global/x\")\n\
             Content-Type: application/json\nContent-Length: 8\n\n{\"a\": 1}\n"
        );
        assert_eq!(prepared(&["/p"]).unwrap(), "POST https://h:8443/p\n");
        let own = prepared(&["/{domainUUID}"]).unwrap();
        assert!(own.contains("the account's own domain"), "{own}");
    }

    #[test]
    fn what_can_be_known_before_is_refused_before() {
        for (path, word) in [
            ("api", "begin with /"),
            ("https://h/api", "whole URL"),
            ("/a b", "%20"),
            ("/a\r\nX: y", "percent-encode"),
            ("/a#b", "%23"),
            ("/\u{e9}", "ASCII"),
            (&format!("/{}", "a".repeat(3500)), "longer"),
        ] {
            assert!(prepared(&[path]).unwrap_err().contains(word), "{path}");
        }
        assert!(
            prepared(&["/p", "--data", "{a}"])
                .unwrap_err()
                .contains("not JSON")
        );
        assert!(
            prepared(&["/p", "--data", ""])
                .unwrap_err()
                .contains("not JSON")
        );
        assert!(
            prepared(&["/p", "--data", "@no/such"])
                .unwrap_err()
                .contains("no/such")
        );
    }
}
