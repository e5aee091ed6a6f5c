//! What every archive promises, whatever it keeps its data in.

use std::{fs, path::Path};

use archive::{Archive, ArchiveFault, Batch, Delivery, Entry, Frame, Position, RecordEntry, Snapshot, Taken};
use cybernet::ordinals::{MOST_RANGES, Ordinals};
use proptest::{collection::vec, prelude::*, test_runner::RngSeed};
use tempfile::TempDir;
use vsm::{
    act::{Act, Answer},
    id::{AgentId, IndicatorId},
    reading::{Mark, Quality, Reading},
    signal::SignalId,
    time::Moment,
};

/// An archive nobody has written in, and the folder it lives in.
fn fresh() -> (Archive, TempDir) {
    let folder = TempDir::new().expect("a temporary folder");
    (Archive::open(folder.path()).expect("a new archive"), folder)
}

fn reopened(archive: Archive, folder: &TempDir) -> Archive {
    drop(archive);
    Archive::open(folder.path()).expect("the archive again")
}

fn agent(name: &str) -> AgentId {
    AgentId::parse(name).expect("a name")
}

fn reading(name: &str, at: i64, value: f64) -> Reading {
    let indicator = IndicatorId::parse(name).expect("a name");
    Reading::new(indicator, Moment::from_unix_millis(at), value).expect("a finite value")
}

fn batch(name: &str, sequence: u64) -> Batch {
    let readings = vec![reading("plant/output", 1_000, sequence as f64), reading("plant/load", 1_001, 0.5)];
    Batch { agent: agent(name), sequence, received_at: Moment::from_unix_millis(2_000), rehearsal: false, readings }
}

/// The readings of the ordinals from `first` to `last`, each with its ordinal as its value.
fn span(first: u64, last: u64) -> Delivery {
    let readings: Vec<_> = (first..=last).map(|ordinal| reading("plant/output", 1_000, ordinal as f64)).collect();
    let frame = Frame { first: Some(first), places: readings.len(), left_out: Vec::new() };
    Delivery { batch: Batch { readings, ..batch("host", last) }, frame: Some(frame) }
}

/// The values of all readings, in the order of the journal.
fn values(archive: &Archive) -> Vec<u64> {
    let readings = replayed(archive, Position::default()).into_iter().flat_map(|(_, batch)| batch.readings);
    readings.map(|reading| reading.value() as u64).collect()
}

fn act(onset: i64, answer: Answer) -> Act {
    let indicator = IndicatorId::parse("plant/output").expect("a name");
    let signal = SignalId::new(&indicator, Moment::from_unix_millis(onset));
    Act { signal, answer, at: Moment::from_unix_millis(onset + 60_000) }
}

fn entries(archive: &Archive, after: Position) -> Vec<(Position, Entry)> {
    let mut entries = Vec::new();
    archive.replay(after, |position, entry| entries.push((position, entry))).expect("a journal that can be read");
    entries
}

/// The entries, all of which are batches.
fn replayed(archive: &Archive, after: Position) -> Vec<(Position, Batch)> {
    let batch = |(position, entry)| match entry {
        Entry::Batch(batch) => (position, batch),
        Entry::Act(act) => panic!("no batch but {act:?}"),
    };
    entries(archive, after).into_iter().map(batch).collect()
}

fn sequences(archive: &Archive) -> Vec<u64> {
    replayed(archive, Position::default()).into_iter().map(|(_, batch)| batch.sequence).collect()
}

fn snapshot(position: Position, format: u32, body: &str) -> Snapshot {
    Snapshot { position, taken_at: Moment::from_unix_millis(5), format, pieces: 0, body: body.into() }
}

fn entry(key: &str, at: i64) -> RecordEntry {
    let (key, kind, body) = (key.to_owned(), "raised".to_owned(), "{\"size\":3.5}".to_owned());
    RecordEntry { key, at: Moment::from_unix_millis(at), kind, body }
}

#[test]
fn an_archive_can_be_given_to_a_thread() {
    let (mut archive, _folder) = fresh();
    let taken = std::thread::spawn(move || archive.append(&[batch("host", 1)])).join().expect("no panic");
    assert!(matches!(taken.unwrap()[..], [Taken::Now(_)]));
}

#[test]
fn what_was_appended_is_replayed_in_order_bit_for_bit() {
    let values = [0.0, -0.0, 5e-324, -f64::MIN_POSITIVE / 2.0, f64::MAX, f64::MIN, 0.1 + 0.2];
    let times = [i64::MIN, i64::MAX, 0, -1, 1_763_600_000_000];
    let marks = [
        None,
        Some(Mark::default()),
        Some(Mark { quality: Quality::Doubtful, note: None }),
        Some(Mark { quality: Quality::Good, note: Some("gauge changed, naïve reading".to_owned()) }),
        Some(Mark { quality: Quality::Doubtful, note: Some(String::new()) }),
    ];
    let mut readings = Vec::new();
    for (k, value) in values.into_iter().enumerate() {
        for (at, mark) in times.into_iter().zip(&marks) {
            let name = format!("plant/output-{}", k % 3);
            let reading = reading(&name, at, value);
            readings.push(match mark {
                Some(mark) => reading.marked(mark.clone()),
                None => reading,
            });
        }
    }
    let received_at = Moment::from_unix_millis(i64::MAX);
    let odd = Batch { readings, received_at, rehearsal: true, ..batch("host", u64::MAX) };
    let empty = Batch { readings: Vec::new(), ..batch("other", 1) };
    let batches = [odd, empty, batch("third", 7)];

    let (mut archive, folder) = fresh();
    archive.append(&batches).unwrap();
    let archive = reopened(archive, &folder);
    let found: Vec<_> = replayed(&archive, Position::default()).into_iter().map(|(_, batch)| batch).collect();
    let bits = |batches: &[Batch]| -> Vec<_> {
        batches.iter().flat_map(|batch| &batch.readings).map(|reading| reading.value().to_bits()).collect()
    };
    assert_eq!(bits(&found), bits(&batches));
    assert_eq!(found, batches);
}

#[test]
fn a_sequence_is_taken_once_within_a_call_across_calls_and_across_a_restart() {
    let (mut archive, folder) = fresh();
    let call = [batch("host", 2), batch("other", 2), batch("host", 2), batch("host", 1), batch("host", 5)];
    let taken = archive.append(&call).unwrap();
    assert!(matches!(taken[..], [Taken::Now(_), Taken::Now(_), Taken::Before, Taken::Before, Taken::Now(_)]));
    assert_eq!(archive.append(&[batch("host", 5), batch("host", 0)]).unwrap(), [Taken::Before; 2]);

    let mut archive = reopened(archive, &folder);
    assert_eq!(archive.append(&[batch("host", 4), batch("other", 2)]).unwrap(), [Taken::Before; 2]);
    assert!(matches!(archive.append(&[batch("host", 6)]).unwrap()[..], [Taken::Now(_)]));
    assert_eq!(sequences(&archive), [2, 2, 5, 6]);
}

#[test]
fn the_last_sequence_taken_is_known_before_and_after_a_restart() {
    let (mut archive, folder) = fresh();
    assert_eq!(archive.last_taken(&agent("host")), 0);
    archive.append(&[batch("host", 3), batch("other", u64::MAX)]).unwrap();
    assert_eq!(archive.last_taken(&agent("host")), 3);
    let archive = reopened(archive, &folder);
    assert_eq!((archive.last_taken(&agent("host")), archive.last_taken(&agent("other"))), (3, u64::MAX));
    assert_eq!(archive.last_taken(&agent("unknown")), 0);
}

#[test]
fn what_is_new_may_be_taken_before_what_is_old_and_each_ordinal_once_across_a_restart() {
    let (mut archive, folder) = fresh();
    let mut call = [span(1, 4), span(11, 14), span(13, 16), span(12, 13)];
    let taken = archive.deliver(&mut call).unwrap();
    assert!(matches!(taken[..], [Taken::Now(_), Taken::Now(_), Taken::Now(_), Taken::Before]));
    let left: Vec<_> = call[2].batch.readings.iter().map(Reading::value).collect();
    assert_eq!(left, [15.0, 16.0], "what is handed on is what was taken now");
    let expected = Ordinals::of(4, &[[11, 16]]);
    assert_eq!((archive.taken(&agent("host")), archive.last_taken(&agent("host"))), (expected.clone(), 16));

    let mut archive = reopened(archive, &folder);
    assert_eq!(archive.taken(&agent("host")), expected);
    archive.deliver(&mut [span(3, 8)]).unwrap();
    archive.deliver(&mut [span(7, 12), span(5, 9)]).unwrap();
    assert_eq!(archive.taken(&agent("host")), Ordinals::up_to(16));
    let archive = reopened(archive, &folder);
    assert_eq!(archive.taken(&agent("host")), Ordinals::up_to(16));
    assert_eq!(values(&archive), [1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 5, 6, 7, 8, 9, 10]);
}

#[test]
fn more_ranges_than_are_kept_are_not_begun() {
    let (mut archive, folder) = fresh();
    let mut call: Vec<_> = (1..=MOST_RANGES as u64 + 1).map(|k| span(10 * k, 10 * k)).collect();
    let taken = archive.deliver(&mut call).unwrap();
    assert!(taken[..MOST_RANGES].iter().all(|taken| matches!(taken, Taken::Now(_))));
    assert_eq!(taken[MOST_RANGES], Taken::OneRangeTooMany);
    let mut archive = reopened(archive, &folder);
    assert_eq!(archive.taken(&agent("host")).ranges().len(), MOST_RANGES);
    assert!(matches!(
        archive.deliver(&mut [span(1, 9), span(7000, 7000)]).unwrap()[..],
        [Taken::Now(_), Taken::Now(_)]
    ));
}

#[test]
fn positions_rise_and_are_those_of_the_replay() {
    let (mut archive, folder) = fresh();
    let mut taken = archive.append(&[batch("host", 1), batch("host", 1), batch("host", 2)]).unwrap();
    let mut archive = reopened(archive, &folder);
    taken.extend(archive.append(&[batch("host", 3)]).unwrap());
    let positions: Vec<_> = replayed(&archive, Position::default()).into_iter().map(|(position, _)| position).collect();
    assert!(Position::default() < positions[0] && positions.is_sorted_by(|a, b| a < b));
    let taken: Vec<_> = taken.into_iter().filter(|taken| *taken != Taken::Before).collect();
    assert_eq!(taken, positions.into_iter().map(Taken::Now).collect::<Vec<_>>());
}

#[test]
fn a_replay_after_a_position_gives_only_what_follows() {
    let (mut archive, _folder) = fresh();
    assert_eq!(archive.replay(Position::default(), |_, _| panic!("empty")).unwrap(), Position::default());
    archive.append(&[batch("host", 1), batch("host", 2), batch("host", 3)]).unwrap();
    let all = replayed(&archive, Position::default());
    assert_eq!(replayed(&archive, all[0].0), all[1..]);
    assert_eq!(archive.replay(all[0].0, |_, _| {}).unwrap(), all[2].0);
    assert_eq!(archive.replay(all[2].0, |_, _| panic!("nothing follows")).unwrap(), all[2].0);
}

#[test]
fn acts_and_batches_are_replayed_in_the_order_in_which_they_were_appended() {
    let (mut archive, folder) = fresh();
    let acts = [(i64::MIN, Answer::Useful), (-1, Answer::FalseAlarm), (1_763_600_000_000, Answer::NewNormal)];
    let mut expected = Vec::new();
    for (sequence, (onset, answer)) in (1..).zip(acts) {
        let taken = archive.append(&[batch("host", sequence), batch("host", sequence)]).unwrap();
        let Taken::Now(position) = taken[0] else { panic!("{taken:?}") };
        expected.push((position, Entry::Batch(batch("host", sequence))));
        let act = act(onset, answer);
        expected.push((archive.append_act(&act).unwrap(), Entry::Act(act)));
        archive = reopened(archive, &folder);
    }
    assert!(expected.is_sorted_by(|(a, _), (b, _)| a < b));
    assert_eq!(entries(&archive, Position::default()), expected);
    assert_eq!(entries(&archive, expected[2].0), expected[3..]);
}

#[test]
fn what_append_act_returned_is_there_when_the_process_is_gone() {
    let (mut archive, folder) = fresh();
    let rescued = TempDir::new().unwrap();
    let position = archive.append_act(&act(7, Answer::FalseAlarm)).unwrap();
    copy(folder.path(), rescued.path());
    let copy = Archive::open(rescued.path()).unwrap();
    assert_eq!(entries(&copy, Position::default()), [(position, Entry::Act(act(7, Answer::FalseAlarm)))]);
}

#[test]
fn what_append_returned_is_there_when_the_process_is_gone() {
    let (mut archive, folder) = fresh();
    let rescued = TempDir::new().unwrap();
    for sequence in 1..=50 {
        archive.append(&[batch("host", sequence)]).unwrap();
    }
    copy(folder.path(), rescued.path());
    let copy = Archive::open(rescued.path()).unwrap();
    assert_eq!(sequences(&copy), (1..=50).collect::<Vec<_>>());
    assert_eq!(copy.last_taken(&agent("host")), 50);
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).expect("a folder") {
        let file = file.expect("a file");
        fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
    }
}

#[test]
fn an_archive_that_is_open_is_refused_with_words_until_it_is_closed() {
    let (archive, folder) = fresh();
    let refusal = Archive::open(folder.path()).unwrap_err();
    assert!(matches!(refusal, ArchiveFault::InUse { .. }));
    assert!(refusal.to_string().contains("is in use; stop the process that writes in it"), "{refusal}");
    reopened(archive, &folder);
}

#[test]
fn the_newest_snapshots_of_a_format_are_found_and_two_are_kept() {
    let (mut archive, folder) = fresh();
    assert_eq!(archive.snapshots(1).unwrap().0, []);
    archive.append(&[batch("host", 1), batch("host", 2), batch("host", 3)]).unwrap();
    let at: Vec<_> = replayed(&archive, Position::default()).into_iter().map(|(position, _)| position).collect();
    let heads = [snapshot(at[0], 1, "first"), snapshot(at[1], 1, "second"), snapshot(at[2], 2, "third")];
    let kept = heads.map(|head| archive.keeper().unwrap().finish(head).unwrap());
    let archive = reopened(archive, &folder);
    let of = |format| archive.snapshots(format).unwrap().0;
    assert_eq!((of(1), of(2), of(3)), (vec![kept[1].clone()], vec![kept[2].clone()], vec![]));
    archive.keeper().unwrap().finish(snapshot(at[2], 2, "fourth")).unwrap();
    assert_eq!(of(1), [], "only the newest two are kept");
}

#[test]
fn a_snapshot_is_written_in_pieces_beside_the_journal_and_counts_once_its_head_is_there() {
    let (mut archive, folder) = fresh();
    let mut keeper = archive.keeper().unwrap();
    let pieces = |archive: &Archive| {
        let (kept, damaged) = archive.snapshots(1).unwrap();
        assert!(damaged.is_empty());
        let mut read: Vec<Vec<u8>> = Vec::new();
        kept.first().inspect(|kept| archive.pieces(kept, |piece| read.push(piece.to_vec())).unwrap());
        read
    };
    for (sequence, piece) in (1..).zip(["a", "b", "c"]) {
        if sequence != 2 {
            // What was begun and not finished is of no account.
            keeper.begin().unwrap();
        }
        keeper.keep_piece(piece.as_bytes()).unwrap();
        archive.append(&[batch("host", sequence)]).unwrap();
    }
    assert_eq!(pieces(&archive), [] as [Vec<u8>; 0]);
    keeper.keep_piece(b"d").unwrap();
    let kept = keeper.finish(snapshot(Position::default(), 1, "head")).unwrap();
    keeper.prove(&kept).unwrap();
    drop(keeper);
    assert_eq!(pieces(&reopened(archive, &folder)), [b"c", b"d"]);
    assert_eq!(archive::check(folder.path()).unwrap().faults, []);
}

#[test]
fn a_line_of_the_record_is_written_once_and_the_newest_come_first() {
    let (mut archive, folder) = fresh();
    assert!(archive.record(&entry("b", 20)).unwrap());
    assert!(archive.record(&entry("a", 10)).unwrap());
    assert!(!archive.record(&entry("a", 99)).unwrap());
    let mut archive = reopened(archive, &folder);
    assert_eq!(archive.record_all(&[entry("c", 20), entry("b", 20), entry("c", 20)]).unwrap(), 1);
    assert_eq!(archive.entries(9).unwrap(), [entry("c", 20), entry("b", 20), entry("a", 10)]);
    assert_eq!(archive.entries(1).unwrap(), [entry("c", 20)]);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_batching_of_the_same_batches_gives_the_same_journal(
        sent in vec((0..3usize, 1..20u64), 1..40),
        size in 1..10usize,
    ) {
        let batches: Vec<_> = sent.iter().map(|(k, sequence)| batch(["a", "b", "c"][*k], *sequence)).collect();
        let ((mut once, _first), (mut often, _second)) = (fresh(), fresh());
        let whole = once.append(&batches).unwrap();
        let mut parts = Vec::new();
        for part in batches.chunks(size) {
            parts.extend(often.append(part).unwrap());
        }
        prop_assert_eq!(whole, parts);
        prop_assert_eq!(replayed(&once, Position::default()), replayed(&often, Position::default()));
    }

    #[test]
    fn each_ordinal_is_in_the_journal_once_in_whatever_batches_it_comes_again_and_again(
        sent in vec((1..80u64, 0..15u64), 1..30),
        size in 1..6usize,
    ) {
        let (mut archive, folder) = fresh();
        let mut expected = std::collections::BTreeSet::new();
        for (k, part) in sent.chunks(size).enumerate() {
            let mut call: Vec<_> = part.iter().map(|(first, more)| span(*first, first + more)).collect();
            archive.deliver(&mut call).unwrap();
            expected.extend(part.iter().flat_map(|(first, more)| *first..=first + more));
            if k % 3 == 2 {
                archive = reopened(archive, &folder);
            }
        }
        let mut values = values(&archive);
        values.sort_unstable();
        prop_assert_eq!(values, expected.iter().copied().collect::<Vec<_>>());
        let taken = archive.taken(&agent("host"));
        prop_assert_eq!((1..=100).filter(|ordinal| taken.has(*ordinal)).collect::<std::collections::BTreeSet<_>>(), expected);
    }
}
