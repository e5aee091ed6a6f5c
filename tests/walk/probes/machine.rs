//! Probes of this machine, and of processes that are started, killed and started again.

use std::{
    fs,
    hint::black_box,
    io::Write,
    process::{self, Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tests::{
    folder::{Folder, UNHURRIED},
    wait::until,
};

use super::Plant;

const HOST: &str = r#"
[[probe]]
kind = "host"
cadence = "300ms"
indicators = { processor = "press.processor", memory = "press.memory" }
"#;

const BY_PID_FILE: &str = r#"
[[probe]]
kind = "process"
cadence = "500ms"
pid_file = "press.pid"
indicators = { alive = "press.alive", open_files = "press.files" }
"#;

fn by_name(name: &str) -> String {
    format!(
        "\n[[probe]]\nkind = \"process\"\ncadence = \"500ms\"\nname = \"{name}\"\n\
         indicators = {{ alive = \"press.alive\", restarts = \"press.restarts\" }}\n"
    )
}

/// A shell that runs a script, and is gone when it goes out of sight.
struct Running(Child);

impl Running {
    /// Starts the program at a path, in the folder.
    fn start(folder: &Folder, program: &str, script: &str) -> Self {
        let mut command = Command::new(program);
        let started = command.args(["-c", script]).current_dir(folder.path()).stdin(Stdio::piped()).spawn();
        Self(started.expect("a shell starts"))
    }

    /// Gives it a line to read.
    fn tell(&mut self) {
        let input = self.0.stdin.as_mut().expect("its input is a pipe");
        input.write_all(b"\n").expect("it listens");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().expect("a child can be killed");
        self.0.wait().expect("a killed child is gone");
    }
}

/// A shell under a name that nobody else has.
struct Shell {
    name: String,
    /// Beside the tests, because a machine may let no program run where it keeps temporary files.
    folder: TempDir,
}

impl Shell {
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder can be made");
        // The system keeps fifteen letters of it.
        let shell = Self { name: format!("{name}{}", process::id()), folder };
        // A file that this process had written might still be open in a child that another test starts just then.
        let copied = Command::new("cp").arg("/bin/sh").arg(shell.path()).status().expect("cp starts");
        assert!(copied.success(), "{copied}");
        shell
    }

    fn path(&self) -> String {
        self.folder.path().join(&self.name).display().to_string()
    }
}

#[tokio::test]
async fn the_memory_and_the_processor_of_this_machine_come_in_as_percent() {
    let folder = Folder::of_plant(&["press.processor", "press.memory"], UNHURRIED, "");
    let plant = Plant::start(folder, HOST).await;
    until("the memory in use is what the system says", async || {
        let arrived = *plant.values("press.memory").await.last()?;
        ((arrived - memory_in_use()).abs() < 5.0).then_some(())
    })
    .await;
    let memory = plant.values("press.memory").await;
    assert!(memory.iter().any(|percent| 1.5 < *percent), "shares rather than percent: {memory:?}");
    until("a processor at work", async || {
        work();
        plant.values("press.processor").await.into_iter().find(|busy| 0.0 < *busy)
    })
    .await;
    let busy = plant.values("press.processor").await;
    assert!(busy.iter().all(|busy| (0.0..=100.0).contains(busy)), "{busy:?}");
}

#[tokio::test]
async fn a_process_that_is_killed_is_not_alive_and_when_it_is_back_that_is_one_restart() {
    let folder = Folder::of_plant(&["press.alive", "press.restarts"], UNHURRIED, "");
    let shell = Shell::new("press");
    let first = Running::start(&folder, &shell.path(), "read line");
    let plant = Plant::start(folder, &by_name(&shell.name)).await;
    plant.until("press.alive", |alive| alive.ends_with(&[1.0])).await;
    drop(first);
    plant.until("press.alive", |alive| alive.ends_with(&[0.0])).await;
    let _second = Running::start(&plant.folder, &shell.path(), "read line");
    let mut alive = plant.until("press.alive", |alive| alive.ends_with(&[1.0, 1.0, 1.0])).await;
    has_begun_anew_once(&plant, alive.len()).await;
    alive.dedup();
    assert_eq!(alive, [1.0, 0.0, 1.0]);
}

#[tokio::test]
async fn a_program_that_a_start_script_gives_way_to_is_found_by_its_name() {
    let folder = Folder::of_plant(&["press.alive", "press.restarts"], UNHURRIED, "");
    let shell = Shell::new("kiln");
    let script = format!("read line; exec '{}' -c 'read line'", shell.path());
    let mut starting = Running::start(&folder, "/bin/sh", &script);
    let plant = Plant::start(folder, &by_name(&shell.name)).await;
    plant.until("press.alive", |alive| alive.ends_with(&[0.0])).await;
    starting.tell();
    let mut alive = plant.until("press.alive", |alive| alive.ends_with(&[1.0, 1.0])).await;
    has_begun_anew_once(&plant, alive.len()).await;
    alive.dedup();
    assert_eq!(alive, [0.0, 1.0]);
}

/// Waits for the restarts of as many looks as there were, of which the first has nothing to compare with: there is one.
async fn has_begun_anew_once(plant: &Plant, looks: usize) {
    let restarts = plant.until("press.restarts", |restarts| looks - 1 <= restarts.len()).await;
    assert_eq!(restarts.iter().sum::<f64>(), 1.0, "{restarts:?}");
}

#[tokio::test]
async fn the_open_files_of_a_process_are_counted_as_long_as_it_is_alive() {
    let folder = Folder::of_plant(&["press.alive", "press.files"], UNHURRIED, "");
    let mut running = Running::start(&folder, "/bin/sh", "read line; exec 7>a 8>b 9>c; read line");
    folder.write("press.pid", &format!("{}\n", running.0.id()));
    let plant = Plant::start(folder, BY_PID_FILE).await;
    let before = plant.until("press.files", |files| !files.is_empty()).await[0];
    running.tell();
    plant.until("press.files", |files| files.ends_with(&[before + 3.0])).await;
    drop(running);
    plant.until("press.alive", |alive| alive.ends_with(&[0.0, 0.0])).await;
    let files = plant.values("press.files").await;
    assert!(files.iter().all(|count| before <= *count), "where nobody is alive there is no zero: {files:?}");
}

/// The share of the memory that is in use, in percent, as the system itself tells it.
fn memory_in_use() -> f64 {
    let told = fs::read_to_string("/proc/meminfo").expect("the system tells of its memory");
    let figure = |name: &str| -> f64 {
        let figure = told.lines().find_map(|line| line.strip_prefix(name)).expect("a line for each figure");
        figure.trim_end_matches("kB").trim().parse().expect("a number")
    };
    100.0 * (1.0 - figure("MemAvailable:") / figure("MemTotal:"))
}

/// Keeps a processor busy for a moment.
fn work() {
    let begun = Instant::now();
    let mut count = 0_u64;
    while begun.elapsed() < Duration::from_millis(30) {
        count = black_box(count.wrapping_add(1));
    }
}
