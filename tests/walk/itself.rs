//! A room watches itself: what happens at its door is seen in its own indicators, which nobody else may report.

use cybernet::agent::Lost;
use serde_json::Value;
use tests::{
    folder::{Folder, UNHURRIED},
    room::Room,
    series::{noise, now, reading},
    team::{TeamAgent, hello},
    wait::until,
};
use vsm::subsystem::Subsystem;

const OWN: [&str; 5] = ["synco.commit", "synco.lag", "synco.lost", "synco.readings", "synco.refusals"];

#[tokio::test]
async fn what_happens_at_the_door_is_seen_in_the_rooms_own_indicators() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "watch_itself = \"1s\"");
    let mut room = Room::open(&folder).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let readings: Vec<_> = (0..5000).map(|n| reading("press.scrap", now(), 100.0 + noise(1, n))).collect();
    agent.deliver(1, &readings).await;
    until("the readings are seen", async || (1000.0 < most(&room, "synco.readings").await?).then_some(())).await;
    for own in ["synco.lag", "synco.commit"] {
        until(own, async || (0.0 <= most(&room, own).await?).then_some(())).await;
    }
    assert_eq!((most(&room, "synco.refusals").await, most(&room, "synco.lost").await), (Some(0.0), Some(0.0)));

    assert!(TeamAgent::ask_in(room.address(), &hello("synco")).await.is_err());
    until("a refusal is seen", async || (0.0 < most(&room, "synco.refusals").await?).then_some(())).await;
    agent.tell_lost(Lost { readings: 300, since: now() }).await;
    until("what was lost is seen", async || (1000.0 < most(&room, "synco.lost").await?).then_some(())).await;

    hangs_in_system_two_of_the_whole(&room).await;
    assert_eq!(room.close().await, Some(0));
    let sequences = sequences(&room);
    assert!(2 < sequences.len(), "{sequences:?}");
    room.open_again().await;
    let goes_on = async || (2.0 <= room.figure("synco_batches_taken_total").await).then_some(());
    until("it goes on", goes_on).await;
    assert_eq!(room.close().await, Some(0));
    let after = self::sequences(&room);
    assert!(after.starts_with(&sequences) && after.iter().copied().eq(1..=after.len() as u64), "{after:?}");
}

async fn hangs_in_system_two_of_the_whole(room: &Room) {
    let picture = room.picture().await;
    for own in OWN {
        let lamp = picture.lamps.get(own).unwrap_or_else(|| panic!("no lamp of {own}"));
        assert_eq!((lamp.unit.as_str(), lamp.system, lamp.rehearsed), ("plant", Subsystem::Coordination, false));
    }
    let listed: Value = serde_json::from_str(&room.get("/api/v1/indicators").await.body).expect("an answer in JSON");
    let names = listed["indicators"].as_array().expect("a list").iter().map(|it| it["id"].as_str().unwrap_or_default());
    assert_eq!(names.filter(|name| name.starts_with("synco.")).collect::<Vec<_>>(), OWN);
    let one: Value =
        serde_json::from_str(&room.get("/api/v1/indicators/synco.lag").await.body).expect("an answer in JSON");
    let told = &one["indicator"]["told"];
    assert_eq!((&told["good"], &told["measure"], &told["cadence_ms"]), (&"down".into(), &"ms".into(), &1000.into()));
}

#[tokio::test]
async fn nobody_else_is_called_as_the_room_or_reports_for_it() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let why = TeamAgent::ask_in(room.address(), &hello("synco")).await.err().expect("it is refused");
    assert_eq!(why, "synco is the room itself; give the source another name");
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let refused = agent.deliver(1, &[reading("press.scrap", now(), 1.0), reading("synco.lag", now(), 1.0)]).await;
    let words = "synco.lag: names that begin with synco. are kept for the room itself";
    assert_eq!(refused.iter().map(|it| (it.index, it.why.as_str())).collect::<Vec<_>>(), [(1, words)]);
    let post = async |agent: &str| {
        let body = format!(r#"{{"agent":"{agent}","readings":[["synco.lag",{},1.0]]}}"#, now().unix_millis());
        tests::http::post(room.address(), "/api/v1/readings", &body).await
    };
    let (as_room, as_script) = (post("synco").await, post("script").await);
    assert!(as_room.status == 403 && as_room.body.contains("synco is the room itself"), "{as_room:?}");
    assert!(as_script.status == 200 && as_script.body.contains(words), "{as_script:?}");
    // It does not watch itself, and has none of its own indicators.
    assert!(!room.get("/api/v1/indicators").await.body.contains("synco."));
}

#[tokio::test]
async fn an_organisation_that_describes_the_rooms_own_indicator_has_it_as_it_says() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "watch_itself = \"1s\"");
    let own = "\n[[indicator]]\nid = \"synco.lag\"\nname = \"Our lag\"\nunit = \"kiln\"\nsystem = \"3*\"\n";
    folder.append("organisation.toml", own);
    let room = Room::open(&folder).await;
    let lamp = until("its lamp hangs", async || room.lamp("synco.lag").await).await;
    assert_eq!((lamp.unit.as_str(), lamp.system), ("kiln", Subsystem::Audit));
    assert_eq!(room.lamp("synco.lost").await.map(|lamp| lamp.unit.to_string()).as_deref(), Some("plant"));
}

/// The largest reading of one of the room's own indicators so far.
pub(crate) async fn most(room: &Room, indicator: &str) -> Option<f64> {
    let answer = room.get(&format!("/api/v1/indicators/{indicator}/history")).await;
    let history: Value = serde_json::from_str(&answer.body).ok()?;
    let values = history["points"].as_array()?.iter().filter_map(|point| point[1].as_f64());
    values.reduce(f64::max)
}

/// Of the batches that the room wrote of itself.
fn sequences(room: &Room) -> Vec<u64> {
    let own = room.archived().into_iter().filter(|batch| batch.agent.as_str() == "synco");
    own.map(|batch| batch.sequence).collect()
}
