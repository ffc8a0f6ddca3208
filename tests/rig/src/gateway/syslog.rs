//! A syslog collector (RFC 5426) that keeps what it is sent.

use std::sync::{Arc, Mutex, PoisonError};

use super::stack::Stack;
use super::udp::Port;

const PORT: u16 = 514;

#[derive(Clone, Default)]
pub(super) struct Syslog(Arc<Mutex<Vec<String>>>);

impl Syslog {
    pub(super) fn messages(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) async fn serve(self, stack: Stack) {
        let port = Port::bind(&stack, PORT);
        loop {
            let (bytes, _) = port.receive().await;
            let message = String::from_utf8_lossy(&bytes).into_owned();
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(message);
        }
    }
}
