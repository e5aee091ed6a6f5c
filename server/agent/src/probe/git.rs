//! A git repository on this machine, through the git that is installed.
//!
//! Of a commit its dates are read and where it stands, never whose it is.

mod branches;
mod landed;

use std::path::Path;

use config::agent::{GitQuantity, Repository};
use tokio::process::Command;
use vsm::time::Moment;

use self::landed::Landed;
use super::{
    ProbeFault, Readout, Reason,
    run::{self, first_line},
};

/// The longest answer of git's that is read, in bytes.
const LONGEST_ANSWER: usize = 8 << 20;
/// The most commits that are looked at in one reading.
const MOST_COMMITS: usize = 20_000;
const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;
const DAY: f64 = 86_400.0;

/// Reads one repository.
pub struct Git(Repository);

/// What several quantities of one reading are made of.
#[derive(Default)]
struct Looked {
    default_branch: Option<String>,
    landed: Option<Landed>,
    /// The age of each open branch, in seconds.
    branches: Option<Vec<f64>>,
}

impl Git {
    /// A probe of what was written.
    pub fn new(written: Repository) -> Self {
        Self(written)
    }

    /// The repository's working tree.
    pub fn repository(&self) -> &Path {
        &self.0.folder
    }

    /// Reads all quantities, a few git processes each.
    pub async fn read(&mut self, now: Moment) -> Readout {
        let mut readout = Readout::default();
        let mut looked = Looked::default();
        for (quantity, indicator) in &self.0.indicators {
            if let Some(value) = self.quantity(*quantity, now, &mut looked).await.transpose() {
                readout.take(indicator, now, value);
            }
        }
        readout
    }

    async fn quantity(
        &self,
        quantity: GitQuantity,
        now: Moment,
        looked: &mut Looked,
    ) -> Result<Option<f64>, ProbeFault> {
        Ok(match quantity {
            // Of the branch that is checked out.
            GitQuantity::Commits => Some(self.number(&["rev-list", "--count", "HEAD"]).await?),
            // By the committer's clock; a commit from the future is new.
            GitQuantity::NewestAge => {
                let seconds = self.number(&["log", "-1", "--format=%ct"]).await?;
                let committed_at = Moment::from_unix_millis((seconds * 1000.0) as i64);
                Some(now.since(committed_at).as_secs_f64() / MINUTE)
            }
            // Not committed yet: changed, added, removed or new, one line each.
            GitQuantity::FilesChanged => Some(self.ask(&["status", "--porcelain"]).await?.lines as f64),
            GitQuantity::Landed => Some(self.landed(now, looked).await?.lead_times.len() as f64),
            GitQuantity::LeadTime => median(&self.landed(now, looked).await?.lead_times).map(|it| it / HOUR),
            GitQuantity::Reverts => {
                let range = self.landed(now, looked).await?.range.clone();
                Some(self.reverts(&range).await?)
            }
            GitQuantity::OpenBranches => Some(self.branches(now, looked).await?.len() as f64),
            GitQuantity::BranchAge => median(self.branches(now, looked).await?).map(|it| it / DAY),
        })
    }

    async fn landed<'a>(&self, now: Moment, looked: &'a mut Looked) -> Result<&'a Landed, ProbeFault> {
        if looked.landed.is_none() {
            let branch = self.default_branch(looked).await?;
            looked.landed = Some(landed::look(self, &branch, now - self.0.period).await?);
        }
        Ok(looked.landed.get_or_insert_default())
    }

    async fn branches<'a>(&self, now: Moment, looked: &'a mut Looked) -> Result<&'a [f64], ProbeFault> {
        if looked.branches.is_none() {
            let branch = self.default_branch(looked).await?;
            looked.branches = Some(branches::look(self, &branch, now).await?);
        }
        Ok(looked.branches.get_or_insert_default())
    }

    /// Git itself writes these words when it takes a commit back.
    async fn reverts(&self, range: &str) -> Result<f64, ProbeFault> {
        let words = "--grep=^Revert \"|^This reverts commit [0-9a-f]{7,}";
        self.number(&["rev-list", "--count", "--no-merges", "--extended-regexp", words, range, "--"]).await
    }

    /// What was written, or what `origin` says, or what is checked out.
    async fn default_branch(&self, looked: &mut Looked) -> Result<String, ProbeFault> {
        if looked.default_branch.is_none() {
            looked.default_branch = Some(match &self.0.default_branch {
                Some(branch) => branch.clone(),
                None => {
                    let origin = ["rev-parse", "--verify", "--quiet", "refs/remotes/origin/HEAD"];
                    let is_known = self.run(&origin).await?.status.success();
                    if is_known { "refs/remotes/origin/HEAD" } else { "HEAD" }.to_owned()
                }
            });
        }
        Ok(looked.default_branch.clone().unwrap_or_default())
    }

    async fn number(&self, arguments: &[&str]) -> Result<f64, ProbeFault> {
        let said = first_line(&self.ask(arguments).await?.output);
        said.parse()
            .map_err(|_| self.fault(arguments, Reason::new("git gave no number", format!("not a number: {said:?}"))))
    }

    /// The lines of an answer that is read as a whole.
    async fn lines(&self, arguments: &[&str]) -> Result<String, ProbeFault> {
        let ended = self.ask(arguments).await?;
        if !ended.is_whole {
            return Err(self.fault(arguments, Reason::own(format!("an answer of more than {LONGEST_ANSWER} bytes"))));
        }
        Ok(String::from_utf8_lossy(&ended.output).into_owned())
    }

    async fn ask(&self, arguments: &[&str]) -> Result<run::Ended, ProbeFault> {
        let ended = self.run(arguments).await?;
        match ended.failure() {
            Some(why) => Err(self.fault(arguments, why)),
            None => Ok(ended),
        }
    }

    /// Runs git, which dies with this future. It takes no lock and runs no program that the repository names.
    async fn run(&self, arguments: &[&str]) -> Result<run::Ended, ProbeFault> {
        let mut command = Command::new("git");
        command.args(["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false"]);
        command.arg("-C").arg(&self.0.folder).args(arguments);
        command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE").env("LC_ALL", "C");
        let ended = run::run(command, LONGEST_ANSWER).await;
        ended.map_err(|why| self.fault(arguments, Reason::of_system(&why).after("git does not start")))
    }

    fn fault(&self, arguments: &[&str], why: Reason) -> ProbeFault {
        let command = arguments.first().copied().unwrap_or_default();
        ProbeFault::new(format!("git {command} in {}", self.0.folder.display()), why)
    }
}

/// The middle one, or the mean of the two in the middle.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (low, high) = (sorted.get(sorted.len().saturating_sub(1) / 2)?, sorted.get(sorted.len() / 2)?);
    Some((low + high) / 2.0)
}

#[cfg(test)]
mod tests;
