//! Requests as a box sees them: a head, and the secrets in it.

use base64::engine::general_purpose::STANDARD;
use oobwatch_core::product::Product;
use oobwatch_core::session::AuthKind;

use crate::story::USERS;
use crate::trace::{Found, Token};

/// A request head, taken apart.
pub(crate) struct Head {
    pub(crate) path: String,
    method: String,
    /// Wherever they stand: in the path, in a field of whatever name.
    pub(crate) secrets: Vec<Found>,
}

impl Head {
    /// # Panics
    /// If it is no head: that is what a test should say.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let text = core::str::from_utf8(bytes).expect("heads are text");
        let (line, fields) = text.split_once("\r\n").expect("heads have lines");
        let mut words = line.split(' ').map(str::to_owned);
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let mut secrets = secrets_in(&path);
        for value in fields
            .split("\r\n")
            .filter_map(|field| field.split_once(": "))
        {
            secrets.extend(secrets_in(value.1));
            let basic = value.1.strip_prefix("Basic ").unwrap_or_default();
            let plain = STANDARD.decode_vec_or_empty(basic);
            secrets.extend(secrets_in(&plain));
        }
        Self {
            path,
            method,
            secrets,
        }
    }

    pub(crate) fn access(&self) -> Option<Token> {
        self.secrets.iter().find_map(|found| match found {
            Found::Access(token) => Some(*token),
            _ => None,
        })
    }

    /// Which auth request it is, to a box of that product.
    pub(crate) fn auth(&self, product: Product) -> Option<AuthKind> {
        let name = match product {
            Product::Fxos => self.path.strip_prefix("/api/"),
            _ => self.path.strip_prefix("/api/fmc_platform/v1/auth/"),
        };
        match (self.method.as_str(), name?) {
            ("POST", "generatetoken" | "login") => Some(AuthKind::Login),
            ("POST", "refreshtoken") => Some(AuthKind::Refresh),
            ("POST", "revokeaccess" | "logout") => Some(AuthKind::Logout),
            _ => None,
        }
    }
}

/// The `base64` of the workspace has no allocator.
trait DecodeText {
    fn decode_vec_or_empty(&self, text: &str) -> String;
}

impl<E: base64::Engine> DecodeText for E {
    fn decode_vec_or_empty(&self, text: &str) -> String {
        let mut room = vec![0; text.len()];
        let length = self.decode_slice(text, &mut room).unwrap_or(0);
        room.truncate(length);
        String::from_utf8(room).unwrap_or_default()
    }
}

fn secrets_in(text: &str) -> Vec<Found> {
    let passwords = USERS
        .iter()
        .enumerate()
        .filter(|(_, (_, password))| text.contains(password))
        .map(|(user, _)| Found::Password(user));
    let access = Token::find("access", text).map(Found::Access);
    let refresh = Token::find("refresh", text).map(Found::Refresh);
    passwords.chain(access).chain(refresh).collect()
}

impl Token {
    /// What the box calls it.
    pub(crate) fn name(self, kind: &str) -> String {
        let Self {
            at_box,
            login,
            refreshes,
        } = self;
        format!("{kind}.{at_box}.{login}.{refreshes}.end")
    }

    fn find(kind: &str, text: &str) -> Option<Self> {
        let (_, rest) = text.split_once(&format!("{kind}."))?;
        let mut numbers = rest.split('.').map(|number| number.parse().ok());
        Some(Self {
            at_box: numbers.next()??,
            login: numbers.next()??,
            refreshes: numbers.next()??,
        })
    }
}
