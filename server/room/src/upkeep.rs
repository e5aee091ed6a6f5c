//! `synco backup` and `synco archive check`: looking after an archive, beside a room that may be writing in it.

use std::path::{Path, PathBuf};

use archive::ArchiveFault;
use config::room::Room;

use crate::{cli::Failure, tokens};

/// Which archive is meant: as `serve` finds it.
#[derive(Clone, Debug, clap::Args)]
pub struct WhichArchive {
    /// The room's configuration, which says where its archive is.
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// The folder of the archive, before what the configuration says.
    #[arg(long)]
    pub archive: Option<PathBuf>,
}

impl WhichArchive {
    fn folder(self) -> Result<PathBuf, Failure> {
        match (self.archive, self.config) {
            (Some(folder), _) => Ok(folder),
            (None, Some(file)) => config::room::read(&file)
                .map(|room| room.archive)
                .map_err(|faults| Failure::Refused(faults.iter().map(ToString::to_string).collect())),
            (None, None) => Ok(Room::default().archive),
        }
    }
}

/// Copies an archive to the folder `to`, with the tokens that lie beside it, and says what was copied.
pub fn back_up(of: WhichArchive, to: &Path) -> Result<(), Failure> {
    let folder = of.folder()?;
    let done = archive::backup(&folder, to, |_| {}).map_err(refused)?;
    let tokens = tokens::copy(&folder, to).map_err(|why| Failure::Refused(vec![why]))?;
    println!("{}: {} pages copied to {}", folder.display(), done.pages, to.display());
    if let Some(count) = tokens {
        println!("{}: tokens copied beside them: {count}; only who made the copy can read them", tokens::FILE);
    }
    Ok(())
}

/// Reads all of an archive; says how much it holds and that it is well, or refuses with a line for each fault.
pub fn check(which: WhichArchive) -> Result<(), Failure> {
    let folder = which.folder()?;
    let report = archive::check(&folder).map_err(refused)?;
    for (table, rows) in &report.rows {
        println!("{table}: {rows}");
    }
    if report.faults.is_empty() {
        println!("{}: no faults", folder.display());
        return Ok(());
    }
    let mut lines: Vec<_> = report.faults.iter().map(|fault| format!("{}: {fault}", folder.display())).collect();
    if 0 < report.untold {
        lines.push(format!("{}: {} more faults", folder.display(), report.untold));
    }
    Err(Failure::Refused(lines))
}

/// What whoever asked can put right is refused; the rest is the program's or the disk's.
fn refused(fault: ArchiveFault) -> Failure {
    match fault {
        ArchiveFault::Database(_) => fault.into(),
        _ => Failure::Refused(vec![fault.to_string()]),
    }
}
