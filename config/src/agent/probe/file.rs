//! A file as a whole.

use std::{collections::BTreeMap, path::PathBuf};

use vsm::id::IndicatorId;

use super::indicators;
use crate::{agent::Ledger, entry::Entry, section::Section};

/// A file of which something is read without opening it.
#[derive(Clone, Debug, PartialEq)]
pub struct FileToRead {
    /// Where it lies.
    pub path: PathBuf,
    /// What is read, and as what.
    pub indicators: BTreeMap<FileQuantity, IndicatorId>,
}

/// What can be read of a file as a whole.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum FileQuantity {
    /// Its length, in bytes.
    Size,
    /// The time since it was last written, in seconds.
    Age,
}

impl FileQuantity {
    /// Every quantity by its name in files.
    pub const ALL: [(&str, Self); 2] = [("size", Self::Size), ("age", Self::Age)];
}

pub(super) fn file(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<FileToRead> {
    let path = section.must("path", r#""backup.tar""#, Entry::path);
    let indicators = indicators(section, &FileQuantity::ALL, ledger);
    Some(FileToRead { path: path?, indicators: indicators? })
}
