//! Boxes in memory: what an FMC and a chassis answer to the requests of a
//! check, and the connections to them.

use core::cell::{Cell, RefCell};
use core::future::pending;
use std::collections::BTreeMap;
use std::format;
use std::rc::Rc;
use std::string::{String, ToString as _};
use std::vec::Vec;

use embassy_time::{Duration, Timer};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use oobwatch_core::error::{CertificateError, Error, TransportError};
use oobwatch_image::{Product, Target, Url};

use super::receiver::{Posting, Receiver, Reply};
use super::time::seconds;
use crate::board::Trust;
use crate::{Dial, Way};

/// What a box does with a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mood {
    #[default]
    Well,
    Refuses,
    Silent,
    /// Answers all but the login.
    LoginHangs,
}

/// An FMC or a chassis.
#[derive(Default)]
pub(super) struct FakeBox {
    pub(super) mood: Mood,
    pub(super) password_is_wrong: bool,
    /// The health of its one device.
    pub(super) health: &'static str,
    pub(super) certificate: Vec<u8>,
    pub(super) token_life: u64,
    pub(super) connections: u32,
    /// When logins came in.
    pub(super) logins: Vec<u64>,
    pub(super) refreshes: Vec<u64>,
    pub(super) logouts: u32,
    pub(super) requests: u32,
    token: u32,
    token_end: u64,
    open: bool,
}

impl FakeBox {
    /// Sessions that are open.
    pub(super) fn is_open(&self) -> bool {
        self.open && seconds() < self.token_end
    }

    fn answer(&mut self, product: Product, head: &str) -> String {
        self.requests += 1;
        let path = head.split(' ').nth(1).unwrap();
        match product {
            Product::Fmc => self.fmc(path, head),
            Product::Fxos => self.fxos(path, head),
            Product::CdFmc => unreachable!(),
        }
    }

    fn renew(&mut self) -> u32 {
        self.token += 1;
        self.token_end = seconds() + self.token_life;
        self.open = true;
        self.token
    }

    fn knows(&self, field: &str, head: &str) -> bool {
        self.is_open() && head.contains(&format!("\r\n{field}: access-{}\r\n", self.token))
    }

    fn fmc(&mut self, path: &str, head: &str) -> String {
        let tokens = |token| {
            let keep = "Keep-Alive: timeout=5, max=100\r\nConnection: Keep-Alive\r\n";
            format!(
                "HTTP/1.1 204 204\r\nX-auth-access-token: access-{token}\r\nX-auth-refresh-token: refresh-{token}\r\nDOMAIN_UUID: e276abec-e0f2-11e3-8169-6d9ed49b625f\r\n{keep}\r\n"
            )
        };
        match path {
            "/api/fmc_platform/v1/auth/generatetoken" => {
                self.logins.push(seconds());
                match self.password_is_wrong {
                    true => status(401),
                    false => tokens(self.renew()),
                }
            }
            "/api/fmc_platform/v1/auth/refreshtoken" => {
                assert!(head.contains(&format!(
                    "\r\nX-auth-refresh-token: refresh-{}\r\n",
                    self.token
                )));
                self.refreshes.push(seconds());
                tokens(self.renew())
            }
            _ if !self.knows("X-auth-access-token", head) => status(401),
            "/api/fmc_platform/v1/auth/revokeaccess" => {
                self.open = false;
                self.logouts += 1;
                "HTTP/1.1 204 204\r\n\r\n".to_string()
            }
            "/api/fmc_platform/v1/info/serverversion" => {
                json(r#"{"items":[{"serverVersion":"7.4.1 (build 172)"}]}"#)
            }
            path if path.contains("/devices/devicerecords?") => json(&format!(
                r#"{{"items":[{{"name":"ftd-1","healthStatus":"{}"}}],"paging":{{"count":1}}}}"#,
                self.health
            )),
            _ => status(404),
        }
    }

    fn fxos(&mut self, path: &str, head: &str) -> String {
        match path {
            "/api/login" => {
                self.logins.push(seconds());
                if self.password_is_wrong {
                    let body = r#"{"error":"invalid credentials","error-code":"551"}"#;
                    return format!(
                        "HTTP/1.1 400 400\r\nContent-Length: {}\r\n\r\n{body}",
                        body.len()
                    );
                }
                let token = self.renew();
                json(&format!(
                    r#"{{"refreshPeriod":"0","token":"access-{token}"}}"#
                ))
            }
            _ if !self.knows("TOKEN", head) => status(401),
            "/api/logout" => {
                self.open = false;
                self.logouts += 1;
                json("{}")
            }
            _ if path.contains("faultInst") => json(r#"{"faultInst":[]}"#),
            _ if path.contains("smAppInstance") => json(r#"{"smAppInstance":[]}"#),
            _ => status(404),
        }
    }
}

fn status(status: u16) -> String {
    format!("HTTP/1.1 {status} {status}\r\nContent-Length: 2\r\n\r\n{{}}")
}

fn json(body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 200\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// All boxes that can be reached, by port.
#[derive(Default)]
pub(super) struct Lab {
    boxes: BTreeMap<u16, Rc<RefCell<FakeBox>>>,
    /// The one receiver behind all webhooks.
    pub(super) receiver: Rc<RefCell<Receiver>>,
    connected: Rc<Cell<u32>>,
}

impl Lab {
    /// A box in good health at `port`, which shows `certificate`.
    pub(super) fn add(&mut self, port: u16, certificate: &[u8]) -> Rc<RefCell<FakeBox>> {
        let fake = FakeBox {
            health: "green",
            certificate: certificate.to_vec(),
            token_life: 1_800,
            ..FakeBox::default()
        };
        let fake = Rc::new(RefCell::new(fake));
        self.boxes.insert(port, Rc::clone(&fake));
        fake
    }
}

impl Dial for Lab {
    type Stream = Wire;
    type Hook = Posting;

    async fn dial_hook(
        &self,
        url: &Url<'static>,
        trust: Option<Trust<'static>>,
    ) -> Result<Posting, Error> {
        Timer::after(Duration::from_millis(30)).await;
        self.receiver.borrow_mut().dialled.push(seconds());
        let reply = self.receiver.borrow().reply;
        match (reply, trust) {
            (Reply::Unreachable, _) => pending().await,
            (Reply::Refuses, _) => return Err(TransportError::ConnectRefused.into()),
            (Reply::NoLink, _) => return Err(TransportError::NoLink.into()),
            (Reply::Untrusted, Some(_)) => {
                let why = CertificateError::UnknownIssuer;
                return Err(TransportError::Certificate(why).into());
            }
            _ => assert_eq!(trust.is_some(), url.is_https),
        }
        assert_eq!(self.connected.get(), 0, "one connection at a time");
        self.connected.set(1);
        let (receiver, connected) = (Rc::clone(&self.receiver), Rc::clone(&self.connected));
        Ok(Posting::new(receiver, connected))
    }

    async fn dial(
        &self,
        target: &Target<'static>,
        trust: Trust<'static>,
        way: &Cell<Way>,
    ) -> Result<Wire, Error> {
        Timer::after(Duration::from_millis(30)).await;
        let server = Rc::clone(&self.boxes[&target.port]);
        let mood = server.borrow().mood;
        if mood == Mood::Refuses {
            return Err(TransportError::ConnectRefused.into());
        }
        if trust
            != (Trust::Pinned {
                der: &server.borrow().certificate,
                sni: None,
            })
        {
            return Err(TransportError::Certificate(CertificateError::PinMismatch).into());
        }
        assert_eq!(self.connected.get(), 0, "one connection at a time");
        self.connected.set(1);
        server.borrow_mut().connections += 1;
        way.set(Way {
            resolve: None,
            connect: Some(1),
            tls: Some(29),
            ..Way::NONE
        });
        let connected = Rc::clone(&self.connected);
        Ok(Wire {
            server,
            product: target.product,
            sent: String::new(),
            answer: Vec::new(),
            connected,
        })
    }
}

/// A connection to a box.
pub(super) struct Wire {
    server: Rc<RefCell<FakeBox>>,
    product: Product,
    sent: String,
    answer: Vec<u8>,
    connected: Rc<Cell<u32>>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.connected.set(0);
    }
}

impl ErrorType for Wire {
    type Error = ErrorKind;
}

impl Write for Wire {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.sent.push_str(core::str::from_utf8(bytes).unwrap());
        if self.sent.ends_with("\r\n\r\n") {
            let head = core::mem::take(&mut self.sent);
            self.answer = self
                .server
                .borrow_mut()
                .answer(self.product, &head)
                .into_bytes();
            let mood = self.server.borrow().mood;
            let login = head.contains("/generatetoken ") || head.contains("/api/login ");
            if mood == Mood::Silent || (mood == Mood::LoginHangs && login) {
                self.answer.clear();
            }
        }
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl Read for Wire {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        if self.answer.is_empty() {
            pending::<()>().await;
        }
        Timer::after(Duration::from_millis(10)).await;
        let count = self.answer.len().min(buffer.len()).min(200);
        buffer[..count].copy_from_slice(&self.answer[..count]);
        self.answer.drain(..count);
        Ok(count)
    }
}
