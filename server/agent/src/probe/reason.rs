//! Why something could not be read: in our own words for everybody, and with what was found for this machine alone.

use std::io;

/// Why something could not be read.
///
/// Only our own words leave the agent. What a page, a program, a file or a socket wrote is a detail, which nothing but the
/// agent's own log shows; so no `String` becomes a reason by itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reason {
    /// What happened, for everybody.
    pub said: String,
    /// The same with what was found.
    pub details: String,
}

impl Reason {
    /// What happened, and the same with what was found.
    pub fn new(said: impl Into<String>, details: impl Into<String>) -> Self {
        Self { said: said.into(), details: details.into() }
    }

    /// Our own words with numbers and with what the team itself has written, and nothing that anybody else has.
    pub fn own(words: impl Into<String>) -> Self {
        let words = words.into();
        Self { said: words.clone(), details: words }
    }

    /// What the system says; what a library wrote in its place stays here.
    pub fn of_system(fault: &io::Error) -> Self {
        Self::new(system_words(fault).unwrap_or_else(|| fault.kind().to_string()), fault.to_string())
    }

    /// The same with our own words before it.
    pub fn after(self, words: &str) -> Self {
        let Self { said, details } = self;
        Self { said: format!("{words}: {said}"), details: format!("{words}: {details}") }
    }
}

/// A literal is our own words.
impl From<&'static str> for Reason {
    fn from(words: &'static str) -> Self {
        Self::own(words)
    }
}

/// The system's own words for the number of a fault, without the number.
pub(super) fn system_words(fault: &io::Error) -> Option<String> {
    let words = io::Error::from_raw_os_error(fault.raw_os_error()?).to_string();
    Some(words.split(" (os error ").next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_fault_of_the_system_its_own_words_are_said_and_of_another_only_the_kind() {
        let missing = std::fs::metadata("/no/such/file").unwrap_err();
        let details = "the pid file: No such file or directory (os error 2)";
        let reason = Reason::of_system(&missing).after("the pid file");
        assert_eq!(reason, Reason::new("the pid file: No such file or directory", details));
        let foreign = io::Error::new(io::ErrorKind::InvalidData, "found hunter2");
        assert_eq!(Reason::of_system(&foreign), Reason::new("invalid data", "found hunter2"));
    }
}
