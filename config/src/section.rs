//! One table of a file, read field by field; what nobody asked for is a fault.

use std::borrow::Cow;

use toml::de::DeTable;

use crate::{document::Report, entry::Entry, nearest::did_you_mean_or_all};

/// A table, its place in the file, and the fields asked for so far.
pub(crate) struct Section<'a> {
    report: &'a Report,
    path: String,
    /// The byte at which it begins; none for the file as a whole.
    at: Option<usize>,
    table: &'a DeTable<'a>,
    asked: Vec<&'static str>,
}

impl<'a> Section<'a> {
    /// The file as a whole.
    pub(crate) fn root(report: &'a Report, table: &'a DeTable<'a>) -> Self {
        Self { report, path: String::new(), at: None, table, asked: Vec::new() }
    }

    /// A table that stands at `path` and begins at a byte of the file.
    pub(crate) fn inner(report: &'a Report, path: String, at: usize, table: &'a DeTable<'a>) -> Self {
        Self { report, path, at: Some(at), table, asked: Vec::new() }
    }

    /// A field that must be there; where it is not, the fault shows how it is written.
    pub(crate) fn must<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(Entry<'a>) -> Option<T>,
    ) -> Option<T> {
        let Some(entry) = self.entry(key) else {
            self.fault(key, format!("missing; write {key} = {example}"));
            return None;
        };
        read(entry)
    }

    /// A field that may be there: none where it is faulty, `Some(None)` where it is not written.
    pub(crate) fn may<T>(&mut self, key: &'static str, read: impl FnOnce(Entry<'a>) -> Option<T>) -> Option<Option<T>> {
        self.entry(key).map_or(Some(None), |entry| read(entry).map(Some))
    }

    /// A field with a default; none where it is faulty.
    pub(crate) fn or<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(Entry<'a>) -> Option<T>,
    ) -> Option<T> {
        self.entry(key).map_or(Some(default), read)
    }

    /// The tables of a list, written `[[key]]`; none are there if it is not.
    pub(crate) fn sections(&mut self, key: &'static str) -> Vec<Section<'a>> {
        self.entry(key).map(Entry::sections).unwrap_or_default()
    }

    /// Every field there is, in the order of the alphabet; for tables whose keys are data.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'a str, Entry<'a>)> {
        self.table.iter().map(|(key, value)| {
            let key = key.get_ref().as_ref();
            (key, Entry::new(self.report, self.path_of(key), value))
        })
    }

    /// Reports every field that nobody asked for. The last thing done with a table's own fields.
    pub(crate) fn finish(&self) {
        let is_unknown = |key: &&str| !self.asked.contains(key);
        for (key, at) in self.keys().filter(|(key, _)| is_unknown(key)) {
            let guess = did_you_mean_or_all(key, &self.asked);
            self.report.fault(Some(at), &self.path_of(key), format!("no field {:?}{guess}", shortened(key)));
        }
    }

    /// Fields that there are but that are not read this time.
    pub(crate) fn knows(&mut self, keys: &[&'static str]) {
        self.asked.extend(keys);
    }

    /// Whether a field is written.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Takes down a fault of one field, at its line if it is written, otherwise at that of the table.
    pub(crate) fn fault(&self, key: &str, words: String) {
        let at = self.table.get(key).map(|value| value.span().start).or(self.at);
        self.report.fault(at, &self.path_of(key), words);
    }

    /// Takes down a fault of the table itself.
    pub(crate) fn fault_here(&self, words: String) {
        self.report.fault(self.at, &self.path, words);
    }

    /// The line at which the table begins; the first for the file as a whole.
    pub(crate) fn line(&self) -> usize {
        self.report.line(self.at.unwrap_or(0))
    }

    /// The report into which its faults go.
    pub(crate) fn report(&self) -> &'a Report {
        self.report
    }

    /// Its keys, each with the byte at which it stands.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&'a str, usize)> {
        self.table.iter().map(|(key, _)| (key.get_ref().as_ref(), key.span().start))
    }

    fn entry(&mut self, key: &'static str) -> Option<Entry<'a>> {
        self.asked.push(key);
        let value = self.table.get(key)?;
        Some(Entry::new(self.report, self.path_of(key), value))
    }

    fn path_of(&self, key: &str) -> String {
        let key = on_a_line(shortened(key));
        if self.path.is_empty() { key.into_owned() } else { format!("{}.{key}", self.path) }
    }
}

/// A fault is one line, whatever was written as a key.
fn on_a_line(key: &str) -> Cow<'_, str> {
    if key.contains(char::is_control) { key.escape_debug().to_string().into() } else { key.into() }
}

/// A fault shall fit a line, whatever was written as a key.
fn shortened(key: &str) -> &str {
    key.char_indices().nth(60).map_or(key, |(end, _)| &key[..end])
}
