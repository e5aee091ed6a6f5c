//! A file that is read again as soon as it is another one.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// What was made of some files, as they are now.
///
/// To look costs one question to the file system for each, so it can be asked at every request: what is written there
/// is in force at once, and no signal has to be sent to the process.
pub struct Watched<T> {
    files: Vec<PathBuf>,
    read: fn(&[PathBuf]) -> Result<T, String>,
    last: Mutex<(Vec<Stamp>, Seen<T>)>,
}

/// What the files held when they were read last, or why they cannot be read.
pub type Seen<T> = Result<Arc<T>, String>;

/// What tells one state of a file from another: a file that is renamed into its place is another one.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Stamp {
    There { device: u64, inode: u64, length: u64, changed: (i64, i64) },
    Not(io::ErrorKind),
}

impl<T> Watched<T> {
    /// Reads them for the first time.
    pub fn new(files: Vec<PathBuf>, read: fn(&[PathBuf]) -> Result<T, String>) -> Self {
        // Stamped before it is read: what changes meanwhile is read again.
        let stamps = stamps(&files);
        let seen = read(&files).map(Arc::new);
        Self { files, read, last: Mutex::new((stamps, seen)) }
    }

    /// What they hold now.
    pub fn now(&self) -> Seen<T> {
        self.look().0
    }

    /// What they hold now, and whether they were read anew for this.
    pub fn look(&self) -> (Seen<T>, bool) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let stamps = stamps(&self.files);
        let is_new = stamps != last.0;
        if is_new {
            *last = (stamps, (self.read)(&self.files).map(Arc::new));
        }
        (last.1.clone(), is_new)
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    files.iter().map(|file| Stamp::of(file)).collect()
}

impl Stamp {
    fn of(file: &Path) -> Self {
        match fs::metadata(file) {
            Ok(is) => Self::There {
                device: is.dev(),
                inode: is.ino(),
                length: is.len(),
                changed: (is.ctime(), is.ctime_nsec()),
            },
            Err(why) => Self::Not(why.kind()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(files: &[PathBuf]) -> Result<String, String> {
        fs::read_to_string(&files[0]).map_err(|why| why.to_string())
    }

    #[test]
    fn what_is_renamed_into_its_place_is_seen_at_once_even_if_it_is_as_long() {
        let folder = tempfile::tempdir().unwrap();
        let (file, next) = (folder.path().join("file"), folder.path().join("next"));
        fs::write(&file, "one").unwrap();
        let watched = Watched::new(vec![file.clone()], text);
        assert_eq!(watched.look(), (Ok(Arc::new("one".to_owned())), false));
        fs::write(&next, "two").unwrap();
        fs::rename(&next, &file).unwrap();
        assert_eq!(watched.look(), (Ok(Arc::new("two".to_owned())), true));
        fs::remove_file(&file).unwrap();
        assert!(watched.now().is_err());
        fs::write(&file, "three").unwrap();
        assert_eq!(watched.now().unwrap().as_str(), "three");
    }
}
