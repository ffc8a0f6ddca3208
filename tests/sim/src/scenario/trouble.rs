//! Answers of a box in trouble: the forms of a 429, and errors by name.

use serde::{Deserialize, Serialize};

/// The body of a 429.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TooMany {
    /// Restlet's own, with `reasonPhrase`.
    #[default]
    Restlet,
    /// Cisco's, with `error.messages`.
    Cisco,
    /// A page of Apache httpd.
    Html,
}

/// The form of `Retry-After`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// Not sent.
    #[default]
    None,
    /// Seconds.
    Seconds,
    /// An HTTP date, by the box's clock.
    Date,
}

/// Errors that these boxes are known, or may be expected, to answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// 200 with `{}`: FMC under load.
    EmptyObject,
    /// 200 with an error in its body.
    #[serde(rename = "error_in_200")]
    ErrorIn200,
    /// 400 "Search Service n.a. Please try again."
    TryAgain,
    /// 400 "… retry the operation after sometime."
    RetrySometime,
    /// 401 "Access token invalid.", whatever the token.
    AccessTokenInvalid,
    /// 401 without a body.
    #[serde(rename = "bare_401")]
    Bare401,
    /// 401 whose `error` is a string, as from the gateway of cloud-delivered FMC.
    ErrorAsText,
    /// 400 "You do not have the required authorization".
    RequiredAuthorization,
    /// 403 "The user is not authorized".
    NotAuthorized,
    /// 408 "Access token invalid."
    RequestTimeout,
    /// 413 from the web server.
    TooLarge,
    /// 422 "Unprocessable Entity".
    Unprocessable,
    /// 500 with `messages: [{}]`.
    EmptyMessage,
    /// 500 "The action type is null".
    ActionTypeNull,
    /// 504 "Request Timed Out. Retry after sometime."
    TimedOut,
    /// FXOS: 400 with `error-code` 101, the REST API's backend.
    BackendError,
    /// FXOS: 400 with `error-code` 552, whatever the token.
    AuthorizationRequired,
}
