//! What may not be written in the code: impurities, unbounded queues, unfinished work, the author's machine.

use crate::tree::{self, File};

/// What a pure crate must not name: clocks, threads, sockets, files, processes, chance.
const IMPURE: [&str; 12] = [
    "SystemTime",
    "Instant",
    "std::thread",
    "std::net",
    "std::fs",
    "std::env",
    "std::process",
    "tokio",
    "rand",
    "getrandom",
    "RandomState",
    "web_sys",
];

/// Modules of the standard library, as they stand in `use std::{fs, thread}`.
const IMPURE_MODULES: [&str; 5] = ["thread", "net", "fs", "env", "process"];

const UNBOUNDED: [&str; 5] =
    ["unbounded_channel", "mpsc::unbounded", "channel::unbounded", "sync::mpsc::channel", "std_mpsc::channel"];

#[test]
fn pure_crates_name_no_clock_no_thread_no_socket_no_file_no_chance() {
    let pure = tree::rust_files().into_iter().filter(|file| file.is_under(&["shared"]) && !file.is_test());
    let mut breaches = Vec::new();
    for file in pure {
        let mut in_group = false;
        for (number, line) in file.product_lines() {
            in_group |= line.contains("std::{");
            let modules = if in_group { &IMPURE_MODULES[..] } else { &[] };
            let impure = IMPURE.iter().chain(modules).find(|name| names(line, name));
            breaches.extend(impure.map(|name| file.breach(number, &format!("`{name}`"))));
            in_group &= !line.contains("};");
        }
    }
    tree::hold("The crates under shared/ touch nothing: time and chance are arguments.", &breaches);
}

#[test]
fn every_queue_is_bounded() {
    let product = tree::rust_files().into_iter().filter(|file| !file.is_test());
    let breaches = found(product, |line| {
        UNBOUNDED
            .into_iter()
            .find(|name| line.contains(name))
            .or(line.contains("mpsc::channel()").then_some("mpsc::channel()"))
    });
    tree::hold("Memory is bounded everywhere: a channel has a capacity.", &breaches);
}

#[test]
fn no_work_is_left_unfinished() {
    // The names are put together here, so that this file does not break its own rule.
    let unfinished = ["todo", "unimplemented"].map(|name| format!("{name}!("));
    let unfinished: Vec<&str> = unfinished.iter().map(String::as_str).collect();
    let breaches = found(tree::rust_files(), |line| unfinished.iter().copied().find(|name| line.contains(name)));
    tree::hold("What is in the tree is finished.", &breaches);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let homes = ["home", "root", "Users", "work"].map(|folder| format!("/{folder}/"));
    let hosts = [["index", "crates", "io"], ["static", "crates", "io"], ["registry", "npmjs", "org"]];
    let hosts = hosts.map(|parts| parts.join("."));
    let mirrors = [["arti", "factory"], ["j", "frog"]].map(|parts| parts.concat());
    let mut breaches = Vec::new();
    for file in tree::files().iter().filter(|file| file.name != "Cargo.lock") {
        for (number, line) in file.lines() {
            let home = homes.iter().find(|home| begins_path(line, home));
            let host = hosts.iter().chain(&mirrors).find(|host| line.contains(host.as_str()));
            breaches.extend(home.or(host).map(|name| file.breach(number, name)));
        }
    }
    tree::hold("No path of a machine and no host of a registry stands in the tree.", &breaches);
}

/// Every line of the product in which `search` finds something.
fn found<'a>(files: impl IntoIterator<Item = File>, search: impl Fn(&str) -> Option<&'a str>) -> Vec<String> {
    let mut breaches = Vec::new();
    for file in files {
        for (number, line) in file.product_lines() {
            breaches.extend(search(line).map(|name| file.breach(number, &format!("`{name}`"))));
        }
    }
    breaches
}

/// Whether a line holds a name as a whole word.
fn names(line: &str, name: &str) -> bool {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    line.match_indices(name)
        .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + name.len()..].starts_with(is_part))
}

/// Whether a path that begins at the root of a file system begins with this folder.
fn begins_path(line: &str, folder: &str) -> bool {
    let continues = |sign: char| sign.is_alphanumeric() || matches!(sign, '.' | '_' | '-' | '}' | '*' | '/');
    line.match_indices(folder).any(|(at, _)| !line[..at].ends_with(continues))
}

#[test]
fn a_name_is_a_whole_word() {
    assert!(names("use std::time::Instant;", "Instant"));
    assert!(!names("the operand of an Instantiation", "rand"));
    assert!(!names("the operand of an Instantiation", "Instant"));
}
