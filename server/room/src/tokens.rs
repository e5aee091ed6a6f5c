//! The tokens of a room: who may report, for which units; a small file in the folder of the archive.
//!
//! It is a file of its own because it is written by another process than the room's, at most a few times a week, while
//! the room holds the archive; and it is renamed into its place, so that a running room [watches](crate::watched) it and
//! has every change at once. No secret stands in it, only prints of secrets ([`secret`]).

pub mod command;
pub mod secret;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File, OpenOptions},
    io::{self, Write},
    num::NonZeroU32,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use vsm::{
    id::{AgentId, UnitId},
    time::Moment,
};

use self::secret::{Print, Secret};

/// The name of the file in the folder of the archive.
pub const FILE: &str = "tokens.json";
const LOCK: &str = "tokens.lock";
const VERSION: u64 = 1;

/// Every token there is or was, by the name of its source.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    version: u64,
    tokens: BTreeMap<AgentId, Token>,
}

/// What lets one source report.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The units for which it may report, with all that stand in them.
    pub units: BTreeSet<UnitId>,
    /// How many readings a second it may report; none where it may as many as every source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readings_a_second: Option<NonZeroU32>,
    /// When it was made.
    pub made_at: Moment,
    /// When it was revoked; none while it is in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Moment>,
    print: Print,
}

impl Token {
    /// Whether both have the same secret.
    pub fn is(&self, other: &Self) -> bool {
        self.print.is(&other.print)
    }
}

impl Tokens {
    /// Those of the archive in `folder`; none if there is no file.
    ///
    /// # Errors
    /// What is wrong with the file, in words.
    pub fn read(folder: &Path) -> Result<Self, String> {
        Self::read_file(&[folder.join(FILE)])
    }

    /// The same by the path of the file itself.
    pub(crate) fn read_file(files: &[PathBuf]) -> Result<Self, String> {
        let [file] = files else { return Err("not one file of tokens".to_owned()) };
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(why) => return Err(format!("{}: {why}", file.display())),
        };
        let read: Self = serde_json::from_str(&text).map_err(|why| format!("{}: {why}", file.display()))?;
        match read.version {
            VERSION => Ok(read),
            other => Err(format!("{}: version {other}; this program reads version {VERSION}", file.display())),
        }
    }

    /// Every token in the order of its name.
    pub fn all(&self) -> impl Iterator<Item = (&AgentId, &Token)> {
        self.tokens.iter()
    }

    /// Whether nobody can come in.
    pub fn is_empty(&self) -> bool {
        self.tokens.values().all(|token| token.revoked_at.is_some())
    }

    /// A token that is in force, by its name.
    pub fn named(&self, name: &AgentId) -> Option<&Token> {
        self.tokens.get(name).filter(|token| token.revoked_at.is_none())
    }

    /// The token of which this is the secret, revoked or not. All are looked at, in the same time for each.
    pub fn shown(&self, secret: &str) -> Option<(&AgentId, &Token)> {
        let print = Print::of(secret);
        self.tokens
            .iter()
            .fold(None, |found, (name, token)| if token.print.is(&print) { Some((name, token)) } else { found })
    }

    /// Makes a token and gives its secret; one that was revoked gives its name free.
    fn add(
        &mut self,
        name: AgentId,
        units: BTreeSet<UnitId>,
        readings_a_second: Option<NonZeroU32>,
        now: Moment,
    ) -> Result<Secret, String> {
        if self.named(&name).is_some() {
            return Err(format!("{name} has a token; `synco token revoke {name}` makes its name free"));
        }
        let secret = Secret::new().map_err(|why| format!("no chance to be had of this system: {why}"))?;
        let print = Print::of(secret.reveal());
        self.tokens.insert(name, Token { units, readings_a_second, made_at: now, revoked_at: None, print });
        Ok(secret)
    }

    fn revoke(&mut self, name: &AgentId, now: Moment) -> Result<(), String> {
        let names = || self.tokens.keys().map(AgentId::as_str).collect::<Vec<_>>().join(", ");
        match self.tokens.get(name) {
            None => Err(format!("no token {name}; there are: {}", names())),
            Some(Token { revoked_at: Some(_), .. }) => Err(format!("the token of {name} was revoked before")),
            Some(_) => {
                self.tokens.entry(name.clone()).and_modify(|token| token.revoked_at = Some(now));
                Ok(())
            }
        }
    }
}

/// Changes the tokens in `folder`; whoever else wants to, waits. Makes the folder where it is missing.
fn change<T>(folder: &Path, change: impl FnOnce(&mut Tokens) -> Result<T, String>) -> Result<T, String> {
    let failed = |why: io::Error| format!("{}: {why}", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::create(folder.join(LOCK)).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let mut tokens = Tokens::read(folder)?;
    let changed = change(&mut tokens)?;
    tokens.version = VERSION;
    write(folder, &tokens).map_err(failed)?;
    Ok(changed)
}

/// Copies the tokens in the folder `from`, if there are any, to the folder `to`; gives how many.
///
/// # Errors
/// What is wrong with them or with the folder, in words.
pub fn copy(from: &Path, to: &Path) -> Result<Option<usize>, String> {
    if !from.join(FILE).exists() {
        return Ok(None);
    }
    let tokens = Tokens::read(from)?;
    write(to, &tokens).map_err(|why| format!("{}: {why}", to.join(FILE).display()))?;
    Ok(Some(tokens.tokens.len()))
}

/// Whole or not at all, and for nobody else's eyes.
fn write(folder: &Path, tokens: &Tokens) -> io::Result<()> {
    let next = folder.join("tokens.next");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
    file.write_all(&serde_json::to_vec_pretty(tokens)?)?;
    file.sync_all()?;
    fs::rename(&next, folder.join(FILE))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> AgentId {
        AgentId::parse(name).unwrap()
    }

    fn add(folder: &Path, source: &str) -> Result<Secret, String> {
        let units = BTreeSet::from([UnitId::parse("payments").unwrap()]);
        change(folder, |tokens| tokens.add(name(source), units, None, Moment::from_unix_millis(1)))
    }

    #[test]
    fn a_token_is_found_by_its_secret_and_no_secret_stands_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let secrets = ["a", "b", "c"].map(|name| add(folder.path(), name).unwrap());
        let tokens = Tokens::read(folder.path()).unwrap();
        let found = secrets.each_ref().map(|secret| tokens.shown(secret.reveal()).unwrap().0.as_str().to_owned());
        assert_eq!(found, ["a", "b", "c"]);
        assert!(tokens.shown("synco_something_else").is_none());
        let text = fs::read_to_string(folder.path().join(FILE)).unwrap();
        assert!(secrets.iter().all(|secret| !text.contains(secret.reveal())), "{text}");
    }

    #[test]
    fn a_token_that_was_revoked_is_known_as_such_until_its_name_is_given_again() {
        let folder = tempfile::tempdir().unwrap();
        let old = add(folder.path(), "a").unwrap();
        assert!(add(folder.path(), "a").unwrap_err().contains("`synco token revoke a`"));
        let revoke = || change(folder.path(), |tokens| tokens.revoke(&name("a"), Moment::from_unix_millis(2)));
        revoke().unwrap();
        assert_eq!(revoke().unwrap_err(), "the token of a was revoked before");
        let tokens = Tokens::read(folder.path()).unwrap();
        assert!(tokens.is_empty() && tokens.shown(old.reveal()).unwrap().1.revoked_at.is_some());
        let new = add(folder.path(), "a").unwrap();
        let tokens = Tokens::read(folder.path()).unwrap();
        assert!(tokens.shown(old.reveal()).is_none() && tokens.shown(new.reveal()).is_some());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_no_empty_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Tokens::read(folder.path()).unwrap().is_empty());
        for text in ["", "{}", r#"{"version":7,"tokens":{}}"#, r#"{"version":1,"tokens":{"a":{}}}"#] {
            fs::write(folder.path().join(FILE), text).unwrap();
            let why = Tokens::read(folder.path()).unwrap_err();
            assert!(why.contains(FILE), "{why}");
        }
    }
}
