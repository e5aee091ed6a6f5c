//! `synco demo`: a room and its agents as separate processes, on a fresh archive.

use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::{
    cli::{DemoArgs, Failure},
    serve, signals,
};

/// How long the room may take to open.
const OPENS_WITHIN: Duration = Duration::from_secs(30);
/// How long a process may take to come to an end once it is told to: longer than the room ever does.
const ENDS_WITHIN: Duration = Duration::from_secs(serve::CLOSES_WITHIN.as_secs() + 4);

/// Runs until Ctrl-C, or for as long as it was told to.
pub async fn run(args: DemoArgs) -> Result<(), Failure> {
    // Before anything is there that would have to be cleared away.
    let asked_to_end = signals::asked_to_end()?;
    let folder = tempfile::Builder::new().prefix("synco-demo-").tempdir()?;
    write_configuration(folder.path(), args.no_rehearsal)?;
    let mut cast = Cast::default();
    let ended = tokio::select! {
        // First, because Ctrl-C also reaches the processes of the demo, and their end is then no fault.
        biased;
        () = asked_to_end => Ok(()),
        ended = play(&args, &folder, &mut cast) => ended,
    };
    cast.end().await;
    println!("The demo is over.");
    ended
}

async fn play(args: &DemoArgs, folder: &TempDir, cast: &mut Cast) -> Result<(), Failure> {
    let address = open_room(args, folder.path(), cast).await?;
    cast.call(&agent(folder.path(), "agent-workshop", &address)?, "the agent of this machine")?;
    if !args.no_rehearsal {
        cast.call(&agent(folder.path(), "agent-rehearsal", &address)?, "the agent of the rehearsed organisation")?;
    }
    tell(args, &address);
    let time_is_up = async {
        match args.seconds {
            Some(seconds) => sleep(seconds).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = time_is_up => Ok(()),
        (who, status) = cast.first_to_go() => Err(Failure::Own(format!("{who} ended by itself: {status}").into())),
    }
}

fn tell(args: &DemoArgs, address: &str) {
    println!("The wall is at http://{address}/wall (picture: http://{address}/api/v1/picture).");
    if !args.no_rehearsal {
        println!("It is a rehearsal, and marked as one: five made-up units play a script within three minutes.");
    }
    println!("The workshop's lamps are real: this machine, the repository in this folder, the room itself.");
    match args.seconds {
        Some(seconds) => println!("It stops by itself after {} s, or on Ctrl-C.", seconds.as_secs()),
        None => println!("Ctrl-C stops everything."),
    }
}

fn write_configuration(folder: &Path, no_rehearsal: bool) -> std::io::Result<()> {
    let organisation = if no_rehearsal { config::demo::ORGANISATION_WORKSHOP } else { config::demo::ORGANISATION };
    let files = [
        ("room.toml", config::demo::ROOM),
        ("organisation.toml", organisation),
        ("agent-workshop.toml", config::demo::AGENT_WORKSHOP),
        ("agent-rehearsal.toml", config::demo::AGENT_REHEARSAL),
    ];
    files.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))
}

async fn open_room(args: &DemoArgs, folder: &Path, cast: &mut Cast) -> Result<String, Failure> {
    let archive = args.archive.clone().unwrap_or_else(|| folder.join("archive"));
    let call = Call {
        program: std::env::current_exe()?,
        words: vec![
            "serve".into(),
            "--config".into(),
            folder.join("room.toml"),
            "--listen".into(),
            format!("127.0.0.1:{}", args.port).into(),
            "--archive".into(),
            archive,
        ],
    };
    let room = cast.call(&call, "the room")?;
    let said = room.stdout.take().ok_or_else(|| Failure::Own("the room has no output".into()))?;
    let mut lines = BufReader::new(said).lines();
    let opens = async {
        let listening = lines.next_line().await.ok()??;
        let open = lines.next_line().await.ok()??;
        Some(listening.strip_prefix("listening http://")?.to_owned()).filter(|_| open == "open")
    };
    let address = timeout(OPENS_WITHIN, opens).await.ok().flatten();
    // It has said why on its standard error, which is ours.
    address.ok_or_else(|| Failure::Refused(vec!["the room did not open; it says why above".to_owned()]))
}

fn agent(folder: &Path, name: &str, address: &str) -> Result<Call, Failure> {
    let program = std::env::current_exe()?.with_file_name("synco-agent");
    if !program.is_file() {
        let words = format!("no program {}; `cargo xtask build` makes it", program.display());
        return Err(Failure::Refused(vec![words]));
    }
    let words = vec![
        "run".into(),
        "--config".into(),
        folder.join(name).with_extension("toml"),
        "--room".into(),
        format!("ws://{address}/api/v1/agent").into(),
        "--outbox".into(),
        folder.join("outbox").join(name),
    ];
    Ok(Call { program, words })
}

/// A program and the words it is called with.
struct Call {
    program: PathBuf,
    words: Vec<PathBuf>,
}

/// The processes of a demo, in the order in which they came.
#[derive(Default)]
struct Cast {
    members: Vec<(&'static str, Child)>,
}

impl Cast {
    fn call(&mut self, call: &Call, who: &'static str) -> Result<&mut Child, Failure> {
        println!("Starting {who} ...");
        let mut command = Command::new(&call.program);
        command.args(&call.words).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        if std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", "warn");
        }
        self.members.push((who, command.spawn()?));
        Ok(self.members.last_mut().map(|(_, child)| child).expect("one was just called"))
    }

    async fn first_to_go(&mut self) -> (&'static str, String) {
        loop {
            for (who, child) in &mut self.members {
                if let Ok(Some(status)) = child.try_wait() {
                    return (*who, status.to_string());
                }
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// Agents first, so that what they have sent is still received; the room last.
    async fn end(mut self) {
        while let Some((who, mut child)) = self.members.pop() {
            if end(&mut child).await.is_none() {
                eprintln!("{who} did not end in {} s and was killed", ENDS_WITHIN.as_secs());
            }
        }
    }
}

async fn end(child: &mut Child) -> Option<ExitStatus> {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have gone by itself meanwhile.
        kill_process(pid, Signal::TERM).ok();
    }
    match timeout(ENDS_WITHIN, child.wait()).await {
        Ok(status) => status.ok(),
        Err(_) => {
            child.kill().await.ok();
            None
        }
    }
}
