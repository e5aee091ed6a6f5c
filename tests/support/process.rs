//! One program of the product as a process of its own.

use std::{
    ffi::OsStr,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
#[cfg(target_os = "linux")]
use rustix::process::{Resource, Rlimit, prlimit};
use tempfile::TempDir;

use crate::wait;

/// How long a process that was asked to end may take before it is killed.
const ENDS_WITHIN: Duration = Duration::from_secs(15);
/// So much of a log is shown when a test fails, in lines.
const LINES_SHOWN: usize = 60;

/// A process. It ends with the test, whatever becomes of that, and a failed test shows what it logged.
pub struct Process {
    name: String,
    child: Child,
    /// Files rather than pipes: they hold what was said even by a process that was killed.
    outputs: TempDir,
}

impl Process {
    /// Starts `program`, as `synco` or `synco-agent`, with its arguments, in the folder `here`.
    ///
    /// # Panics
    /// If it has not been built.
    pub fn start<A: AsRef<OsStr>>(program: &str, here: &Path, arguments: impl IntoIterator<Item = A>) -> Self {
        Self::spawn(&[], program, here, arguments, Stdio::null())
    }

    /// The same with something on its standard input.
    ///
    /// # Panics
    /// If it has not been built.
    pub fn start_fed<A: AsRef<OsStr>>(
        program: &str,
        here: &Path,
        arguments: impl IntoIterator<Item = A>,
        input: Stdio,
    ) -> Self {
        Self::spawn(&[], program, here, arguments, input)
    }

    /// The same with variables in its environment, each as `NAME=value`. The shell that starts it does not see them.
    ///
    /// # Panics
    /// If it has not been built.
    pub fn start_with<A: AsRef<OsStr>>(
        variables: &[String],
        program: &str,
        here: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        Self::spawn(variables, program, here, arguments, Stdio::null())
    }

    fn spawn<A: AsRef<OsStr>>(
        variables: &[String],
        program: &str,
        here: &Path,
        arguments: impl IntoIterator<Item = A>,
        input: Stdio,
    ) -> Self {
        let outputs = tempfile::tempdir().expect("a temporary folder can be made");
        let file = |name| File::create(outputs.path().join(name)).expect("a file can be made in it");
        // A file that may not grow is a fault the program hears of, as on a full disk, and not its end.
        let child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec env \"$@\"", "sh"])
            .args(variables)
            .arg(path(program))
            .args(arguments)
            .current_dir(here)
            .env_remove("RUST_LOG")
            // It would outweigh the file of a clock.
            .env_remove("FAKETIME")
            .stdin(input)
            .stdout(file("said"))
            .stderr(file("logged"))
            .spawn()
            .unwrap_or_else(|why| panic!("{program} does not start: {why}"));
        Self { name: program.to_owned(), child, outputs }
    }

    /// What it has written to standard output.
    pub fn said(&self) -> String {
        self.read("said")
    }

    /// What it has written to standard error.
    pub fn logged(&self) -> String {
        self.read("logged")
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Lets no file it writes grow beyond so many bytes, as if the disk were full; none lifts that.
    ///
    /// # Panics
    /// If the system refuses.
    #[cfg(target_os = "linux")]
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = Rlimit { current: bytes, maximum: None };
        prlimit(Some(Pid::from_child(&self.child)), Resource::Fsize, limit).expect("a child can be limited");
    }

    /// Waits for a line of standard output and gives what follows `beginning` in it.
    ///
    /// # Panics
    /// If it ends, or does not say it in time.
    pub async fn says(&mut self, beginning: &str) -> String {
        wait::until(&format!("{} says {beginning:?}", self.name), async || {
            let ended = self.child.try_wait().expect("a child can be asked");
            let said = self.said();
            // A last line without its end may not be whole yet.
            let whole = said.rsplit_once('\n').map_or("", |(lines, _)| lines);
            let rest = whole.lines().find_map(|line| line.strip_prefix(beginning)).map(str::to_owned);
            assert!(rest.is_some() || ended.is_none(), "{} ended: {ended:?}", self.name);
            rest
        })
        .await
    }

    /// Waits until it has logged a line with these words, and gives the line.
    pub async fn logs(&self, words: &str) -> String {
        wait::until(&format!("{} logs {words:?}", self.name), async || {
            self.logged().lines().rfind(|line| line.contains(words)).map(str::to_owned)
        })
        .await
    }

    /// Kills it as `kill -9` does, and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a killed child is gone");
    }

    /// Asks it to end, as `kill` does.
    pub fn terminate(&self) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // It may have gone by itself meanwhile.
        id.map(|id| kill_process(id, Signal::TERM).ok());
    }

    /// Waits for its end and gives its exit code; none if a signal ended it.
    pub async fn ended(&mut self) -> Option<i32> {
        let what = format!("{} ends", self.name);
        let status = wait::until(&what, async || self.child.try_wait().expect("a child can be asked")).await;
        status.code()
    }

    fn read(&self, output: &str) -> String {
        let bytes = fs::read(self.outputs.path().join(output)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn is_gone_within(&mut self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Asked rather than killed at first, because a process may have started others and has to end them.
        self.terminate();
        if !self.is_gone_within(ENDS_WITHIN) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
        if thread::panicking() {
            let logged = self.logged();
            let lines: Vec<_> = logged.lines().collect();
            let shown = lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n");
            eprintln!("--- {} said:\n{}--- and logged at last:\n{shown}\n---", self.name, self.said());
        }
    }
}

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate of the tests has a folder above it")
}

/// Where cargo puts a program of the same profile as the one that runs: a test in `deps`, an example in `examples`.
fn path(program: &str) -> PathBuf {
    let here = std::env::current_exe().expect("a program knows where it is");
    let built = here.ancestors().nth(2).expect("a test lies two folders deep in the target").join(program);
    assert!(
        built.is_file(),
        "no program {}; `cargo xtask test` builds it, or `cargo build -p room -p agent` (with --release for a load run)",
        built.display()
    );
    built
}
