//! Every fault of a file, whichever of the three kinds it is.

use std::path::Path;

use crate::{agent, document, fault::Fault, organisation, room, section::Section};

/// Every fault of a room (with those of the organisation it names), an organisation or an agent; none if it is right.
/// Which of them it is, its keys tell.
pub fn check(file: &Path) -> Vec<Fault> {
    document::read(file, any).err().unwrap_or_default()
}

fn any(root: Section<'_>) -> Option<()> {
    match kind(&root) {
        Some(Kind::Room) => room::room(root).map(|_| ()),
        Some(Kind::Organisation) => organisation::organisation(root).map(|_| ()),
        Some(Kind::Agent) => agent::agent(root).map(|_| ()),
        None => {
            root.fault_here(unknown());
            None
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Room,
    Organisation,
    Agent,
}

/// The kind to which most of the keys belong.
fn kind(root: &Section<'_>) -> Option<Kind> {
    let count = |keys: &[&str]| root.keys().filter(|(key, _)| keys.contains(key)).count();
    let counts = [
        (count(&room::KEYS), Kind::Room),
        (count(&organisation::KEYS), Kind::Organisation),
        (count(&agent::KEYS), Kind::Agent),
    ];
    let most = counts.into_iter().max_by_key(|(count, _)| *count)?;
    (0 < most.0).then_some(most.1)
}

fn unknown() -> String {
    let [room, organisation, agent] = [&room::KEYS[..], &organisation::KEYS, &agent::KEYS].map(|keys| keys.join(", "));
    format!("neither a room ({room}) nor an organisation ({organisation}) nor an agent ({agent})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let faults = document::parse(Path::new("f.toml"), text, any).err().unwrap_or_default();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_keys_tell_what_a_file_is() {
        assert_eq!(words("version = 1\nlisten = \"127.0.0.1:1\""), [""; 0]);
        assert_eq!(
            words("version = 1\nagent = \"a\""),
            ["f.toml: probe: nothing is read; write one: [[probe]] and under it kind = \"host\""]
        );
        assert_eq!(
            words("version = 1\nname = \"Marea\""),
            ["f.toml: unit: no unit without a parent; exactly one is the whole in which the others stand"]
        );
        assert!(words("version = 1\ncolour = \"red\"")[0].starts_with("f.toml: neither a room (listen, archive, "));
    }
}
