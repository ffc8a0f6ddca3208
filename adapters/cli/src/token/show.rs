//! Tokens as they are printed: the one output that shows them, and only on stdout.

use std::io::{self, Write};

use oobwatch_client::core::product::Product;
use serde_json::json;

use crate::args::TokenFormat;

/// Tokens as a login or a refresh brought them.
pub(super) struct Tokens<'a> {
    pub(super) product: Product,
    pub(super) access: &'a str,
    pub(super) refresh: Option<&'a str>,
    /// The UUID of the domain that the user is in.
    pub(super) domain: Option<&'a str>,
    /// Name and UUID of every domain that is open to the user.
    pub(super) domains: &'a [(String, String)],
}

impl Tokens<'_> {
    /// Prints the tokens. All values are printable: a box can not write into a terminal or break
    /// out of a header or a quoted shell word with them.
    pub(super) fn print(&self, out: &mut impl Write, format: TokenFormat) -> io::Result<()> {
        match format {
            TokenFormat::Text => self.text(out),
            TokenFormat::Json => self.json(out),
            TokenFormat::Env => self.env(out),
            TokenFormat::Header => self.header(out),
        }?;
        out.flush()
    }

    /// The name of the access token's header field.
    const fn field(&self) -> &'static str {
        match self.product {
            Product::Fmc => "X-auth-access-token",
            Product::Fxos => "TOKEN",
            Product::CdFmc => "Authorization",
        }
    }

    fn text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "access token   {}", self.access)?;
        if let Some(refresh) = self.refresh {
            writeln!(out, "refresh token  {refresh}")?;
        }
        for (name, uuid) in self.domains {
            let mark = if self.domain == Some(uuid) {
                "  (the user's)"
            } else {
                ""
            };
            writeln!(
                out,
                "domain         {}  {}{mark}",
                printable(uuid),
                printable(name)
            )?;
        }
        Ok(())
    }

    fn json(&self, out: &mut impl Write) -> io::Result<()> {
        let domains = self
            .domains
            .iter()
            .map(|(name, uuid)| json!({"name": name, "uuid": uuid}));
        let object = json!({
            "access_token": self.access,
            "refresh_token": self.refresh,
            "domain_uuid": self.domain,
            "domains": domains.collect::<Vec<_>>(),
        });
        writeln!(out, "{object:#}")
    }

    fn env(&self, out: &mut impl Write) -> io::Result<()> {
        let values = [
            ("OOBWATCH_ACCESS_TOKEN", Some(self.access)),
            ("OOBWATCH_REFRESH_TOKEN", self.refresh),
            ("OOBWATCH_DOMAIN_UUID", self.domain),
        ];
        for (name, value) in values {
            if let Some(value) = value {
                writeln!(out, "export {name}={}", shell_word(value))?;
            }
        }
        Ok(())
    }

    /// Not the refresh token, which belongs into a refresh and into no other request.
    fn header(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}: {}", self.field(), self.access)
    }
}

fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// In single quotes, as POSIX shells read it.
fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(tokens: &Tokens<'_>, format: TokenFormat) -> String {
        let mut out = Vec::new();
        tokens.print(&mut out, format).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_format_is_fit_for_its_reader() {
        let domains = [
            ("Global".to_owned(), "u1".to_owned()),
            ("a\x1b[2J".to_owned(), "u2".to_owned()),
        ];
        let fmc = Tokens {
            product: Product::Fmc,
            access: "a'b",
            refresh: Some("r"),
            domain: Some("u1"),
            domains: &domains,
        };
        assert_eq!(
            printed(&fmc, TokenFormat::Header),
            "X-auth-access-token: a'b\n"
        );
        assert_eq!(
            printed(&fmc, TokenFormat::Env),
            "export OOBWATCH_ACCESS_TOKEN='a'\\''b'\nexport OOBWATCH_REFRESH_TOKEN='r'\nexport OOBWATCH_DOMAIN_UUID='u1'\n"
        );
        let text = printed(&fmc, TokenFormat::Text);
        assert!(text.contains("u1  Global  (the user's)\n"), "{text}");
        assert!(!text.contains('\x1b'));
        let json: serde_json::Value =
            serde_json::from_str(&printed(&fmc, TokenFormat::Json)).unwrap();
        assert_eq!(json["domains"][1]["uuid"], "u2");
        let chassis = Tokens {
            product: Product::Fxos,
            refresh: None,
            domain: None,
            domains: &[],
            ..fmc
        };
        assert_eq!(printed(&chassis, TokenFormat::Header), "TOKEN: a'b\n");
    }
}
