//! A temporary folder with the files of a room, as a person would write them.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// A plant with two units, a press and a kiln.
const UNITS: &str = r#"version = 1
name = "Plant"

[[unit]]
id = "plant"
name = "Plant"
owner = "Council"

[[unit]]
id = "press"
parent = "plant"
name = "Press"
owner = "Press team"

[[unit]]
id = "kiln"
parent = "plant"
name = "Kiln"
owner = "Kiln team"
"#;

/// A cadence so slow that readings from an hour ago do not look silent.
pub const UNHURRIED: &str = "1d";

/// The folder; it goes with the test.
pub struct Folder {
    folder: TempDir,
}

impl Folder {
    /// A room of the plant with these indicators, named `unit.something`, less being better, all of one cadence.
    /// `more` are further lines of the room's file.
    ///
    /// # Panics
    /// If the disk refuses.
    pub fn of_plant(indicators: &[&str], cadence: &str, more: &str) -> Self {
        let folder = Self::empty();
        let mut organisation = UNITS.to_owned();
        for id in indicators {
            let unit = id.split('.').next().unwrap_or_default();
            write!(
                organisation,
                "\n[[indicator]]\nid = \"{id}\"\nname = \"{id}\"\nunit = \"{unit}\"\nsystem = \"1\"\n\
                 cadence = \"{cadence}\"\ngood = \"down\"\n"
            )
            .expect("a string takes everything");
        }
        folder.write("organisation.toml", &organisation);
        // What a room says of itself comes by the clock, and a picture that is compared with another must not.
        let itself = if more.contains("watch_itself") { "" } else { "watch_itself = false" };
        let room = format!("version = 1\norganisation = \"organisation.toml\"\n{itself}\n{more}\n");
        folder.write("room.toml", &room);
        folder
    }

    /// A folder with nothing in it.
    ///
    /// # Panics
    /// If the disk refuses.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file in it, as an argument.
    pub fn file(&self, name: &str) -> String {
        self.at(name).display().to_string()
    }

    /// The path of a file in it.
    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds to a file in it.
    ///
    /// # Panics
    /// If it is not there, or the disk refuses.
    pub fn append(&self, name: &str, text: &str) {
        let before = fs::read_to_string(self.at(name)).expect("a file that was written can be read");
        self.write(name, &(before + text));
    }

    /// Writes a file into it.
    ///
    /// # Panics
    /// If the disk refuses.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).expect("a file can be written in a temporary folder");
    }
}
