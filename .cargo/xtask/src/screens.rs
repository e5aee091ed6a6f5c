//! The chore `screens`: the frontend as WebAssembly, its style and its page, ready to be served.

mod site;
mod stamp;

use crate::{shell, web::Toolchain};
use anyhow::{Context, Result, ensure};
use site::Site;
use stamp::Stamp;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};
use wasm_bindgen_cli_support::Bindgen;

/// The package of the frontend, and the name of its program.
const PACKAGE: &str = "screens";

/// Small before fast; see the workspace's manifest.
const PROFILE: &str = "web";

/// What the screens are made of, from the root of the repository.
const SOURCES: [&str; 6] =
    ["Cargo.lock", "Cargo.toml", ".cargo/xtask/src", "frontend", "shared/cybernet", "shared/vsm"];

/// Builds `target/screens`, or finds that nothing has changed since it was built.
pub(crate) fn run() -> Result<()> {
    let _alone = alone()?;
    let site = shell::target().join("screens");
    let stamp = Stamp::of(&shell::root(), &SOURCES)?;
    let stamped = shell::target().join("web/screens.stamp");
    if site.join("index.html").exists() && stamp.is_at(&stamped) {
        shell::say("the screens are built: nothing has changed");
        return Ok(());
    }
    compile()?;
    let bound = bind()?;
    assemble(&bound, &site)?;
    stamp.put(&stamped)
}

/// Waits until no other chore builds the screens; they are this one's until the file is dropped.
fn alone() -> Result<File> {
    let folder = shell::target().join("web");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let file = File::create(folder.join("screens.lock"))?;
    file.lock()?;
    Ok(file)
}

fn compile() -> Result<()> {
    let toolchain = Toolchain::find()?;
    shell::say("building the screens (WebAssembly)");
    shell::run(toolchain.cargo("build").args(["--profile", PROFILE, "--package", PACKAGE, "--bin", PACKAGE]))
}

/// Writes the JavaScript between the browser and the program; gives the folder of both.
fn bind() -> Result<PathBuf> {
    let compiled = Toolchain::built(PROFILE).join(PACKAGE).with_extension("wasm");
    let bound = shell::target().join("web/bound");
    // Snippets of an earlier build must not be served with this one.
    remove(&bound)?;
    Bindgen::new()
        .input_path(&compiled)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The start script names the program by its hashed name.
        .omit_default_module_path(true)
        .generate(&bound)
        .with_context(|| format!("no bindings for {}", compiled.display()))?;
    Ok(bound)
}

fn assemble(bound: &Path, place: &Path) -> Result<()> {
    shell::say("compressing the screens into target/screens");
    let frontend = shell::root().join("frontend");
    let mut site = Site::begin(place)?;
    let program = site.add_hashed("screens_bg", "wasm", &read(&bound.join("screens_bg.wasm"))?)?;
    let bindings = site.add_hashed("screens", "js", &read(&bound.join("screens.js"))?)?;
    let start = site.add_hashed("start", "js", start(&bindings, &program).as_bytes())?;
    let style = site.add_hashed("style", "css", sheet(&frontend.join("style"))?.as_bytes())?;
    site.add_folder("assets/snippets", &bound.join("snippets"))?;
    site.add_folder("assets/fonts", &frontend.join("style/fonts"))?;
    let names = [("{{script}}", &start), ("{{style}}", &style), ("{{wasm}}", &program)];
    let page = page(&frontend.join("index.html"), &names)?;
    site.add("index.html", page.as_bytes())?;
    site.finish()
}

/// The script the page names: a policy that forbids inline scripts can stay.
fn start(bindings: &str, program: &str) -> String {
    format!(
        "import init from \"./{bindings}\";\n\ninit({{ module_or_path: new URL(\"./{program}\", import.meta.url) }});\n"
    )
}

/// All sheets as one: the tokens first, the others by name.
fn sheet(folder: &Path) -> Result<String> {
    let entries = fs::read_dir(folder).with_context(|| format!("no style in {}", folder.display()))?;
    let mut sheets: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| is_sheet(path)).collect();
    sheets.sort_by_key(|path| (!path.ends_with("tokens.css"), path.clone()));
    ensure!(!sheets.is_empty(), "no .css file in {}", folder.display());
    let read = |path: &PathBuf| fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    let texts = sheets.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(texts.join("\n"))
}

fn is_sheet(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "css")
}

/// The page with its markers replaced by addresses from the root: it is also served under `/review/2026-W47`.
fn page(path: &Path, names: &[(&str, &String)]) -> Result<String> {
    let mut page = fs::read_to_string(path).with_context(|| format!("no page at {}", path.display()))?;
    ensure!(page.contains("{{script}}"), "{} has no {{{{script}}}}: nothing would start", path.display());
    for (marker, name) in names {
        page = page.replace(marker, &format!("/assets/{name}"));
    }
    ensure!(!page.contains("{{"), "{} has a marker that stands for nothing", path.display());
    Ok(page)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Removes a folder that may not be there.
fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_script_names_both_files_beside_it() {
        let script = start("screens-1.js", "screens_bg-2.wasm");
        assert!(script.contains("from \"./screens-1.js\""));
        assert!(script.contains("new URL(\"./screens_bg-2.wasm\", import.meta.url)"));
    }
}
