//! The simulator as its users hold it: started, steered, shut down.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::cert::{Issued, Owner};
use crate::scenario::{Scenario, TlsVersions};
use crate::unit::{Unit, World, lock};
use crate::{Error, Event, State, cert, control, wire};

/// How to start a simulator.
#[derive(Debug, Clone)]
pub struct Builder {
    scenario: Scenario,
    fmc: SocketAddr,
    fxos: SocketAddr,
    control: SocketAddr,
}

/// A simulated FMC and a simulated chassis. Both end when this is dropped.
#[derive(Debug)]
pub struct Sim {
    fmc: BoxInfo,
    fxos: BoxInfo,
    control_url: String,
    inside: Arc<Inside>,
    /// Dropped: every task of the simulator ends.
    stop: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

/// Where a box is, who may log in, and how to trust it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BoxInfo {
    /// `https://127.0.0.1:PORT`.
    pub url: String,
    /// The address that it listens on.
    pub addr: SocketAddr,
    /// The first account's user.
    pub user: String,
    /// The first account's password.
    pub password: String,
    /// `sha256:HEX` of the certificate in DER.
    pub pin: String,
    /// `sha256//BASE64` of the certificate's subject public key info, as curl takes it.
    pub spki_pin: String,
    /// The certificate in PEM.
    pub cert_pem: String,
    /// The certificate in DER.
    pub cert_der: Vec<u8>,
    /// The CA that issued the certificate, in PEM, if it is not self-issued.
    pub ca_pem: Option<String>,
}

/// What the control address can reach.
#[derive(Debug)]
pub(crate) struct Inside {
    world: Arc<World>,
    fmc: Arc<Unit>,
    fxos: Arc<Unit>,
}

impl Builder {
    /// The switches to start with.
    #[must_use]
    pub fn scenario(self, scenario: Scenario) -> Self {
        Self { scenario, ..self }
    }

    /// The address of the FMC. By default a free port of 127.0.0.1, as for the others.
    #[must_use]
    pub fn fmc_addr(self, fmc: SocketAddr) -> Self {
        Self { fmc, ..self }
    }

    /// The address of the chassis.
    #[must_use]
    pub fn fxos_addr(self, fxos: SocketAddr) -> Self {
        Self { fxos, ..self }
    }

    /// The control address. It is plain HTTP and asks for no password: keep it on loopback.
    #[must_use]
    pub fn control_addr(self, control: SocketAddr) -> Self {
        Self { control, ..self }
    }

    /// Binds, makes keys (about a second, once per process), and serves until dropped.
    ///
    /// # Errors
    /// An address in use, or a scenario or certificate that can not be.
    pub async fn start(self) -> Result<Sim, Error> {
        let scenario = self.scenario.checked()?;
        let listeners = [
            bind("fmc", self.fmc).await?,
            bind("fxos", self.fxos).await?,
            bind("control", self.control).await?,
        ];
        let certificates = certificates(&scenario).await?;
        Sim::run(scenario, certificates, listeners)
    }
}

async fn certificates(scenario: &Scenario) -> Result<[Issued; 2], Error> {
    let specs = [
        scenario.fmc.wire.certificate.clone(),
        scenario.fxos.wire.certificate.clone(),
    ];
    let work = tokio::task::spawn_blocking(move || {
        cert::make_keys();
        Ok([
            cert::issue(&specs[0], Owner::Fmc)?,
            cert::issue(&specs[1], Owner::Fxos)?,
        ])
    });
    work.await.map_err(Error::certificate)?
}

async fn bind(what: &'static str, addr: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let failed = |source| Error::Bind { what, addr, source };
    let listener = TcpListener::bind(addr).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

impl Sim {
    /// A builder with the default scenario, on free ports of 127.0.0.1.
    #[must_use]
    pub fn builder() -> Builder {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Builder {
            scenario: Scenario::default(),
            fmc: any,
            fxos: any,
            control: any,
        }
    }

    fn run(
        scenario: Scenario,
        [fmc_cert, fxos_cert]: [Issued; 2],
        [fmc, fxos, control]: [(TcpListener, SocketAddr); 3],
    ) -> Result<Self, Error> {
        let fmc_acceptor = acceptor(scenario.fmc.wire.tls.unwrap_or(scenario.tls), &fmc_cert)?;
        let fxos_acceptor = acceptor(scenario.fxos.wire.tls.unwrap_or(scenario.tls), &fxos_cert)?;
        let account = |accounts: &[crate::Account]| accounts[0].clone();
        let fmc_info = BoxInfo::new(fmc.1, account(&scenario.fmc.accounts), fmc_cert);
        let fxos_info = BoxInfo::new(fxos.1, account(&scenario.fxos.accounts), fxos_cert);

        let world = Arc::new(World::new(scenario));
        let inside = Arc::new(Inside {
            fmc: Arc::new(Unit::fmc(&world)),
            fxos: Arc::new(Unit::fxos(&world)),
            world,
        });
        let (stop, stopped) = watch::channel(());
        let tasks = vec![
            tokio::spawn(wire::serve(
                fmc.0,
                fmc_acceptor,
                Arc::clone(&inside.fmc),
                stopped.clone(),
            )),
            tokio::spawn(wire::serve(
                fxos.0,
                fxos_acceptor,
                Arc::clone(&inside.fxos),
                stopped.clone(),
            )),
            tokio::spawn(control::serve(control.0, Arc::clone(&inside), stopped)),
        ];
        let control_url = format!("http://{}", control.1);
        Ok(Self {
            fmc: fmc_info,
            fxos: fxos_info,
            control_url,
            inside,
            stop,
            tasks,
        })
    }

    /// The management centre.
    #[must_use]
    pub fn fmc(&self) -> &BoxInfo {
        &self.fmc
    }

    /// The chassis.
    #[must_use]
    pub fn fxos(&self) -> &BoxInfo {
        &self.fxos
    }

    /// `http://127.0.0.1:PORT` of the control address.
    #[must_use]
    pub fn control_url(&self) -> &str {
        &self.control_url
    }

    /// What has been counted so far.
    #[must_use]
    pub fn state(&self) -> State {
        self.inside.state()
    }

    /// Moves virtual time forward.
    pub fn advance(&self, by: Duration) {
        self.inside.advance(by);
    }

    /// The present switches. Those that count down show what is left.
    #[must_use]
    pub fn scenario(&self) -> Scenario {
        self.inside.scenario()
    }

    /// Replaces all switches.
    ///
    /// # Errors
    /// `tls` and `certificate` can not be changed while the simulator runs.
    pub fn set_scenario(&self, next: Scenario) -> Result<(), Error> {
        self.inside.set_scenario(next)
    }

    /// The log of events from after the `since`-th, oldest first: the last 100,000 are kept.
    #[must_use]
    pub fn events(&self, since: u64) -> Vec<Event> {
        self.inside.events(since)
    }

    /// Ends all sessions of the management centre, as a restart does.
    pub fn end_fmc_sessions(&self) {
        self.inside.fmc.end_sessions();
    }

    /// Ends all sessions of the chassis.
    pub fn end_fxos_sessions(&self) {
        self.inside.fxos.end_sessions();
    }

    /// Lets held answers go, and holds no more.
    pub fn release(&self) {
        self.inside.release();
    }

    /// Counts, peaks and events begin anew; sessions, switches and time stay.
    pub fn reset(&self) {
        self.inside.reset();
    }

    /// Closes every connection and frees the addresses.
    pub async fn shutdown(self) {
        drop(self.stop);
        for task in self.tasks {
            // A task that panicked has ended too.
            task.await.ok();
        }
    }
}

impl Inside {
    pub(crate) fn state(&self) -> State {
        State {
            clock_ms: u64::try_from(self.world.clock.now().as_millis()).unwrap_or(u64::MAX),
            fmc: self.fmc.state(),
            fxos: self.fxos.state(),
        }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    pub(crate) fn scenario(&self) -> Scenario {
        self.world.scenario.borrow().clone()
    }

    pub(crate) fn set_scenario(&self, next: Scenario) -> Result<(), Error> {
        let next = next.checked()?;
        self.world.scenario.borrow().check_change(&next)?;
        self.world.clock.set_manual(next.manual_clock);
        self.world.scenario.send_replace(next);
        Ok(())
    }

    pub(crate) fn events(&self, since: u64) -> Vec<Event> {
        lock(&self.world.events).since(since)
    }

    /// Whether there is such a box.
    pub(crate) fn end_sessions(&self, of: &str) -> bool {
        match of {
            "fmc" => self.fmc.end_sessions(),
            "fxos" => self.fxos.end_sessions(),
            _ => return false,
        }
        true
    }

    pub(crate) fn reset(&self) {
        lock(&self.world.events).clear();
        self.fmc.reset();
        self.fxos.reset();
    }

    pub(crate) fn release(&self) {
        self.world.scenario.send_modify(|scenario| {
            scenario.fmc.wire.hold.clear();
            scenario.fxos.wire.hold.clear();
        });
    }
}

impl BoxInfo {
    fn new(addr: SocketAddr, account: crate::Account, issued: Issued) -> Self {
        Self {
            url: format!("https://{addr}"),
            addr,
            user: account.user,
            password: account.password,
            pin: issued.pin,
            spki_pin: issued.spki_pin,
            cert_pem: issued.pem,
            cert_der: issued.der.to_vec(),
            ca_pem: issued.ca_pem,
        }
    }
}

fn acceptor(versions: TlsVersions, issued: &Issued) -> Result<TlsAcceptor, Error> {
    use rustls::version::{TLS12, TLS13};
    let versions: &[&rustls::SupportedProtocolVersion] = match versions {
        TlsVersions::Tls12 => &[&TLS12],
        TlsVersions::Tls13 => &[&TLS13],
        TlsVersions::Both => &[&TLS12, &TLS13],
    };
    let chain: Vec<CertificateDer<'static>> = vec![issued.der.clone()];
    let key = PrivateKeyDer::Pkcs8(issued.key.clone_key());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(Error::certificate)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
