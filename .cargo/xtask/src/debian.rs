//! Debian's packages: which are missing, and how to get them.

use crate::shell;
use anyhow::{Result, bail};
use std::{path::Path, process::Command};

/// A package and what shows that it, or something as good, is there.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) sign: Sign,
}

/// What shows that a package is there.
pub(crate) enum Sign {
    /// A program on the path.
    Program(&'static str),
    /// One of several files or folders.
    OneOf(&'static [&'static str]),
}

impl Package {
    fn is_there(&self) -> bool {
        match self.sign {
            Sign::Program(program) => shell::on_path(program),
            Sign::OneOf(paths) => paths.iter().any(|path| Path::new(path).exists()),
        }
    }
}

/// Installs the packages that are missing, or names them in the error where that cannot be done.
pub(crate) fn need(packages: &[Package]) -> Result<()> {
    let missing: Vec<_> = packages.iter().filter(|package| !package.is_there()).map(|package| package.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !can_install() {
        bail!(
            "missing: {names}. On Debian: `apt-get install {names}` as root; elsewhere the packages of these programs"
        );
    }
    shell::say(&format!("installing {names} with apt-get"));
    install(&missing)
}

/// Whether this is Debian or a child of it, and we are root.
pub(crate) fn can_install() -> bool {
    let root = shell::output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    root && Path::new("/etc/debian_version").exists() && shell::on_path("apt-get")
}

/// Installs packages with apt-get, whose lists are fetched first.
pub(crate) fn install(names: &[&str]) -> Result<()> {
    if let Err(fault) = shell::run(apt_get().args(["update", "-qq"])) {
        shell::say(&format!("going on with the package lists there are: {fault}"));
    }
    shell::run(apt_get().args(["install", "-qq", "--yes", "--no-install-recommends"]).args(names))
}

fn apt_get() -> Command {
    let mut apt_get = Command::new("apt-get");
    apt_get.env("DEBIAN_FRONTEND", "noninteractive");
    apt_get
}
