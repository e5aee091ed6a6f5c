//! Whatever a detector lives through, what it says are numbers, and it stays small.

#![no_main]

#[path = "../../../../shared/cyberstride/tests/suite/life.rs"]
mod life;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| life::live(bytes));
