//! The probe of a git repository: of one that is made here, with dates of its own.

use std::{fs, path::PathBuf, process::Command};

use tests::{
    folder::{Folder, UNHURRIED},
    series::now,
};

use super::Plant;

const INDICATORS: [&str; 6] =
    ["press.commits", "press.landed", "press.lead_time", "press.reverts", "press.open", "press.open_age"];

const GIT: &str = r#"
[[probe]]
kind = "git"
cadence = "2s"
repository = "repository"
[probe.indicators]
commits = "press.commits"
landed = "press.landed"
lead_time = "press.lead_time"
reverts = "press.reverts"
open_branches = "press.open"
branch_age = "press.open_age"
"#;

/// The repository in a folder.
struct Repository {
    folder: PathBuf,
    /// In Unix seconds.
    now: i64,
}

impl Repository {
    fn new(folder: &Folder) -> Self {
        let made = Self { folder: folder.at("repository"), now: now().unix_millis() / 1000 };
        fs::create_dir(&made.folder).expect("a folder can be made");
        made.git(0, 0, &["init", "--quiet", "--initial-branch=trunk"]);
        made.commit(1000, 1000, "long ago");
        made
    }

    /// Runs git by clocks that stand so many hours before now: the author's, and that of who commits.
    fn git(&self, authored: i64, committed: i64, arguments: &[&str]) {
        let at = |hours: i64| format!("{} +0000", self.now - hours * 3600);
        let ran = Command::new("git")
            .args(["-c", "user.name=Press", "-c", "user.email=press@example.org", "-c", "commit.gpgsign=false"])
            .arg("-C")
            .arg(&self.folder)
            .args(arguments)
            .env("GIT_AUTHOR_DATE", at(authored))
            .env("GIT_COMMITTER_DATE", at(committed))
            // Whoever runs this may have git do other things, sign and run hooks among them.
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            // In a hook of git's they name the repository of this project.
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .expect("git starts");
        assert!(ran.status.success(), "{ran:?}");
    }

    fn commit(&self, authored: i64, committed: i64, message: &str) {
        self.git(authored, committed, &["commit", "--quiet", "--allow-empty", "--message", message]);
    }

    fn begin(&self, branch: &str) {
        self.git(0, 0, &["checkout", "--quiet", "-b", branch]);
    }

    fn back_to_trunk(&self) {
        self.git(0, 0, &["checkout", "--quiet", "trunk"]);
    }

    fn merge(&self, hours: i64, branch: &str) {
        self.git(hours, hours, &["merge", "--quiet", "--no-ff", "--message", "merge", branch]);
    }
}

#[tokio::test]
async fn what_has_landed_and_how_long_that_took_and_what_was_taken_back_come_in() {
    let folder = Folder::of_plant(&INDICATORS, UNHURRIED, "");
    let repository = Repository::new(&folder);
    repository.begin("topic");
    repository.commit(300, 300, "begun");
    repository.commit(40, 40, "ended");
    repository.back_to_trunk();
    repository.commit(50, 48, "rebased");
    repository.merge(20, "topic");
    repository.commit(10, 10, "Revert \"rebased\"\n\nThis reverts commit 0123456789abcdef.");
    let plant = Plant::start(folder, GIT).await;
    // Hours from author to trunk: 280 and 20 by the merge, 2 by itself, 0 by the one that takes it back.
    reads(&plant, [6.0, 4.0, 11.0, 1.0, 0.0]).await;
    repository.commit(30, 4, "rebased again");
    reads(&plant, [7.0, 5.0, 20.0, 1.0, 0.0]).await;
    assert_eq!(plant.values("press.open_age").await, [0.0; 0], "where no branch is open, none has an age");
}

#[tokio::test]
async fn a_branch_is_open_and_has_an_age_until_it_lands() {
    let folder = Folder::of_plant(&INDICATORS, UNHURRIED, "");
    let repository = Repository::new(&folder);
    repository.begin("topic");
    repository.commit(5 * 24, 5 * 24, "begun");
    repository.commit(1, 1, "went on");
    repository.back_to_trunk();
    let plant = Plant::start(folder, GIT).await;
    plant.until("press.open", |open| open.ends_with(&[1.0])).await;
    let ages = plant.until("press.open_age", |ages| !ages.is_empty()).await;
    assert!(ages.iter().all(|days| (5.0..6.0).contains(days)), "{ages:?}");
    repository.merge(0, "topic");
    plant.until("press.open", |open| open.ends_with(&[0.0])).await;
    plant.until("press.landed", |landed| landed.ends_with(&[2.0])).await;
}

/// Waits until the first five indicators say this at last.
async fn reads(plant: &Plant, values: [f64; 5]) {
    for (indicator, value) in INDICATORS.into_iter().zip(values) {
        plant.until(indicator, |read| read.ends_with(&[value])).await;
    }
}
