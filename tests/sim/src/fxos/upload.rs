//! Image upload: the body is hashed as it streams in, and never kept.

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Fxos, IMAGES, error, has_type, method_not_supported, unsupported_type};
use crate::answer::Answer;
use crate::cert::hex;
use crate::state::Upload;
use crate::unit::lock;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Received {
    firmware_image: [Image; 1],
}

#[derive(Serialize)]
struct Image {
    dn: &'static str,
    bytes: String,
    sha256: String,
}

impl Fxos {
    pub(super) async fn upload(&self, request: Request<Incoming>) -> Answer {
        if request.method() != Method::POST {
            return method_not_supported();
        }
        if !has_type(request.headers(), CONTENT_TYPE, "multipart/binary") {
            return unsupported_type();
        }
        let received = receive(request.into_body()).await;
        lock(&self.shared.counts).uploads.push(received.clone());
        match received {
            Upload {
                complete: false,
                bytes,
                ..
            } => {
                let text = format_args!("Image cut short after {bytes} bytes");
                error(400, "400", text, "unidentified-fail")
            }
            Upload { bytes: 0, .. } => error(400, "400", "Image is empty", "unidentified-fail"),
            Upload { bytes, sha256, .. } => {
                let image = Image {
                    dn: "sys/firmware/images",
                    bytes: bytes.to_string(),
                    sha256,
                };
                Answer::json(
                    200,
                    &Received {
                        firmware_image: [image],
                    },
                )
            }
        }
    }
}

async fn receive(mut body: Incoming) -> Upload {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let complete = loop {
        match body.frame().await {
            None => break true,
            // hyper's error for a body shorter than its Content-Length, among others.
            Some(Err(_)) => break false,
            Some(Ok(frame)) => {
                let data = frame.into_data().unwrap_or_default();
                bytes += data.len() as u64;
                hash.update(&data);
            }
        }
    };
    Upload {
        path: IMAGES.into(),
        bytes,
        sha256: hex(&hash.finalize()),
        complete,
    }
}
