//! A git repository on this machine, through the git that is installed.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
};

use config::agent::GitQuantity;
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
};
use vsm::{id::IndicatorId, time::Moment};

use super::{ProbeFault, Readout};

/// How much of a line of git's is kept, in bytes.
const LONGEST_LINE: usize = 256;

/// Reads one repository.
pub struct Git {
    repository: PathBuf,
    indicators: BTreeMap<GitQuantity, IndicatorId>,
}

impl Git {
    /// A probe for the quantities that have an indicator.
    pub fn new(repository: PathBuf, indicators: BTreeMap<GitQuantity, IndicatorId>) -> Self {
        Self { repository, indicators }
    }

    /// The repository's working tree.
    pub fn repository(&self) -> &Path {
        &self.repository
    }

    /// Reads all quantities, one git process each.
    pub async fn read(&mut self, now: Moment) -> Readout {
        let mut readout = Readout::default();
        for (quantity, indicator) in &self.indicators {
            readout.take(indicator, now, self.quantity(*quantity, now).await);
        }
        readout
    }

    async fn quantity(&self, quantity: GitQuantity, now: Moment) -> Result<f64, ProbeFault> {
        match quantity {
            // Of the branch that is checked out.
            GitQuantity::Commits => self.number(&["rev-list", "--count", "HEAD"]).await,
            // By the committer's clock, in minutes; a commit from the future is new.
            GitQuantity::NewestAge => {
                let seconds = self.number(&["log", "-1", "--format=%ct"]).await?;
                let committed_at = Moment::from_unix_millis((seconds * 1000.0) as i64);
                Ok(now.since(committed_at).as_secs_f64() / 60.0)
            }
            // Not committed yet: changed, added, removed or new, one line each.
            GitQuantity::FilesChanged => self.ask(&["status", "--porcelain"]).await.map(|said| said.lines as f64),
        }
    }

    async fn number(&self, arguments: &[&str]) -> Result<f64, ProbeFault> {
        let said = self.ask(arguments).await?;
        said.first.parse().map_err(|_| self.fault(arguments, format!("not a number: {:?}", said.first)))
    }

    /// Runs git, which dies with this future. It takes no lock and runs no program that the repository names.
    async fn ask(&self, arguments: &[&str]) -> Result<Said, ProbeFault> {
        let spawned = Command::new("git")
            .args(["--no-optional-locks", "-c", "core.fsmonitor=false", "-C"])
            .arg(&self.repository)
            .args(arguments)
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut child = spawned.map_err(|why| self.fault(arguments, format!("git does not start: {why}")))?;
        let (output, complaint) = (listen(child.stdout.take()), listen(child.stderr.take()));
        let (output, complaint, status) = tokio::join!(output, complaint, child.wait());
        match status {
            Ok(status) if status.success() => Ok(output),
            Ok(status) => Err(self.fault(arguments, format!("{status}: {}", complaint.first))),
            Err(why) => Err(self.fault(arguments, why.to_string())),
        }
    }

    fn fault(&self, arguments: &[&str], why: String) -> ProbeFault {
        let command = arguments.first().copied().unwrap_or_default();
        ProbeFault::new(format!("git {command} in {}", self.repository.display()), why)
    }
}

/// What a process said: its first line and how many there were.
#[derive(Default)]
struct Said {
    first: String,
    lines: u64,
}

/// Listens to the end and keeps one line, however much is said.
async fn listen(pipe: Option<impl AsyncRead + Unpin>) -> Said {
    let (mut first, mut lines) = (Vec::new(), 0);
    let mut buffer = [0; 4096];
    let Some(mut pipe) = pipe else { return Said::default() };
    while let Ok(read @ 1..) = pipe.read(&mut buffer).await {
        if lines == 0 {
            let rest = LONGEST_LINE.saturating_sub(first.len());
            first.extend(buffer[..read].iter().take_while(|byte| **byte != b'\n').take(rest));
        }
        lines += buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    Said { first: String::from_utf8_lossy(&first).trim().to_owned(), lines }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const COMMITTED_AT: Moment = Moment::from_unix_millis(1_763_600_000_000);

    fn git(folder: &Path, arguments: &[&str]) {
        let ran = std::process::Command::new("git")
            .args(["-c", "user.name=Stafford", "-c", "user.email=stafford@example.org", "-c", "commit.gpgsign=false"])
            .arg("-C")
            .arg(folder)
            .args(arguments)
            .env("GIT_COMMITTER_DATE", "1763600000 +0000")
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
    }

    fn probe(folder: &Path) -> Git {
        let quantities = [GitQuantity::Commits, GitQuantity::NewestAge, GitQuantity::FilesChanged];
        let names = ["commits", "newest_age", "files_changed"].map(|name| IndicatorId::parse(name).unwrap());
        Git::new(folder.to_owned(), quantities.into_iter().zip(names).collect())
    }

    #[tokio::test]
    async fn a_repository_is_counted_and_its_newest_commit_ages() {
        let folder = tempfile::tempdir().unwrap();
        git(folder.path(), &["init", "--quiet"]);
        for message in ["one", "two"] {
            git(folder.path(), &["commit", "--quiet", "--allow-empty", "--message", message]);
        }
        for file in ["a", "b", "c"] {
            std::fs::write(folder.path().join(file), file).unwrap();
        }
        let readout = probe(folder.path()).read(COMMITTED_AT + Duration::from_secs(90)).await;
        assert_eq!(readout.faults, []);
        let values = readout.readings.iter().map(|reading| (reading.indicator.as_str(), reading.value()));
        let values: BTreeMap<_, _> = values.collect();
        assert_eq!(values, BTreeMap::from([("commits", 2.0), ("newest_age", 1.5), ("files_changed", 3.0)]));
    }

    #[tokio::test]
    async fn where_there_is_no_repository_there_are_faults_in_gits_words_and_no_zero() {
        let folder = tempfile::tempdir().unwrap();
        let readout = probe(&folder.path().join("nowhere")).read(COMMITTED_AT).await;
        assert_eq!((readout.readings.len(), readout.faults.len()), (0, 3));
        assert!(readout.faults[0].why.contains("cannot change to"), "{}", readout.faults[0]);
    }
}
