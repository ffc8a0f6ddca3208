//! What each error means: what has usually happened when it is seen.

use oobwatch_client::core::error::{
    CertificateError, ConfigError, Error, Forbidden, PeerError, ResourceError, TransportError,
};

/// Empty for those that say all there is to say.
pub(super) fn meaning(error: &Error) -> &'static str {
    match error {
        Error::Transport(error) => transport(*error),
        Error::Peer(error) => peer(*error),
        Error::Config(error) => config(*error),
        Error::Resource(error) => resource(*error),
        other => panic!("{other} has no meaning yet"),
    }
}

fn transport(error: TransportError) -> &'static str {
    use TransportError as E;
    match error {
        E::NoLink => {
            "A board has no cable, or the switch port is off. Nothing is known of the box."
        }
        E::NoAddress => {
            "A board got no lease, or its static address can not be. Nothing is known of the box."
        }
        E::NameNotFound => {
            "No name server knows the name, or none answers. Out of band, an address is safer than a name."
        }
        E::ConnectRefused => {
            "A machine answered and says that nothing listens there: the box is up and its web server is not, or an access list turns this client away."
        }
        E::Unreachable => "A router, or this machine, knows no way there.",
        E::ConnectTimeout => "Nothing came back: the box is off, or a filter drops what is sent.",
        E::Tls => {
            "The two could not agree: no common version or cipher, or what answers speaks no TLS."
        }
        E::TlsTimeout => {
            "TCP is up and TLS is not: an overloaded box, or another protocol on that port."
        }
        E::Certificate(error) => certificate(error),
        E::Closed => {
            "A web server that restarts, a proxy without a backend, or a connection that idled out just then."
        }
        E::Truncated => "The answer broke off. A read is asked for once more before this is said.",
        E::FirstByteTimeout => {
            "The box took the request and thinks. A box under load does, for minutes."
        }
        E::Timeout => "The answer began and did not end in time.",
        E::Io => "The connection broke in a way that says nothing more.",
        E::Dropped => "Whoever asked did not wait for the answer: a deadline, or Ctrl-C.",
        E::Source => "Of an upload: the file changed or could not be read any more.",
        other => panic!("{other} has no meaning yet"),
    }
}

fn certificate(error: CertificateError) -> &'static str {
    use CertificateError as E;
    match error {
        E::PinMismatch => {
            "The box shows another certificate than the one that was pinned: it was renewed, or somebody sits in between. No credential was sent."
        }
        E::Expired => {
            "It ended. With a pin this is no error of the handshake, but a WARNING from 30 days before, and CRITICAL after."
        }
        E::NotYetValid => {
            "It begins in the future: the clock of the box was wrong when it made it, or that of this machine is."
        }
        E::UnknownIssuer => {
            "Neither a pin nor an authority says that it is right. Boxes ship with certificates that they have signed themselves. No credential was sent."
        }
        E::WrongName => {
            "The authority is trusted, and the certificate is not for the name that was dialled."
        }
        E::Unusable => "It is revoked, broken, or not made for a server.",
        other => panic!("{other} has no meaning yet"),
    }
}

fn peer(error: PeerError) -> &'static str {
    use PeerError as E;
    match error {
        E::LoginRefused => {
            "The password is wrong, the account is locked, or it may not use the REST API; a box does not say which. It is tried once more, a minute later at the earliest, and then no more until the password changes or `oobwatch unlock` is run."
        }
        E::BearerRefused => {
            "The API token of a cloud-delivered FMC has ended, was revoked, or is of another tenant."
        }
        E::Displaced => {
            "An FMC keeps one session per user. A person or another program uses this account."
        }
        E::NoTokens => "Something answered in place of the API: another product, or a proxy.",
        E::Unauthorized => {
            "A fresh token was refused as well, so it is not about its age: the account lacks the right for this request, or somebody takes the session over each time."
        }
        E::Overloaded(_) => "It was waited for, as long as the request could wait.",
        E::Redirect(_) => {
            "The address is that of something in front of the box. A token is sent to no other host than the one that was asked for."
        }
        E::WebPage(500..) => {
            "The web server is up and the API behind it is not: it starts, or has died."
        }
        E::WebPage(_) => "A login page, a proxy or another product answered.",
        E::AuthStatus(401 | 403) | E::Status(401 | 403) => {
            "The box knows the account, and does not let it do this."
        }
        E::AuthStatus(429 | 500..) | E::Status(429 | 500..) => "The box has trouble of its own.",
        E::AuthStatus(_) => "An answer to a login or logout that no document knows.",
        E::Status(404) => {
            "This version of the box does not have the path. A check says \"not available\" instead."
        }
        E::Status(_) => "The box did not like the request.",
        E::Http(_) | E::Json(_) => "",
        other => panic!("{other} has no meaning yet"),
    }
}

fn config(error: ConfigError) -> &'static str {
    use ConfigError as E;
    match error {
        E::Forbidden(_, Forbidden::BlankAtEnd) => {
            "The server would see another password than the one that was set."
        }
        E::Forbidden(_, Forbidden::Colon) => {
            "In HTTP Basic the user name ends at the first colon (RFC 7617)."
        }
        E::Forbidden(..) => "It would change what the request means, or begin a header of its own.",
        E::Empty(_) => "An empty file or variable, mostly.",
        E::TooLong(_) => "It can not be what it should be.",
        E::OtherOrigin | E::OtherCredentials | E::StalePermit => {
            "In a program of your own: it was caught before a byte was sent."
        }
        E::DomainMissing => "The account may not see that domain, or it is spelt in another way.",
        E::DomainAmbiguous => "Domains in different branches may have the same name.",
        E::DomainUnknown => "The login told no domain, as that of a cloud-delivered FMC does.",
        E::Paged => {
            "All pages are asked for one after the other; a path that names one contradicts that."
        }
        E::StateUnusable => {
            "Without the count of refusals, a wrong password could be tried again and again, so nothing is."
        }
        E::StateBusy => {
            "A lock was held for all the time that there was, by a process that waits for a box."
        }
        other => panic!("{other} has no meaning yet"),
    }
}

fn resource(error: ResourceError) -> &'static str {
    use ResourceError as E;
    match error {
        E::RequestBuffer { .. } => {
            "In a program with a buffer of its own: the path or a token is longer than expected."
        }
        E::HeadLimit(_) => {
            "The head of a login lists every domain of the account; 256 KiB hold some 3,000."
        }
        E::BodyLimit => {
            "A list or object is larger than the caller wanted to hold. A check has no such limit: it keeps counts, not lists."
        }
        E::TlsMemory => "Of a board: TLS has 40 KB for itself.",
        E::Queue(_) => {
            "Not the box is slow: requests of our own were before this one, as a box takes only so many."
        }
        other => panic!("{other} has no meaning yet"),
    }
}
