//! The secret of a token, and the print of it that is kept.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// So that a secret is known as one wherever it turns up, and by programs that look for secrets in repositories.
const BEGINNING: &str = "synco_";

/// 256 bits of chance, shown once to whoever makes the token. Its debug form hides it.
pub struct Secret(String);

/// The SHA-256 of a secret, all that is kept of it.
///
/// A password needs a slow function with salt, because people choose what can be guessed and choose it twice. Nobody can
/// guess 256 random bits, and no two are the same, so that a slow function would only make every request dear.
#[derive(Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Print([u8; 32]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// If the system has no chance to give.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut bits = [0; 32];
        getrandom::fill(&mut bits)?;
        Ok(Self(format!("{BEGINNING}{}", URL_SAFE_NO_PAD.encode(bits))))
    }

    /// The secret itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl Print {
    /// The print of what somebody shows, whatever it is.
    pub fn of(shown: &str) -> Self {
        Self(Sha256::digest(shown.as_bytes()).into())
    }

    /// Whether both are of the same secret, in a time that does not tell how much of them is the same.
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Print(hidden)")
    }
}

impl From<Print> for String {
    fn from(print: Print) -> Self {
        URL_SAFE_NO_PAD.encode(print.0)
    }
}

impl TryFrom<String> for Print {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("not a SHA-256 in base64; 43 characters without padding are one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_new_each_time_and_shown_only_when_it_is_asked_for() {
        let (one, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        assert_eq!(one.reveal().len(), BEGINNING.len() + 43);
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(format!("{one:?} {:?}", Print::of(one.reveal())), "Secret(hidden) Print(hidden)");
    }

    #[test]
    fn a_print_is_that_of_its_secret_and_of_no_other() {
        let (one, other) = (Secret::new().unwrap(), Secret::new().unwrap());
        assert!(Print::of(one.reveal()).is(&Print::of(one.reveal())));
        assert!(!Print::of(one.reveal()).is(&Print::of(other.reveal())));
        assert!(!Print::of(one.reveal()).is(&Print::of("")));
    }

    #[test]
    fn a_print_is_read_as_it_is_written() {
        let written = String::from(Print::of("abc"));
        // FIPS 180-2, appendix B.1, in base64.
        assert_eq!(written, "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
        assert!(Print::try_from(written).unwrap().is(&Print::of("abc")));
        assert!(Print::try_from("ungW".to_owned()).is_err());
    }
}
