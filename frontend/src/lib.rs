//! The screens of the room: one websocket, one store, a wall.
//!
//! Reading order, pure first: [`address`] (which screen), [`link`] (is it alive), [`store`] (what the room told),
//! [`recursion`] and [`choose`] (what hangs where), [`feed`], [`silence`], [`words`], [`civil`] and [`fit`] (what it
//! says),
//! [`shown`] (the whole wall as values), [`geometry`] (lamps, traces and Beer's drawing as paths). Then what needs a
//! browser: [`board`] (one reactive signal for each place), [`view`], [`zone`], [`wire`] and [`app`].

pub mod address;
pub mod app;
pub mod board;
pub mod choose;
pub mod civil;
pub mod feed;
pub mod fit;
pub mod geometry;
pub mod link;
pub mod recursion;
pub mod shown;
pub mod silence;
pub mod store;
pub mod view;
pub mod wire;
pub mod words;
pub mod zone;

#[cfg(test)]
mod sample;
