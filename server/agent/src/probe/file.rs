//! A file as a whole: how long it is and how old.

use std::{
    fs::Metadata,
    path::{Path, PathBuf},
};

use config::agent::{FileQuantity, FileToRead};
use vsm::time::Moment;

use super::{Readout, Reason, aside::Aside};
use crate::clock;

/// Looks at one file, and never into it.
pub struct FileProbe {
    written: FileToRead,
    looks: Aside<PathBuf>,
}

impl FileProbe {
    /// A probe of what was written.
    pub fn new(written: FileToRead) -> Self {
        let looks = Aside::new(written.path.clone());
        Self { written, looks }
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.written.path
    }

    /// Looks at it.
    pub async fn read(&mut self, now: Moment) -> Readout {
        let found = self.looks.look(|path| metadata(path)).await;
        let metadata = match found.and_then(|found| found) {
            Ok(metadata) => metadata,
            Err(why) => return Readout::fault(format!("file {}", self.path().display()), why),
        };
        let mut readout = Readout::default();
        for (quantity, indicator) in &self.written.indicators {
            let value = match quantity {
                FileQuantity::Size => Ok(metadata.len() as f64),
                FileQuantity::Age => age(&metadata, now),
            };
            readout.take_any(indicator, now, value.map(Some));
        }
        readout
    }
}

fn metadata(path: &Path) -> Result<Metadata, Reason> {
    let metadata = std::fs::metadata(path).map_err(|why| Reason::of_system(&why))?;
    if metadata.is_file() { Ok(metadata) } else { Err("not a file".into()) }
}

/// Seconds since it was written; one from the future is new.
fn age(metadata: &Metadata, now: Moment) -> Result<f64, Reason> {
    let written_at = metadata.modified().map_err(|why| Reason::of_system(&why))?;
    Ok(now.since(clock::moment(written_at)).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::{
        fs::File,
        time::{Duration, UNIX_EPOCH},
    };

    use vsm::{id::IndicatorId, reading::Reading};

    use super::*;

    #[tokio::test]
    async fn a_file_has_a_size_and_an_age_and_one_that_is_not_there_has_neither() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backup");
        let name = |name| IndicatorId::parse(name).unwrap();
        let indicators = [(FileQuantity::Size, name("size")), (FileQuantity::Age, name("age"))].into();
        let mut probe = FileProbe::new(FileToRead { path: path.clone(), indicators });
        let now = Moment::from_unix_millis(1_763_600_090_500);
        let missing = probe.read(now).await;
        assert!(missing.readings.is_empty() && missing.faults[0].why.contains("No such file"), "{missing:?}");
        std::fs::write(&path, "twelve bytes").unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1_763_600_000)).unwrap();
        let readout = probe.read(now).await;
        assert_eq!(readout.readings.iter().map(Reading::value).collect::<Vec<_>>(), [12.0, 90.5]);
        assert_eq!(probe.read(Moment::default()).await.readings[1].value(), 0.0);
    }
}
