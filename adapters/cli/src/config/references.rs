//! The files and variables that a configuration refers to, and whether they will do.

use std::fs;
use std::path::{Path, PathBuf};

use oobwatch_client::tls::Trust;

use super::Config;
use super::problems::Problems;
use crate::firmware::certificate;
use crate::pem;
use crate::secret::{Source, What};

/// Something outside of the file that a key of it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reference {
    File(Kind, PathBuf),
    /// An environment variable with a secret.
    Variable(What, String),
}

/// What a file is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Certificates of authorities, PEM.
    Authorities,
    /// One certificate, PEM or DER.
    Certificate,
    /// A chain of certificates, PEM.
    Certificates,
    /// A private key, PEM.
    PrivateKey,
    /// It is a directory.
    Directory,
    Secret(What),
}

/// Reads whatever the configuration refers to. What is wrong goes to `problems`; what may be wrong
/// elsewhere only, such as for the service that is to run with it, is returned with its place.
pub(super) fn check(config: &Config, problems: &Problems<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    for (at, key, to) in &config.references {
        match to {
            Reference::File(kind, path) => {
                for why in check_file(*kind, path) {
                    problems.add(*at, format!("{key}: {why}"));
                }
            }
            Reference::Variable(what, name) => {
                if let Err(why) = Source::Env(name.clone()).read(*what, "") {
                    warnings.push(format!("{}: {key}: {why}", config.place(*at)));
                }
            }
        }
    }
    warnings
}

/// All that is wrong with a file.
fn check_file(kind: Kind, path: &Path) -> Vec<String> {
    let checked = match kind {
        Kind::Authorities => {
            let trust = Trust::ca_file(path).client_config();
            trust.map(drop).map_err(|error| error.to_string())
        }
        Kind::Certificate => certificate::from_file(path).map(drop),
        Kind::Certificates => pem::chain(path).map(drop),
        Kind::PrivateKey => {
            let problem = pem::key(path).map(drop).err();
            let warning = Source::File(path.to_owned()).warning();
            return problem.into_iter().chain(warning).collect();
        }
        Kind::Directory => check_directory(path),
        Kind::Secret(what) => {
            let source = Source::File(path.to_owned());
            let read = source.read(what, "").map(drop);
            let problem = read.map_err(|error| error.to_string()).err();
            return problem.into_iter().chain(source.warning()).collect();
        }
    };
    checked.err().into_iter().collect()
}

/// One that is not there yet is made when it is needed.
fn check_directory(path: &Path) -> Result<(), String> {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(format!("{} is no directory; name another", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(format!("can not use {}: {error}", path.display())),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::config::command;
    use crate::exit::Failure;

    /// What `config check` says of a file in a folder with `password` and `empty`.
    fn check(text: &str) -> Result<Vec<String>, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("oobwatch.toml");
        for (name, content) in [("password", "hunter2\n"), ("empty", "\n")] {
            fs::write(folder.path().join(name), content).unwrap();
            let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(folder.path().join(name), owner_only).unwrap();
        }
        fs::write(folder.path().join("open"), "hunter2\n").unwrap();
        let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(folder.path().join("open"), everybody).unwrap();
        fs::write(&path, text).unwrap();
        let checked = Config::load(Some(path)).and_then(|config| command::check(&config));
        let here = format!("{}/", folder.path().display());
        let plain = |lines: Vec<String>| lines.iter().map(|line| line.replace(&here, "")).collect();
        checked.map(plain).map_err(|failure| match failure {
            Failure::Refused(lines) => plain(lines),
            other => panic!("{other}"),
        })
    }

    #[test]
    fn every_file_that_is_named_is_looked_at() {
        let text = r#"state_dir = "password"
[credentials.a]
user = "a"
password_file = "none"
[credentials.b]
user = "b"
password_file = "empty"
[credentials.c]
bearer_file = "open"
[targets.fmc]
url = "fmc://h"
ca_file = "password"
certificate = "password"
[[firmware.webhooks]]
url_file = "password"
ca_file = "none"
"#;
        let due = [
            "oobwatch.toml:1:13: state_dir: password is no directory; name another",
            "oobwatch.toml:4:17: credentials.a.password_file: can not read the password from none: No such file or directory (os error 2)",
            "oobwatch.toml:7:17: credentials.b.password_file: the password in empty is empty",
            "oobwatch.toml:9:15: credentials.c.bearer_file: open can be read by others on this machine; run: chmod 600 open",
            "oobwatch.toml:12:11: targets.fmc.ca_file: ",
            "oobwatch.toml:13:15: targets.fmc.certificate: password holds no certificate, neither PEM nor DER; 'oobwatch firmware-config --fetch' can fetch it from the box",
            "oobwatch.toml:16:11: firmware.webhooks[0].ca_file: can not read none: No such file or directory (os error 2)",
        ];
        let found = check(text).unwrap_err();
        assert_eq!(found.len(), due.len(), "{found:#?}");
        for (found, due) in found.iter().zip(due) {
            assert!(found.starts_with(due), "{found} is not {due}");
        }
    }

    #[test]
    fn a_variable_that_is_not_set_here_may_be_set_elsewhere() {
        let text = "[credentials.a]\nuser = 'a'\npassword_env = 'OOBWATCH_TEST_NOT_SET'\n";
        let due = "oobwatch.toml:3:16: credentials.a.password_env: the password should be in $OOBWATCH_TEST_NOT_SET, which is not set";
        assert_eq!(check(text).unwrap(), [due]);
    }

    #[test]
    fn what_a_board_could_not_do_is_a_mistake_if_there_is_one() {
        let target = "[credentials.a]\nuser = 'a'\npassword_file = 'password'\n[targets.fmc]\nurl = 'fmc://[2001:db8::1]'\ncredentials = 'a'\n";
        assert_eq!(check(target).unwrap(), [""; 0]);
        let found = check(&format!("[firmware]\n{target}")).unwrap_err();
        assert!(
            matches!(&found[..], [one] if one.contains("IPv4 only")),
            "{found:?}"
        );
    }
}
