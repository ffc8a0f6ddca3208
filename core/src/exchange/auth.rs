//! The exchanges that open, renew and end a session.

use super::answer::{Extra, Reader};
use super::basic::write_basic;
use super::domains::{DomainSearch, Domains};
use super::login_reply::LoginReply;
use super::request::common_fields;
use super::{Answer, AuthOutcome, Domain, Grant, Progress, Sink};
use crate::credentials::Login;
use crate::error::{ConfigError, Error};
use crate::http::{HeadWriter, Limits, Method, Persistence};
use crate::origin::{Origin, OriginTag};
use crate::product::Product;
use crate::secret::{AccessToken, RefreshToken, Secret};
use crate::session::{AuthKind, AuthPermit, Session};
use crate::text::Text;
use crate::{fmc, fxos};

/// A login, a refresh or a logout in flight.
pub struct AuthExchange<'q> {
    kind: AuthKind,
    reader: Reader,
    granted: Granted<'q>,
}

impl<'q> AuthExchange<'q> {
    /// Encodes what `permit` elects its holder to do into `out`, and says how
    /// many bytes it is. There is no body (FMC REST quick start, Requesting an
    /// Authentication Token: the body is blank).
    ///
    /// `login` is used by a login and by nothing else. `domain` is the name (in
    /// full, or its last part) or the UUID of the domain that the session is
    /// for; `None` is the user's own. Zeroize `out` after it is sent; 512 bytes
    /// and four thirds of user name and password are enough.
    ///
    /// # Errors
    /// [`Error::Config`] if `permit` or `login` are not for this session and
    /// box; [`Error::Resource`] with the size that `out` must have.
    pub fn start(
        session: &Session,
        origin: &Origin<'_>,
        permit: &AuthPermit,
        login: Option<&Login<'_>>,
        domain: Option<&'q str>,
        out: &mut [u8],
    ) -> Result<(Self, usize), Error> {
        let tokens = session.lend_tokens(origin.tag(), permit)?;
        let mut head = HeadWriter::new(out);
        let (product, kind) = (origin.product(), permit.kind());
        head.request_line(Method::Post, &[path(product, kind)?])?;
        common_fields(&mut head, origin)?;
        match (kind, login, tokens) {
            (AuthKind::Login, Some(login), _) if login.origin == origin.tag() => {
                write_login(&mut head, product, login)?;
            }
            (AuthKind::Login, Some(_), _) => return Err(ConfigError::OtherOrigin.into()),
            (AuthKind::Logout, _, Some((access, _))) => write_access(&mut head, product, access)?,
            (AuthKind::Refresh, _, Some((access, Some(refresh)))) => {
                write_access(&mut head, product, access)?;
                head.field(fmc::REFRESH_TOKEN_FIELD, refresh.expose_secret().as_bytes())?;
            }
            _ => return Err(ConfigError::OtherCredentials.into()),
        }
        head.field("Content-Length", b"0")?;
        let length = head.finish()?;
        // A refresh lists no domains: what the login chose stands.
        let wanted = domain.filter(|_| kind == AuthKind::Login);
        let reader = Reader::new(Method::Post, Limits::default());
        Ok((
            Self {
                kind,
                reader,
                granted: Granted::new(origin, wanted),
            },
            length,
        ))
    }

    /// What came of the exchange, once the answer is whole.
    pub fn finish(self) -> AuthOutcome {
        let response = self.reader.finish();
        if self.kind == AuthKind::Logout || !response.is_success() || response.html {
            return AuthOutcome::Response(response);
        }
        match self.granted.finish(response.date) {
            Some(grant) => AuthOutcome::Granted(grant),
            None => AuthOutcome::Response(response),
        }
    }
}

const fn path(product: Product, kind: AuthKind) -> Result<&'static str, ConfigError> {
    Ok(match (product, kind) {
        (Product::Fmc, AuthKind::Login) => fmc::GENERATE_TOKEN,
        (Product::Fmc, AuthKind::Logout) => fmc::REVOKE_ACCESS,
        (Product::Fmc, AuthKind::Refresh) => fmc::REFRESH_TOKEN,
        (Product::Fxos, AuthKind::Login) => fxos::LOGIN,
        (Product::Fxos, AuthKind::Logout) => fxos::LOGOUT,
        (Product::CdFmc, _) | (Product::Fxos, AuthKind::Refresh) => {
            return Err(ConfigError::OtherCredentials);
        }
    })
}

fn write_login(
    head: &mut HeadWriter<'_>,
    product: Product,
    login: &Login<'_>,
) -> Result<(), ConfigError> {
    if product == Product::Fxos {
        head.field(fxos::USERNAME_FIELD, login.user.as_bytes())?;
        return head.field(fxos::PASSWORD_FIELD, login.password.as_bytes());
    }
    head.field_with("Authorization", |value| write_basic(value, login))
}

fn write_access(
    head: &mut HeadWriter<'_>,
    product: Product,
    access: &AccessToken,
) -> Result<(), ConfigError> {
    let name = match product {
        Product::CdFmc | Product::Fmc => fmc::ACCESS_TOKEN_FIELD,
        Product::Fxos => fxos::TOKEN_FIELD,
    };
    head.field(name, access.expose_secret().as_bytes())
}

impl Answer for AuthExchange<'_> {
    fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<Progress, Error> {
        self.reader
            .push(bytes, &mut self.granted, &mut DomainsOnly(sink))
    }

    fn eof(&mut self) -> Result<(), Error> {
        self.reader.eof()
    }

    fn has_begun(&self) -> bool {
        self.reader.has_begun()
    }

    fn persistence(&self) -> Persistence {
        self.reader.persistence()
    }
}

/// Keeps the body of an auth answer, which may hold a token, from the sink.
struct DomainsOnly<'a>(&'a mut dyn Sink);

impl Sink for DomainsOnly<'_> {
    fn status(&mut self, status: u16) {
        self.0.status(status);
    }

    fn domain(&mut self, name: &[u8], uuid: &[u8]) {
        self.0.domain(name, uuid);
    }
}

/// What a successful answer gives.
struct Granted<'q> {
    origin: OriginTag,
    field: Field,
    access: Secret,
    refresh: Secret,
    domain: Text<36>,
    user: Text<36>,
    domain_id: Text<16>,
    search: Option<DomainSearch<'q>>,
    listed: Listed,
}

/// What is read as JSON: an FMC lists domains in a field, a chassis sends the
/// token in the body.
#[expect(
    clippy::large_enum_variant,
    reason = "without an allocator there is no box"
)]
enum Listed {
    Domains(Domains),
    Reply(LoginReply),
}

#[derive(Clone, Copy)]
enum Field {
    Access,
    Domain,
    DomainId,
    Domains,
    Refresh,
    User,
}

const FIELDS: [(&[u8], Field); 6] = [
    (b"x-auth-access-token", Field::Access),
    (b"x-auth-refresh-token", Field::Refresh),
    (b"domain_uuid", Field::Domain),
    (b"domain_id", Field::DomainId),
    (b"domains", Field::Domains),
    (b"user_uuid", Field::User),
];

impl<'q> Granted<'q> {
    fn new(origin: &Origin<'_>, domain: Option<&'q str>) -> Self {
        let product = origin.product();
        Self {
            origin: origin.tag(),
            field: Field::Domains,
            access: Secret::new(),
            refresh: Secret::new(),
            domain: Text::new(),
            user: Text::new(),
            domain_id: Text::new(),
            search: domain
                .filter(|_| product != Product::Fxos)
                .map(DomainSearch::new),
            listed: match product {
                Product::CdFmc | Product::Fmc => Listed::Domains(Domains::new()),
                Product::Fxos => Listed::Reply(LoginReply::new()),
            },
        }
    }

    /// The tokens: from an FMC both, from a chassis the one that it has.
    fn finish(mut self, date: Option<u64>) -> Option<Grant> {
        let refresh = RefreshToken::received(self.refresh);
        let refresh_period = match &mut self.listed {
            Listed::Domains(_) if refresh.is_some() => None,
            Listed::Domains(_) => return None,
            Listed::Reply(reply) => reply.finish(&mut self.access).ok()?,
        };
        Some(Grant {
            origin: self.origin,
            access: AccessToken::received(self.access)?,
            refresh,
            refresh_period,
            domain: match self.search {
                Some(search) => search.finish(),
                None if self.domain.is_empty() => Domain::Unknown,
                None => Domain::Uuid(self.domain),
            },
            user: self.user,
            domain_id: self.domain_id,
            date,
        })
    }
}

impl Extra for Granted<'_> {
    fn wants(&mut self, name: &[u8]) -> bool {
        let Listed::Domains(domains) = &self.listed else {
            return false;
        };
        let Some(&(_, field)) = FIELDS.iter().find(|(known, _)| *known == name) else {
            return false;
        };
        self.field = field;
        // The first field of a name counts; a second one is not joined to it.
        match field {
            Field::Access => self.access.is_empty(),
            Field::Domain => self.domain.is_empty(),
            Field::DomainId => self.domain_id.is_empty(),
            Field::Domains => domains.is_new(),
            Field::Refresh => self.refresh.is_empty(),
            Field::User => self.user.is_empty(),
        }
    }

    fn field(&mut self, piece: &[u8], sink: &mut dyn Sink) {
        match self.field {
            Field::Access => self.access.push(piece),
            Field::Domain => self.domain.push(piece),
            Field::DomainId => self.domain_id.push(piece),
            Field::Domains => {
                if let Listed::Domains(domains) = &mut self.listed {
                    domains.push(piece, &mut self.search, sink);
                }
            }
            Field::Refresh => self.refresh.push(piece),
            Field::User => self.user.push(piece),
        }
    }

    fn body(&mut self, piece: &[u8]) {
        if let Listed::Reply(reply) = &mut self.listed {
            reply.push(piece, &mut self.access);
        }
    }
}
