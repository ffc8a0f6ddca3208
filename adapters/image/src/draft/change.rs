//! The changes that can be made, and the records that they make.

use super::{Draft, DraftError};
use crate::config::{
    Credential, Host, Login, Network, Secret, Syslog, Target, TimeServer, Webhook,
};
use crate::error::{Reason, RecordKind, WriteError};
use crate::layout::{self, MAX_SYSLOGS, MAX_TIME_SERVERS, MAX_WEBHOOKS};
use crate::read::Image;
use crate::write::Writer;

/// What may be changed in a draft. All else takes a new image.
#[derive(Clone)]
pub enum Change<'c> {
    /// How the board gets its address.
    Network(Network),
    /// What is shown with the credential of that name.
    Login(&'c str, LoginChange<'c>),
    /// Something of the target of that name.
    Target(&'c str, TargetChange<'c>),
    /// The target of that name is watched no more.
    RemoveTarget(&'c str),
    /// The syslog collectors: these, and no others.
    Syslogs(&'c [Syslog<'c>]),
    /// The servers of time: these, and no others.
    TimeServers(&'c [TimeServer<'c>]),
    /// The address of a webhook, by its place in the image. One behind the last
    /// is added; without an authority, it has to be of `http`.
    Webhook(usize, Secret<'c>),
    /// No webhooks.
    NoWebhooks,
}

/// What may be changed of a credential. It stays of its kind.
#[derive(Clone, Copy)]
pub enum LoginChange<'c> {
    /// The name of the user.
    User(&'c str),
    /// The password.
    Password(Secret<'c>),
    /// The bearer token.
    Bearer(Secret<'c>),
}

/// What may be changed of a target.
#[derive(Clone, Copy, Debug)]
pub enum TargetChange<'c> {
    /// Where it is.
    Host(Host<'c>),
    /// Its TCP port.
    Port(u16),
    /// The name of the credential to use.
    Credential(&'c str),
    /// Seconds between two probes.
    ProbeEvery(u32),
    /// Seconds between two checks.
    CheckEvery(u32),
    /// What a check leaves out; empty for nothing.
    Skip(&'c str),
}

impl<const N: usize> Draft<'_, N> {
    /// Adds the records that a change makes.
    pub(super) fn add(&mut self, change: &Change<'_>) -> Result<(), DraftError> {
        match *change {
            Change::Network(ref network) => self.put(0, &|_, out| {
                out.network(network);
                Ok(())
            }),
            Change::Login(name, change) => self.change_login(name, change),
            Change::Target(name, change) => self.change_target(name, change),
            Change::RemoveTarget(name) => {
                let place = self.view().find(RecordKind::Target, name)?;
                self.remove(layout::TARGET, place)
            }
            Change::Syslogs(syslogs) => {
                self.replace(RecordKind::Syslog, MAX_SYSLOGS, syslogs, |out, syslog| {
                    out.syslog(syslog)
                })
            }
            Change::TimeServers(servers) => self.replace(
                RecordKind::TimeServer,
                MAX_TIME_SERVERS,
                servers,
                |out, server| out.time_server(server),
            ),
            Change::Webhook(place, url) => self.change_webhook(place, url),
            Change::NoWebhooks => {
                (0..MAX_WEBHOOKS).try_for_each(|place| self.remove(layout::WEBHOOK, place))
            }
        }
    }

    fn change_login(&mut self, name: &str, change: LoginChange<'_>) -> Result<(), DraftError> {
        let place = self.view().find(RecordKind::Credential, name)?;
        self.put(place, &|image, out| {
            let login = credential(image, name)?.login();
            let login = match (login, change) {
                (Login::Password { password, .. }, LoginChange::User(user)) => {
                    Login::Password { user, password }
                }
                (Login::Password { user, .. }, LoginChange::Password(password)) => {
                    Login::Password { user, password }
                }
                (Login::Bearer(_), LoginChange::Bearer(token)) => Login::Bearer(token),
                _ => return Err(DraftError::Refused(Reason::CredentialKind)),
            };
            out.credential(name, login)?;
            Ok(())
        })
    }

    fn change_target(&mut self, name: &str, change: TargetChange<'_>) -> Result<(), DraftError> {
        let place = self.view().find(RecordKind::Target, name)?;
        self.put(place, &|image, out| {
            let target = image.targets().iter().find(|target| target.name == name);
            let mut target: Target<'_> = *target.ok_or(DraftError::Unknown(RecordKind::Target))?;
            match change {
                TargetChange::Host(host) => target.host = host,
                TargetChange::Port(port) => target.port = port,
                TargetChange::Credential(name) => target.credential = credential(image, name)?,
                TargetChange::ProbeEvery(seconds) => target.probe_every = seconds,
                TargetChange::CheckEvery(seconds) => target.check_every = seconds,
                TargetChange::Skip(items) => target.skip = items,
            }
            out.target(&target)?;
            Ok(())
        })
    }

    /// Writes the records of a list, and takes out those behind it.
    fn replace<T>(
        &mut self,
        kind: RecordKind,
        most: usize,
        list: &[T],
        write: fn(&mut Writer<'_>, &T) -> Result<(), WriteError>,
    ) -> Result<(), DraftError> {
        if list.len() > most {
            return Err(DraftError::Refused(Reason::TooMany(kind)));
        }
        (0..most).try_for_each(|place| match list.get(place) {
            Some(one) => self.put(place, &|_, out| Ok(write(out, one)?)),
            None => self.remove(layout::type_of(kind), place),
        })
    }

    fn change_webhook(&mut self, place: usize, url: Secret<'_>) -> Result<(), DraftError> {
        let has = |place| self.view().record(layout::WEBHOOK, place).is_some();
        if !(0..place).all(has) {
            return Err(DraftError::Unknown(RecordKind::Webhook));
        }
        self.put(place, &|image, out| {
            let old = image.webhooks().get(place);
            let authority = old.and_then(|old| old.authority);
            out.webhook(&Webhook { url, authority })?;
            Ok(())
        })
    }
}

fn credential<'a>(image: &Image<'a>, name: &str) -> Result<Credential<'a>, DraftError> {
    let found = image.credentials().iter().find(|one| one.name == name);
    found
        .copied()
        .ok_or(DraftError::Unknown(RecordKind::Credential))
}

impl From<WriteError> for DraftError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::BufferTooSmall { .. } => Self::Full,
            WriteError::TooLong(field) => Self::Refused(Reason::Value(field)),
            WriteError::TooMany(kind) => Self::Refused(Reason::TooMany(kind)),
            WriteError::Refused(error) => Self::Refused(error.reason),
        }
    }
}
