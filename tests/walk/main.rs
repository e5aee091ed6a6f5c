//! The walk of a reading, end to end: real processes, real sockets, a real disk.

mod acts;
mod asked;
mod beyond;
mod client;
mod close;
mod crash;
mod demo;
mod door;
mod flood;
mod hurry;
mod known;
mod locked;
mod outbox;
mod programs;
mod screens;
mod sequence;
mod silence;
mod step;
mod wall;
