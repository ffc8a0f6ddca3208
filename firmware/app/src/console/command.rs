//! What a line asks for.

use core::fmt;
use core::net::Ipv4Addr;

use heapless::Vec;
use oobwatch_image::{
    Change, Host, LoginChange, MAX_SYSLOGS, MAX_TIME_SERVERS, Network, StaticNetwork, Syslog,
    TargetChange, TimeServer,
};

pub(super) const HELP: &str = "\
status                            the board, and the last report on each target
show                              the configuration, with changes, without secrets
set network dhcp
set network ADDRESS/BITS [gateway ADDRESS] [dns ADDRESS ...]
set credential NAME user USER
set credential NAME password      asks for it; so does: bearer
set target NAME host|port|credential|probe-every|check-every|skip VALUE
set syslog HOST[:PORT] ...        or: none; so does: set time
set webhook NUMBER                asks for its address; or: none
remove target NAME
save                              keeps the changes; they are used after a reboot
discard                           forgets what was changed, saved or imported
import                            takes a whole image, in base64; new targets,
                                  credentials and certificates come that way
unlock CREDENTIAL                 lets a credential that was refused be tried again
reboot                            logs out from all boxes first
factory-reset                     erases the configuration
A name with blanks is written in double quotes. Ctrl-C: breaks off.
";

/// Words in a line.
const WORDS: usize = 10;
/// Where a collector listens by default (RFC 5426, section 3.3).
const SYSLOG_PORT: u16 = 514;
/// Where a server of time does (RFC 5905, section 7.2).
const NTP_PORT: u16 = 123;

/// A line that was understood.
pub(super) enum Command<'l> {
    Nothing,
    Set(Change<'l>),
    Syslogs(Vec<Syslog<'l>, MAX_SYSLOGS>),
    TimeServers(Vec<TimeServer<'l>, MAX_TIME_SERVERS>),
    Unlock(&'l str),
    More(More<'l>),
}

/// What takes its time, or more lines.
#[derive(Clone, Copy)]
pub(super) enum More<'l> {
    Help,
    Status,
    Show,
    Ask(Ask<'l>),
    Save,
    Discard,
    Import,
    Reboot,
    FactoryReset,
}

/// A secret that is asked for.
#[derive(Clone, Copy)]
pub(super) enum Ask<'l> {
    /// The password of that credential.
    Password(&'l str),
    /// Its bearer token.
    Bearer(&'l str),
    /// The address of that webhook.
    Webhook(usize),
}

/// Why a line was not understood. What was typed is not said again: a password
/// may have ended up in the wrong place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misuse {
    Unknown,
    Quotes,
    TooManyWords,
    /// How it is written.
    Usage(&'static str),
}

impl<'l> Command<'l> {
    pub(super) fn parse(line: &'l str) -> Result<Self, Misuse> {
        let words = words(line)?;
        match words.as_slice() {
            [] => Ok(Self::Nothing),
            ["help" | "?"] => Ok(Self::More(More::Help)),
            ["status"] => Ok(Self::More(More::Status)),
            ["show"] => Ok(Self::More(More::Show)),
            ["set", "network", rest @ ..] => network(rest)
                .map(|network| Self::Set(Change::Network(network)))
                .ok_or(Misuse::Usage(
                    "set network dhcp, or: set network ADDRESS/BITS [gateway ADDRESS] [dns ADDRESS ...]",
                )),
            ["set", "credential", rest @ ..] => credential(rest).ok_or(Misuse::Usage(
                "set credential NAME user USER, or: password, bearer (which are asked for)",
            )),
            ["set", "target", rest @ ..] => target(rest).ok_or(Misuse::Usage(
                "set target NAME host|port|credential|probe-every|check-every|skip VALUE",
            )),
            ["set", "syslog", rest @ ..] => places(rest, SYSLOG_PORT, |host, port| Syslog { host, port })
                .map(Self::Syslogs)
                .ok_or(Misuse::Usage("set syslog none, or: HOST[:PORT], two at most")),
            ["set", "time", rest @ ..] => places(rest, NTP_PORT, |host, port| TimeServer { host, port })
                .map(Self::TimeServers)
                .ok_or(Misuse::Usage("set time none, or: HOST[:PORT], three at most")),
            ["set", "webhook", rest @ ..] => webhook(rest).ok_or(Misuse::Usage(
                "set webhook none, or: set webhook NUMBER (its address is asked for)",
            )),
            ["remove", "target", name] => Ok(Self::Set(Change::RemoveTarget(name))),
            ["save"] => Ok(Self::More(More::Save)),
            ["discard"] => Ok(Self::More(More::Discard)),
            ["import"] => Ok(Self::More(More::Import)),
            ["unlock", name] => Ok(Self::Unlock(name)),
            ["reboot"] => Ok(Self::More(More::Reboot)),
            ["factory-reset"] => Ok(Self::More(More::FactoryReset)),
            _ => Err(Misuse::Unknown),
        }
    }
}

/// The words of a line; one in double quotes may hold blanks.
fn words(line: &str) -> Result<Vec<&str, WORDS>, Misuse> {
    let mut words = Vec::new();
    let mut rest = line.trim_ascii_start();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => at(quoted, b'"')
                .map(|(word, after)| (word, after.get(1..).unwrap_or_default()))
                .ok_or(Misuse::Quotes)?,
            None => at(rest, b' ').unwrap_or((rest, "")),
        };
        if at(word, b'"').is_some() || !(after.is_empty() || after.starts_with(' ')) {
            return Err(Misuse::Quotes);
        }
        words.push(word).map_err(|_| Misuse::TooManyWords)?;
        rest = after.trim_ascii_start();
    }
    Ok(words)
}

/// What is before the first of that character, and the rest. (`str` can do that
/// for any pattern, which takes a kilobyte of code.)
fn at(text: &str, character: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == character)?;
    text.split_at_checked(at)
}

/// The same without the character itself.
fn around(text: &str, character: u8) -> Option<(&str, &str)> {
    let (before, after) = at(text, character)?;
    Some((before, after.get(1..)?))
}

fn network(words: &[&str]) -> Option<Network> {
    let [first, rest @ ..] = words else {
        return None;
    };
    if *first == "dhcp" {
        return rest.is_empty().then_some(Network::Dhcp);
    }
    let (address, prefix) = around(first, b'/')?;
    let mut network = StaticNetwork {
        address: address.parse().ok()?,
        prefix: prefix.parse().ok()?,
        gateway: None,
        name_servers: Vec::new(),
    };
    let mut rest = rest;
    if let ["gateway", gateway, after @ ..] = rest {
        network.gateway = Some(gateway.parse().ok()?);
        rest = after;
    }
    if let ["dns", servers @ ..] = rest {
        for server in servers {
            let server: Ipv4Addr = server.parse().ok()?;
            network.name_servers.push(server).ok()?;
        }
        rest = &[];
    }
    rest.is_empty().then_some(Network::Static(network))
}

fn credential<'l>(words: &[&'l str]) -> Option<Command<'l>> {
    Some(match *words {
        [name, "user", user] => Command::Set(Change::Login(name, LoginChange::User(user))),
        [name, "password"] => ask(Ask::Password(name)),
        [name, "bearer"] => ask(Ask::Bearer(name)),
        _ => return None,
    })
}

fn target<'l>(words: &[&'l str]) -> Option<Command<'l>> {
    let [name, what, value] = *words else {
        return None;
    };
    let change = match what {
        "host" => TargetChange::Host(host(value)),
        "port" => TargetChange::Port(value.parse().ok()?),
        "credential" => TargetChange::Credential(value),
        "probe-every" => TargetChange::ProbeEvery(value.parse().ok()?),
        "check-every" => TargetChange::CheckEvery(value.parse().ok()?),
        "skip" if value == "none" => TargetChange::Skip(""),
        "skip" => TargetChange::Skip(value),
        _ => return None,
    };
    Some(Command::Set(Change::Target(name, change)))
}

/// Hosts and ports, or `none`.
fn places<'l, T, const N: usize>(
    words: &[&'l str],
    usual: u16,
    place: fn(Host<'l>, u16) -> T,
) -> Option<Vec<T, N>> {
    if words.is_empty() {
        return None;
    }
    let mut places = Vec::new();
    for word in words.iter().filter(|_| words != ["none"]) {
        let (name, port) = match around(word, b':') {
            Some((name, port)) => (name, port.parse().ok()?),
            None => (*word, usual),
        };
        places.push(place(host(name), port)).ok()?;
    }
    Some(places)
}

const fn ask(ask: Ask<'_>) -> Command<'_> {
    Command::More(More::Ask(ask))
}

/// Webhooks are counted from 1.
fn webhook<'l>(words: &[&'l str]) -> Option<Command<'l>> {
    match words {
        ["none"] => Some(Command::Set(Change::NoWebhooks)),
        [number] => {
            let number: usize = number.parse().ok()?;
            Some(ask(Ask::Webhook(number.checked_sub(1)?)))
        }
        _ => None,
    }
}

/// Whether a name can be one is for the draft to say.
fn host(text: &str) -> Host<'_> {
    text.parse().map_or(Host::Name(text), Host::Address)
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("that is no command; try: help"),
            Self::Quotes => f.write_str("double quotes go around a whole word"),
            Self::TooManyWords => f.write_str("too many words; try: help"),
            Self::Usage(usage) => write!(f, "that is not how it is written; {usage}"),
        }
    }
}
