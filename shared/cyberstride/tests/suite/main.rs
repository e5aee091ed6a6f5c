//! The detector as a user sees it: the worked example, properties, and what it finds in seeded noise.

mod figures;
mod golden;
mod noise;
mod properties;
mod score;
