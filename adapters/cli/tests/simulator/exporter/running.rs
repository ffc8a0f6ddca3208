//! An exporter that runs, and scrapes of it.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::task::JoinHandle;

use crate::lab::Lab;

/// An exporter in a process of its own, on a free port.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
    log: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

/// An answer of the exporter.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Running {
    /// With the lab's own configuration.
    pub(crate) async fn start(lab: &Lab) -> Self {
        let config = lab.config();
        Self::with(lab, &["--config", &config, "exporter"]).await
    }

    pub(crate) async fn with(lab: &Lab, arguments: &[&str]) -> Self {
        let listen = ["--listen", "127.0.0.1:0"];
        let mut command = lab.command(&[arguments, &listen].concat());
        let mut child = command.stdout(Stdio::inherit()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let mut address = None;
        while let Some(line) = lines.next_line().await.unwrap() {
            address = listening(&line);
            log.lock().unwrap().push_str(&(line + "\n"));
            if address.is_some() {
                break;
            }
        }
        let kept = Arc::clone(&log);
        let reader = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                kept.lock().unwrap().push_str(&(line + "\n"));
            }
        });
        let told = || panic!("it does not listen: {}", log.lock().unwrap());
        Self {
            child,
            address: address.unwrap_or_else(told),
            log,
            reader,
        }
    }

    /// What it has said so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until it has said something, ten seconds at most.
    pub(crate) async fn said(&self, what: &str) {
        for _ in 0..10_000 {
            if self.log().contains(what) {
                return;
            }
            tokio::time::sleep(core::time::Duration::from_millis(1)).await;
        }
        panic!("it has not said {what:?}: {}", self.log());
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "").await
    }

    /// With more header fields, each with its CRLF.
    pub(crate) async fn ask(&self, method: &str, path: &str, fields: &str) -> Answer {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        talk(stream, method, path, fields).await
    }

    /// The report of a target.
    pub(crate) async fn probe(&self, target: &str) -> Answer {
        self.get(&format!("/probe?target={target}")).await
    }

    pub(crate) async fn signal(&self, signal: &str) {
        let pid = self.child.id().unwrap().to_string();
        let sent = tokio::process::Command::new("kill")
            .args([signal, &pid])
            .status()
            .await;
        assert!(sent.unwrap().success());
    }

    /// Ends it by SIGTERM; its exit code, and all that it has said.
    pub(crate) async fn end(mut self) -> (Option<i32>, String) {
        self.signal("-TERM").await;
        let status = self.child.wait().await.unwrap();
        self.reader.await.unwrap();
        let log = self.log.lock().unwrap().clone();
        (status.code(), log)
    }
}

fn listening(line: &str) -> Option<String> {
    if !line.contains("listening") {
        return None;
    }
    let (_, rest) = line.split_once("127.0.0.1:")?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("127.0.0.1:{port}"))
}

/// One request over a connection that ends with it.
pub(crate) async fn talk<S>(mut stream: S, method: &str, path: &str, fields: &str) -> Answer
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: exporter\r\nConnection: close\r\n{fields}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.unwrap_or_else(|| panic!("no HTTP: {answer:?}")),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

impl Answer {
    /// The value of a sample, labels included in its name.
    #[track_caller]
    pub(crate) fn sample(&self, name: &str) -> f64 {
        let mut lines = self.body.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let value = value.unwrap_or_else(|| panic!("no {name}: {self:?}"));
        value.parse().unwrap()
    }
}
