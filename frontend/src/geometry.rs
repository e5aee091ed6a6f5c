//! Pure geometry of the screens: plain numbers in, path data out; no browser, so every rule is tested natively.
//!
//! Reading order: [`curve`], [`lamp`], [`trace`], [`layout`], [`environment`], [`channels`], [`algedonic`], [`shapes`].

pub mod algedonic;
pub mod channels;
pub mod curve;
pub mod environment;
pub mod lamp;
pub mod layout;
pub mod shapes;
pub mod trace;
