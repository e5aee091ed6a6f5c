//! A clock of its own for one process, which a test sets.
//!
//! The process asks libfaketime what day and time it is, which reads a file for every answer. How long something takes
//! it measures as ever: of a jump its steady clock knows nothing, as on a machine whose time is corrected.

use std::{fs, path::PathBuf, process::Command};

use crate::folder::Folder;

/// The clock; right until it is set.
pub struct Clock {
    file: PathBuf,
}

impl Clock {
    /// A clock in a folder, where it has a name of its own.
    pub fn new(folder: &Folder, name: &str) -> Self {
        let clock = Self { file: folder.at(name) };
        clock.set(0);
        clock
    }

    /// Sets it so many days ahead, or behind, where that is less than 0; with 0 it is right.
    ///
    /// # Panics
    /// If the disk refuses.
    pub fn set(&self, days_ahead: i32) {
        // The file is never seen half written.
        let next = self.file.with_extension("next");
        fs::write(&next, format!("{days_ahead:+}d\n")).expect("a file can be written in a temporary folder");
        fs::rename(&next, &self.file).expect("a file can take the place of another");
    }

    /// What has a process go by it, in its environment.
    pub fn variables(&self) -> Vec<String> {
        let file = self.file.display();
        vec![
            format!("LD_PRELOAD={}", library()),
            format!("FAKETIME_TIMESTAMP_FILE={file}"),
            "FAKETIME_NO_CACHE=1".to_owned(),
            "FAKETIME_DONT_FAKE_MONOTONIC=1".to_owned(),
            "NO_FAKE_STAT=1".to_owned(),
        ]
    }
}

/// Where the library lies, of which there is one for programs with threads: the program that comes with it knows.
fn library() -> String {
    let said = Command::new("faketime").args(["-m", "-f", "+0d", "printenv", "LD_PRELOAD"]).output();
    let said = said.unwrap_or_else(|why| panic!("no faketime: {why}; `cargo xtask test` installs it"));
    assert!(said.status.success(), "{said:?}");
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}
