//! What the agent shows at the door, read each time it is shown: a file that was written anew is in force at the next hello.

use std::{
    fs::{File, Metadata},
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use config::agent::Token;

/// More than any token has, in bytes.
const LONGEST: u64 = 4096;
/// Those of a file's permissions that are not its owner's.
const OF_OTHERS: u32 = 0o077;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[error("token_file: {}: {why}", file.display())]
pub struct TokenFault {
    file: PathBuf,
    why: String,
}

/// The token itself.
///
/// # Errors
/// If its file cannot be read, can be read by others, or holds none.
pub fn shown(token: &Token) -> Result<String, TokenFault> {
    match token {
        Token::Written(token) => Ok(token.clone()),
        Token::InFile(file) => read(file).map_err(|why| TokenFault { file: file.clone(), why }),
    }
}

fn read(path: &Path) -> Result<String, String> {
    let said = |why: io::Error| why.to_string();
    let file = File::open(path).map_err(said)?;
    // Of what is open: the name may lead somewhere else a moment later.
    check(&file.metadata().map_err(said)?, path)?;
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(said)?;
    let token = text.trim();
    let is_one = !token.is_empty() && !token.contains(char::is_whitespace) && text.len() as u64 <= LONGEST;
    if is_one {
        Ok(token.to_owned())
    } else {
        Err("not a token; it holds the one line that `synco token add` prints".to_owned())
    }
}

fn check(is: &Metadata, path: &Path) -> Result<(), String> {
    let mode = is.permissions().mode() & 0o777;
    if !is.is_file() {
        return Err("not a file".to_owned());
    }
    if mode & OF_OTHERS != 0 {
        return Err(format!(
            "others may read or write it (mode {mode:03o}); `chmod 600 {}` keeps it to its owner",
            path.display()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};

    use super::*;

    #[test]
    fn a_token_in_a_file_is_its_one_line_and_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let read = |text: &str, mode| {
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            shown(&Token::InFile(file.clone())).map_err(|why| why.to_string())
        };
        assert_eq!(read("synco_abc\n", 0o600), Ok("synco_abc".to_owned()));
        assert_eq!(read("synco_abc", 0o400), Ok("synco_abc".to_owned()));
        for mode in [0o640, 0o604, 0o620] {
            let why = read("synco_abc\n", mode).unwrap_err();
            assert!(why.contains(&format!("(mode {mode:o})")) && why.contains("`chmod 600 "), "{why}");
        }
        for text in ["", "\n", "two words", "two\nlines", &"x".repeat(5000)] {
            assert!(read(text, 0o600).unwrap_err().contains("not a token; "), "{text}");
        }
        let why = shown(&Token::InFile(folder.path().to_owned())).unwrap_err().to_string();
        assert!(why.starts_with("token_file: ") && why.ends_with(": not a file"), "{why}");
        assert!(shown(&Token::InFile(folder.path().join("none"))).is_err());
        assert_eq!(shown(&Token::Written("x".to_owned())).unwrap(), "x");
    }
}
