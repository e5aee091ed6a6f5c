//! A room that is locked: who comes in, for what, how fast, and for how long.

use std::time::Duration;

use cybernet::agent::{Hello, ToAgent};
use reqwest::{Response, StatusCode, header};
use tests::{
    folder::{Folder, UNHURRIED},
    http,
    room::Room,
    series::{calm_minute, now, reading},
    team::{TeamAgent, hello},
    tokens,
    wait::until,
};
use vsm::reading::Reading;

/// On loopback, and yet locked: through a proxy everybody comes from there.
fn locked(more: &str) -> Folder {
    Folder::of_plant(&["press.scrap", "kiln.heat"], UNHURRIED, &format!("tls = \"proxy\"\n{more}"))
}

fn hello_with(name: &str, token: &str) -> Hello {
    Hello { token: Some(token.to_owned()), ..hello(name) }
}

/// Waits until so many readings are counted as taken: they are counted behind the answer.
async fn taken(room: &Room, count: f64) {
    let counted = async || (room.figure("synco_readings_taken_total").await == count).then_some(());
    until("the readings are counted", counted).await;
}

#[tokio::test]
async fn a_hello_with_a_missing_wrong_foreign_or_revoked_token_is_refused_with_words() {
    let folder = locked("");
    let (press, kiln) =
        (tokens::add(&folder, "press-host", "press").await, tokens::add(&folder, "kiln-host", "kiln").await);
    let room = Room::open(&folder).await;
    let ask_in = async |hello: Hello| TeamAgent::ask_in(room.address(), &hello).await;
    assert!(ask_in(hello_with("press-host", &press)).await.is_ok());
    tokens::revoke(&folder, "kiln-host").await;
    for (hello, words) in [
        (hello("press-host"), "no token; this room asks for one: `synco token add NAME --unit UNIT` makes it"),
        (hello_with("press-host", "synco_guess"), "the token is none of this room's"),
        (hello_with("somebody", &press), "the token is that of press-host, and somebody showed it"),
        (hello_with("kiln-host", &kiln), "the token of kiln-host was revoked"),
    ] {
        let why = ask_in(hello).await.err().expect("it is refused");
        assert!(why.contains(words), "{why}");
    }
    let logged = room.process().logged();
    assert!(logged.contains("was revoked") && !logged.contains(&press) && !logged.contains(&kiln), "{logged}");
}

#[tokio::test]
async fn a_reading_of_another_unit_is_refused_by_itself_and_the_others_are_taken() {
    let folder = locked("");
    let token = tokens::add(&folder, "press-host", "press").await;
    let room = Room::open(&folder).await;
    let mut agent = TeamAgent::ask_in(room.address(), &hello_with("press-host", &token)).await.expect("it is welcome");
    let now = now();
    let batch = ["press.scrap", "kiln.heat", "nobody.s", "press.scrap"].map(|id| reading(id, now, 1.0));
    let refused = agent.deliver(1, &batch).await;
    assert_eq!(refused.len(), 1, "{refused:?}");
    let words = "kiln.heat belongs to unit kiln; the token of press-host is for press";
    assert_eq!((refused[0].index, refused[0].why.as_str()), (1, words));
    taken(&room, 3.0).await;
    let skew = room.figure("synco_agent_clock_skew_seconds{agent=\"press-host\"}").await;
    assert!((-30.0..=0.0).contains(&skew), "{skew}");
}

#[tokio::test]
async fn a_revocation_is_in_force_at_once_on_a_connection_that_is_open() {
    let folder = locked("");
    let token = tokens::add(&folder, "press-host", "press").await;
    let mut room = Room::open(&folder).await;
    let mut agent = TeamAgent::ask_in(room.address(), &hello_with("press-host", &token)).await.expect("it is welcome");
    agent.deliver(1, &calm_minute("press.scrap")).await;
    tokens::revoke(&folder, "press-host").await;
    agent.send(2, &calm_minute("press.scrap")).await;
    match agent.hear().await {
        Some(ToAgent::Refused { why }) => assert!(why.starts_with("the token of press-host was revoked"), "{why}"),
        other => panic!("not refused but {other:?}"),
    }
    assert_eq!(agent.hear().await, None);
    let listed = tokens::run(&folder, &["list"]).await;
    assert!(listed.starts_with("press-host\tpress\tmade ") && listed.contains("\trevoked "), "{listed}");
    assert_eq!(room.close().await, Some(0));
    assert_eq!(room.archived().len(), 1);
}

#[tokio::test]
async fn an_agent_that_is_too_fast_is_told_to_slow_down_and_loses_nothing() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], UNHURRIED, "readings_a_second = 1000")).await;
    let mut agent = TeamAgent::join(room.address(), "press-host").await;
    let start = now() - Duration::from_secs(86_400);
    let batch = |first: u64, count: u64| -> Vec<Reading> {
        (first..first + count).map(|n| reading("press.scrap", start + Duration::from_millis(n), 100.0)).collect()
    };
    // Ten thousand may come at once, however few a second.
    agent.send(1, &batch(0, 10_000)).await;
    agent.send(2, &batch(10_000, 3_000)).await;
    let mut said = Vec::new();
    while !matches!(said.last(), Some(ToAgent::Received { sequence: 2, .. })) {
        said.push(agent.hear().await.expect("the room stays"));
    }
    let waits: Vec<_> =
        said.iter().filter(|said| matches!(said, ToAgent::SlowDown { millis } if *millis <= 3001)).collect();
    assert_eq!((waits.len(), said.len()), (1, 3), "{said:?}");
    taken(&room, 13_000.0).await;
}

#[tokio::test]
async fn a_token_that_says_how_fast_holds_its_source_to_that_and_no_other() {
    let folder = locked("");
    let kiln = tokens::add(&folder, "kiln", "kiln").await;
    let slow = ["add", "press", "--unit", "press", "--readings-a-second", "100"];
    let press = tokens::run(&folder, &slow).await.trim().to_owned();
    assert!(tokens::run(&folder, &["list"]).await.contains("\tin force\t100 readings a second\n"));
    let room = Room::open(&folder).await;
    let body = |source: &str, indicator: &str| {
        let at = now().unix_millis() - 86_400_000;
        let rows: Vec<_> = (at..at + 10_000).map(|at| format!(r#"["{indicator}",{at},1.0]"#)).collect();
        format!(r#"{{"agent":"{source}","readings":[{}]}}"#, rows.join(","))
    };
    let (press_body, kiln_body) = (body("press", "press.scrap"), body("kiln", "kiln.heat"));
    for (token, body) in [(&press, &press_body), (&kiln, &kiln_body), (&kiln, &kiln_body)] {
        assert_eq!(post(&room, Some(token), body).await.status(), StatusCode::OK);
    }
    let answer = post(&room, Some(&press), &press_body).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let words = answer.text().await.expect("an answer has a body");
    assert!(words.contains("more than 100 readings a second; come back in "), "{words}");
}

/// Posts a body to `/api/v1/readings`.
async fn post(room: &Room, token: Option<&str>, body: &str) -> Response {
    let client = http::client();
    let request = client.post(format!("http://{}/api/v1/readings", room.address())).body(body.to_owned());
    let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
    request.send().await.expect("the room answers")
}

/// A reading of the press and one of the kiln, both of now.
fn press_and_kiln(agent: &str) -> String {
    let now = now().unix_millis();
    format!(r#"{{"agent":"{agent}","readings":[["press.scrap",{now},1.0],["kiln.heat",{now},1.0]]}}"#)
}

#[tokio::test]
async fn a_script_shows_its_token_as_bearer_and_is_refused_with_the_status_that_says_why() {
    let folder = locked("");
    let (press, kiln) = (tokens::add(&folder, "press", "press").await, tokens::add(&folder, "kiln", "kiln").await);
    tokens::revoke(&folder, "kiln").await;
    let room = Room::open(&folder).await;
    let (own, foreign) = (press_and_kiln("press"), press_and_kiln("kiln"));
    let answer = post(&room, Some(&press), &own).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let words = "kiln.heat belongs to unit kiln; the token of press is for press";
    let expected = format!(r#"{{"received":1,"refused":[{{"index":1,"why":"{words}"}}]}}"#);
    assert_eq!(answer.text().await.expect("an answer has a body"), expected);
    for (token, body, status) in [
        (None, own.as_str(), StatusCode::UNAUTHORIZED),
        (Some("synco_guess"), &own, StatusCode::UNAUTHORIZED),
        (Some(kiln.as_str()), &foreign, StatusCode::UNAUTHORIZED),
        (Some(&press), &foreign, StatusCode::FORBIDDEN),
        (Some(&press), "{", StatusCode::BAD_REQUEST),
        (Some(&press), &" ".repeat((1 << 20) + 1), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = post(&room, token, body).await;
        assert_eq!((answer.status(), answer.headers().contains_key(header::WWW_AUTHENTICATE)), (status, status == 401));
        assert!(answer.text().await.expect("an answer has a body").starts_with(r#"{"refused":{"why":""#), "{status}");
    }
}

#[tokio::test]
async fn a_script_that_is_too_fast_hears_when_to_come_back_and_nothing_of_it_is_taken() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "readings_a_second = 1000");
    let mut room = Room::open(&folder).await;
    let many = vec![format!(r#"["press.scrap",{},1.0]"#, now().unix_millis()); 10_000].join(",");
    let body = |sequence: u64| format!(r#"{{"agent":"press","sequence":{sequence},"readings":[{many}]}}"#);
    assert_eq!(post(&room, None, &body(50)).await.status(), StatusCode::OK);
    let answer = post(&room, None, &body(51)).await;
    assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
    let after = answer.headers()[header::RETRY_AFTER].to_str().ok().and_then(|after| after.parse::<u64>().ok());
    assert!(after.is_some_and(|after| (1..=10).contains(&after)), "{after:?}");
    assert_eq!(room.close().await, Some(0));
    let taken: Vec<_> = room.archived().iter().map(|batch| (batch.sequence, batch.readings.len())).collect();
    assert_eq!(taken, [(50, 10_000)]);
}

#[tokio::test]
async fn a_script_on_this_machine_needs_no_token_and_its_posts_without_a_sequence_all_count() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], UNHURRIED, "")).await;
    let at = now().unix_millis();
    let post = async |n: i64| {
        let body = format!(r#"{{"agent":"script","readings":[["press.scrap",{},1.0]]}}"#, at - n);
        tests::http::post(room.address(), "/api/v1/readings", &body).await
    };
    let answers = tokio::join!(post(0), post(1), post(2), post(3), post(4));
    for answer in [answers.0, answers.1, answers.2, answers.3, answers.4] {
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"received":1,"refused":[]}"#));
    }
    let old = r#"{"agent":"script","readings":[["press.scrap",1763600000,1.0]]}"#;
    let answer = tests::http::post(room.address(), "/api/v1/readings", old).await;
    assert!(answer.body.contains("days ago; moments are in Unix milliseconds"), "{}", answer.body);
    taken(&room, 5.0).await;
}
