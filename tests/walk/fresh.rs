//! A network that was cut for longer than an hour: what is now is seen before the backlog has come, and all of it comes once.

use std::collections::{BTreeMap, BTreeSet};

use archive::Batch;
use tests::{
    folder::{Folder, UNHURRIED},
    process::Process,
    room::Room,
    series::now,
    wait::until,
};
use vsm::time::Moment;

use crate::outbox::{Line, newest, received, start_agent, waiting};

pub(crate) const INDICATORS: [&str; 4] = ["press.scrap", "press.idle", "kiln.heat", "kiln.queue"];
/// Of three of these, seventy minutes, a reading every half a second.
pub(crate) const BACKLOG: u64 = 70 * 60 * 2 * 3;
/// A room that takes ten seconds' worth at once and then this, so that catching up takes a while.
const UNEAGER: &str = "readings_a_second = 1000";
/// The rhythm of such an agent, which has that past when it begins.
pub(crate) const MORE_THAN_AN_HOUR: &str = "cadence = \"500ms\"\npast = \"70m\"";
/// A cadence at which an agent reads once.
pub(crate) const ONCE: &str = "cadence = \"1d\"";

#[tokio::test]
async fn after_a_cut_of_an_hour_what_is_new_is_in_history_before_the_backlog_and_each_reading_once_whatever_is_killed()
{
    let folder = Folder::of_plant(&INDICATORS, UNHURRIED, UNEAGER);
    let mut room = Room::open(&folder).await;
    let mut agent = start(&folder, &room, &INDICATORS[3..], ONCE);
    until("the room knows the agent", async || has_all(&folder, 0)).await;
    agent.kill();
    room.kill();
    let mut agent = start(&folder, &room, &INDICATORS[..3], MORE_THAN_AN_HOUR);
    until("an hour and more waits", async || (BACKLOG < newest(&folder)).then_some(())).await;
    let back_at = now();
    room.open_again().await;
    overtakes(&room, back_at).await;
    room.kill();
    is_sound_with_one_range(&room);
    let mut taken_in = waiting(&folder);
    room.open_again().await;
    let goes_on = async || (0.0 < room.figure("synco_readings_taken_total").await).then_some(());
    until("catching up goes on", goes_on).await;
    agent.kill();
    taken_in.extend(waiting(&folder));
    // This one reads once and then brings what is left; which of it the room has, only the room knows.
    let before = newest(&folder);
    let mut agent = start(&folder, &room, &INDICATORS[3..], ONCE);
    let total = until("the room has everything", async || has_all(&folder, before)).await;
    let all = async || (past(&room, &INDICATORS, Moment::default()).await == total).then_some(());
    until("all of it is in history", all).await;
    agent.terminate();
    assert_eq!((agent.ended().await, room.close().await), (Some(0), Some(0)));
    hold(&room.archived(), &taken_in, total, back_at);
}

fn start(folder: &Folder, room: &Room, indicators: &[&str], rhythm: &str) -> Process {
    describe(folder, indicators, rhythm);
    start_agent(folder, room)
}

/// Writes the file of an agent that rehearses these.
pub(crate) fn describe(folder: &Folder, indicators: &[&str], rhythm: &str) {
    let series = indicators.iter().map(|id| format!("{{ indicator = \"{id}\", level = 40.0, noise = 1.0 }}"));
    let series = series.collect::<Vec<_>>().join(", ");
    let probe = format!("[[probe]]\nkind = \"rehearsal\"\n{rhythm}\nseries = [{series}]\n");
    folder.write("agent.toml", &format!("version = 1\nagent = \"plant-host\"\nrehearsal = true\n{probe}"));
}

/// How many readings the outbox has taken in, if they are more than before and the room has every one.
pub(crate) fn has_all(folder: &Folder, before: u64) -> Option<u64> {
    Some(newest(folder)).filter(|last| before < *last && *last == received(folder))
}

/// A reading of now is in history while the room does not yet have as many as were waiting.
async fn overtakes(room: &Room, back_at: Moment) {
    let fresh = async || (0 < past(room, &INDICATORS, back_at).await).then_some(());
    until("what is new is in history", fresh).await;
    let taken = room.figure("synco_readings_taken_total").await;
    assert!(taken < BACKLOG as f64, "{taken} readings had been taken by then");
}

/// What was killed in the middle of it has nothing wrong, and knows that there is a gap.
fn is_sound_with_one_range(room: &Room) {
    let report = archive::check(room.archive()).expect("the archive of a killed room can be read");
    assert_eq!(report.faults, []);
    assert!(report.rows.contains(&("taken_ranges", 1)), "{:?}", report.rows);
}

/// How many readings history has of some indicators from a moment on.
pub(crate) async fn past(room: &Room, indicators: &[&str], from: Moment) -> u64 {
    let mut count = 0;
    for indicator in indicators {
        count += room.past(indicator, from).await.len() as u64;
    }
    count
}

/// The archive has each reading once, and those of now before the last of the backlog.
pub(crate) fn hold(archived: &[Batch], taken_in: &BTreeMap<u64, Line>, total: u64, back_at: Moment) {
    let readings: Vec<_> = archived.iter().flat_map(|batch| &batch.readings).collect();
    let lines =
        readings.iter().map(|it| (it.indicator.to_string(), it.measured_at.unix_millis(), it.value().to_bits()));
    let once: BTreeSet<Line> = lines.collect();
    assert_eq!((readings.len() as u64, once.len() as u64), (total, total), "each reading once");
    let missing = taken_in.iter().find(|(_, line)| !once.contains(*line));
    assert_eq!(missing, None);
    let fresh = readings.iter().position(|it| back_at <= it.measured_at);
    let old = readings.iter().rposition(|it| it.measured_at < back_at);
    assert!(
        fresh.is_some() && fresh < old,
        "the first of what is new is at {fresh:?}, the last of the backlog at {old:?}"
    );
}
