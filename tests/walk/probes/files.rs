//! Probes of files: one as a whole, and the lines that come into a log.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::{Duration, SystemTime},
};

use tests::folder::{Folder, UNHURRIED};

use super::Plant;

const HOUR: Duration = Duration::from_secs(3600);

const FILE: &str = r#"
[[probe]]
kind = "file"
cadence = "300ms"
path = "dump"
indicators = { size = "press.size", age = "press.age" }
"#;

const LOG: &str = r#"
[[probe]]
kind = "log"
cadence = "300ms"
path = "press.log"

[[probe.series]]
indicator = "press.lines"

[[probe.series]]
pattern = '^ERROR '
indicator = "press.errors"
"#;

#[tokio::test]
async fn a_file_has_its_size_and_its_age_and_is_young_again_once_it_is_written() {
    let folder = Folder::of_plant(&["press.size", "press.age"], UNHURRIED, "");
    folder.write("dump", "twelve bytes");
    let mut dump = File::options().append(true).open(folder.at("dump")).expect("it was just written");
    dump.set_modified(SystemTime::now() - HOUR).expect("it is ours");
    let plant = Plant::start(folder, FILE).await;
    plant.until("press.size", |sizes| sizes.ends_with(&[12.0])).await;
    let ages = plant.until("press.age", |ages| !ages.is_empty()).await;
    assert!(ages.iter().all(|age| (3600.0..7200.0).contains(age)), "{ages:?}");
    dump.write_all(b", and more").expect("the disk takes it");
    plant.until("press.size", |sizes| sizes.ends_with(&[22.0])).await;
    plant.until("press.age", |ages| ages.last().is_some_and(|age| *age < 60.0)).await;
}

#[tokio::test]
async fn the_lines_of_a_log_are_counted_once_also_when_it_is_put_aside_or_cut_short() {
    let folder = Folder::of_plant(&["press.lines", "press.errors"], UNHURRIED, "");
    folder.write("press.log", "ERROR of yesterday\n");
    let log = folder.at("press.log");
    let plant = Plant::start(folder, LOG).await;
    // The first look only marks where the log ends; the second one is the first to be read.
    plant.until("press.lines", |lines| !lines.is_empty()).await;
    add(&log, "ERROR a\nINFO b\n");
    counted(&plant, 2.0, 1.0).await;
    add(&log, "ERROR c\nERROR without an end");
    fs::rename(&log, plant.folder.at("press.log.1")).expect("it can be put aside");
    add(&log, "INFO d\nERROR e\n");
    counted(&plant, 6.0, 4.0).await;
    plant.folder.write("press.log", "ERROR f\n");
    counted(&plant, 7.0, 5.0).await;
    plant.twice_more("press.lines").await;
    counted(&plant, 7.0, 5.0).await;
}

fn add(log: &Path, text: &str) {
    let mut log = File::options().append(true).create(true).open(log).expect("a log can be opened");
    log.write_all(text.as_bytes()).expect("the disk takes it");
}

/// Waits until so many lines, and so many errors among them, have been counted in all.
async fn counted(plant: &Plant, lines: f64, errors: f64) {
    for (indicator, expected) in [("press.lines", lines), ("press.errors", errors)] {
        let counts = plant.until(indicator, |counts| expected <= counts.iter().sum::<f64>()).await;
        assert_eq!(counts.iter().sum::<f64>(), expected, "{indicator}: {counts:?}");
    }
}
