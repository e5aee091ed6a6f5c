//! The probe of standard input: what a script writes into a pipe.

use std::io::{self, Write};

use cybernet::{faults::Why, outage::Because, picture::Aspect};
use tests::{folder::Folder, series::now, wait::until};

use super::Plant;

const STDIN: &str = r#"
[[probe]]
kind = "stdin"
cadence = "300ms"
indicators = ["press.output", "press.heat"]
"#;

#[tokio::test]
async fn lines_of_a_script_come_in_with_their_time_and_its_end_is_why_its_lamp_is_silent() {
    let folder = Folder::of_plant(&["press.output", "press.heat"], "1s", "");
    let (input, mut script) = io::pipe().expect("a pipe can be made");
    let plant = Plant::start_fed(folder, STDIN, input.into()).await;
    let at = now().unix_millis() - 60_000;
    let heat = format!("{{\"indicator\":\"press.heat\",\"value\":-3.5,\"measured_at\":{at}}}");
    let lines = format!("# of the morning\n{heat}\npress.output 41.5\npress.steam 1\n");
    script.write_all(lines.as_bytes()).expect("the agent listens");
    plant.until("press.output", |output| output == [41.5]).await;
    until("its time", async || (plant.read("press.heat").await == [(at, -3.5)]).then_some(())).await;
    plant.agent.logs("\"press.steam\" is not among the indicators of this probe").await;
    drop(script);
    let ended = Some(Because::Told(Why::new("it has ended")));
    until("the lamp says that it has ended", async || {
        let lamp = plant.room.lamp("press.output").await?;
        (lamp.aspect == Aspect::Silent && lamp.because == ended).then_some(())
    })
    .await;
}
