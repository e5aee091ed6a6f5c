//! Against real processes that are started, killed and started again.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use vsm::id::IndicatorId;

use super::*;

/// A process that is over when it goes out of sight.
struct Sleeper(Child);

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A shell under a name that nobody else has.
fn program(folder: &Path, test: &str) -> (PathBuf, String) {
    let name = format!("sy{}-{test}", std::process::id());
    std::os::unix::fs::symlink("/bin/sh", folder.join(&name)).unwrap();
    (folder.join(&name), name)
}

/// It waits for a line that never comes.
fn sleeper(program: &Path) -> Sleeper {
    Sleeper(Command::new(program).args(["-c", "read line"]).stdin(Stdio::piped()).spawn().unwrap())
}

fn probe(which: Which) -> Process {
    let name = |name| IndicatorId::parse(name).unwrap();
    let indicators = ProcessQuantity::ALL.into_iter().map(|(word, quantity)| (quantity, name(word))).collect();
    Process::new(Written { which, indicators })
}

async fn read(probe: &mut Process) -> (BTreeMap<String, f64>, Vec<String>) {
    let readout = probe.read(Moment::default()).await;
    let values = readout.readings.iter().map(|it| (it.indicator.to_string(), it.value())).collect();
    (values, readout.faults.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn processes_of_a_name_are_counted_and_added_up_and_when_none_is_left_that_is_no_zero_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let (program, name) = program(folder.path(), "name");
    let mut probe = probe(Which::Name(name));
    let one = sleeper(&program);
    let (first, faults) = read(&mut probe).await;
    assert_eq!(faults, [""; 0]);
    assert!(first.keys().eq(["alive", "memory", "open_files"]), "{first:?}");
    assert!(0.0 < first["memory"] && 3.0 <= first["open_files"], "{first:?}");
    let two = sleeper(&program);
    let (second, _) = read(&mut probe).await;
    assert_eq!((first["alive"], second["alive"], second["restarts"]), (1.0, 2.0, 1.0));
    assert!(first["open_files"] < second["open_files"], "{second:?}");
    drop((one, two));
    let (none, faults) = read(&mut probe).await;
    assert_eq!((none["alive"], none["restarts"], none.len()), (0.0, 0.0, 2));
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert_eq!(faults[0], "processor: no such process is alive");
}

#[tokio::test]
async fn a_pid_file_leads_to_a_process_and_to_the_one_that_follows_it() {
    let folder = tempfile::tempdir().unwrap();
    let (program, _) = program(folder.path(), "file");
    let file = folder.path().join("pid");
    let mut probe = probe(Which::PidFile(file.clone()));
    assert!(read(&mut probe).await.1[0].contains("No such file"));
    let one = sleeper(&program);
    fs::write(&file, format!("{}\n", one.0.id())).unwrap();
    assert_eq!(read(&mut probe).await.0["alive"], 1.0);
    assert_eq!(read(&mut probe).await.0["restarts"], 0.0);
    drop(one);
    let two = sleeper(&program);
    fs::write(&file, format!("{}\n", two.0.id())).unwrap();
    let (values, _) = read(&mut probe).await;
    assert_eq!((values["alive"], values["restarts"]), (1.0, 1.0));
    fs::write(&file, "none").unwrap();
    assert!(read(&mut probe).await.1[0].ends_with("not the number of a process: \"none\""));
}

#[tokio::test]
async fn processor_time_is_a_share_of_one_processor_since_the_reading_before() {
    const WORKS: Duration = Duration::from_millis(200);
    let mut probe = probe(Which::Pid(std::process::id()));
    assert!(!read(&mut probe).await.0.contains_key("processor"));
    let before = Instant::now();
    let mut work = 0_u64;
    while before.elapsed() < WORKS {
        work = std::hint::black_box(work.wrapping_add(1));
    }
    let (values, faults) = read(&mut probe).await;
    assert_eq!(faults, [""; 0]);
    assert!(0.0 < values["processor"], "{values:?}");
}
