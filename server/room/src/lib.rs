//! The process `synco`: the world around the pure core.
//!
//! A reading comes in at the [`door`], is on disk when the [`journal`] says so, is judged in its [`shard`] and folded
//! into the one picture at the [`desk`]; each [`screen`] follows that picture. What people say of
//! a signal ([`acts`]) takes the same way. [`serve`] puts them together and takes
//! them apart again; [`restore`] leads from an archive to the picture as it was, for which the [`keeper`] has what was
//! learned written down. Until it has, the [`lobby`] answers on the [`connections`] that the room then serves.
//!
//! Prometheus and OpenTelemetry come in by [`senders`] and take the same way.
//!
//! Beyond its own machine ([`beyond`]) a room speaks [`tls`], and the [`doorkeeper`] knows who may report by [`tokens`].
//!
//! [`replay`] judges recorded series without a room; [`upkeep`] copies and checks an archive beside one.
//!
//! The room watches [`itself`] by its own [`figures`].
//!
//! Every queue is bounded. Who spawns, waits: [`serve`] knows every task and thread.

pub mod acts;
pub mod api;
mod assembly;
pub mod assets;
pub mod beyond;
pub mod body;
pub mod brief;
pub mod check;
pub mod cli;
pub mod clock;
pub mod connections;
pub mod demo;
pub mod desk;
pub mod door;
pub mod doorkeeper;
pub mod figures;
pub mod frames;
pub mod happening;
pub mod inboxes;
pub mod intake;
pub mod itself;
pub mod journal;
pub mod keeper;
pub mod lobby;
pub mod logging;
pub mod metronome;
pub mod origin;
pub mod parts;
pub mod past;
pub mod replay;
pub mod reports;
pub mod restore;
pub mod screen;
pub mod seats;
pub mod senders;
pub mod serve;
pub mod shard;
pub mod signals;
pub mod sparingly;
pub mod tls;
pub mod tokens;
pub mod upkeep;
pub mod watched;
