//! A reading that its own agent doubts: to the screen and to history with its mark, and to nobody as a signal.

use cybernet::trace::Trace;
use serde_json::{Value, json};
use tests::{folder::Folder, process::Process, room::Room, wait::until};

/// Once there is a file `spike`, one reading is five times as high.
const AGENT: &str = r#"version = 1
agent = "press-host"

[[probe]]
kind = "command"
cadence = "100ms"
run = ["sh", "-c", "if rm spike 2>/dev/null; then echo 500; else date +%N | sed 's/.*\\(.\\)....$/10\\1/'; fi"]
[probe.indicators]
value = "press.scrap"

[[indicator]]
id = "press.scrap"
most_jump = 50
"#;

#[tokio::test]
async fn what_an_agent_doubts_is_marked_in_history_and_in_the_trace_and_raises_nothing_before_and_after_a_kill() {
    let folder = Folder::of_plant(&["press.scrap"], "100ms", "");
    folder.append("organisation.toml", "essential = true\n");
    folder.write("agent.toml", AGENT);
    let mut room = Room::open(&folder).await;
    let door = format!("ws://{}/api/v1/agent", room.address());
    let (config, outbox) = (folder.file("agent.toml"), folder.file("outbox"));
    let arguments = ["run", "--config", &config, "--room", &door, "--outbox", &outbox];
    let mut agent = Process::start("synco-agent", folder.path(), arguments);
    until("it is known what is normal", async || (40 <= profile(&room).await["readings"].as_u64()?).then_some(()))
        .await;
    folder.write("spike", "");
    // Up, and down again: each is a jump.
    until("both jumps are doubted", async || (profile(&room).await["doubtful"] == 2).then_some(())).await;
    let readings = profile(&room).await["readings"].as_u64().unwrap_or_default();
    until("it goes on", async || (readings + 10 < profile(&room).await["readings"].as_u64()?).then_some(())).await;
    agent.terminate();
    assert_eq!(agent.ended().await, Some(0));
    let history = until("history has them", async || history(&room).await).await;
    for _ in 0..2 {
        let again = until("history is whole again", async || self::history(&room).await).await;
        assert!(again == history, "{again}");
        let trace =
            until("the trace is in the picture", async || room.picture().await.traces.remove("press.scrap")).await;
        assert_eq!(doubted(&trace), values(&history), "{trace:?}");
        assert_eq!(doubted(&trace)[0].1, 500.0);
        assert!(room.picture().await.signals.is_empty() && room.picture().await.memory.is_empty());
        room.kill();
        room.open_again().await;
    }
    assert_eq!(profile(&room).await["doubtful"], json!(2));
}

async fn profile(room: &Room) -> Value {
    let answer: Value = serde_json::from_str(&room.get("/api/v1/indicators/press.scrap").await.body).expect("JSON");
    answer["indicator"]["profile"].clone()
}

/// What history answers once it has all that was judged, and two moments that are doubted.
async fn history(room: &Room) -> Option<Value> {
    let profile = profile(room).await;
    let heard = profile["readings"].as_u64()? + profile["doubtful"].as_u64()?;
    let answer: Value = serde_json::from_str(&room.get("/api/v1/indicators/press.scrap/history").await.body).ok()?;
    let has_all = answer["points"].as_array()?.len() as u64 == heard;
    (has_all && answer["doubtful"].as_array()?.len() == 2).then_some(answer)
}

/// Moment and value of what history doubts.
fn values(history: &Value) -> Vec<(i64, f64)> {
    let doubtful = history["doubtful"].as_array().expect("a list");
    let points = history["points"].as_array().expect("points");
    let doubted = points.iter().filter(|point| doubtful.contains(&point[0]));
    doubted.filter_map(|point| Some((point[0].as_i64()?, point[1].as_f64()?))).collect()
}

/// The same of a trace.
fn doubted(trace: &Trace) -> Vec<(i64, f64)> {
    let doubted = trace.points.iter().filter(|point| point.3.doubtful);
    doubted.map(|point| (point.0.unix_millis(), point.1)).collect()
}
