//! What something was made from, in one number: when it has not changed, nothing needs to be made.

use anyhow::{Context, Result};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::Path,
};

/// A hash of the names and contents of files. It says nothing about times, so a fresh clone of the same state agrees.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Stamp(String);

impl Stamp {
    /// The stamp of files and folders, named from `root`.
    pub(super) fn of(root: &Path, sources: &[&str]) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        for source in sources {
            add(&root.join(source), &mut hasher).with_context(|| format!("cannot read {source}"))?;
        }
        Ok(Self(format!("{:016x}", hasher.finish())))
    }

    /// Whether the same stamp was put at `path`.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        fs::read_to_string(path).is_ok_and(|text| text == self.0)
    }

    /// Writes the stamp to `path`.
    pub(super) fn put(&self, path: &Path) -> Result<()> {
        fs::write(path, &self.0).with_context(|| format!("cannot write {}", path.display()))
    }
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    path.file_name().hash(hasher);
    if !path.is_dir() {
        fs::read(path)?.hash(hasher);
        return Ok(());
    }
    let entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>();
    let mut entries = entries?;
    entries.sort();
    entries.len().hash(hasher);
    entries.iter().try_for_each(|entry| add(entry, hasher))
}
