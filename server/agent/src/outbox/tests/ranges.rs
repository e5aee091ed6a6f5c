//! What the room has above the mark: it waits no longer, and what is older still does.

use super::*;

fn lost(outbox: &Outbox) -> u64 {
    outbox.lost().map_or(0, |lost| lost.readings)
}

/// The first ordinals of the files, which stand in their names.
fn names(folder: &TempDir) -> Vec<u64> {
    let name = |path: &std::path::PathBuf| path.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    segments(folder).iter().map(name).collect()
}

#[test]
fn what_the_room_has_above_the_mark_is_forgotten_and_what_is_older_waits_across_a_restart() {
    let folder = folder();
    let mut outbox = open(&folder, 80);
    outbox.push(&readings(1, 46), NOW).unwrap();
    outbox.forget([15, 34]).unwrap();
    assert_eq!((outbox.pending(), names(&folder)), (25, vec![1, 11, 31, 41]));
    drop(outbox);
    let mut outbox = open(&folder, 80);
    assert_eq!(outbox.pending(), 25);
    let has = Ordinals::of(3, &[[15, 34]]);
    assert_eq!(outbox.welcome(&has).unwrap(), Standing { settled: 3, newest: 45, pending: 22 });
    let run = outbox.next(3, 14, 100).unwrap().unwrap();
    assert_eq!((run.first, values(&run.readings)), (4, (4..11).collect()));
    let run = outbox.next(10, 14, 100).unwrap().unwrap();
    assert_eq!((run.first, values(&run.readings)), (11, (11..15).collect()));
    assert_eq!(outbox.next(14, 14, 100).unwrap(), None);
    outbox.forget([4, 14]).unwrap();
    assert_eq!((outbox.pending(), lost(&outbox), names(&folder)), (11, 0, vec![31, 41]));
    assert_eq!(all(&mut outbox, 34, 4), (35..46).map(|n| (n, n)).collect::<Vec<_>>());
}

#[test]
fn when_it_is_full_only_those_are_lost_that_the_room_does_not_have() {
    let folder = folder();
    let mut outbox = open(&folder, 80);
    outbox.push(&readings(1, 61), NOW).unwrap();
    outbox.forget([5, 8]).unwrap();
    outbox.forget([41, 60]).unwrap();
    assert_eq!(outbox.pending(), 36);
    outbox.push(&readings(61, 111), NOW).unwrap();
    assert_eq!((lost(&outbox), outbox.pending()), (6, 80));
    assert_eq!(all(&mut outbox, 0, 100)[0], (11, 11));
    drop(outbox);
    let outbox = open(&folder, 80);
    assert_eq!((outbox.pending(), lost(&outbox)), (80, 6));
}

#[test]
fn two_holes_are_counted_once_each_whichever_is_met_first() {
    let folder = folder();
    open(&folder, 80).push(&readings(1, 51), NOW).unwrap();
    fs::remove_file(&segments(&folder)[3]).unwrap();
    fs::remove_file(&segments(&folder)[1]).unwrap();
    for _ in 0..2 {
        let mut outbox = open(&folder, 80);
        assert_eq!(outbox.next(30, 45, 100).unwrap().map(|run| run.first), Some(41));
        assert_eq!(outbox.next(10, 30, 100).unwrap().map(|run| run.first), Some(21));
        assert_eq!(outbox.next(10, 20, 100).unwrap(), None);
        assert_eq!((lost(&outbox), outbox.pending()), (20, 30));
    }
}

#[test]
fn a_hole_that_an_older_agent_has_counted_is_not_counted_again() {
    let folder = folder();
    open(&folder, 80).push(&readings(1, 31), NOW).unwrap();
    fs::remove_file(&segments(&folder)[1]).unwrap();
    let line = format!("{:020} {:020} {:020}", 10, 0, 20);
    let line = format!("{:08x} {line}\n", crc32fast::hash(line.as_bytes()));
    fs::write(folder.path().join("outbox/lost"), line).unwrap();
    let mut outbox = open(&folder, 80);
    assert_eq!(all(&mut outbox, 0, 100).len(), 20);
    assert_eq!(lost(&outbox), 10);
}

#[test]
fn a_tail_the_machine_lost_costs_neither_the_backlog_nor_what_came_after() {
    let folder = folder();
    let mut outbox = open(&folder, 80);
    outbox.welcome(&Ordinals::default()).unwrap();
    outbox.push(&readings(1, 16), NOW).unwrap();
    drop(outbox);
    let mut outbox = open(&folder, 80);
    outbox.push(&readings(100, 103), NOW).unwrap();
    // The room has 12 to 17 of it, the disk had only 15, and 16 to 18 are new.
    let standing = outbox.welcome(&Ordinals::of(2, &[[12, 17]])).unwrap();
    assert_eq!(standing, Standing { settled: 2, newest: 20, pending: 12 });
    assert_eq!(outbox.next(2, 11, 100).unwrap().map(|run| values(&run.readings)), Some((3..11).collect()));
    assert_eq!(all(&mut outbox, 17, 100), [(18, 100), (19, 101), (20, 102)]);
    assert_eq!(lost(&outbox), 0);
}

#[test]
fn a_room_that_has_less_than_it_had_is_brought_what_is_still_here() {
    let folder = folder();
    let mut outbox = open(&folder, 80);
    outbox.welcome(&Ordinals::default()).unwrap();
    outbox.push(&readings(1, 31), NOW).unwrap();
    all(&mut outbox, 0, 100);
    outbox.welcome(&Ordinals::of(12, &[[25, 28]])).unwrap();
    // Its archive was brought back from a copy.
    let standing = outbox.welcome(&Ordinals::up_to(5)).unwrap();
    assert_eq!((standing.settled, standing.newest), (12, 30));
    let found: Vec<_> = all(&mut outbox, 5, 100).into_iter().map(|(ordinal, _)| ordinal).collect();
    assert_eq!(found, (13..31).collect::<Vec<_>>());
    assert_eq!(lost(&outbox), 0);
}
