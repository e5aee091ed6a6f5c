//! Against real files that grow, are cut short, put aside and taken away.

use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
};

use config::agent::CountedLines;
use vsm::{id::IndicatorId, reading::Reading};

use super::*;

struct Journal {
    folder: tempfile::TempDir,
    probe: Log,
}

impl Journal {
    /// A log that says `text`, and a probe that counts its lines and those of errors.
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("log"), text).unwrap();
        let series = |name, pattern: Option<&str>| CountedLines {
            pattern: pattern.map(|text| Pattern::parse(text).unwrap()),
            indicator: IndicatorId::parse(name).unwrap(),
        };
        let series = vec![series("lines", None), series("errors", Some("^ERROR"))];
        let probe = Log::new(Written { path: folder.path().join("log"), series });
        Self { folder, probe }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn add(&self, text: &str) {
        File::options().append(true).create(true).open(self.path()).unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Lines and errors of one reading, or its fault.
    async fn read(&mut self) -> Result<Vec<f64>, String> {
        let readout = self.probe.read(Moment::default()).await;
        match readout.faults.first() {
            Some(fault) => Err(fault.why.clone()),
            None => Ok(readout.readings.iter().map(Reading::value).collect()),
        }
    }
}

#[tokio::test]
async fn what_was_there_is_not_counted_and_what_comes_is_once() {
    let mut journal = Journal::new("ERROR old\nINFO old\n");
    assert_eq!(journal.read().await.unwrap(), [0.0; 0]);
    assert_eq!(journal.read().await.unwrap(), [0.0, 0.0]);
    journal.add("INFO a\nERROR b\nno ERROR\nERR");
    assert_eq!(journal.read().await.unwrap(), [3.0, 1.0]);
    journal.add("OR c\r\n\n");
    assert_eq!(journal.read().await.unwrap(), [2.0, 1.0]);
}

#[tokio::test]
async fn a_line_that_had_begun_counts_when_it_ends() {
    let mut journal = Journal::new("INFO old\nERROR beg");
    journal.read().await.unwrap();
    journal.add("un\n");
    assert_eq!(journal.read().await.unwrap(), [1.0, 1.0]);
}

#[tokio::test]
async fn a_log_that_is_put_aside_is_read_to_its_end_and_then_the_new_one() {
    let mut journal = Journal::new("");
    journal.read().await.unwrap();
    journal.add("ERROR a\nERROR without an end");
    fs::rename(journal.path(), journal.folder.path().join("log.1")).unwrap();
    assert!(journal.read().await.unwrap_err().contains("No such file"));
    journal.add("INFO b\nERROR c\n");
    assert_eq!(journal.read().await.unwrap(), [4.0, 3.0]);
    assert_eq!(journal.read().await.unwrap(), [0.0, 0.0]);
}

#[tokio::test]
async fn a_log_that_is_cut_short_is_read_from_its_beginning_even_if_it_has_grown_beyond() {
    let mut journal = Journal::new("");
    journal.read().await.unwrap();
    journal.add("ERROR a\nERROR b\n");
    assert_eq!(journal.read().await.unwrap(), [2.0, 2.0]);
    fs::write(journal.path(), "ERROR c\n").unwrap();
    assert_eq!(journal.read().await.unwrap(), [1.0, 1.0]);
    fs::write(journal.path(), "INFO d\nERROR e\nERROR f\n").unwrap();
    assert_eq!(journal.read().await.unwrap(), [3.0, 2.0]);
}

#[tokio::test]
async fn a_log_that_appears_is_new_from_its_beginning() {
    let mut journal = Journal::new("");
    fs::remove_file(journal.path()).unwrap();
    assert!(journal.read().await.unwrap_err().contains("No such file"));
    journal.add("ERROR a\n");
    assert_eq!(journal.read().await.unwrap(), [1.0, 1.0]);
}

#[tokio::test]
async fn what_a_look_counted_that_nobody_waited_for_counts_with_the_next() {
    let mut journal = Journal::new("");
    journal.read().await.unwrap();
    journal.add("ERROR a\n");
    let patterns: Vec<_> = journal.probe.written.series.iter().map(|one| one.pattern.clone()).collect();
    journal.probe.counting.look(move |counting| counting.look(&patterns).is_ok()).await.unwrap();
    journal.add("INFO b\n");
    assert_eq!(journal.read().await.unwrap(), [2.0, 1.0]);
}

#[test]
fn a_flood_is_read_in_parts_and_of_a_large_past_only_its_last_line() {
    let mut journal = Journal::new("");
    let sparse = File::options().write(true).open(journal.path()).unwrap();
    // A terabyte that nobody could read within the time of a test.
    sparse.set_len(1 << 40).unwrap();
    let mut tail = Tail::new(journal.path());
    assert_eq!(tail.follow(100, |_| panic!("nothing has ended")).unwrap(), None);
    drop(sparse);
    journal = Journal::new("");
    let mut tail = Tail::new(journal.path());
    tail.follow(100, |_| ()).unwrap();
    journal.add(&"ERROR\n".repeat(50));
    let mut count = 0;
    let waits: Vec<_> = (0..4).map(|_| tail.follow(100, |_| count += 1).unwrap().unwrap()).collect();
    assert_eq!((waits, count), (vec![200, 100, 0, 0], 50));
}
