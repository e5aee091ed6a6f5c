//! A client in another language that knows only the contract, and what the room says to it.

use std::{collections::BTreeMap, path::Path};

use serde_json::{Value, json};
use tests::{folder::Folder, room::Room};
use tokio::process::Command;

/// What is refused as a whole, and the words the room should find for it.
const REFUSED: [(&str, &str); 13] = [
    ("too_scattered", "sequence 1290 begins one more range above what is missing; at most 128 are kept"),
    ("not_so_many", "first 1 and sequence 9 with 1 readings; 9 would be right, or none where they were lost"),
    ("garbage", "not a message of agent protocol 1: expected value at line 1 column 1"),
    ("two_mebibytes", "a frame of 2097152 bytes; at most 1048576 fit"),
    ("unknown_protocol", "unknown protocol 7; this room speaks 1"),
    ("nan", "not a message of agent protocol 1: expected value at line 1 column"),
    ("readings_before_hello", "readings before a hello; say hello first"),
    ("second_hello", "a second hello; one is enough"),
    ("binary", "a binary frame of 3 bytes; frames are JSON text"),
    ("unknown_field", "not a message of agent protocol 1: unknown field `colour`"),
    ("unknown_field_in_hello", "not a message of agent protocol 1: unknown field `colour`"),
    ("too_many_readings", "a batch of 10001 readings; at most 10000 fit"),
    ("too_many_faults", "1001 faults; at most 1000 are told at once"),
];

#[tokio::test]
async fn a_client_written_by_hand_is_understood_and_its_mistakes_are_refused_with_words_at_nobody_elses_cost() {
    let folder = Folder::of_plant(&["press.scrap", "press.idle"], "1s", "");
    let mut room = Room::open(&folder).await;
    let conversations = converse(&room).await;
    for (said, conversation) in &conversations {
        assert_eq!(conversation["others_served"], json!(true), "during {said}");
    }

    let answers = |said: &str| conversations[said]["answers"].clone();
    let welcome = |received: u64| json!({ "welcome": { "received": received, "hears": ["lost", "first", "faults"] } });
    let received = |sequence: u64| json!({ "received": { "sequence": sequence } });
    assert_eq!(answers("good"), json!([welcome(0), received(3), received(3), received(4)]));
    assert_eq!(answers("back_again"), json!([welcome(4)]));
    overtakes_itself(&answers("fresh_first"), &answers("fresh_first_after_a_cut"), &answers("caught_up"));
    for (said, words) in REFUSED {
        let why = answers(said)[0]["refused"]["why"].as_str().unwrap_or_default().to_owned();
        assert!(why.starts_with(words), "{said}: {} instead of {words:?}", answers(said));
        assert_eq!(conversations[said]["closed"], json!(true), "{said}");
    }
    refuses_single_readings(&answers("year_2100"), &answers("bad_readings"));
    assert_eq!(room.close().await, Some(0));
    let archived = room.archived();
    let fresh = archived.iter().filter(|batch| batch.agent.as_str() == "python-fresh");
    assert_eq!(fresh.map(|batch| batch.readings.len()).collect::<Vec<_>>(), [2, 4, 0, 4], "each reading once");
    let steady = archived.iter().filter(|batch| batch.agent.as_str() == "python-steady").count();
    assert_eq!(steady, conversations.len());
}

/// What is new was taken first; the welcome after it says so, and the one after the backlog that nothing is missing.
fn overtakes_itself(fresh: &Value, backlog: &Value, after: &Value) {
    let received = |sequence: u64| json!({ "received": { "sequence": sequence } });
    assert_eq!(fresh, &json!([received(11)]));
    assert_eq!(backlog[0]["welcome"]["received"], 0);
    assert_eq!(backlog[0]["welcome"]["ranges"], json!([[10, 11]]));
    assert_eq!(&backlog.as_array().expect("answers")[1..], [received(4), received(4), received(5), received(10)]);
    assert_eq!(after[0]["welcome"], json!({ "received": 11, "hears": ["lost", "first", "faults"] }));
}

/// A reading that cannot be taken costs neither its batch nor its connection.
fn refuses_single_readings(year_2100: &Value, bad_readings: &Value) {
    let refused = |answers: &Value, at: usize| {
        let one = &answers[0]["received"]["refused"][at];
        (one["index"].as_u64(), one["why"].as_str().unwrap_or_default().to_owned())
    };
    let (index, why) = refused(year_2100, 0);
    assert_eq!(index, Some(0));
    assert!(why.starts_with("measured ") && why.ends_with(" in the future; is the clock right?"), "{why}");
    assert_eq!(year_2100[1], json!({ "received": { "sequence": 2 } }));
    for (at, words) in ["not a name: \"No Name\"", "not a reading: ", "not a reading: "].into_iter().enumerate() {
        let (index, why) = refused(bad_readings, at);
        assert_eq!(index, Some(at as u64));
        assert!(why.starts_with(words), "{why}");
    }
}

/// Runs the client; its conversations by name.
async fn converse(room: &Room) -> BTreeMap<String, Value> {
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/agent.py");
    let (host, port) = (room.address().ip().to_string(), room.address().port().to_string());
    let ran = Command::new("python3").arg(client).args([host, port]).kill_on_drop(true).output().await;
    let ran = ran.expect("python3 is there; `cargo xtask test` installs it");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let lines = String::from_utf8_lossy(&ran.stdout).into_owned();
    let conversation = |line: &str| {
        let conversation: Value = serde_json::from_str(line).expect("a line of JSON");
        (conversation["said"].as_str().unwrap_or_default().to_owned(), conversation)
    };
    lines.lines().map(conversation).collect()
}
