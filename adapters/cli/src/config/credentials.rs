//! `[credentials.NAME]`: an account, named once, however many boxes it is for.

use oobwatch_client::core::product::Product;

use super::Named;
use super::section::{Key, Section};
use super::table::Table;
use crate::secret::{Source, What};
use crate::target::Target;

const USER: Key = Key::new(
    "user",
    "a text",
    "The user name. Give it a role that can only read, and give it to nobody else: an FMC keeps one session per user.",
);
const PASSWORD_FILE: Key = Key::new(
    "password_file",
    "a file name",
    "The file with the password as its only line, relative to the folder of this file. Only its owner should be able to read it. Without password_file and password_env, the password is asked for.",
);
const PASSWORD_ENV: Key = Key::new(
    "password_env",
    "the name of an environment variable",
    "The environment variable with the password.",
);
const BEARER_FILE: Key = Key::new(
    "bearer_file",
    "a file name",
    "For a cdFMC: the file with the API token as its only line.",
);
const BEARER_ENV: Key = Key::new(
    "bearer_env",
    "the name of an environment variable",
    "For a cdFMC: the environment variable with the API token.",
);
const SINGLE_USE: Key = Key::new(
    "single_use",
    "true or false",
    "The password is good for one login, as those of a token generator are: it is tried once.",
);
const LATCH_RETRY: Key = Key::new(
    "latch_retry",
    "true or false",
    "Try a password again that was refused twice, once a day. Without it, a refused password waits for you.",
);

pub(super) const SECTION: Section = Section {
    head: "[credentials.NAME]",
    about: "An account, named once, however many boxes it is for. A refused password counts for this name, not for the box: an account has one name. Accounts that have only the user and the password in common, on boxes that do not share a directory, may have a name each, and need a password file or variable each.",
    keys: &[
        USER,
        PASSWORD_FILE,
        PASSWORD_ENV,
        BEARER_FILE,
        BEARER_ENV,
        SINGLE_USE,
        LATCH_RETRY,
    ],
};

const NEVER: &str = "a secret never stands in the configuration; put it into a file of its own and name that with password_file (cdFMC: bearer_file), or use password_env";

/// One `[credentials.NAME]`.
pub(super) struct Credentials {
    pub(super) named: Named,
    user: Option<String>,
    password: Option<Source>,
    bearer: Option<Source>,
    /// Its mistakes have been named; those that follow from them need not be.
    is_sound: bool,
}

impl Credentials {
    pub(super) fn read(name: &str, mut table: Table<'_, '_>) -> Self {
        let before = table.reader.problems.count();
        let user_at = table.place_of(USER);
        let user = table.text(USER).map(toml::Spanned::into_inner);
        if user.as_deref().is_some_and(is_no_user) {
            let why = "the user is empty, or holds a control character such as CR, LF or NUL";
            table.problem_of(USER, user_at, why);
        }
        table.refuse("password", NEVER);
        table.refuse("bearer", NEVER);
        let password = table.secret(PASSWORD_FILE, PASSWORD_ENV, What::Password);
        let bearer = table.secret(BEARER_FILE, BEARER_ENV, What::Bearer);
        // Another table's keys may seem to be here.
        let is_whole = table.reader.is_whole();
        if is_whole && bearer.is_some() && (password.is_some() || user.is_some()) {
            let why = "a cdFMC takes bearer_file or bearer_env alone, FMC and FXOS take a user and a password; make two credentials of them";
            table.problem(None, why);
        }
        let named = Named {
            name: name.to_owned(),
            single_use: table.flag(SINGLE_USE),
            latch_retry: table.flag(LATCH_RETRY),
        };
        let problems = &table.reader.problems;
        table.end();
        Self {
            named,
            user,
            password,
            bearer,
            is_sound: is_whole && problems.count() == before,
        }
    }

    /// Whom to log in to `target` as.
    pub(super) fn user_for(&self, target: &Target) -> Result<Option<String>, &'static str> {
        match (&self.user, &target.user) {
            (Some(_), Some(_)) => Err("the user is named both there and in the url; keep one"),
            (ours, theirs) => Ok(ours.clone().or_else(|| theirs.clone())),
        }
    }

    /// Where the secret for a `product` is. None if what is wrong has been said.
    pub(super) fn source_for(&self, product: Product) -> Result<Option<Source>, &'static str> {
        match (product, &self.password, &self.bearer) {
            _ if !self.is_sound => Ok(None),
            (Product::CdFmc, None, Some(bearer)) if self.user.is_none() => Ok(Some(bearer.clone())),
            (Product::CdFmc, ..) => {
                Err("a cdFMC has no user and no password; it takes bearer_file or bearer_env alone")
            }
            (_, _, Some(_)) => Err("FMC and FXOS take password_file or password_env, one of them"),
            (_, Some(password), None) => Ok(Some(password.clone())),
            (_, None, None) => Ok(Some(Source::Prompt)),
        }
    }
}

fn is_no_user(user: &str) -> bool {
    user.is_empty() || user.chars().any(char::is_control)
}
