//! A process that is run to its end, and that takes its children with it.

use std::{
    io,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
    time::Instant,
};

use super::Reason;

/// How much of a complaint is kept, in bytes.
const LONGEST_COMPLAINT: usize = 256;

/// A process that has ended.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) took: Duration,
    /// The beginning of its standard output.
    pub(super) output: Vec<u8>,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
    /// The line ends of all of it.
    pub(super) lines: u64,
    /// The first line of its standard error.
    pub(super) complaint: String,
}

/// Runs a process in a group of its own and keeps `most` bytes of its output.
///
/// The group is killed when the process ends, and when this future is dropped before.
pub(super) async fn run(mut command: Command, most: usize) -> io::Result<Ended> {
    let began = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    let mut child = command.spawn()?;
    let group = Group(child.id());
    let (output, complaint) = (child.stdout.take(), child.stderr.take());
    let wait = async {
        let status = child.wait().await;
        let took = began.elapsed();
        // What it left behind goes now: it could hold the output open for ever.
        drop(group);
        (status, took)
    };
    let (output, complaint, (status, took)) =
        tokio::join!(listen(output, most), listen(complaint, LONGEST_COMPLAINT), wait);
    Ok(Ended {
        status: status?,
        took,
        is_whole: output.bytes == output.kept.len() as u64,
        output: output.kept,
        lines: output.lines,
        complaint: first_line(&complaint.kept),
    })
}

impl Ended {
    /// How it ended where it did not end well; its complaint is a detail.
    pub(super) fn failure(&self) -> Option<Reason> {
        if self.status.success() {
            return None;
        }
        let Self { status, complaint, .. } = self;
        let details = if complaint.is_empty() { status.to_string() } else { format!("{status}: {complaint}") };
        Some(Reason::new(status.to_string(), details))
    }
}

/// A process group that is killed when it goes out of sight.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let leader = self.0.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // It fails where nobody is left, and that is well.
            kill_process_group(leader, Signal::KILL).ok();
        }
    }
}

#[derive(Default)]
struct Said {
    kept: Vec<u8>,
    bytes: u64,
    lines: u64,
}

/// Listens to the end and keeps the beginning, however much is said.
async fn listen(pipe: Option<impl AsyncRead + Unpin>, most: usize) -> Said {
    let mut said = Said::default();
    let mut buffer = [0; 4096];
    let Some(mut pipe) = pipe else { return said };
    while let Ok(read @ 1..) = pipe.read(&mut buffer).await {
        let rest = most.saturating_sub(said.kept.len()).min(read);
        said.kept.extend_from_slice(&buffer[..rest]);
        said.bytes += read as u64;
        said.lines += buffer[..read].iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    said
}

/// The first line, without what surrounds it.
pub(super) fn first_line(text: &[u8]) -> String {
    String::from_utf8_lossy(text).lines().next().unwrap_or_default().trim().to_owned()
}
