//! Against repositories that are made here, with dates of their own.

use std::{collections::BTreeMap, time::Duration};

use vsm::id::IndicatorId;

use super::*;

const T: i64 = 1_763_600_000;
const NOW: Moment = Moment::from_unix_millis(T * 1000);
const H: i64 = 3600;

/// A repository in a folder of its own.
struct Made(tempfile::TempDir);

impl Made {
    fn new() -> Self {
        let made = Self(tempfile::tempdir().unwrap());
        made.git(0, 0, &["init", "--quiet", "--initial-branch=trunk"]);
        made
    }

    /// Runs git by clocks that stand so many hours before now.
    fn git(&self, authored: i64, committed: i64, arguments: &[&str]) {
        let ran = std::process::Command::new("git")
            .args(["-c", "user.name=Stafford", "-c", "user.email=stafford@example.org", "-c", "commit.gpgsign=false"])
            .arg("-C")
            .arg(self.0.path())
            .args(arguments)
            .env("GIT_AUTHOR_DATE", format!("{} +0000", T - authored * H))
            .env("GIT_COMMITTER_DATE", format!("{} +0000", T - committed * H))
            // Whoever runs this may have git do other things, sign and run hooks among them.
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            // In a hook of git's they name the repository of this project.
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .unwrap();
        assert!(ran.status.success(), "{ran:?}");
    }

    fn commit(&self, authored: i64, committed: i64, message: &str) {
        self.git(authored, committed, &["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    async fn read(&self, now: Moment) -> (BTreeMap<String, f64>, Vec<ProbeFault>) {
        let name = |name| IndicatorId::parse(name).unwrap();
        let indicators = GitQuantity::ALL.into_iter().map(|(word, quantity)| (quantity, name(word))).collect();
        let period = Duration::from_secs(7 * 86_400);
        let written = Repository { folder: self.0.path().to_owned(), default_branch: None, period, indicators };
        let readout = Git::new(written).read(now).await;
        let values = readout.readings.iter().map(|it| (it.indicator.to_string(), it.value())).collect();
        (values, readout.faults)
    }
}

#[tokio::test]
async fn a_repository_is_counted_and_its_newest_commit_ages() {
    let made = Made::new();
    for message in ["one", "two"] {
        made.commit(0, 0, message);
    }
    for file in ["a", "b", "c"] {
        std::fs::write(made.0.path().join(file), file).unwrap();
    }
    let (values, faults) = made.read(NOW + Duration::from_secs(90)).await;
    assert_eq!(faults, []);
    assert_eq!((values["commits"], values["newest_age"], values["files_changed"]), (2.0, 1.5, 3.0));
    assert_eq!((values["landed"], values["lead_time"], values["reverts"]), (2.0, 0.0, 0.0));
    assert_eq!((values["open_branches"], values.contains_key("branch_age")), (0.0, false));
}

#[tokio::test]
async fn a_commit_takes_from_its_author_until_it_has_landed_however_it_lands() {
    let made = Made::new();
    made.commit(1000, 1000, "long ago");
    made.git(0, 0, &["checkout", "--quiet", "-b", "topic"]);
    // Written before the period, landed within it.
    made.commit(300, 300, "begun");
    made.commit(40, 40, "ended");
    made.git(0, 0, &["checkout", "--quiet", "trunk"]);
    made.commit(50, 48, "rebased");
    made.git(20, 20, &["merge", "--quiet", "--no-ff", "--message", "merge topic", "topic"]);
    made.commit(10, 10, "Revert \"rebased\"\n\nThis reverts commit 0123456789abcdef.");
    let (values, faults) = made.read(NOW).await;
    assert_eq!(faults, []);
    // Hours: 280 and 20 by the merge, 2 by itself, 0 by the one that takes it back.
    assert_eq!((values["landed"], values["lead_time"], values["reverts"]), (4.0, 11.0, 1.0));
    assert_eq!(values["commits"], 6.0);
}

#[tokio::test]
async fn an_open_branch_is_as_old_as_its_oldest_commit_that_has_not_landed() {
    let made = Made::new();
    made.commit(1000, 1000, "long ago");
    for (branch, hours) in [("young", 24), ("old", 24 * 9)] {
        made.git(0, 0, &["checkout", "--quiet", "-b", branch, "trunk"]);
        made.commit(hours, hours, "begun");
        made.commit(1, 1, "went on");
    }
    made.git(0, 0, &["checkout", "--quiet", "trunk"]);
    let (values, faults) = made.read(NOW).await;
    assert_eq!(faults, []);
    assert_eq!((values["open_branches"], values["branch_age"]), (2.0, 5.0));
    assert_eq!((values["landed"], values.contains_key("lead_time")), (0.0, false));
}

#[tokio::test]
async fn what_origin_calls_its_head_is_the_default_branch_whatever_is_checked_out_here() {
    let (origin, made) = (Made::new(), Made::new());
    origin.commit(30, 30, "landed");
    made.git(0, 0, &["remote", "add", "origin", &origin.0.path().to_string_lossy()]);
    made.git(0, 0, &["fetch", "--quiet", "origin"]);
    made.git(0, 0, &["remote", "set-head", "origin", "trunk"]);
    made.git(0, 0, &["checkout", "--quiet", "-b", "mine", "origin/trunk"]);
    made.commit(24, 24, "not landed");
    let (values, faults) = made.read(NOW).await;
    assert_eq!(faults, []);
    assert_eq!((values["commits"], values["landed"]), (2.0, 1.0));
    assert_eq!((values["open_branches"], values["branch_age"]), (1.0, 1.0));
}

#[tokio::test]
async fn where_there_is_no_repository_there_are_faults_in_gits_words_and_no_zero() {
    let made = Made(tempfile::tempdir().unwrap());
    std::fs::remove_dir(made.0.path()).unwrap();
    let (values, faults) = made.read(NOW).await;
    assert_eq!((values.len(), faults.len()), (0, 8));
    assert!(faults[0].why.contains("cannot change to"), "{}", faults[0]);
}

#[test]
fn a_median_lies_in_the_middle() {
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[3.0]), Some(3.0));
    assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(&[9.0, 1.0, 2.0, 3.0]), Some(2.5));
}
