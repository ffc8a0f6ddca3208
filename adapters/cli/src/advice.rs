//! What to do when a box is not what was expected, and the line that says so.
//!
//! The errors of the client say what happened. Here stands what only the
//! operator can know: which box that address belongs to.

use oobwatch_client::ClientError;
use oobwatch_client::core::error::{Error, PeerError};
use oobwatch_client::core::product::Product;

/// What happened with `label`, and what to do next.
pub(crate) fn line(label: &str, product: Product, error: &ClientError) -> String {
    let mut line = format!("{label}: {error}");
    if let Some(hint) = error.error().and_then(|error| hint(product, error)) {
        line.push_str(if line.ends_with('?') { " " } else { "; " });
        line.push_str(hint);
    }
    line
}

/// What to look at, if the error is one that a box of another kind, or none at
/// all, would cause (a question, as nothing is proven), or other runs of the
/// command.
pub(crate) const fn hint(product: Product, error: Error) -> Option<&'static str> {
    let Error::Peer(error) = error else {
        return None;
    };
    match error {
        // A chassis refuses a login with 400 and a code of its own, never with 401.
        PeerError::AuthStatus(401) if !matches!(product, Product::Fxos) => None,
        // A box whose web server is up before its API is.
        PeerError::AuthStatus(403 | 429 | 500..) | PeerError::WebPage(500..) => None,
        PeerError::Http(_)
        | PeerError::NoTokens
        | PeerError::Redirect(_)
        | PeerError::AuthStatus(_)
        | PeerError::WebPage(_) => Some(question(product)),
        PeerError::Displaced => Some("runs of this command share a session with --cache"),
        _ => None,
    }
}

const fn question(product: Product) -> &'static str {
    match product {
        Product::Fmc => {
            "is this really an FMC, with its REST API on (System > Configuration > REST API Preferences)? an FTD under its own device manager has another API, and a chassis is written fxos://"
        }
        Product::Fxos => {
            "is this really the management address of an FXOS chassis (Firepower 4100 or 9300)? an FMC is written fmc://"
        }
        Product::CdFmc => {
            "is this really the host of a cloud-delivered FMC's API? an FMC of your own is written fmc://"
        }
    }
}

#[cfg(test)]
mod tests {
    use oobwatch_client::core::error::one_of_each;

    use super::*;

    #[test]
    fn only_what_another_box_or_run_explains_has_a_hint() {
        let asks = |error: PeerError| hint(Product::Fmc, error.into()).is_some();
        assert!(asks(PeerError::AuthStatus(404)));
        assert!(asks(PeerError::WebPage(200)));
        assert!(asks(PeerError::Redirect(302)));
        assert!(asks(PeerError::NoTokens));
        assert!(asks(PeerError::Displaced));
        assert!(!asks(PeerError::LoginRefused));
        assert!(!asks(PeerError::AuthStatus(503)));
        assert!(!asks(PeerError::WebPage(503)));
        let name = oobwatch_client::core::error::TransportError::NameNotFound;
        assert_eq!(hint(Product::Fmc, name.into()), None);
    }

    #[test]
    fn every_error_of_every_product_has_a_next_step() {
        for product in [Product::Fmc, Product::Fxos, Product::CdFmc] {
            for error in one_of_each() {
                let (said, step) = (error.to_string(), error.next_step());
                assert!(said.ends_with(step), "{said} is not followed by {step}");
                if let Some(hint) = hint(product, error) {
                    assert!(!said.contains(hint), "{said} says {hint} twice");
                }
            }
        }
    }

    #[test]
    fn each_product_is_told_from_the_others() {
        let of = |product| hint(product, PeerError::AuthStatus(404).into()).unwrap();
        assert!(of(Product::Fmc).contains("fxos://"));
        assert!(of(Product::Fxos).contains("fmc://"));
    }
}
