//! Every parser of what comes from outside, upon the inputs that are kept for it and seeded mutations of them.

mod mutation;
mod targets;

use std::{collections::BTreeSet, fs, path::PathBuf, thread};

use room::senders::compressed;

use mutation::Mutations;
use targets::{ALL, Target};

/// How many mutations each target reads.
const MUTATIONS: usize = 1_500;

/// The target that is no parser: `cargo test -p cyberstride` lives through its inputs.
const DETECTOR: &str = "detector";

/// An input on its way through a target, which is told if it fails there.
struct Input<'i> {
    target: &'i str,
    bytes: &'i [u8],
}

impl Drop for Input<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{} fails upon b\"{}\"", self.target, self.bytes.escape_ascii());
        }
    }
}

fn corpus(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

/// The inputs that are kept for a target, in the order of their names.
fn kept(target: &str) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(corpus(target)).expect("every target has a corpus");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a corpus can be read").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a corpus can be read")).collect()
}

fn holds(target: &str, read: Target, bytes: &[u8]) {
    let input = Input { target, bytes };
    read(input.bytes);
}

#[test]
fn every_input_that_was_kept_holds() {
    for (target, read) in ALL {
        let kept = kept(target);
        assert!(2 <= kept.len(), "{target} has {} inputs", kept.len());
        kept.iter().for_each(|bytes| holds(target, read, bytes));
    }
}

#[test]
fn any_mutation_holds() {
    for (seed, (target, read)) in ALL.into_iter().enumerate() {
        let kept = kept(target);
        let mut mutations = Mutations::seeded(seed as u64, &kept);
        (0..MUTATIONS).for_each(|_| holds(target, read, &mutations.next()));
    }
}

#[test]
fn every_target_has_its_inputs_and_no_others_lie_there() {
    let targets: BTreeSet<_> = ALL.iter().map(|(name, _)| (*name).to_owned()).chain([DETECTOR.to_owned()]).collect();
    let folders = fs::read_dir(corpus(DETECTOR).with_file_name("")).expect("the corpora lie in a folder");
    let names = folders.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    assert_eq!(names.collect::<BTreeSet<_>>(), targets);
}

#[test]
fn a_bomb_of_a_gibibyte_is_refused_by_the_size_it_declares_before_anything_is_set_aside() {
    let bomb = fs::read(corpus("snappy").join("a-block-that-says-it-holds-a-gibibyte")).expect("it is kept");
    let mut refused = None;
    let held = allocation_counter::measure(|| refused = Some(compressed::snappy(&bomb, 32 << 20))).bytes_max;
    let words = refused.expect("it was read").expect_err("it is a bomb").to_string();
    assert_eq!(words, "1073741824 bytes once decompressed; at most 33554432 fit");
    assert!(held < 1024, "{held} bytes were held");
}
