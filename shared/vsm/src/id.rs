//! Names that cannot be mistaken for each other.

use std::{borrow::Borrow, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// The longest name, in bytes.
pub const LONGEST: usize = 96;

/// What was given instead of a name.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "not a name: {found:?}; a name has 1 to {LONGEST} of the characters a-z 0-9 . _ - / and begins with a letter or digit"
)]
pub struct InvalidName {
    found: String,
}

/// Whether `name` has 1 to [`LONGEST`] of the characters `a-z 0-9 . _ - /` and begins with a letter or a digit.
pub fn is_name(name: &str) -> bool {
    let begins = name.bytes().next().is_some_and(|first| first.is_ascii_lowercase() || first.is_ascii_digit());
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-' | b'/');
    begins && name.len() <= LONGEST && name.bytes().all(allowed)
}

fn parse(name: &str) -> Result<Arc<str>, InvalidName> {
    if is_name(name) {
        return Ok(name.into());
    }
    Err(InvalidName { found: name.chars().take(LONGEST).collect() })
}

macro_rules! names {
    ($($(#[$doc:meta])* $id:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $id(Arc<str>);

        impl $id {
            /// Parses a name; the only way to make one.
            pub fn parse(name: &str) -> Result<Self, InvalidName> {
                parse(name).map(Self)
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $id {
            type Error = InvalidName;
            fn try_from(name: String) -> Result<Self, InvalidName> {
                Self::parse(&name)
            }
        }

        impl From<$id> for String {
            fn from(id: $id) -> Self {
                id.0.as_ref().to_owned()
            }
        }

        impl Borrow<str> for $id {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

names! {
    /// One series of readings, as `payments.latency_p95`.
    IndicatorId;
    /// One unit of the organisation, as `payments`.
    UnitId;
    /// One source of readings, as `payments-host`.
    AgentId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        for name in ["payments.latency_p95", "plant/output", "7-days", "a"] {
            assert_eq!(IndicatorId::parse(name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_what_was_found() {
        for name in ["", "Payments", "a b", ".hidden", "naïve", &"x".repeat(LONGEST + 1)] {
            let refusal = UnitId::parse(name).unwrap_err().to_string();
            assert!(refusal.starts_with("not a name: \""), "{refusal}");
        }
    }
}
