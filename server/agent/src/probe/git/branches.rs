//! Branches with commits that the default branch has not, and how old they are.

use std::collections::{BTreeMap, HashMap, HashSet};

use vsm::time::Moment;

use super::{Git, MOST_COMMITS};
use crate::probe::{ProbeFault, Reason};

/// The most open branches that are looked at in one reading.
const MOST_BRANCHES: usize = 1_000;

/// The date of its author, in seconds, and the parents of each commit that has not landed.
type Open<'a> = HashMap<&'a str, (f64, Vec<&'a str>)>;

/// The age in seconds of each open branch: that of its oldest commit that `default` has not.
pub(super) async fn look(git: &Git, default: &str, now: Moment) -> Result<Vec<f64>, ProbeFault> {
    let not_landed = format!("--no-merged={default}");
    let arguments = ["for-each-ref", &not_landed, "--format=%(objectname) %(refname)", "refs/heads", "refs/remotes"];
    let refs = git.lines(&arguments).await?;
    let branches = branches(&refs);
    if MOST_BRANCHES < branches.len() {
        return Err(git.fault(&["for-each-ref"], Reason::own(format!("more than {MOST_BRANCHES} open branches"))));
    }
    let most = format!("--max-count={}", MOST_COMMITS + 1);
    let arguments = ["log", "--format=%H %at %P", &most, "--branches", "--remotes", "--not", default, "--"];
    let listed = git.lines(&arguments).await?;
    if MOST_COMMITS < listed.lines().count() {
        return Err(git.fault(&["log"], Reason::own(format!("more than {MOST_COMMITS} commits that have not landed"))));
    }
    let open: Open<'_> = listed.lines().filter_map(commit).collect();
    let now = now.unix_millis() as f64 / 1000.0;
    let oldest = branches.values().filter_map(|tips| oldest(&open, tips));
    Ok(oldest.map(|authored_at| (now - authored_at).max(0.0)).collect())
}

/// The tips of each branch by its name, which may stand here and on several remotes.
fn branches(refs: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut branches: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (tip, name) in refs.lines().filter_map(|line| line.split_once(' ')) {
        let remote = name.strip_prefix("refs/remotes/").and_then(|name| name.split_once('/')).map(|(_, name)| name);
        let branch = name.strip_prefix("refs/heads/").or(remote);
        if let Some(branch) = branch.filter(|branch| *branch != "HEAD") {
            branches.entry(branch).or_default().push(tip);
        }
    }
    branches
}

fn commit(line: &str) -> Option<(&str, (f64, Vec<&str>))> {
    let mut words = line.split_ascii_whitespace();
    Some((words.next()?, (words.next()?.parse().ok()?, words.collect())))
}

fn oldest(open: &Open<'_>, tips: &[&str]) -> Option<f64> {
    let (mut seen, mut waiting, mut oldest) = (HashSet::new(), tips.to_vec(), None);
    while let Some(hash) = waiting.pop() {
        let Some((authored_at, parents)) = open.get(hash).filter(|_| seen.insert(hash)) else { continue };
        oldest = Some(oldest.map_or(*authored_at, |before: f64| before.min(*authored_at)));
        waiting.extend(parents);
    }
    oldest
}
