//! The files of `config/examples`: one agent for each kind of probe, to be read and copied.

use std::{collections::BTreeSet, fs, path::PathBuf};

use crate::agent::{Agent, Source, kinds};

/// Every example with the agent it describes.
fn examples() -> Vec<(String, Agent)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let read = |file: PathBuf| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let agent = crate::agent::read(&file).unwrap_or_else(|faults| panic!("{faults:?}"));
        (name, agent)
    };
    files.map(read).collect()
}

#[test]
fn each_kind_of_probe_that_is_real_has_an_example_that_is_right() {
    let names: BTreeSet<String> = examples().into_iter().map(|(name, _)| name).collect();
    // The rehearsal is shown in the demo.
    let real = kinds().filter(|kind| *kind != "rehearsal").map(str::to_owned);
    assert_eq!(names, real.collect());
}

#[test]
fn an_example_shows_its_kind_and_every_quantity_of_it_that_has_a_name() {
    for (name, agent) in examples() {
        let text = fs::read_to_string(format!("{}/examples/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(text.contains(&format!("kind = \"{name}\"")), "{name}");
        let missing = |words: &[&'static str]| -> Vec<&'static str> {
            words.iter().copied().filter(|word| !text.contains(word)).collect()
        };
        for probe in agent.probes {
            let words: Vec<&'static str> = match probe.source {
                Source::Host(_) => crate::agent::HostQuantity::ALL.map(|(word, _)| word).to_vec(),
                Source::Process(_) => crate::agent::ProcessQuantity::ALL.map(|(word, _)| word).to_vec(),
                Source::Command(_) => crate::agent::CommandQuantity::ALL.map(|(word, _)| word).to_vec(),
                Source::Http(_) => crate::agent::HttpQuantity::ALL.map(|(word, _)| word).to_vec(),
                Source::File(_) => crate::agent::FileQuantity::ALL.map(|(word, _)| word).to_vec(),
                Source::Git(_) => crate::agent::GitQuantity::ALL.map(|(word, _)| word).to_vec(),
                Source::Statsd(_) => crate::agent::Take::ALL.map(|(word, _)| word).to_vec(),
                Source::Webhook(_) => crate::agent::WebhookQuantity::ALL.map(|(word, _)| word).to_vec(),
                Source::Log(_) | Source::Prometheus(_) | Source::Stdin(_) | Source::Rehearsal(_) => Vec::new(),
            };
            assert_eq!(missing(&words), [""; 0], "{name}.toml does not show them");
        }
    }
}
