//! `oobwatch upload`: a file as the body of a POST, with a progress bar on a terminal.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use oobwatch_client::core::product::Product;
use tokio::fs::File;

use crate::args::UploadArgs;
use crate::config::Config;
use crate::exit::Failure;
use crate::record::Record;
use crate::request::{check_path, show};
use crate::session::{Session, Wallet};
use crate::settings::Access;

/// Sends the file and prints the answer.
pub(crate) async fn run(args: &UploadArgs, config: &Config) -> Result<(), Failure> {
    let access = Access::resolve(&args.target, &args.access, None, config)?;
    check_path(&args.path, access.reach.target.product).map_err(Failure::usage)?;
    let (file, length) = open(&args.file).await?;
    let record = Record::open(args.access.connection.record.as_deref())?;
    let session = Session::new(&access, &mut Wallet::new(config), record.as_ref())?;
    // Hidden by itself where stderr is no terminal.
    let bar = ProgressBar::new(length).with_style(style());
    let body = bar.wrap_async_read(file);
    let content_type = content_type(access.reach.target.product);
    let sent = session
        .client
        .upload(&args.path, content_type, Some(length), body);
    let sent = session.run(sent).await;
    bar.finish_and_clear();
    match sent? {
        Ok(reply) => show(&session, reply),
        Err(error) => Err(session.failed(&error)),
    }
}

/// A chassis takes images under this type alone (FXOS REST API, Accept Header
/// and Content Type).
const fn content_type(product: Product) -> &'static str {
    match product {
        Product::Fxos => "multipart/binary",
        Product::CdFmc | Product::Fmc => "application/octet-stream",
    }
}

async fn open(path: &Path) -> Result<(File, u64), Failure> {
    let unreadable = |error| Failure::Usage(format!("{}: {error}", path.display()));
    let file = File::open(path).await.map_err(unreadable)?;
    let found = file.metadata().await.map_err(unreadable)?;
    if found.is_file() {
        Ok((file, found.len()))
    } else {
        let why = "is no file; its length must be known before it is sent";
        Err(Failure::Usage(format!("{} {why}", path.display())))
    }
}

fn style() -> ProgressStyle {
    let template = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} eta {eta}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
