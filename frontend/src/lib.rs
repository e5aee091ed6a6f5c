//! The screens of the room.

pub mod geometry;
