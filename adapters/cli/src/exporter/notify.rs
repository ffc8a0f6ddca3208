//! Tells systemd how far the exporter is (sd_notify(3)), if it is started by it.

use std::os::unix::net::UnixDatagram;

/// Sends a line, if anybody wants one. Nothing depends on its arrival.
pub(super) fn tell(what: &str) {
    let Some(path) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let sent = UnixDatagram::unbound().and_then(|socket| match abstract_name(&path) {
        Some(address) => socket.send_to_addr(what.as_bytes(), &address?),
        None => socket.send_to(what.as_bytes(), &path),
    });
    if let Err(error) = sent {
        tracing::warn!(%error, "systemd can not be told: {what}");
    }
}

/// The configuration is being read again, since now.
pub(super) fn reloading() {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let micros = i128::from(now.tv_sec) * 1_000_000 + i128::from(now.tv_nsec) / 1_000;
    tell(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
}

/// A name that begins with `@` is none of the file system.
#[cfg(target_os = "linux")]
fn abstract_name(
    path: &std::ffi::OsStr,
) -> Option<std::io::Result<std::os::unix::net::SocketAddr>> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    let name = path.as_bytes().strip_prefix(b"@")?;
    Some(std::os::unix::net::SocketAddr::from_abstract_name(name))
}

#[cfg(not(target_os = "linux"))]
fn abstract_name(_: &std::ffi::OsStr) -> Option<std::io::Result<std::os::unix::net::SocketAddr>> {
    None
}
