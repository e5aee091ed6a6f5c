//! A folder of files ready to be served: hashed names, compressed copies, replaced as a whole.

use super::{read, remove};
use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use std::{
    fs,
    hash::{DefaultHasher, Hasher},
    io::Write,
    path::{Path, PathBuf},
};

/// What is worth compressing; a font is compressed already.
const COMPRESSED: [&str; 5] = ["css", "html", "js", "txt", "wasm"];

/// A site that is being written beside the one it will replace.
pub(super) struct Site {
    place: PathBuf,
    draft: PathBuf,
    sizes: Vec<Size>,
}

/// The sizes of one file, in bytes.
struct Size {
    name: String,
    raw: usize,
    brotli: usize,
}

impl Site {
    /// Begins an empty site for `place`.
    pub(super) fn begin(place: &Path) -> Result<Self> {
        let draft = place.with_extension("new");
        remove(&draft)?;
        fs::create_dir_all(&draft)?;
        Ok(Self { place: place.to_owned(), draft, sizes: Vec::new() })
    }

    /// Adds a file to the assets under a name that changes with its contents, so that browsers may keep it for ever;
    /// gives the name.
    pub(super) fn add_hashed(&mut self, stem: &str, extension: &str, bytes: &[u8]) -> Result<String> {
        let name = format!("{stem}-{:016x}.{extension}", hash(bytes));
        self.add(&format!("assets/{name}"), bytes)?;
        Ok(name)
    }

    /// Adds a file and, if it is worth it, its compressed copies.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.write(name, bytes)?;
        let mut size = Size { name: name.to_owned(), raw: bytes.len(), brotli: bytes.len() };
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| COMPRESSED.contains(&extension)) {
            let compressed = brotli(bytes)?;
            size.brotli = compressed.len();
            self.write(&format!("{name}.br"), &compressed)?;
            self.write(&format!("{name}.gz"), &gzip(bytes)?)?;
        }
        self.sizes.push(size);
        Ok(())
    }

    /// Adds a folder with all it holds; one that is not there holds nothing.
    pub(super) fn add_folder(&mut self, name: &str, folder: &Path) -> Result<()> {
        let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
        for entry in entries {
            let path = entry?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let name = format!("{name}/{file}");
            if path.is_dir() {
                self.add_folder(&name, &path)?;
            } else {
                self.add(&name, &read(&path)?)?;
            }
        }
        Ok(())
    }

    /// Puts the site in its place, all files at once, and prints their sizes.
    pub(super) fn finish(self) -> Result<()> {
        let old = self.place.with_extension("old");
        remove(&old)?;
        if self.place.exists() {
            fs::rename(&self.place, &old)?;
        }
        fs::rename(&self.draft, &self.place).with_context(|| format!("cannot write {}", self.place.display()))?;
        remove(&old)?;
        self.print_sizes();
        Ok(())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.draft.join(name);
        let folder = path.parent().unwrap_or(&self.draft);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    }

    fn print_sizes(&self) {
        let kilobytes = |bytes: usize| bytes as f64 / 1000.0;
        for Size { name, raw, brotli } in &self.sizes {
            eprintln!("    {:8.1} kB {:8.1} kB brotli  {name}", kilobytes(*raw), kilobytes(*brotli));
        }
        let sum = |size: fn(&Size) -> usize| kilobytes(self.sizes.iter().map(size).sum());
        eprintln!("    {:8.1} kB {:8.1} kB brotli  in all", sum(|size| size.raw), sum(|size| size.brotli));
    }
}

/// Names need to differ when contents do, and no more; nobody who could forge one can write here.
fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}
