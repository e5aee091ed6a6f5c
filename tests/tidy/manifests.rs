//! What the manifests say: who knows whom, what the pure crates depend on, what stands once in the workspace.

use crate::tree;
use serde_json::Value;
use std::{env, fs, path::Path, process::Command};

/// Whom each crate of the product may know.
const KNOWS: [(&str, &[&str]); 9] = [
    ("vsm", &[]),
    ("cyberstride", &[]),
    ("cybernet", &["vsm"]),
    ("opsroom", &["vsm", "cybernet", "cyberstride"]),
    ("config", &["vsm"]),
    ("archive", &["vsm", "cybernet"]),
    ("agent", &["vsm", "cybernet", "config"]),
    ("room", &["vsm", "cybernet", "opsroom", "archive", "config"]),
    ("screens", &["vsm", "cybernet"]),
];

/// Crates that serve the product and are no part of it.
const SERVING: [&str; 3] = ["xtask", "tests", "peers"];

/// What a pure crate may take from outside: none of it has a runtime. Of `jiff` it takes the table of time zones that is
/// built in, and reads no clock.
const PURE_ENOUGH: [&str; 8] =
    ["foldhash", "jiff", "prefetch-index", "serde", "serde_json", "statrs", "thiserror", "wide"];

const INHERITED: [&str; 6] = [
    "version.workspace = true",
    "edition.workspace = true",
    "rust-version.workspace = true",
    "license.workspace = true",
    "publish.workspace = true",
    "[lints]\nworkspace = true",
];

#[test]
fn dependencies_point_in_one_direction() {
    let mut breaches = Vec::new();
    let crates = crates();
    let ours: Vec<_> = crates.iter().map(|it| it.name.clone()).collect();
    for it in crates.iter().filter(|it| !SERVING.contains(&it.name.as_str())) {
        let Some((_, known)) = KNOWS.iter().find(|(name, _)| *name == it.name) else {
            breaches.push(format!("{}:1: `{}` has no place in the direction of dependencies", it.manifest, it.name));
            continue;
        };
        let foreign = it.dependencies.iter().filter(|name| ours.contains(name) && !known.contains(&name.as_str()));
        breaches.extend(foreign.map(|name| it.breach(name, &format!("`{}` must not know `{name}`", it.name))));
    }
    tree::hold(
        "vsm <- cybernet <- opsroom <- room, cyberstride <- opsroom; the others know vsm and cybernet.",
        &breaches,
    );
}

#[test]
fn pure_crates_depend_on_no_runtime() {
    let mut breaches = Vec::new();
    let crates = crates();
    let pure: Vec<_> = crates.iter().filter(|it| it.manifest.starts_with("shared/")).collect();
    for it in &pure {
        let is_pure = |name: &str| PURE_ENOUGH.contains(&name) || pure.iter().any(|other| other.name == name);
        let impure = it.dependencies.iter().filter(|name| !is_pure(name));
        breaches.extend(impure.map(|name| it.breach(name, &format!("`{name}` is not known to be pure"))));
    }
    tree::hold("The crates under shared/ depend on each other and on what has no runtime.", &breaches);
}

#[test]
fn versions_and_lints_stand_once_in_the_workspace() {
    let mut breaches = Vec::new();
    for it in crates() {
        let missing = INHERITED.iter().filter(|line| !it.text.contains(*line));
        breaches.extend(missing.map(|line| format!("{}:1: `{}` is missing", it.manifest, line.replace('\n', " "))));
    }
    tree::hold("Every crate inherits version, edition, licence and lints from the workspace.", &breaches);
}

#[test]
fn every_crate_says_what_it_is() {
    let silent = crates().into_iter().filter(|it| !it.has_description);
    let breaches: Vec<_> = silent.map(|it| format!("{}:1: no `description`", it.manifest)).collect();
    tree::hold("Every crate has a description.", &breaches);
}

#[test]
fn the_readme_names_every_crate() {
    let readme = fs::read_to_string(tree::root().join("README.md")).unwrap_or_default();
    let words: Vec<_> = readme.split(|sign: char| !sign.is_alphanumeric() && sign != '_').collect();
    let unnamed = crates().into_iter().filter(|it| !words.contains(&it.name.as_str()) && !words.contains(&it.folder()));
    let breaches: Vec<_> = unnamed.map(|it| format!("README.md:1: does not name the crate `{}`", it.name)).collect();
    tree::hold("The map of crates in README.md is whole.", &breaches);
}

#[test]
fn the_fuzz_program_is_built_from_what_the_crates_need() {
    const LOCK: &str = "tests/fuzz/Cargo.lock";
    let lock = fs::read_to_string(tree::root().join(LOCK)).unwrap_or_default();
    // What comes from elsewhere has a source.
    let ours: Vec<_> = lock.split("[[package]]").filter(|package| !package.contains("\nsource = ")).collect();
    let mut breaches = Vec::new();
    for it in crates() {
        let Some(locked) = ours.iter().find(|package| package.contains(&format!("\nname = \"{}\"\n", it.name))) else {
            continue;
        };
        let missing = it
            .dependencies
            .iter()
            .filter(|name| !locked.contains(&format!("\n \"{name}\",")) && !locked.contains(&format!("\n \"{name} ")));
        breaches.extend(missing.map(|name| format!("{LOCK}:1: `{}` has come to need `{name}`", it.name)));
    }
    tree::hold("The lock file of the fuzz program is up to date.", &breaches);
}

/// A crate of the workspace, as cargo reads it.
struct Crate {
    name: String,
    /// Its manifest, from the root of the repository.
    manifest: String,
    text: String,
    has_description: bool,
    /// The names of what it depends on, tests and benchmarks aside.
    dependencies: Vec<String>,
}

impl Crate {
    fn read(package: &Value) -> Self {
        let string = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
        let path = string("manifest_path");
        let manifest = Path::new(&path).strip_prefix(tree::root()).expect("a member lies in the workspace");
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let built = dependencies.filter(|dependency| dependency["kind"] != "dev");
        Self {
            name: string("name"),
            manifest: manifest.to_string_lossy().replace('\\', "/"),
            text: fs::read_to_string(&path).expect("cargo has just read it"),
            has_description: !string("description").trim().is_empty(),
            dependencies: built.filter_map(|dependency| dependency["name"].as_str()).map(str::to_owned).collect(),
        }
    }

    fn folder(&self) -> &str {
        self.manifest.rsplit('/').nth(1).unwrap_or_default()
    }

    /// A breach at the line that names a dependency.
    fn breach(&self, dependency: &str, found: &str) -> String {
        let is_it = |line: &str| line.split(['.', '=', ' ']).next() == Some(dependency);
        let line = self.text.lines().position(is_it).map_or(1, |index| index + 1);
        format!("{}:{line}: {found}", self.manifest)
    }
}

/// Every member of the workspace.
fn crates() -> Vec<Crate> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let metadata = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(tree::root())
        .output()
        .expect("cargo started this test");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("cargo describes the workspace");
    let packages = metadata["packages"].as_array().expect("a workspace has packages");
    packages.iter().map(Crate::read).collect()
}
