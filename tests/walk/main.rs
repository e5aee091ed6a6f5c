//! The walk of a reading, end to end: real processes, real sockets, a real disk.

mod abuse;
mod acts;
mod asked;
mod beyond;
mod client;
#[cfg(target_os = "linux")]
mod clock;
mod close;
mod corrected;
mod crash;
mod cut;
mod damage;
mod demo;
mod door;
mod doubtful;
mod flood;
mod fresh;
#[cfg(target_os = "linux")]
mod full;
mod hurry;
mod intake;
mod itself;
mod kept;
mod kills;
mod known;
mod locked;
mod lost;
mod noted;
mod openapi;
mod outbox;
mod past;
#[cfg(target_os = "linux")]
mod probes;
mod programs;
mod screens;
mod senders;
mod sequence;
mod silence;
mod slow;
mod starting;
mod step;
mod wall;
mod why;
