//! The detector as a user sees it: the worked example, properties, and what it finds in seeded noise.

mod any_series;
mod corrected;
mod days;
mod disturbed;
mod golden;
mod life;
mod noise;
mod properties;
mod score;
