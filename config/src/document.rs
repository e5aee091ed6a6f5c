//! One file: read, parsed, and every fault found in it gathered.

use std::{
    cell::RefCell,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use crate::{entry::Entry, fault::Fault, section::Section};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;
/// The version of the files that this program reads.
const VERSION: u64 = 1;

/// Reads a file and makes something of it, or says everything that is wrong with it, in the order of its lines.
///
/// `build` gives none where it has reported a fault.
pub(crate) fn read<T>(file: &Path, build: impl FnOnce(Section<'_>) -> Option<T>) -> Result<T, Vec<Fault>> {
    let whole = |words: String| vec![Fault { file: file.to_owned(), line: None, path: String::new(), words }];
    let text = text(file).map_err(|error| whole(error.to_string()))?;
    parse(file, &text, build)
}

/// The same for text that is already here; `file` is its name in the faults.
pub(crate) fn parse<T>(file: &Path, text: &str, build: impl FnOnce(Section<'_>) -> Option<T>) -> Result<T, Vec<Fault>> {
    let report = Report::new(file, text);
    let (table, slips) = DeTable::parse_recoverable(text);
    // What follows the first slip of syntax is mostly its consequence.
    if let Some(first) = slips.iter().min_by_key(|slip| slip.span().map(|span| span.start)) {
        return Err(vec![report.syntax(first)]);
    }
    let mut root = Section::root(&report, table.get_ref());
    root.must("version", "1", version);
    let built = build(root);
    report.close(built)
}

fn version(entry: Entry<'_>) -> Option<()> {
    let is_known = |number: &u64| *number == VERSION;
    entry.check(Entry::natural, is_known, |_| format!("this program reads version {VERSION}")).map(|_| ())
}

fn text(file: &Path) -> io::Result<String> {
    let refuse = |words: String| Err(io::Error::other(words));
    if !fs::metadata(file)?.is_file() {
        return refuse("not a file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if LARGEST < bytes.len() as u64 {
        return refuse(format!("more than {LARGEST} bytes; a file people write is smaller"));
    }
    String::from_utf8(bytes).or_else(|error| refuse(format!("not UTF-8 text: {}", error.utf8_error())))
}

/// What has been found wrong with one file so far.
pub(crate) struct Report {
    file: PathBuf,
    /// The byte at which each line ends.
    line_ends: Vec<usize>,
    faults: RefCell<Vec<Fault>>,
}

impl Report {
    fn new(file: &Path, text: &str) -> Self {
        let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        Self { file: file.to_owned(), line_ends, faults: RefCell::default() }
    }

    /// The folder in which the file stands; what it names is relative to it.
    pub(crate) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    /// Takes down a fault at a byte of the file, or of the file as a whole.
    pub(crate) fn fault(&self, at: Option<usize>, path: &str, words: String) {
        let fault = self.at(at, path.to_owned(), words);
        self.faults.borrow_mut().push(fault);
    }

    /// Takes over the faults of another file that this one names.
    pub(crate) fn adopt(&self, faults: Vec<Fault>) {
        self.faults.borrow_mut().extend(faults);
    }

    /// The line of a byte, counted from one.
    pub(crate) fn line(&self, at: usize) -> usize {
        1 + self.line_ends.partition_point(|end| *end < at)
    }

    fn at(&self, at: Option<usize>, path: String, words: String) -> Fault {
        Fault { file: self.file.clone(), line: at.map(|at| self.line(at)), path, words }
    }

    fn syntax(&self, error: &toml::de::Error) -> Fault {
        let words = error.message().lines().collect::<Vec<_>>().join(", ");
        self.at(error.span().map(|span| span.start), String::new(), format!("not TOML: {words}"))
    }

    fn close<T>(self, built: Option<T>) -> Result<T, Vec<Fault>> {
        let mut faults = self.faults.into_inner();
        match built {
            Some(built) if faults.is_empty() => Ok(built),
            _ => {
                faults.sort_by_key(|fault| (fault.file != self.file, fault.line));
                Err(faults)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let nothing = |root: Section<'_>| {
            root.finish();
            Some(())
        };
        let faults = parse(Path::new("f.toml"), text, nothing).err().unwrap_or_default();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_file_begins_with_its_version() {
        assert_eq!(words("version = 1"), [""; 0]);
        assert_eq!(words(""), ["f.toml: version: missing; write version = 1"]);
        assert_eq!(words("\nversion = 7"), ["f.toml:2: version: found 7; this program reads version 1"]);
    }

    #[test]
    fn a_slip_of_syntax_is_one_fault_with_its_line() {
        let faults = words("version = 1\nname = \"Marea\n\n[[unit]\n");
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("f.toml:2: not TOML: "), "{faults:?}");
    }

    #[test]
    fn what_cannot_be_read_is_one_fault_without_a_line() {
        for file in ["no such file.toml", "/"] {
            let faults = read(Path::new(file), |_| Some(())).unwrap_err();
            assert_eq!((faults.len(), faults[0].line), (1, None));
        }
    }
}
