//! What holds of the SQLite archive in particular: damage inside its file is found, and never passed off as good.

use std::error::Error;

use archive::{Archive, ArchiveFault, Batch, Damage, Entry, Position, Snapshot, Taken};
use rusqlite::Connection;
use tempfile::TempDir;
use vsm::{
    act::{Act, Answer},
    id::{AgentId, IndicatorId},
    reading::Reading,
    signal::SignalId,
    time::Moment,
};

fn batch(sequence: u64) -> Batch {
    let indicator = IndicatorId::parse("plant/output").expect("a name");
    let readings = vec![Reading::new(indicator, Moment::from_unix_millis(1_000), 0.5).expect("finite")];
    let agent = AgentId::parse("host").expect("a name");
    Batch { agent, sequence, received_at: Moment::from_unix_millis(1_000), rehearsal: false, readings }
}

/// An archive with three batches and two snapshots that `statement` was done to behind its back.
fn meddled(statement: &str) -> (Archive, TempDir) {
    let folder = TempDir::new().expect("a temporary folder");
    let mut archive = Archive::open(folder.path()).expect("a new archive");
    archive.append(&[batch(1), batch(2), batch(3)]).expect("three batches");
    for body in ["older", "newer"] {
        let taken_at = Moment::from_unix_millis(7);
        let snapshot = Snapshot { position: Position::default(), taken_at, format: 1, pieces: 0, body: body.into() };
        let mut keeper = archive.keeper().expect("a keeper");
        keeper.begin().expect("a beginning");
        [b"one", b"two"].iter().for_each(|piece| keeper.keep_piece(*piece).expect("a piece"));
        keeper.finish(snapshot).expect("a snapshot");
    }
    let database = Connection::open(folder.path().join("archive.sqlite3")).expect("a tool beside the archive");
    database.execute_batch(statement).expect("a statement");
    (archive, folder)
}

/// The sequence of a batch; 0 of an act.
fn sequence(entry: Entry) -> u64 {
    match entry {
        Entry::Batch(batch) => batch.sequence,
        Entry::Act(_) => 0,
    }
}

/// The sequences before the damage, the damage, and the sequences behind it.
fn walked(archive: &Archive) -> (Vec<u64>, Damage, Vec<u64>) {
    let (mut before, mut behind) = (Vec::new(), Vec::new());
    match archive.replay(Position::default(), |_, entry| before.push(sequence(entry))) {
        Err(ArchiveFault::DamagedEntry { position, source }) => {
            archive.replay(position, |_, entry| behind.push(sequence(entry))).expect("the rest is good");
            (before, source, behind)
        }
        other => panic!("not found: {other:?}"),
    }
}

#[test]
fn a_batch_that_was_changed_in_any_column_stops_the_replay_at_its_position() {
    let changes = [
        "agent = 'hose'",
        "sequence = 9",
        "received_at = 0",
        "rehearsal = 1",
        "count = 0",
        "checksum = 1",
        "body = x'00'",
        "kind = 1",
        "kind = 2",
    ];
    for change in changes {
        let (archive, _folder) = meddled(&format!("UPDATE journal SET {change} WHERE position = 2"));
        let (before, damage, behind) = walked(&archive);
        assert!(matches!(damage, Damage::Checksum { .. }), "{change}: {damage}");
        assert_eq!((before, behind), (vec![1], vec![3]), "{change}");
    }
}

#[test]
fn a_replay_around_damage_leaves_out_what_is_damaged_and_nothing_else() {
    for (statement, whole, first) in [
        ("UPDATE journal SET body = x'00' WHERE position = 2", vec![1, 3], Some(2)),
        ("UPDATE journal SET body = x'00' WHERE position <> 2", vec![2], Some(1)),
        ("UPDATE journal SET body = x'00'", vec![], Some(1)),
        ("", vec![1, 2, 3], None),
    ] {
        let (archive, _folder) = meddled(statement);
        let mut sequences = Vec::new();
        let replayed = archive.replay_around(Position::default(), |_, entry| sequences.push(sequence(entry)));
        let (last, left_out) = replayed.expect("the rest is good");
        assert_eq!((last.to_string().as_str(), &sequences), ("3", &whole), "{statement}");
        let told = left_out.map(|left_out| (left_out.first.to_string(), left_out.entries + whole.len() as u64));
        assert_eq!(told, first.map(|first| (first.to_string(), 3)), "{statement}");
    }
}

#[test]
fn a_damaged_last_batch_is_told_too_because_it_was_acknowledged() {
    let (archive, _folder) = meddled("UPDATE journal SET body = x'00' WHERE position = 3");
    let fault = archive.replay(Position::default(), |_, _| {}).unwrap_err();
    assert_eq!(fault.to_string(), "the entry at position 3 of the journal is damaged");
    assert!(fault.source().unwrap().to_string().starts_with("its checksum is "));
}

#[test]
fn a_column_of_another_type_is_damage_too() {
    let (archive, _folder) = meddled("UPDATE journal SET agent = CAST(x'ff' AS TEXT) WHERE position = 2");
    assert_eq!(walked(&archive), (vec![1], Damage::Column, vec![3]));
}

#[test]
fn an_act_that_was_changed_in_any_column_is_damage_too() {
    for change in
        ["agent = 'host'", "sequence = 1", "received_at = 0", "count = 1", "body = x'00'", "kind = 0", "kind = 2"]
    {
        let (mut archive, folder) = meddled("");
        let signal = SignalId::parse("plant/output@1000").expect("a signal");
        archive.append_act(&Act { signal, answer: Answer::Useful, at: Moment::from_unix_millis(7) }).expect("an act");
        let database = Connection::open(folder.path().join("archive.sqlite3")).expect("a tool beside the archive");
        database.execute_batch(&format!("UPDATE journal SET {change} WHERE position = 4")).expect("a statement");
        let (before, damage, behind) = walked(&archive);
        assert!(matches!(damage, Damage::Checksum { .. }), "{change}: {damage}");
        assert_eq!((before, behind), (vec![1, 2, 3], vec![]), "{change}");
    }
}

#[test]
fn an_archive_from_before_there_were_acts_is_read_and_takes_them() {
    let (archive, folder) = meddled(
        "ALTER TABLE journal DROP COLUMN kind; DROP TABLE indicators; DROP TABLE history; DROP TABLE tails;
         DROP TABLE chunks; DROP TABLE bands; DROP TABLE aggregates; DROP TABLE unaggregated; DROP TABLE pieces;
         DROP TABLE taken_ranges; DROP TABLE annotations; PRAGMA user_version = 1",
    );
    drop(archive);
    let mut archive = Archive::open(folder.path()).expect("an older archive is brought up to date");
    let signal = SignalId::parse("plant/output@1000").expect("a signal");
    archive.append_act(&Act { signal, answer: Answer::NewNormal, at: Moment::from_unix_millis(7) }).expect("an act");
    let mut sequences = Vec::new();
    archive.replay(Position::default(), |_, entry| sequences.push(sequence(entry))).expect("batches and an act");
    assert_eq!(sequences, [1, 2, 3, 0]);
}

#[test]
fn a_damaged_snapshot_gives_way_to_the_older_one_and_then_to_none() {
    let (archive, _folder) = meddled("UPDATE snapshots SET body = x'00' WHERE id = 2");
    let (kept, damaged) = archive.snapshots(1).unwrap();
    assert_eq!(kept.iter().map(|kept| &kept.snapshot.body[..]).collect::<Vec<_>>(), [b"older"]);
    assert_eq!(damaged.len(), 1);

    let (archive, _folder) = meddled("UPDATE snapshots SET taken_at = 0");
    let (kept, damaged) = archive.snapshots(1).unwrap();
    assert_eq!(kept, []);
    let told: Vec<_> = damaged.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["the snapshot of position 0 is damaged"; 2]);
}

#[test]
fn a_snapshot_with_a_piece_that_is_damaged_or_missing_is_found_out() {
    for (statement, why) in [
        ("UPDATE pieces SET body = x'00' WHERE snapshot = 2 AND number = 1", "its checksum is"),
        ("UPDATE pieces SET number = 7 WHERE snapshot = 2 AND number = 1", "a part of it is missing"),
    ] {
        let (archive, folder) = meddled(statement);
        let (kept, _) = archive.snapshots(1).unwrap();
        let read = kept.iter().map(|kept| archive.pieces(kept, |_| {})).collect::<Vec<_>>();
        let [Err(fault), Ok(())] = &read[..] else { panic!("{read:?}") };
        assert!(std::error::Error::source(fault).unwrap().to_string().starts_with(why), "{fault:?}");
        let faults = archive::check(folder.path()).unwrap().faults;
        assert!(faults.iter().any(|fault| fault.to_string().starts_with("snapshots, row 2: ")), "{faults:?}");
    }
}

#[test]
fn a_newer_schema_is_refused_with_words() {
    let (archive, folder) = meddled("PRAGMA user_version = 7");
    drop(archive);
    let refusal = Archive::open(folder.path()).unwrap_err().to_string();
    assert!(refusal.starts_with("the archive has schema version 7, this program knows versions up to "), "{refusal}");
}

#[test]
fn a_call_that_fails_writes_nothing_and_can_be_repeated() {
    let refuse_the_fifth = "CREATE TRIGGER full BEFORE INSERT ON journal WHEN new.sequence = 5
        BEGIN SELECT raise(ABORT, 'full'); END";
    let (mut archive, folder) = meddled(refuse_the_fifth);
    assert!(matches!(archive.append(&[batch(4), batch(5)]), Err(ArchiveFault::Database(_))));
    assert_eq!(archive.last_taken(&batch(4).agent), 3);

    let database = Connection::open(folder.path().join("archive.sqlite3")).unwrap();
    database.execute_batch("DROP TRIGGER full").unwrap();
    let taken = archive.append(&[batch(4), batch(5)]).unwrap();
    assert!(matches!(taken[..], [Taken::Now(_), Taken::Now(_)]));
    let mut sequences = Vec::new();
    archive.replay(Position::default(), |_, entry| sequences.push(sequence(entry))).unwrap();
    assert_eq!(sequences, [1, 2, 3, 4, 5]);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("archive.sqlite3"), "a letter, not a database. ".repeat(50)).unwrap();
    assert!(matches!(Archive::open(folder.path()), Err(ArchiveFault::Database(_))));
}
