//! The files of the repository, and how a broken rule is told.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A text file of the repository.
pub(crate) struct File {
    /// From the root of the repository, with `/` between the folders.
    pub(crate) name: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn is(&self, extension: &str) -> bool {
        self.name.rsplit_once('.').is_some_and(|(_, found)| found == extension)
    }

    pub(crate) fn is_under(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Whether all of it is compiled for tests only.
    pub(crate) fn is_test(&self) -> bool {
        let is_test_folder = |part| matches!(part, "tests" | "benches" | "examples");
        self.name.split('/').any(is_test_folder) || self.name.ends_with("/tests.rs")
    }

    /// The lines with their numbers, from one.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The lines of the product, without comments: a module of tests at the end is left out.
    pub(crate) fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("#[cfg(test)]\nmod tests {").unwrap_or(self.text.len());
        let count = self.text[..tests].lines().count();
        self.lines().take(count).map(|(number, line)| (number, without_comment(line)))
    }

    /// One breach of a rule.
    pub(crate) fn breach(&self, line: usize, found: &str) -> String {
        format!("{}:{line}: {found}", self.name)
    }
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate of the tests has a folder above it")
}

/// Every text file, in the order of the names.
pub(crate) fn files() -> Vec<File> {
    let mut paths = Vec::new();
    collect(root(), &mut paths);
    paths.sort();
    paths.into_iter().filter_map(|path| read(&path)).collect()
}

/// Every Rust file.
pub(crate) fn rust_files() -> Vec<File> {
    files().into_iter().filter(|file| file.is("rs")).collect()
}

/// Fails with the rule and every breach of it.
pub(crate) fn hold(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "\n{rule}\n  {}\n", breaches.join("\n  "));
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be read") {
        let path = entry.expect("a folder of the repository can be read").path();
        let is_ours = !path.ends_with("target") && !path.ends_with(".git");
        if path.is_dir() && is_ours {
            collect(&path, paths);
        } else if path.is_file() {
            paths.push(path);
        }
    }
}

/// A file as text; `None` for a font or a picture.
fn read(path: &Path) -> Option<File> {
    let text = fs::read_to_string(path).ok()?;
    let name = path.strip_prefix(root()).ok()?.to_string_lossy().replace('\\', "/");
    Some(File { name, text })
}

/// A line of Rust up to its comment; the `//` of an address is none.
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices("//").find(|&(at, _)| !line[..at].ends_with(':'));
    comment.map_or(line, |(at, _)| &line[..at])
}
