//! A program that is run: how it ended, how long it took, and a number from its output.

use std::{fmt, io, path};

use config::agent::{Command as Written, CommandQuantity};
use tokio::process;
use vsm::time::Moment;

use super::{
    ProbeFault, Readout, Reason, find,
    run::{self, Ended},
};

/// The longest output in which a number is looked for, in bytes.
const LONGEST_OUTPUT: usize = 1 << 20;

/// Runs one program.
pub struct Command(Written);

impl Command {
    /// A probe of what was written.
    pub fn new(written: Written) -> Self {
        Self(written)
    }

    /// Runs it once. Dropping the future kills it and its children.
    pub async fn read(&mut self, now: Moment) -> Readout {
        let about = format!("command {self}");
        let ended = match self.process() {
            Ok(process) => run::run(process, LONGEST_OUTPUT).await,
            Err(why) => Err(why),
        };
        let ended = match ended {
            Ok(ended) => ended,
            Err(why) => return Readout::fault(about, Reason::of_system(&why).after("does not start")),
        };
        let mut readout = Readout::default();
        for (quantity, indicator) in &self.0.indicators {
            let value = self.quantity(*quantity, &ended);
            readout.take(indicator, now, value.map_err(|why| ProbeFault::new(indicator.as_str(), why)));
        }
        readout
    }

    /// The program is where it is, whatever folder it runs in; a name without a folder is looked up.
    fn process(&self) -> io::Result<process::Command> {
        let Written { program, arguments, folder, .. } = &self.0;
        let is_name = program.components().count() == 1;
        let program = if is_name { program.clone() } else { path::absolute(program)? };
        let mut process = process::Command::new(program);
        process.args(arguments).current_dir(folder);
        Ok(process)
    }

    fn quantity(&self, quantity: CommandQuantity, ended: &Ended) -> Result<f64, Reason> {
        match quantity {
            CommandQuantity::ExitCode => {
                ended.status.code().map(f64::from).ok_or_else(|| Reason::own(ended.status.to_string()))
            }
            CommandQuantity::Duration => Ok(ended.took.as_secs_f64()),
            CommandQuantity::Value => match ended.failure() {
                Some(failure) => Err(failure),
                None if !ended.is_whole => Err(Reason::own(format!("an output of more than {LONGEST_OUTPUT} bytes"))),
                None => find::number(&self.0.finder, &ended.output),
            },
        }
    }
}

/// The program and its arguments, as they are written in a shell where nothing needs quotes.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.program.display())?;
        self.0.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io::Read, path::Path, time::Duration};

    use config::agent::{Finder, Pattern};
    use vsm::id::IndicatorId;

    use super::*;

    fn shell(folder: &Path, script: &str) -> Command {
        let name = |name: &str| IndicatorId::parse(name).unwrap();
        Command::new(Written {
            program: "sh".into(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
            folder: folder.to_owned(),
            finder: Finder::Pattern(Pattern::parse(r"depth=(\d+)").unwrap()),
            indicators: CommandQuantity::ALL.into_iter().map(|(word, quantity)| (quantity, name(word))).collect(),
        })
    }

    async fn run(script: &str) -> (BTreeMap<String, f64>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let readout = shell(folder.path(), script).read(Moment::default()).await;
        let values = readout.readings.iter().map(|it| (it.indicator.to_string(), it.value())).collect();
        (values, readout.faults.iter().map(ToString::to_string).collect())
    }

    #[tokio::test]
    async fn a_run_has_a_code_a_duration_and_a_number() {
        let (values, faults) = run("echo depth=17 >file; cat file").await;
        assert_eq!(faults, [""; 0]);
        assert_eq!((values["exit_code"], values["value"]), (0.0, 17.0));
        assert!((0.0..60.0).contains(&values["duration"]), "{values:?}");
    }

    #[tokio::test]
    async fn a_run_that_fails_has_a_code_and_no_number_whatever_it_printed() {
        let (values, faults) = run("echo depth=17; echo no such queue >&2; exit 3").await;
        assert_eq!(values["exit_code"], 3.0);
        assert_eq!(faults, ["value: exit status: 3: no such queue"]);
        let (values, faults) = run("kill -9 $$").await;
        assert!(values.keys().eq(["duration"]), "{values:?}");
        assert_eq!(faults[0], "exit_code: signal: 9 (SIGKILL)");
    }

    #[tokio::test]
    async fn what_a_run_complained_of_and_what_it_printed_is_for_the_log_alone() {
        let folder = tempfile::tempdir().unwrap();
        for (script, said) in [
            ("echo 'curl -u ops:hunter2 ops:hunter2@tcp(db:3306) MYSQL_PASS=hunter2' >&2; exit 2", "exit status: 2"),
            ("echo 'AccountKey=hunter2 of ada@example.com'", "nothing matches the pattern"),
        ] {
            let faults = shell(folder.path(), script).read(Moment::default()).await.faults;
            assert!(faults[0].why.contains("hunter2"), "{faults:?}");
            assert_eq!(faults[0].said, said);
        }
    }

    #[tokio::test]
    async fn what_is_not_there_or_says_too_much_or_nothing_is_a_fault() {
        assert_eq!(run("true").await.1, [r#"value: nothing matches "depth=(\\d+)" in """#]);
        let (_, faults) = run("head -c 2000000 /dev/zero").await;
        assert_eq!(faults, ["value: an output of more than 1048576 bytes"]);
        let mut missing = shell(Path::new("."), "");
        missing.0.program = "./no-such-program".into();
        let faults = missing.read(Moment::default()).await.faults;
        assert!(faults[0].to_string().contains("does not start: "), "{faults:?}");
    }

    #[tokio::test]
    async fn a_child_that_keeps_the_output_open_does_not_keep_the_reading_waiting() {
        let (values, _) = run("sleep 1000 & echo depth=1").await;
        assert_eq!(values["value"], 1.0);
    }

    #[tokio::test]
    async fn whoever_is_given_up_dies_and_so_do_the_children() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        // Everyone in the script holds the pipe; it ends when the last of them is dead.
        let mut command = shell(folder.path(), "exec 3>pipe; echo up >&3; (sleep 1000; true) & sleep 1000");
        let (is_up, up) = tokio::sync::oneshot::channel();
        let watching = tokio::task::spawn_blocking(move || {
            let mut held = std::fs::File::open(pipe).unwrap();
            held.read_exact(&mut [0; 3]).unwrap();
            is_up.send(()).unwrap();
            held.read_to_end(&mut Vec::new()).unwrap()
        });
        tokio::select! {
            readout = command.read(Moment::default()) => panic!("it ended: {readout:?}"),
            up = up => up.unwrap(),
        }
        let ended = tokio::time::timeout(Duration::from_secs(30), watching).await;
        assert_eq!(ended.expect("somebody survived").unwrap(), 0);
    }
}
