//! `oobwatch firmware-config`: images with certificates fetched from the boxes.

use std::path::PathBuf;

use oobwatch_image::{Image, Trust};

use crate::lab::{Lab, Ran};

struct Bench {
    lab: Lab,
    config: PathBuf,
    image: PathBuf,
}

impl Bench {
    /// Both boxes in a configuration, each with its line of pins.
    async fn new(pins: impl Fn(&str) -> String) -> Self {
        let lab = Lab::new(|_| {}).await;
        let mut text = String::new();
        for (name, info, variable) in [
            ("fmc", lab.sim.fmc(), "PASSWORD"),
            ("fxos", lab.sim.fxos(), "CHASSIS_PASSWORD"),
        ] {
            text += &format!(
                "[credentials.{name}]\nuser = '{}'\npassword_env = '{variable}'\n\
                 [targets.{name}]\nurl = '{name}://{}'\ncredentials = '{name}'\n{}\n",
                info.user,
                info.addr,
                pins(&info.pin)
            );
        }
        let config = lab.home.path().join("oobwatch.toml");
        std::fs::write(&config, text).unwrap();
        let image = lab.home.path().join("config.bin");
        Self { lab, config, image }
    }

    /// Makes an image. That these boxes are no board's to reach is not told of.
    async fn make(&self, flags: &[&str]) -> Ran {
        let [config, image] = [&self.config, &self.image].map(|path| path.to_str().unwrap());
        let arguments = [&["firmware-config", config, "-o", image], flags].concat();
        let mut ran = self.lab.run(&arguments).await;
        let is_news = |line: &&str| !line.contains("that address is the board itself");
        ran.err = ran.err.split_inclusive('\n').filter(is_news).collect();
        ran
    }
}

fn pinned(pin: &str) -> String {
    format!("pins = ['{pin}']")
}

#[tokio::test]
async fn certificates_that_match_their_pins_are_fetched() {
    let bench = Bench::new(pinned).await;
    let ran = bench.make(&["--fetch", "--yes"]).await;
    assert_eq!((ran.code, &*ran.err), (Some(0), ""), "{ran:?}");
    assert!(ran.out.contains("2 target(s)"), "{ran:?}");
    let bytes = std::fs::read(&bench.image).unwrap();
    let image = Image::parse(&bytes).unwrap();
    let sim = &bench.lab.sim;
    for (target, info) in image.targets().iter().zip([sim.fmc(), sim.fxos()]) {
        let Trust::Pinned { certificate, next } = target.trust else {
            panic!("it is pinned");
        };
        assert_eq!(certificate.der(), info.cert_der);
        assert!(next.is_none());
        assert_eq!(target.port, info.addr.port());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&bench.image)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let state = sim.state();
    assert_eq!(
        (state.fmc.logins, state.fxos.logins),
        (0, 0),
        "nothing was logged in to"
    );

    let shown = bench
        .lab
        .run(&["firmware-config", "--show", bench.image.to_str().unwrap()])
        .await;
    assert_eq!((shown.code, &*shown.err), (Some(0), ""), "{shown:?}");
    assert!(
        shown.out.contains(&sim.fmc().pin) && shown.out.contains(&sim.fxos().pin),
        "{shown:?}"
    );
    assert!(!shown.out.contains(&sim.fmc().password), "{shown:?}");
    // A second one is newer.
    assert_eq!(bench.make(&["--fetch", "--yes"]).await.code, Some(0));
    let newer = std::fs::read(&bench.image).unwrap();
    assert!(Image::parse(&newer).unwrap().generation() > image.generation());
}

#[tokio::test]
async fn nothing_is_written_that_was_not_confirmed() {
    let bench = Bench::new(|_| String::new()).await;
    let refused = |ran: Ran, code: i32, lines: usize, words: &str| {
        assert_eq!(
            (ran.code, ran.err.lines().count()),
            (Some(code), lines),
            "{ran:?}"
        );
        assert!(ran.err.contains(words), "{ran:?}");
        assert!(!bench.image.exists(), "{words}");
    };
    refused(bench.make(&[]).await, 2, 2, "system's roots");
    refused(
        bench.make(&["--fetch"]).await,
        2,
        1,
        "no terminal to confirm",
    );
    refused(bench.make(&["--fetch", "--yes"]).await, 2, 2, "add pins");
    refused(bench.make(&["--yes"]).await, 2, 1, "--fetch");
    let wrong = Bench::new(|_| pinned(&format!("sha256:{}", "0".repeat(64)))).await;
    let ran = wrong.make(&["--fetch", "--yes"]).await;
    assert_eq!((ran.code, ran.err.lines().count()), (Some(2), 2), "{ran:?}");
    assert!(ran.err.contains("matches none of the pins"), "{ran:?}");
    assert!(!wrong.image.exists());
}

#[tokio::test]
async fn another_file_is_not_overwritten() {
    let bench = Bench::new(pinned).await;
    std::fs::write(&bench.image, "a letter").unwrap();
    let ran = bench.make(&["--fetch", "--yes"]).await;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("--force"), "{ran:?}");
    let shown = bench
        .lab
        .run(&["firmware-config", "--show", bench.image.to_str().unwrap()])
        .await;
    assert_eq!(shown.code, Some(1));
    assert!(shown.err.contains("not a configuration image"), "{shown:?}");
    let forced = bench.make(&["--fetch", "--yes", "--force"]).await;
    assert_eq!(forced.code, Some(0), "{forced:?}");
    assert!(Image::parse(&std::fs::read(&bench.image).unwrap()).is_ok());
}
