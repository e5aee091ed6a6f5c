//! An archive as a whole: a copy of it while it is written in, and a check that finds whatever was changed.

use archive::{
    Annotation, Archive, ArchiveFault, Band, Batch, Entry, PastReading, Policy, Position, RecordEntry, Snapshot, Taken,
    backup, check,
};
use rusqlite::Connection;
use tempfile::TempDir;
use vsm::{
    id::{AgentId, IndicatorId},
    reading::Reading,
    time::Moment,
};

const DAY: i64 = 24 * 60 * 60 * 1000;
const MIDNIGHT: i64 = 20_000 * DAY;

fn batch(sequence: u64, readings: Vec<Reading>) -> Batch {
    let agent = AgentId::parse("host").expect("a name");
    Batch { agent, sequence, received_at: Moment::from_unix_millis(MIDNIGHT), rehearsal: false, readings }
}

fn load(k: i64) -> Reading {
    let indicator = IndicatorId::parse("plant/load").expect("a name");
    Reading::new(indicator, Moment::from_unix_millis(MIDNIGHT + k * 60_000), (k % 7) as f64).expect("finite")
}

/// An archive with something in every table: four batches, a snapshot, a line, two days of history and a tail.
fn filled() -> (Archive, TempDir) {
    let folder = TempDir::new().expect("a temporary folder");
    let mut archive = Archive::open(folder.path()).expect("a new archive");
    for (sequence, minutes) in [(1, 0..1440), (2, 1440..2880), (3, 2880..2890)] {
        let readings: Vec<_> = minutes.map(load).collect();
        let past = |reading: &Reading| {
            let band = Band::new(reading.value(), reading.value() - 1.0, reading.value() + 1.0);
            (reading.indicator.clone(), PastReading::of(reading, band))
        };
        let past: Vec<_> = readings.iter().map(past).collect();
        let readings_at = readings[0].measured_at;
        let after = archive.history_position().expect("a position");
        let taken = archive.append(&[batch(sequence, readings)]).expect("a batch");
        let Taken::Now(up_to) = taken[0] else { panic!("taken before") };
        let said = Annotation { at: readings_at, indicator: past[0].0.clone(), text: "deploy 1.4.2".to_owned() };
        let said = if sequence == 3 { vec![said] } else { Vec::new() };
        archive.keep_annotated_history(after, up_to, &past, &said).expect("a stretch");
        let now = Moment::from_unix_millis(MIDNIGHT + (sequence as i64).min(2) * DAY);
        while archive.tidy(&Policy::default(), now, 1_000_000).expect("a tidy archive").more {}
    }
    archive.append(&[batch(4, vec![load(2890)])]).expect("a batch");
    let taken_at = Moment::from_unix_millis(7);
    let snapshot =
        Snapshot { position: Position::default(), taken_at, format: 1, pieces: 0, body: b"learned".to_vec() };
    archive.keeper().and_then(|mut keeper| keeper.finish(snapshot)).expect("a snapshot");
    let (key, kind, body) = ("a".to_owned(), "raised".to_owned(), "{\"size\":3.5}".to_owned());
    archive.record(&RecordEntry { key, at: taken_at, kind, body }).expect("a line");
    (archive, folder)
}

fn sequences(archive: &Archive) -> Vec<u64> {
    let mut sequences = Vec::new();
    let mut note = |_, entry| {
        if let Entry::Batch(batch) = entry {
            sequences.push(batch.sequence);
        }
    };
    archive.replay(Position::default(), &mut note).expect("a journal that can be read");
    sequences
}

/// What a check finds after `statement`.
fn faults(statement: &str) -> Vec<String> {
    let (archive, folder) = filled();
    let database = Connection::open(folder.path().join("archive.sqlite3")).expect("a tool beside the archive");
    database.execute_batch(statement).expect(statement);
    let report = check(folder.path()).expect("an archive that can be opened");
    drop(archive);
    report.faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_archive_has_no_faults_and_every_row_was_read_while_it_is_in_use() {
    let (_archive, folder) = filled();
    let report = check(folder.path()).unwrap();
    assert_eq!(report.faults, []);
    let rows = [
        ("journal", 4),
        ("taken", 1),
        ("taken_ranges", 0),
        ("snapshots", 1),
        ("record", 1),
        ("indicators", 1),
        ("tails", 1),
        ("chunks", 4),
        ("bands", 4),
        ("aggregates", 3),
        ("annotations", 1),
    ];
    assert_eq!(report.rows, rows);
}

#[test]
fn a_batch_in_a_range_above_the_last_sequence_is_no_fault_and_one_beside_it_is() {
    let reaching =
        |from: u64| format!("UPDATE taken SET sequence = 1; INSERT INTO taken_ranges VALUES ('host', {from}, 4)");
    assert_eq!(
        faults(&format!("{}; DELETE FROM journal WHERE position = 2", reaching(3))).len(),
        1,
        "the missing entry"
    );
    let told = faults(&reaching(3));
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("taken, row host: this agent's last sequence is below one of its batches"), "{told:?}");
}

#[test]
fn each_fault_is_told_with_its_table_and_place() {
    let told = [
        ("UPDATE journal SET body = x'00' WHERE position = 2", "journal, position 2: its checksum is "),
        ("UPDATE journal SET position = 9 WHERE position = 4", "journal, position 9: its checksum is "),
        ("DELETE FROM journal WHERE position = 2", "journal, position 3: the entry before it is missing"),
        ("UPDATE taken SET sequence = 3", "taken, row host: this agent's last sequence is below one of its batches"),
        ("INSERT INTO taken_ranges VALUES ('No Name', 9, 9)", "taken_ranges, row No Name: "),
        ("INSERT INTO taken_ranges VALUES ('host', 5, 9)", "taken_ranges, row host: a range of this agent ends before"),
        ("INSERT INTO taken_ranges VALUES ('host', 9, 8)", "taken_ranges, row host: a range of this agent ends before"),
        (
            "INSERT INTO taken_ranges VALUES ('host', 9, 12), ('host', 13, 14)",
            "taken_ranges, row host: a range of this agent ends before it begins, or touches its last sequence",
        ),
        ("DELETE FROM taken", "taken, row host: this agent has batches in the journal"),
        ("UPDATE snapshots SET body = x'00'", "snapshots, row 1: its checksum is "),
        ("UPDATE record SET body = '{'", "record, row 1: its body is not JSON"),
        ("UPDATE indicators SET name = 'No Name'", "indicators, row 1: "),
        ("UPDATE indicators SET id = 2", "chunks, row 1: it belongs to an indicator without a name"),
        ("UPDATE history SET position = 5", "history, row 1: its position lies behind the end of the journal"),
        ("UPDATE history SET hours_from = raw_from + 1", "history, row 1: there is not one row with the coarser"),
        ("UPDATE tails SET body = x'00'", "tails, row "),
        ("UPDATE chunks SET body = x'00' WHERE id = 2", "chunks, row 2: its checksum is "),
        ("UPDATE chunks SET day = 3 WHERE id = 2", "chunks, row 2: its checksum is "),
        ("UPDATE bands SET body = x'00' WHERE id = 2", "bands, row 2: its checksum is "),
        ("DELETE FROM chunks WHERE id = 2", "bands, row 2: it belongs to a chunk that is not there"),
        ("UPDATE aggregates SET period = 0 WHERE period = 20001", "aggregates, row 3: its checksum is "),
        ("UPDATE annotations SET text = 'deploy 1.4.3'", "annotations, row 1: its checksum is "),
        ("UPDATE annotations SET indicator = 9", "annotations, row 1: it belongs to an indicator without a name"),
        ("INSERT INTO unaggregated VALUES (1, 3, 1)", "unaggregated, row 1 of day 3: there is no chunk of this"),
        ("DROP INDEX chunks_by_day", "database: the index chunks_by_day is missing or is not that of this schema"),
    ];
    for (statement, beginning) in told {
        let faults = faults(statement);
        assert!(faults.iter().any(|fault| fault.starts_with(beginning)), "{statement}: {faults:?}");
    }
}

#[test]
fn a_file_with_a_torn_page_is_told_of() {
    let (archive, folder) = filled();
    drop(archive);
    let file = folder.path().join("archive.sqlite3");
    let mut bytes = std::fs::read(&file).unwrap();
    let page = 8192;
    for number in 2..bytes.len() / page {
        bytes[number * page..number * page + 16].fill(0xff);
    }
    std::fs::write(&file, bytes).unwrap();
    let report = check(folder.path()).unwrap();
    assert!(report.faults.iter().any(|fault| fault.table == "database"), "{:?}", report.faults);
}

#[test]
fn a_backup_holds_what_was_there_when_it_began_while_the_writer_goes_on() {
    let (mut archive, folder) = filled();
    let to = TempDir::new().unwrap();
    // More than one step takes.
    let large = Snapshot { body: vec![7; 20 << 20], ..archive.snapshots(1).unwrap().0[0].snapshot.clone() };
    let large = archive.keeper().unwrap().finish(large).unwrap();
    let mut steps = 0;
    let done = backup(folder.path(), to.path(), |_| {
        steps += 1;
        archive.append(&[batch(4 + steps, vec![load(3000)])]).unwrap();
    });
    let done = done.unwrap();
    assert_eq!(done.pages, done.of);
    assert!(1 < steps, "one step is not going on");
    assert_eq!(check(to.path()).unwrap().faults, []);
    let copy = Archive::open(to.path()).unwrap();
    assert_eq!(sequences(&copy), [1, 2, 3, 4]);
    assert_eq!(copy.snapshots(1).unwrap().0.first(), Some(&large));
    assert_eq!(sequences(&archive).len() as u64, 4 + steps);
}

#[test]
fn a_backup_neither_overwrites_an_archive_nor_makes_one_of_nothing() {
    let (_archive, folder) = filled();
    let empty = TempDir::new().unwrap();
    assert!(matches!(backup(empty.path(), folder.path(), |_| {}), Err(ArchiveFault::NoArchive { .. })));
    let (other, taken) = filled();
    assert!(matches!(backup(folder.path(), taken.path(), |_| {}), Err(ArchiveFault::InUse { .. })));
    drop(other);
    let refusal = backup(folder.path(), taken.path(), |_| {}).unwrap_err();
    assert!(
        refusal.to_string().ends_with("holds an archive already; choose another folder for the backup"),
        "{refusal}"
    );
    assert!(matches!(check(empty.path()), Err(ArchiveFault::NoArchive { .. })));
}

#[test]
fn an_archive_of_the_first_schema_is_brought_up_to_date_and_keeps_what_it_has() {
    let folder = TempDir::new().unwrap();
    let database = Connection::open(folder.path().join("archive.sqlite3")).unwrap();
    database.execute_batch(include_str!("../src/schema_1.sql")).unwrap();
    database.execute_batch("PRAGMA user_version = 1; INSERT INTO record VALUES (1, 'a', 5, 'raised', '{}')").unwrap();
    drop(database);
    let refusal = check(folder.path()).unwrap_err().to_string();
    assert!(refusal.starts_with("the archive has schema version 1, this program reads version "), "{refusal}");
    let archive = Archive::open(folder.path()).unwrap();
    assert_eq!(archive.entries(9).unwrap().len(), 1);
    assert_eq!(archive.history_position().unwrap(), Position::default());
    assert_eq!(check(folder.path()).unwrap().faults, []);
}
