//! Requests: sent with the session's token, which is opened or renewed first.

use embedded_io_adapters::tokio_1::FromTokio;
use oobwatch_core::exchange::{BodyLength, Request, Response};
use oobwatch_core::http::Method;
use oobwatch_core::text::Text;
use oobwatch_io::drive;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::AsyncRead;

use super::Client;
use crate::error::ClientError;
use crate::reply::{Collect, Reply};

impl Client {
    /// Sends a request with the bytes of `body`, which must outlast retries.
    ///
    /// `path` begins with `/`; `{domainUUID}` in it stands for the session's
    /// domain. An answer with any status is an answer.
    ///
    /// # Errors
    /// [`ClientError::Request`].
    ///
    /// # Cancel safety
    /// Dropping the future closes its connection. A write may have been done.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<Reply, ClientError> {
        let (content_type, bytes) = body.unwrap_or_default();
        let length = body.map_or(BodyLength::None, |(_, bytes)| {
            BodyLength::Sized(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
        });
        let request = Request {
            method,
            path,
            domain: None,
            body: length,
            content_type,
        };
        let mut collect = Collect::default();
        let response = drive::send(&self.host, &request, bytes, &mut collect).await?;
        let status = response.status;
        tracing::debug!(method = method.as_str(), path, status, "answered");
        Ok(self.reply(collect, response))
    }

    /// GETs `path`.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub async fn get(&self, path: &str) -> Result<Reply, ClientError> {
        self.request(Method::Get, path, None).await
    }

    /// GETs `path` and reads the JSON of a success.
    ///
    /// # Errors
    /// As [`request`](Self::request), and [`ClientError::Status`],
    /// [`ClientError::Body`].
    pub async fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.get(path).await?.json()
    }

    /// POSTs `body` as JSON.
    ///
    /// # Errors
    /// As [`request`](Self::request), and [`ClientError::Body`] if `body` has
    /// no JSON form. Nothing was sent then.
    pub async fn post<T: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<Reply, ClientError> {
        self.send_json(Method::Post, path, body).await
    }

    /// PUTs `body` as JSON.
    ///
    /// # Errors
    /// As [`post`](Self::post).
    pub async fn put<T: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<Reply, ClientError> {
        self.send_json(Method::Put, path, body).await
    }

    /// PATCHes with `body` as JSON.
    ///
    /// # Errors
    /// As [`post`](Self::post).
    pub async fn patch<T: Serialize + ?Sized>(
        &self,
        path: &str,
        body: &T,
    ) -> Result<Reply, ClientError> {
        self.send_json(Method::Patch, path, body).await
    }

    /// DELETEs `path`.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub async fn delete(&self, path: &str) -> Result<Reply, ClientError> {
        self.request(Method::Delete, path, None).await
    }

    async fn send_json<T: Serialize + ?Sized>(
        &self,
        method: Method,
        path: &str,
        body: &T,
    ) -> Result<Reply, ClientError> {
        let bytes = serde_json::to_vec(body)?;
        self.request(method, path, Some(("application/json", &bytes)))
            .await
    }

    /// POSTs a stream of `length` bytes (in chunks if the length is not known),
    /// such as an FXOS image with the content type `multipart/binary` (FXOS
    /// REST API, Accept Header and Content Type).
    ///
    /// It goes only on a token that the box has just accepted, and is never
    /// sent twice.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    ///
    /// # Cancel safety
    /// Dropping the future closes the connection; the box may have got a part.
    pub async fn upload(
        &self,
        path: &str,
        content_type: &str,
        length: Option<u64>,
        body: impl AsyncRead + Unpin,
    ) -> Result<Reply, ClientError> {
        let framing = length.map_or(BodyLength::Chunked, BodyLength::Sized);
        let request = Request {
            method: Method::Post,
            path,
            domain: None,
            body: framing,
            content_type,
        };
        let mut collect = Collect::default();
        let body = FromTokio::new(body);
        let response = drive::upload(&self.host, &request, body, &mut collect).await?;
        Ok(self.reply(collect, response))
    }

    /// What a box says of an error goes into messages and logs: one that repeats
    /// what it was logged in to with is not quoted.
    fn reply(&self, collect: Collect, response: Response) -> Reply {
        let mut reply = collect.into_reply(response);
        let said = reply.error.text.as_str().unwrap_or_default();
        if self.host.is_secret_in(said) {
            reply.error.text =
                Text::from("(its words hold the password or token and are left out)");
        }
        reply
    }
}
