//! Names and notes that are very long: cut where a series has to be called something, else refused in few words.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    http,
    prompb::v1::series,
    room::Room,
    sender::{JSON, post, write_1},
    series::now,
    wait::until,
};
use vsm::id::LONGEST;

use super::{LONG, METRICS, READINGS, SHORT, is_logged_in_few_words, otlp, welcomed};

/// A text that is longer than a name and may yet be kept, in characters.
const LONGISH: usize = 2_000;

#[tokio::test]
async fn series_of_long_texts_are_each_an_indicator_of_their_own_with_a_name_that_is_cut() {
    let folder = Folder::of_plant(&[], UNHURRIED, "");
    let mut room = Room::open(&folder).await;
    let (long, at) = ("x".repeat(LONGISH), now().unix_millis());
    let other = format!("{long}y");
    let of = |metric: &str, path: &str| series(metric, &[("path", path)], &[(at, 1.0)]);
    let sent = vec![of("up", &long), of("up", &other), of(&long, "a"), of(&other, "a")];
    let reply = write_1(room.address(), sent).await;
    assert_eq!((reply.status, reply.written.0), (204, Some(4)));
    let reply = post(room.address(), METRICS, &[JSON], otlp("scrap", &point(&long, at)).into_bytes()).await;
    assert_eq!((reply.status, reply.words().as_str()), (200, "{}"));

    let lamps = until("each has a lamp", async || {
        let lamps: BTreeSet<_> = room.picture().await.lamps.keys().map(ToString::to_string).collect();
        (lamps.len() == 5).then_some(lamps)
    })
    .await;
    assert!(lamps.iter().all(|name| name.len() == LONGEST), "{lamps:?}");
    assert_eq!(room.close().await, Some(0));
    let readings = room.archived().into_iter().flat_map(|batch| batch.readings);
    assert_eq!(readings.map(|reading| reading.indicator.to_string()).collect::<BTreeSet<_>>(), lamps);
}

#[tokio::test]
async fn a_long_name_or_note_is_refused_in_few_words_and_the_readings_beside_it_are_taken() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let (long, at) = ("x".repeat(LONG), now());
    let rows = json!([[long, at, 1.0], ["press.scrap", at, 1.0, { "note": long }], ["press.scrap", at, 1.0]]);

    let body = json!({ "agent": "script", "readings": rows }).to_string();
    let answer = http::post(room.address(), READINGS, &body).await;
    let told: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!((answer.status, &told["received"]), (200, &json!(1)));
    are_refused_in_few_words(&told["refused"]);

    let mut socket = welcomed(&room).await;
    socket.say(json!({ "readings": { "sequence": 1, "readings": rows } }).to_string()).await;
    let told: Value = serde_json::from_str(&socket.hear().await.expect("the room answers")).expect("JSON");
    assert_eq!(told["received"]["sequence"], json!(1));
    are_refused_in_few_words(&told["received"]["refused"]);

    let body = json!({ "agent": long, "readings": [] }).to_string();
    let posted = http::post(room.address(), READINGS, &body).await;
    let asked = room.get(&format!("/api/v1/indicators/{long}")).await;
    for answer in [posted, asked] {
        let is_short = answer.body.contains("not a name: ") && answer.body.len() < SHORT;
        assert!(answer.status == 400 && is_short, "{answer:?}");
    }
    is_logged_in_few_words(&room).await;
}

#[tokio::test]
async fn a_label_that_is_too_long_to_be_kept_is_refused_in_words_that_do_not_repeat_it() {
    let folder = Folder::of_plant(&[], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let (long, at) = ("x".repeat(LONG), now().unix_millis());
    let reply = write_1(room.address(), vec![series("up", &[("path", long.as_str())], &[(at, 1.0)])]).await;
    assert_eq!((reply.status, reply.written.0), (400, Some(0)));
    let said = reply.words();
    let written = said.strip_prefix("1 of 1 samples refused, the first: ").unwrap_or_else(|| panic!("{said}"));

    let reply = post(room.address(), METRICS, &[JSON], otlp("up", &point(&long, at)).into_bytes()).await;
    let told: Value = serde_json::from_slice(&reply.body).expect("JSON");
    let partial = &told["partialSuccess"];
    assert_eq!((reply.status, &partial["rejectedDataPoints"]), (200, &json!("1")));
    let exported = partial["errorMessage"].as_str().unwrap_or_default();

    let bytes = "up/path/".len() + LONG;
    let words = format!("a series of \"up\" whose name and labels take {bytes} bytes; up to 4096 are right: ");
    for why in [written, exported] {
        assert!(why.starts_with(&words) && !why.contains("xxx"), "{why}");
    }
}

/// A data point of OTLP with a label.
fn point(path: &str, at: i64) -> String {
    let path = format!(r#"{{"key":"path","value":{{"stringValue":"{path}"}}}}"#);
    format!(r#"{{"asDouble":1.5,"timeUnixNano":"{at}000000","attributes":[{path}]}}"#)
}

/// The first two of three, a name and a note.
fn are_refused_in_few_words(refused: &Value) {
    let refused = refused.as_array().expect("a list");
    assert_eq!(refused.iter().map(|it| it["index"].as_u64()).collect::<Vec<_>>(), [Some(0), Some(1)]);
    let why = |at: usize| refused[at]["why"].as_str().unwrap_or_default();
    assert!(why(0).starts_with("not a name: \"xxx") && why(0).len() < 300, "{}", why(0));
    assert_eq!(why(1), format!("a note of {LONG} bytes; at most 500 fit"));
}
