//! What an agent shows at the door of its room: written in its file, or in a file of its own.

use std::{fmt, path::PathBuf};

use crate::{entry::Entry, section::Section};

/// Where the token is.
#[derive(Clone, Eq, PartialEq)]
pub enum Token {
    /// It was written into the agent's file.
    Written(String),
    /// A file holds it, and nothing else; only its owner may read it.
    InFile(PathBuf),
}

/// Without the token, which is nobody else's business.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(_) => f.write_str("Written"),
            Self::InFile(file) => f.debug_tuple("InFile").field(file).finish(),
        }
    }
}

/// `token` or `token_file`, if either is written.
pub(super) fn token(root: &mut Section<'_>) -> Option<Option<Token>> {
    let written = root.may("token", |entry| entry.text().map(str::to_owned))?;
    let file = root.may("token_file", Entry::path)?;
    match (written, file) {
        (Some(_), Some(_)) => {
            root.fault("token_file", "there is a token too; one of the two is right".to_owned());
            None
        }
        (Some(token), None) => Some(Some(Token::Written(token))),
        (None, file) => Some(file.map(Token::InFile)),
    }
}
