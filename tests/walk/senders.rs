//! Prometheus and OpenTelemetry come in without an agent.

mod locked;
mod otlp;
pub(crate) mod prometheus;
mod refused;
mod write;

use tests::folder::{Folder, UNHURRIED};

/// A room of the plant with these maps and sources.
fn folder(indicators: &[&str], more: &str) -> Folder {
    let folder = Folder::of_plant(indicators, UNHURRIED, "");
    folder.append("organisation.toml", more);
    folder
}
