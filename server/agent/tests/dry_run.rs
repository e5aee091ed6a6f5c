//! The real program, asked what would leave.

#![allow(clippy::unwrap_used, reason = "what fails here is a test that fails")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

/// The program in a folder that holds its file.
fn program(folder: &Path, config: &str, rounds: &str) -> Command {
    let file = folder.join("agent.toml");
    fs::write(&file, format!("version = 1\nagent = \"plant\"\n{config}")).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_synco-agent"));
    program.args(["dry-run", "--readings", rounds, "--config"]).arg(file);
    program
}

fn dry_run(folder: &Path, config: &str, rounds: &str) -> Output {
    program(folder, config, rounds).stdin(Stdio::null()).output().unwrap()
}

/// What every frame tells that cannot be read, as `indicator: why`.
fn faults(frames: &str) -> Vec<String> {
    let frames = frames.lines().skip(1).map(|frame| serde_json::from_str::<Value>(frame).unwrap());
    let told = frames.filter_map(|mut frame| frame["faults"].as_array_mut().map(std::mem::take));
    let words = |fault: &Value| format!("{}: {}", fault["indicator"].as_str().unwrap(), fault["why"].as_str().unwrap());
    told.flat_map(|told| told.iter().map(words).collect::<Vec<_>>()).collect()
}

/// Every reading of every frame, without its moment.
fn readings(frames: &str) -> Vec<String> {
    let mut found = Vec::new();
    for frame in frames.lines().skip(1) {
        let frame: Value = serde_json::from_str(frame).unwrap();
        for reading in frame["readings"]["readings"].as_array().into_iter().flatten() {
            let mut parts = reading.as_array().unwrap().clone();
            parts.remove(1);
            found.push(Value::Array(parts).to_string());
        }
    }
    found
}

#[test]
fn what_is_doubted_leaves_with_a_mark_and_what_cannot_be_stays_here_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    // Each run gives a hundred times as much as the one before.
    fs::write(folder.path().join("depth.sh"), "cat depth; echo \"$(cat depth)00\" >next; mv next depth\n").unwrap();
    fs::write(folder.path().join("depth"), "5\n").unwrap();
    fs::write(folder.path().join("dump"), "0123456789").unwrap();
    let config = r#"
        [[probe]]
        kind = "command"
        cadence = "1h"
        run = ["sh", "depth.sh"]
        indicators = { value = "plant.depth" }
        [[probe]]
        kind = "file"
        cadence = "1h"
        path = "dump"
        indicators = { size = "plant.dump" }
        [[indicator]]
        id = "plant.depth"
        most_jump = 100
        [[indicator]]
        id = "plant.dump"
        range = [100, 1000]
    "#;
    let output = dry_run(folder.path(), config, "2");
    assert!(output.status.success(), "{output:?}");
    let doubted =
        r#"["plant.depth",500.0,{"note":"495 from 5 in one reading; up to 100 is believed","quality":"doubtful"}]"#;
    let frames = String::from_utf8(output.stdout).unwrap();
    assert_eq!(faults(&frames), ["plant.dump: withheld: 10 lies outside of what can be, 100 to 1000"], "told once");
    let left = readings(&frames);
    // The order of members is nobody's business.
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let left: Vec<_> = left.iter().map(|reading| value(reading)).collect();
    assert_eq!(left, [value(r#"["plant.depth",5.0]"#), value(doubted)]);
    let told = String::from_utf8(output.stderr).unwrap();
    let withheld = "no reading: plant.dump: withheld: 10 lies outside of what can be, 100 to 1000";
    assert_eq!(told.lines().collect::<Vec<_>>(), [withheld; 2]);
}

#[test]
fn a_program_is_found_from_wherever_the_agent_is_started() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("payments");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("depth"), "7\n").unwrap();
    fs::write(inner.join("depth.sh"), "#!/bin/sh\ncat depth\n").unwrap();
    fs::set_permissions(inner.join("depth.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let indicators = "indicators = { value = \"plant.depth\" }";
    let probe = format!("[[probe]]\nkind = \"command\"\ncadence = \"1h\"\nrun = [\"./depth.sh\"]\n{indicators}");
    fs::write(inner.join("agent.toml"), format!("version = 1\nagent = \"plant\"\n{probe}")).unwrap();
    for (here, file) in [(folder.path(), "payments/agent.toml"), (&inner, "agent.toml")] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_synco-agent"));
        program.args(["dry-run", "--readings", "1", "--config", file]).current_dir(here).stdin(Stdio::null());
        let output = program.output().unwrap();
        let read = readings(&String::from_utf8(output.stdout).unwrap());
        assert_eq!(read, [r#"["plant.depth",7.0]"#], "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn what_fails_or_is_late_leaves_in_few_words_and_the_log_says_more() {
    let folder = tempfile::tempdir().unwrap();
    let config = r#"
        [[probe]]
        kind = "command"
        cadence = "1h"
        time_limit = "50ms"
        run = ["sleep", "1000"]
        indicators = { exit_code = "plant.code" }
        [[probe]]
        kind = "log"
        cadence = "1h"
        path = "no.log"
        series = [{ indicator = "plant.lines" }]
    "#;
    let output = dry_run(folder.path(), config, "1");
    assert!(output.status.success(), "{output:?}");
    let frames = String::from_utf8(output.stdout).unwrap();
    assert_eq!(readings(&frames), [""; 0]);
    let last = frames.lines().last().unwrap();
    let (late, missing) = ("plant.code: no answer within 50ms", "plant.lines: No such file or directory");
    assert_eq!(faults(&format!("hello\n{last}")), [late, missing]);
    let mut told: Vec<String> = String::from_utf8(output.stderr).unwrap().lines().map(str::to_owned).collect();
    told.sort();
    assert_eq!(told[0], "no reading: command sleep 1000, time limit: no answer within 50ms");
    assert!(told[1].starts_with("no reading: log ") && told[1].ends_with("No such file or directory (os error 2)"));
}

#[test]
fn what_a_script_writes_into_standard_input_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[[probe]]\nkind = \"stdin\"\ncadence = \"100ms\"\nindicators = [\"plant.output\"]\n";
    let mut program = Ended(
        program(folder.path(), config, "100000")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let mut input = program.0.stdin.take().unwrap();
    input.write_all(b"plant.output 7\n{\"indicator\":\"plant.output\",\"value\":8,\"measured_at\":1000}\n").unwrap();
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let hello = lines.next().unwrap().unwrap();
    assert!(hello.contains("\"agent\":\"plant\""), "{hello}");
    let frame = lines.next().unwrap().unwrap();
    assert_eq!(readings(&format!("{hello}\n{frame}")), [r#"["plant.output",7.0]"#, r#"["plant.output",8.0]"#]);
    assert!(frame.contains("[\"plant.output\",1000,8"), "{frame}");
}

/// A program that is over when it goes out of sight.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
