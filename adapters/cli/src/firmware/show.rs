//! `oobwatch firmware-config --show`: what is in an image, without its secrets.

use core::fmt;
use std::io::{self, Write as _};
use std::path::Path;

use oobwatch_client::tls::ServerCertificate;
use oobwatch_image::{Certificate, Image};

use super::file;
use crate::exit::Failure;

/// Prints the image in a file.
pub(super) fn run(path: &Path) -> Result<(), Failure> {
    let failed =
        |why: &dyn core::fmt::Display| Failure::Failed(format!("{}: {why}", path.display()));
    let bytes = file::read(path).map_err(|error| failed(&error))?;
    let image = Image::parse(&bytes).map_err(|error| failed(&error))?;
    let text = show(&image);
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(Failure::unprinted)
}

/// No password, bearer or path of a webhook.
pub(super) fn show(image: &Image<'_>) -> String {
    let mut text = String::new();
    for section in image.sections() {
        // A string takes all that it is given.
        let _ = section.write(&mut text, &certificate);
    }
    text
}

fn certificate(out: &mut dyn fmt::Write, label: &str, shown: &Certificate<'_>) -> fmt::Result {
    match ServerCertificate::from_der(shown.der()) {
        Ok(shown) => writeln!(
            out,
            "{label}{} to {}: {}",
            shown.certificate_pin, shown.not_after, shown.subject
        ),
        Err(error) => writeln!(out, "{label}{error}"),
    }
}
