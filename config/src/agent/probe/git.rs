//! A git repository, and what is read of it.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use vsm::id::IndicatorId;

use super::indicators;
use crate::{agent::Ledger, entry::Entry, section::Section};

const WEEK: Duration = Duration::from_secs(7 * 86_400);
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// A git repository on this machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Repository {
    /// A folder in its work tree; relative to the agent's working directory only if the file does not name one.
    pub folder: PathBuf,
    /// The branch on which work lands; none for that of `origin`, or what is checked out where there is no `origin`.
    pub default_branch: Option<String>,
    /// How far back what has landed is looked at.
    pub period: Duration,
    /// What is read, and as what.
    pub indicators: BTreeMap<GitQuantity, IndicatorId>,
}

/// What can be read of a git repository.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum GitQuantity {
    /// Commits that HEAD reaches.
    Commits,
    /// Minutes since the newest commit.
    NewestAge,
    /// Changed and untracked files in the work tree.
    FilesChanged,
    /// Commits that reached the default branch within the period, merges aside.
    Landed,
    /// Hours from the author's date of a commit to its arrival on the default branch: the median of those that landed.
    LeadTime,
    /// Commits that landed within the period and take back another.
    Reverts,
    /// Branches with commits that the default branch has not.
    OpenBranches,
    /// Days since the oldest such commit of an open branch: the median of the open branches.
    BranchAge,
}

impl GitQuantity {
    /// Every quantity by its name in files.
    pub const ALL: [(&str, Self); 8] = [
        ("commits", Self::Commits),
        ("newest_age", Self::NewestAge),
        ("files_changed", Self::FilesChanged),
        ("landed", Self::Landed),
        ("lead_time", Self::LeadTime),
        ("reverts", Self::Reverts),
        ("open_branches", Self::OpenBranches),
        ("branch_age", Self::BranchAge),
    ];
}

pub(super) fn git(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<Repository> {
    let folder = section.or("repository", PathBuf::from("."), Entry::path);
    let default_branch = section.may("default_branch", branch);
    let period = section.or("period", WEEK, |entry| entry.duration(SHORTEST..=LONGEST));
    let indicators = indicators(section, &GitQuantity::ALL, ledger);
    Some(Repository { folder: folder?, default_branch: default_branch?, period: period?, indicators: indicators? })
}

/// The name of a branch; one that git could take for an option or a range is none.
fn branch(entry: Entry<'_>) -> Option<String> {
    let is_sign = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let is_branch =
        |text: &&str| !text.is_empty() && !text.starts_with('-') && !text.contains("..") && text.chars().all(is_sign);
    entry.check(Entry::text, is_branch, |_| r#"the name of a branch is right, as "main""#.to_owned()).map(str::to_owned)
}
