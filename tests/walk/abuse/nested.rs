//! JSON that is nested a hundred thousand levels deep: it is refused with words wherever it stands, and the room lives.

use cybernet::agent::ToAgent;
use serde_json::Value;
use tests::{
    folder::{Folder, UNHURRIED},
    http,
    room::Room,
    sender::{JSON, post},
    series::{now, reading},
    team::TeamAgent,
    wait::until,
};

use super::{METRICS, READINGS, otlp, welcomed};

const LEVELS: usize = 100_000;

/// Lists in lists.
fn lists() -> String {
    ["[", "]"].map(|sign| sign.repeat(LEVELS)).concat()
}

/// Objects in objects.
fn objects() -> String {
    format!("{}1{}", r#"{"a":"#.repeat(LEVELS), "}".repeat(LEVELS))
}

/// A frame or a body that begins so, and then opens lists and closes none.
fn unclosed(beginning: &str) -> String {
    format!("{beginning}{}", "[".repeat(LEVELS))
}

#[tokio::test]
async fn a_script_that_nests_is_refused_and_the_readings_beside_that_are_taken() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let (deep, at) = (lists(), now().unix_millis());
    for (body, words) in [
        (deep.clone(), "invalid type: sequence, expected a string"),
        (objects(), "unknown field `a`"),
        (format!(r#"{{"agent":{deep},"readings":[]}}"#), "invalid type: sequence, expected a string"),
        (unclosed(r#"{"agent":"script","readings":"#), "EOF while parsing a list"),
    ] {
        let answer = http::post(room.address(), READINGS, &body).await;
        assert!(answer.status == 400 && answer.body.contains(words), "{words}: {answer:?}");
    }
    let rows = [
        deep.clone(),
        format!(r#"["press.scrap",{at},{deep}]"#),
        format!(r#"["press.scrap",{at},1.0,{deep}]"#),
        format!(r#"["press.scrap",{at},1.0]"#),
    ];
    let body = format!(r#"{{"agent":"script","readings":[{}]}}"#, rows.join(","));
    let answer = http::post(room.address(), READINGS, &body).await;
    let told: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!((answer.status, told["received"].as_u64()), (200, Some(1)));
    let refused = told["refused"].as_array().expect("a list");
    assert_eq!(refused.iter().map(|it| it["index"].as_u64()).collect::<Vec<_>>(), [Some(0), Some(1), Some(2)]);
    let is_said = |it: &Value| it["why"].as_str().is_some_and(|why| why.starts_with("not a reading: "));
    assert!(refused.iter().all(is_said), "{told}");
}

#[tokio::test]
async fn otlp_that_nests_is_refused_and_what_no_field_and_no_label_can_be_is_passed_over() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let (deep, at) = (lists(), now().unix_millis());
    let number = |value: &str| {
        let point = format!(r#"{{"asDouble":{value},"timeUnixNano":"{at}000000"}}"#);
        otlp("press_load", &point)
    };
    for (body, words) in [
        (deep.clone(), "invalid type: sequence, expected a string"),
        (format!(r#"{{"resourceMetrics":{deep}}}"#), "invalid type: sequence, expected a string"),
        (number(&deep), "recursion limit exceeded"),
        (number(&objects()), "recursion limit exceeded"),
        (unclosed(r#"{"resourceMetrics":"#), "EOF while parsing a list"),
    ] {
        let reply = post(room.address(), METRICS, &[JSON], body.into_bytes()).await;
        assert!(reply.status == 400 && reply.words().contains(words), "{words}: {reply:?}");
    }
    // An attribute may be a list, and a field may be one of tomorrow.
    let list = [r#"{"key":"path","value":{"arrayValue":{"values":"#, deep.as_str(), "}}}"].concat();
    let point = format!(r#"{{"asDouble":1.5,"timeUnixNano":"{at}000000","attributes":[{list}]}}"#);
    for body in [objects(), otlp("press_load", &point)] {
        let reply = post(room.address(), METRICS, &[JSON], body.into_bytes()).await;
        assert_eq!((reply.status, reply.words().as_str()), (200, "{}"));
    }
    until("the data point is taken", async || room.lamp("press_load").await).await;
}

#[tokio::test]
async fn an_agent_that_nests_is_refused_and_is_welcome_again() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let (deep, at) = (lists(), now());
    let mut socket = welcomed(&room).await;
    let rows = format!(r#"{deep},["press.scrap",{},1.0]"#, at.unix_millis());
    socket.say(format!(r#"{{"readings":{{"sequence":1,"readings":[{rows}]}}}}"#)).await;
    let said = socket.hear().await.expect("the room answers");
    let Ok(ToAgent::Received { sequence: 1, refused }) = serde_json::from_str(&said) else { panic!("{said}") };
    assert_eq!(refused.iter().map(|it| it.index).collect::<Vec<_>>(), [0]);
    assert!(refused[0].why.starts_with("not a reading: "), "{said}");
    for frame in [
        deep.clone(),
        objects(),
        format!(r#"{{"hello":{deep}}}"#),
        format!(r#"{{"lost":{deep}}}"#),
        format!(r#"{{"faults":{deep}}}"#),
        unclosed(r#"{"readings":{"sequence":2,"readings":"#),
    ] {
        let mut socket = welcomed(&room).await;
        socket.say(frame).await;
        let said = socket.hear().await.expect("the room says why");
        assert!(said.starts_with(r#"{"refused":{"why":"not a message of agent protocol 1: "#), "{said}");
        assert_eq!(socket.hear().await, None, "the room closes the socket");
    }
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    assert_eq!(agent.received, 1);
    assert_eq!(agent.deliver(2, &[reading("press.scrap", now(), 1.0)]).await, []);
}
