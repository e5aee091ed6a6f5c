//! Whatever comes from outside, its parser reads it or refuses it with words, in little memory.
//!
//! `--target=NAME` says which parser; libFuzzer passes that over.

#![no_main]

#[path = "../../../parsers/targets.rs"]
mod targets;

use std::{env, sync::LazyLock};

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let names = || targets::ALL.map(|(name, _)| name).join(", ");
    let chosen = env::args().find_map(|it| it.strip_prefix("--target=").map(str::to_owned));
    let chosen = chosen.unwrap_or_else(|| panic!("no --target=NAME; there are {}", names()));
    let found = targets::ALL.into_iter().find(|(name, _)| *name == chosen);
    found.unwrap_or_else(|| panic!("no target {chosen:?}; there are {}", names())).1
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
