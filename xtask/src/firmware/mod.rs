//! `cargo xtask firmware`: the images of the boards, built, booted, measured and
//! put onto hardware. What each board is, is in [`board`].

mod board;
mod config;
mod elf;
mod flash;
mod probe;
mod protect;
mod run;
mod size;
#[cfg(test)]
mod tests;
mod uf2;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use self::board::Board;
pub(crate) use self::size::build_all;

const HELP: &str = "\
cargo xtask firmware run qemu-mps2 [--config config.bin] [--port PORT]
                             boots the image in QEMU; its HTTP is on a port of this host
cargo xtask firmware run BOARD
                             by a debug probe: flashes the board, and shows its log
cargo xtask firmware size [BOARD]
                             flash and RAM that the image takes; of qemu-mps2 also heap,
                             stack and instructions of a check, against the simulator
cargo xtask firmware flash BOARD [--config config.bin] [--protect]
                             by a debug probe: firmware, configuration, read-out protection
cargo xtask firmware flash BOARD [--config config.bin] --uf2 DIR
                             for a board with a boot drive: files to copy onto it
boards: nucleo-h743zi, qemu-mps2, w5500-evb-pico2
";

/// What `cargo xtask firmware` was asked for.
#[derive(Debug, PartialEq, Eq)]
enum Order {
    Run {
        board: &'static Board,
        config: Option<PathBuf>,
        port: Option<u16>,
    },
    Size(Option<&'static Board>),
    Flash {
        board: &'static Board,
        config: Option<PathBuf>,
        by: By,
    },
}

/// The way onto a board.
#[derive(Debug, PartialEq, Eq)]
enum By {
    Probe { protect: bool },
    Uf2(PathBuf),
}

/// Builds the image for QEMU, and says where it is.
pub(crate) fn qemu_image() -> Result<PathBuf> {
    board::QEMU.build()
}

pub(crate) fn run(args: &[String]) -> Result<()> {
    match Order::parse(args)? {
        Order::Run {
            board,
            config,
            port,
        } => run::run(board, config.as_deref(), port),
        Order::Size(board) => size::size(board),
        Order::Flash {
            board,
            config,
            by: By::Probe { protect },
        } => flash::by_probe(board, config.as_deref(), protect),
        Order::Flash {
            board,
            config,
            by: By::Uf2(dir),
        } => flash::as_uf2(board, config.as_deref(), &dir),
    }
}

impl Order {
    fn parse(args: &[String]) -> Result<Self> {
        let mut words = args.iter().map(String::as_str);
        let what = words.next().unwrap_or_default();
        let mut options = Options::parse(words)?;
        let order = match what {
            "run" => Self::Run {
                board: options.board()?,
                config: options.config.take(),
                port: options.port.take(),
            },
            "size" => Self::Size(options.board.take()),
            "flash" => Self::Flash {
                board: options.board()?,
                config: options.config.take(),
                by: options.by()?,
            },
            "" | "help" | "--help" => bail!("firmware takes one of these\n\n{HELP}"),
            _ => bail!("firmware: there is no {what:?}\n\n{HELP}"),
        };
        if options != Options::default() {
            bail!("firmware {what} does not take all of these\n\n{HELP}");
        }
        Ok(order)
    }
}

/// What may come after the first word, in any order.
#[derive(Default, PartialEq, Eq)]
struct Options {
    board: Option<&'static Board>,
    config: Option<PathBuf>,
    port: Option<u16>,
    protect: bool,
    uf2: Option<PathBuf>,
}

impl Options {
    fn parse<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut options = Self::default();
        while let Some(word) = words.next() {
            let mut value = || {
                let value = words.next();
                value.with_context(|| format!("{word} needs a value\n\n{HELP}"))
            };
            match word {
                "--config" => options.config = Some(value()?.into()),
                "--port" => {
                    let port = value()?.parse();
                    options.port = Some(port.context("--port takes a TCP port")?);
                }
                "--protect" => options.protect = true,
                "--uf2" => options.uf2 = Some(value()?.into()),
                _ if word.starts_with('-') || options.board.is_some() => {
                    bail!("firmware: {word:?} is not expected\n\n{HELP}")
                }
                name => options.board = Some(Board::named(name)?),
            }
        }
        Ok(options)
    }

    fn board(&mut self) -> Result<&'static Board> {
        let board = self.board.take();
        board.with_context(|| format!("firmware: which board?\n\n{HELP}"))
    }

    fn by(&mut self) -> Result<By> {
        let protect = core::mem::take(&mut self.protect);
        match self.uf2.take() {
            None => Ok(By::Probe { protect }),
            Some(dir) if !protect => Ok(By::Uf2(dir)),
            Some(_) => bail!("--protect needs a debug probe: a boot drive can not do it"),
        }
    }
}
