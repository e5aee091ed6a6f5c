//! Probes that run a program: how it ended and what it printed, and the end of one that takes too long.

use std::fs;

use tests::{
    folder::{Folder, UNHURRIED},
    wait::until,
};

use super::Plant;

const ENDS: &str = r#"
[[probe]]
kind = "command"
cadence = "500ms"
run = ["sh", "-c", "echo depth: 17; exit $(cat code)"]
pattern = 'depth: (\d+)'
indicators = { value = "press.depth", exit_code = "press.code" }
"#;

const HANGS: &str = r#"
[[probe]]
kind = "command"
cadence = "1s"
time_limit = "500ms"
run = ["sh", "press.sh"]
indicators = { value = "press.depth" }
"#;

/// As long as there is a file `stuck`, it writes down its number and that of its child, and neither ends.
const SCRIPT: &str = r#"
if [ -e stuck ]; then
    sleep 1000 &
    echo "$$ $!" >>pids
    wait
fi
echo 7
"#;

#[tokio::test]
async fn a_run_has_its_code_and_only_where_that_is_zero_its_number() {
    let folder = Folder::of_plant(&["press.depth", "press.code"], UNHURRIED, "");
    folder.write("code", "0");
    let plant = Plant::start(folder, ENDS).await;
    plant.until("press.depth", |depths| !depths.is_empty()).await;
    plant.folder.write("code", "3");
    let codes = plant.until("press.code", |codes| codes.ends_with(&[3.0, 3.0])).await;
    let well = codes.iter().filter(|code| **code == 0.0).count();
    plant.until("press.depth", |depths| well <= depths.len()).await;
    plant.twice_more("press.code").await;
    assert_eq!(plant.values("press.depth").await, vec![17.0; well]);
    plant.agent.logs("no reading: press.depth: exit status: 3").await;
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_killed_with_its_child_and_the_next_one_is_read() {
    let folder = Folder::of_plant(&["press.depth"], UNHURRIED, "");
    folder.write("press.sh", SCRIPT);
    folder.write("stuck", "");
    let plant = Plant::start(folder, HANGS).await;
    let first = until("a run hangs", async || {
        let pids = fs::read_to_string(plant.folder.at("pids")).ok()?;
        pids.split_once('\n').map(|(first, _)| first.to_owned())
    })
    .await;
    assert!(runs("self") && first.split(' ').count() == 2, "{first:?}");
    until("it is gone and so is its child", async || (!first.split(' ').any(runs)).then_some(())).await;
    plant.agent.logs("no answer within 500ms").await;
    fs::remove_file(plant.folder.at("stuck")).expect("it is there");
    let depths = plant.until("press.depth", |depths| depths.ends_with(&[7.0])).await;
    assert!(depths.iter().all(|depth| *depth == 7.0), "a run that was killed has no depth: {depths:?}");
}

/// Whether a process runs. One that was killed stays in the list until somebody asks how it ended.
fn runs(pid: &str) -> bool {
    let told = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // Before its state stands its name, in brackets.
    told.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
}
