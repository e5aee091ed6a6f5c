//! What reached the default branch within a period, and how long it took from its author.

use std::collections::{HashMap, HashSet};

use vsm::time::Moment;

use super::{Git, MOST_COMMITS};
use crate::probe::{ProbeFault, Reason};

/// What reached the default branch within a period.
#[derive(Default)]
pub(super) struct Landed {
    /// The commits, as git writes a range.
    pub(super) range: String,
    /// Of each commit that is no merge, from the author's date to its arrival, in seconds.
    pub(super) lead_times: Vec<f64>,
}

/// One commit of the range.
struct Commit<'a> {
    authored_at: f64,
    committed_at: f64,
    parents: Vec<&'a str>,
}

/// Looks at what reached `branch` since a moment.
pub(super) async fn look(git: &Git, branch: &str, since: Moment) -> Result<Landed, ProbeFault> {
    // The newest commit of the branch itself that is older: what it does not reach has come since.
    let before = format!("--min-age={}", since.unix_millis().div_euclid(1000));
    let old = git.lines(&["rev-list", "-1", "--first-parent", &before, branch, "--"]).await?;
    let range = if old.trim().is_empty() { branch.to_owned() } else { format!("{}..{branch}", old.trim()) };
    let most = format!("--max-count={}", MOST_COMMITS + 1);
    let listed = git.lines(&["log", "--format=%H %at %ct %P", &most, &range, "--"]).await?;
    if MOST_COMMITS < listed.lines().count() {
        return Err(git.fault(&["log"], Reason::own(format!("more than {MOST_COMMITS} commits in the period"))));
    }
    let tip = listed.split_ascii_whitespace().next();
    let commits: HashMap<&str, Commit<'_>> = listed.lines().filter_map(commit).collect();
    Ok(Landed { range, lead_times: tip.map(|tip| lead_times(&commits, tip)).unwrap_or_default() })
}

fn commit(line: &str) -> Option<(&str, Commit<'_>)> {
    let mut words = line.split_ascii_whitespace();
    let hash = words.next()?;
    let (authored_at, committed_at) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some((hash, Commit { authored_at, committed_at, parents: words.collect() }))
}

/// A commit arrives with the first commit of the branch itself that reaches it: its merge, or itself.
fn lead_times<'a>(commits: &HashMap<&'a str, Commit<'a>>, tip: &'a str) -> Vec<f64> {
    let parent = |hash: &&str| commits.get(*hash).and_then(|commit| commit.parents.first().copied());
    let itself: Vec<&str> =
        std::iter::successors(Some(tip), parent).filter(|hash| commits.contains_key(hash)).collect();
    let mut arrived: HashSet<&str> = HashSet::new();
    let mut lead_times = Vec::new();
    for hash in itself.into_iter().rev() {
        let Some(arrival) = commits.get(hash) else { continue };
        let mut waiting = vec![hash];
        while let Some(hash) = waiting.pop() {
            let Some(commit) = commits.get(hash).filter(|_| arrived.insert(hash)) else { continue };
            if commit.parents.len() < 2 {
                lead_times.push((arrival.committed_at - commit.authored_at).max(0.0));
            }
            waiting.extend(&commit.parents);
        }
    }
    lead_times
}
