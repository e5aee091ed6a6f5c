//! The shape of the tree, of its files and of its functions.

use crate::tree::{self, File};
use std::fs;

const TOP_LEVEL: [&str; 9] =
    ["Cargo.lock", "Cargo.toml", "LICENSE", "README.md", "config", "frontend", "server", "shared", "tests"];

const LINES_OF_A_FILE: usize = 400;
const LINES_OF_A_FUNCTION: usize = 40;
const LINES_OF_A_COMPONENT: usize = 59;

#[test]
fn the_top_level_holds_what_the_plan_says() {
    let entries = fs::read_dir(tree::root()).expect("the root can be read");
    let mut found: Vec<_> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    found.retain(|name| !name.starts_with('.') && name != "target");
    found.sort();
    let missing = TOP_LEVEL.iter().filter(|name| !found.iter().any(|found| found == *name));
    let foreign = found.iter().filter(|name| !TOP_LEVEL.contains(&name.as_str()));
    let breaches: Vec<_> = missing
        .map(|name| format!("{name}: is missing"))
        .chain(foreign.map(|name| format!("{name}: is foreign")))
        .collect();
    tree::hold("The top level is fixed; only dotfiles may stand beside it.", &breaches);
}

#[test]
fn every_file_opens_with_a_sentence_that_says_what_it_is() {
    let silent = |file: &File| !file.text.starts_with("//! ");
    let files = tree::rust_files();
    let breaches: Vec<_> =
        files.iter().filter(|file| silent(file)).map(|file| file.breach(1, "no `//! ` here")).collect();
    tree::hold("A Rust file opens with one sentence that says what it is.", &breaches);
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let files = tree::rust_files();
    let lengths = files.iter().map(|file| (file, file.lines().count()));
    let long = lengths.filter(|&(_, lines)| LINES_OF_A_FILE < lines);
    let breaches: Vec<_> = long.map(|(file, lines)| file.breach(lines, &format!("has {lines} lines"))).collect();
    tree::hold("A Rust file has at most 400 lines.", &breaches);
}

#[test]
fn no_function_is_longer_than_forty_lines_and_no_component_reaches_sixty() {
    let mut breaches = Vec::new();
    for file in tree::rust_files() {
        for Function { line, lines, is_component, name } in functions(&file.text) {
            let most = if is_component { LINES_OF_A_COMPONENT } else { LINES_OF_A_FUNCTION };
            if most < lines {
                breaches.push(file.breach(line, &format!("`{name}` has {lines} lines, at most {most} are right")));
            }
        }
    }
    tree::hold("A function has at most 40 lines, a view component under 60.", &breaches);
}

#[derive(Debug, PartialEq)]
struct Function {
    name: String,
    /// The number of its first line, from one.
    line: usize,
    lines: usize,
    is_component: bool,
}

/// The functions of a text as rustfmt leaves it: it closes a function at the indentation that opened it, so no parser
/// is needed.
fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let starts = (0..lines.len()).filter_map(|start| Some((start, name(lines[start])?)));
    let function = |(start, name): (usize, &str)| Function {
        name: name.to_owned(),
        line: start + 1,
        lines: length(&lines[start..]),
        is_component: attributes(&lines[..start]).any(|line| line.starts_with("#[component")),
    };
    starts.map(function).collect()
}

/// The name of the function that this line opens.
fn name(line: &str) -> Option<&str> {
    let (before, after) = line.trim_start().split_once("fn ").filter(|(before, _)| !before.contains("//"))?;
    let is_qualifier = |word: &str| word.starts_with("pub") || matches!(word, "const" | "async" | "unsafe");
    let name = after.split(|sign: char| !sign.is_alphanumeric() && sign != '_').next()?;
    (before.split_whitespace().all(is_qualifier) && !name.is_empty()).then_some(name)
}

/// The number of lines of the function that opens on the first of them.
fn length(lines: &[&str]) -> usize {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let outer = indentation(lines[0]);
    let mut is_open = false;
    for (index, line) in lines.iter().enumerate() {
        let is_declaration = !is_open && line.ends_with(';');
        let is_one_line = index == 0 && line.ends_with('}');
        let is_closed = is_open && indentation(line) == outer && line.trim_start().starts_with('}');
        if is_declaration || is_one_line || is_closed {
            return index + 1;
        }
        is_open |= line.ends_with('{');
    }
    lines.len()
}

/// The attributes and comments right above, from the nearest up.
fn attributes<'a>(above: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let lines = above.iter().rev().map(|line| line.trim_start());
    lines.take_while(|line| line.starts_with("#[") || line.starts_with("//"))
}

#[test]
fn the_counter_counts_declarations_long_signatures_and_components() {
    let text = "\
trait Probe {
    fn read(&self) -> Reading;
    fn none() {}
}

#[component]
pub fn Wall(
    store: Store,
) -> impl IntoView {
    let nested = || {
    };
}
";
    let counted: Vec<_> = functions(text).into_iter().map(|it| (it.name, it.line, it.lines, it.is_component)).collect();
    let expected = [("read", 2, 1, false), ("none", 3, 1, false), ("Wall", 7, 6, true)];
    assert_eq!(counted, expected.map(|(name, line, lines, is)| (name.to_owned(), line, lines, is)));
}
