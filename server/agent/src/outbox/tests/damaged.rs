//! Damage costs the record it hits, and is counted.

use std::fs;

use super::*;

/// Numbers that are the same at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// The record in which each byte of a file lies.
fn owners(bytes: &[u8]) -> Vec<usize> {
    let before = |at: usize| bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    (0..bytes.len()).map(before).collect()
}

fn lost(outbox: &Outbox) -> u64 {
    outbox.lost().map_or(0, |lost| lost.readings)
}

/// Damages the bytes of a file and says from where to where.
type Damage = fn(&mut Dice, &mut [u8]) -> (usize, usize);

fn one_bit(dice: &mut Dice, bytes: &mut [u8]) -> (usize, usize) {
    let at = dice.below(bytes.len());
    bytes[at] ^= 1 << dice.below(8);
    (at, at + 1)
}

fn an_end_of_line_that_was_none(dice: &mut Dice, bytes: &mut [u8]) -> (usize, usize) {
    let at = dice.below(bytes.len());
    bytes[at] = b'\n';
    (at, at + 1)
}

fn a_block_of_zeros(dice: &mut Dice, bytes: &mut [u8]) -> (usize, usize) {
    let at = dice.below(bytes.len());
    let end = bytes.len().min(at + 1 + dice.below(400));
    bytes[at..end].fill(0);
    (at, end)
}

fn ones_to_the_end(dice: &mut Dice, bytes: &mut [u8]) -> (usize, usize) {
    let (at, end) = (dice.below(bytes.len()), bytes.len());
    bytes[at..].fill(0xFF);
    (at, end)
}

#[test]
fn damage_anywhere_in_a_file_costs_no_record_it_did_not_hit() {
    let damages: [Damage; 4] = [one_bit, an_end_of_line_that_was_none, a_block_of_zeros, ones_to_the_end];
    for seed in 0..60 {
        let mut dice = Dice(seed);
        for (kind, damage) in damages.iter().enumerate() {
            let folder = folder();
            open(&folder, 160).push(&readings(1, 56), NOW).unwrap();
            let middle = &segments(&folder)[1];
            let mut bytes = fs::read(middle).unwrap();
            let owners = owners(&bytes);
            let (from, to) = damage(&mut dice, &mut bytes);
            fs::write(middle, &bytes).unwrap();
            let hit = |value: &u64| (owners[from]..=owners[to - 1]).any(|record| *value == 21 + record as u64);
            for open_before in [false, true] {
                let mut outbox = open(&folder, 160);
                if open_before {
                    outbox.push(&readings(56, 57), NOW).unwrap();
                }
                let found = all(&mut outbox, 0, 7);
                let pushed: Vec<u64> = (1..56 + u64::from(open_before)).collect();
                let missing: Vec<u64> =
                    pushed.iter().copied().filter(|value| !found.contains(&(*value, *value))).collect();
                assert!(missing.iter().all(hit), "kind {kind}, seed {seed}: {missing:?} for bytes {from}..{to}");
                assert_eq!(found.len() + missing.len(), pushed.len(), "kind {kind}, seed {seed}: {found:?}");
                assert_eq!(lost(&outbox), missing.len() as u64, "kind {kind}, seed {seed}");
            }
        }
    }
}

#[test]
fn a_damaged_end_of_the_last_file_is_counted_and_its_ordinals_stay_taken() {
    let folder = folder();
    open(&folder, 160).push(&readings(1, 11), NOW).unwrap();
    let file = &segments(&folder)[0];
    let mut bytes = fs::read(file).unwrap();
    let end = bytes.len();
    bytes[end - 5] ^= 1;
    fs::write(file, &bytes).unwrap();
    let mut outbox = open(&folder, 160);
    outbox.push(&readings(11, 12), NOW).unwrap();
    let expected: Vec<_> = (1..12).filter(|n| *n != 10).map(|n| (n, n)).collect();
    assert_eq!(all(&mut outbox, 0, 100), expected);
    assert_eq!(all(&mut outbox, 0, 100), expected);
    assert_eq!(lost(&outbox), 1, "however often it is read");
}

#[test]
fn a_file_that_was_cut_off_costs_what_was_cut_off() {
    for length in [0, 1, 300, 500] {
        let folder = folder();
        open(&folder, 160).push(&readings(1, 56), NOW).unwrap();
        let middle = &segments(&folder)[1];
        let bytes = fs::read(middle).unwrap();
        fs::write(middle, &bytes[..length]).unwrap();
        let whole = bytes[..length].iter().filter(|byte| **byte == b'\n').count() as u64;
        let mut outbox = open(&folder, 160);
        let expected: Vec<_> = (1..21 + whole).chain(41..56).map(|n| (n, n)).collect();
        assert_eq!(all(&mut outbox, 0, 7), expected);
        assert_eq!(lost(&outbox), 20 - whole);
    }
}

#[test]
fn a_file_that_is_gone_costs_no_other() {
    let folder = folder();
    let mut outbox = open(&folder, 80);
    outbox.push(&readings(1, 26), NOW).unwrap();
    fs::remove_file(&segments(&folder)[1]).unwrap();
    let expected: Vec<_> = (1..11).chain(21..26).map(|n| (n, n)).collect();
    assert_eq!(all(&mut outbox, 0, 100), expected);
    assert_eq!((outbox.pending(), lost(&outbox)), (15, 10));
}

#[test]
fn a_folder_of_an_older_agent_is_read_on() {
    let folder = folder();
    drop(open(&folder, 80));
    let lines = [1, 2, 3].map(|value| {
        let json = format!("[\"plant.output\",0,{value}.0,null]");
        format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()))
    });
    fs::write(folder.path().join("outbox/00000000000000000005.readings"), lines.concat()).unwrap();
    let mut outbox = open(&folder, 80);
    outbox.push(&readings(4, 5), NOW).unwrap();
    assert_eq!(all(&mut outbox, 0, 100), [(5, 1), (6, 2), (7, 3), (8, 4)]);
}
