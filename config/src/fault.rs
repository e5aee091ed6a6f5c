//! One thing that is wrong in a file someone wrote.

use std::{fmt, path::PathBuf};

/// What is wrong, where it stands, and what would be right.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The line, counted from one; none where the whole file is meant.
    pub line: Option<usize>,
    /// The field, as `indicator[3].unit`, lists counted from zero; empty where the whole file is meant.
    pub path: String,
    /// What was found and what would be right.
    pub words: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        if !self.path.is_empty() {
            write!(f, " {}:", self.path)?;
        }
        write!(f, " {}", self.words)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_one_line_that_an_editor_can_follow() {
        let fault = Fault {
            file: "organisation.toml".into(),
            line: Some(12),
            path: "indicator[3].unit".to_owned(),
            words: "no unit \"paymets\"; did you mean \"payments\"?".to_owned(),
        };
        let line = "organisation.toml:12: indicator[3].unit: no unit \"paymets\"; did you mean \"payments\"?";
        assert_eq!(fault.to_string(), line);
    }

    #[test]
    fn a_fault_of_the_whole_file_has_neither_line_nor_path() {
        let fault = Fault { file: "room.toml".into(), line: None, path: String::new(), words: "no file".to_owned() };
        assert_eq!(fault.to_string(), "room.toml: no file");
    }
}
