//! Processes on this machine: how many are alive, what they take, how often they begin anew.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fmt,
    fs::File,
    io::Read,
    path::Path,
    time::{Duration, Instant},
};
#[cfg(target_os = "linux")]
use std::{fs, os::unix::ffi::OsStringExt};

use config::agent::{Process as Written, ProcessQuantity, Which};
use sysinfo::{Pid, Process as Running, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};
use vsm::time::Moment;

use super::{Readout, Reason, aside::Aside};

/// How many letters of a name the system keeps beside the path of the program.
const LETTERS_KEPT: usize = 15;
/// The shortest time over which processor time says something: it is counted in hundredths of a second.
const SHORTEST: Duration = Duration::from_millis(50);
/// The longest pid file, in bytes.
const LONGEST_PID_FILE: u64 = 64;

/// Looks at some processes and takes them together.
pub struct Process {
    written: Written,
    senses: Aside<Senses>,
    before: Option<Seen>,
}

impl Process {
    /// A probe of what was written.
    pub fn new(written: Written) -> Self {
        Self { written, senses: Aside::default(), before: None }
    }

    /// Looks at them. Processor time and restarts are differences, so the first reading is without them.
    pub async fn read(&mut self, now: Moment) -> Readout {
        let which = self.written.which.clone();
        let quantities: Vec<ProcessQuantity> = self.written.indicators.keys().copied().collect();
        let before = self.before.clone();
        let looked = self.senses.look(move |senses| senses.look(&which, &quantities, before.as_ref())).await;
        match looked.and_then(|looked| looked) {
            Ok((found, seen)) => {
                // A look that outlasts its time is not handed on, nor is what it would have counted forgotten.
                self.before = Some(seen);
                let mut readout = Readout::default();
                for (indicator, value) in self.written.indicators.values().zip(found) {
                    readout.take_any(indicator, now, value);
                }
                readout
            }
            Err(why) => Readout::fault(format!("process {self}"), why),
        }
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.written.which {
            Which::Name(name) => f.write_str(name),
            Which::PidFile(file) => write!(f, "of {}", file.display()),
            Which::Pid(pid) => write!(f, "{pid}"),
        }
    }
}

/// A value, nothing yet, or why there is none.
type Found = Result<Option<f64>, Reason>;

/// What was seen at one look; some quantities are differences.
#[derive(Clone)]
struct Seen {
    at: Instant,
    /// Who was alive, each with the second at which it began, because numbers are given again.
    alive: BTreeMap<(Pid, u64), Used>,
}

/// What a process had used at one look.
#[derive(Clone, Copy)]
struct Used {
    /// Processor time.
    processor: Duration,
    /// Time since it began, in whole seconds.
    age: Duration,
}

impl Seen {
    fn now(alive: &[&Running]) -> Self {
        let used = |it: &Running| Used {
            processor: Duration::from_millis(it.accumulated_cpu_time()),
            age: Duration::from_secs(it.run_time()),
        };
        Self { at: Instant::now(), alive: alive.iter().map(|it| ((it.pid(), it.start_time()), used(it))).collect() }
    }

    /// How many are here that were not there before.
    fn begun_since(&self, before: &Self) -> f64 {
        self.alive.keys().filter(|identity| !before.alive.contains_key(identity)).count() as f64
    }

    /// Percent of one processor that was used since, by those that are here: all of what one has used that began since. None
    /// where that cannot be said of any, or where the time is too short to be measured in hundredths of a second.
    fn processor_since(&self, before: &Self) -> Option<f64> {
        let elapsed = self.at - before.at;
        let since = |(identity, now): (&(Pid, u64), &Used)| match before.alive.get(identity) {
            Some(then) => Some(now.processor.saturating_sub(then.processor)),
            None => (now.age <= elapsed).then_some(now.processor),
        };
        let used: Vec<Duration> = self.alive.iter().filter_map(since).collect();
        let can_be_said = !used.is_empty() && SHORTEST <= elapsed;
        can_be_said.then(|| 100.0 * used.iter().sum::<Duration>().div_duration_f64(elapsed))
    }
}

/// Where it is looked, which takes long to make.
#[derive(Default)]
struct Senses {
    system: Option<System>,
}

impl Senses {
    fn look(
        &mut self,
        which: &Which,
        quantities: &[ProcessQuantity],
        before: Option<&Seen>,
    ) -> Result<(Vec<Found>, Seen), Reason> {
        if self.system.is_none() {
            self.system = Some(System::new().map_err(|why| Reason::new("the machine does not tell", why.to_string()))?);
        }
        let system = self.system.as_mut().ok_or("no system")?;
        let alive = alive(system, which)?;
        let seen = Seen::now(&alive);
        let found = quantities.iter().map(|quantity| match quantity {
            ProcessQuantity::Alive => Ok(Some(alive.len() as f64)),
            ProcessQuantity::Restarts => Ok(before.map(|before| seen.begun_since(before))),
            _ if alive.is_empty() => Err("no such process is alive".into()),
            ProcessQuantity::Processor => Ok(before.and_then(|before| seen.processor_since(before))),
            ProcessQuantity::Memory => Ok(Some(sum(&alive, |it| it.memory() as f64 / 1_000_000.0))),
            ProcessQuantity::OpenFiles => open_files(&alive).map(Some),
        });
        Ok((found.collect(), seen))
    }
}

fn alive<'a>(system: &'a mut System, which: &Which) -> Result<Vec<&'a Running>, Reason> {
    // A start script gives way to its program, which goes on under its number.
    let kind = ProcessRefreshKind::nothing().with_cpu().with_memory().with_exe(UpdateKind::Always);
    let pid = match which {
        Which::Name(_) => None,
        Which::PidFile(file) => Some(pid_in(file)?),
        Which::Pid(pid) => Some(*pid),
    };
    match pid.map(Pid::from_u32) {
        Some(pid) => system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, kind),
        None => system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind),
    };
    let is_meant = |it: &&Running| match which {
        Which::Name(name) => is_named(it, name),
        _ => pid == Some(it.pid().as_u32()),
    };
    let is_over = |it: &&Running| matches!(it.status(), ProcessStatus::Zombie | ProcessStatus::Dead);
    let all = system.processes().values().filter(|it| it.thread_kind().is_none());
    Ok(all.filter(is_meant).filter(|it| !is_over(it)).collect())
}

/// By the path of its program, or where that cannot be seen by the letters the system keeps.
fn is_named(process: &Running, name: &str) -> bool {
    let kept = &name[..name.floor_char_boundary(LETTERS_KEPT)];
    match process.exe().and_then(Path::file_name) {
        Some(program) => program == OsStr::new(name) || (kept == name && letters(process) == OsStr::new(name)),
        None => letters(process) == OsStr::new(kept),
    }
}

/// The letters of its name that the system keeps now; what was read first stays with a number that begins another program.
#[cfg(target_os = "linux")]
fn letters(process: &Running) -> OsString {
    let kept = fs::read(format!("/proc/{}/comm", process.pid()));
    // One that has just ended is what it was.
    kept.map_or_else(|_| process.name().to_owned(), |letters| OsString::from_vec(letters.trim_ascii_end().to_owned()))
}

#[cfg(not(target_os = "linux"))]
fn letters(process: &Running) -> OsString {
    process.name().to_owned()
}

fn pid_in(file: &Path) -> Result<u32, Reason> {
    let fault = |why: Reason| {
        let details = format!("pid file {}: {}", file.display(), why.details);
        Reason { details, ..why.after("the pid file") }
    };
    let mut text = String::new();
    let opened = File::open(file).and_then(|file| file.take(LONGEST_PID_FILE).read_to_string(&mut text));
    opened.map_err(|why| fault(Reason::of_system(&why)))?;
    let nonsense =
        || Reason::new("not the number of a process", format!("not the number of a process: {:?}", text.trim()));
    text.trim().parse().map_err(|_| fault(nonsense()))
}

fn sum(processes: &[&Running], of: impl Fn(&Running) -> f64) -> f64 {
    processes.iter().map(|it| of(it)).sum()
}

fn open_files(processes: &[&Running]) -> Result<f64, Reason> {
    let counted = |it: &&Running| {
        let unseen = || Reason::own(format!("those of process {} cannot be seen", it.pid()));
        it.open_files().map(|count| count as f64).ok_or_else(unseen)
    };
    processes.iter().map(counted).sum()
}

#[cfg(test)]
mod tests;
