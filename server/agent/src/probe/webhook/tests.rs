//! Against the real port, with a real client.

use std::{collections::BTreeMap, net::Ipv4Addr};

use config::agent::WebhookQuantity;
use reqwest::Client;
use vsm::id::IndicatorId;

use super::*;
use crate::probe::web;

fn probe(token: Option<&str>) -> Webhook {
    let name = |name| IndicatorId::parse(name).unwrap();
    let mut probe = Webhook::bind(Written {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        token: token.map(str::to_owned),
        indicators: WebhookQuantity::ALL.into_iter().map(|(word, quantity)| (quantity, name(word))).collect(),
    })
    .unwrap();
    assert_eq!(probe.read(Moment::default()).readings, []);
    probe
}

fn client(url: &str) -> Client {
    web::client(&url.parse().unwrap(), 0, None, false).unwrap()
}

/// Posts while the probe listens; the answer.
async fn post(probe: &mut Webhook, token: Option<&str>, body: &str) -> (u16, String) {
    let url = format!("http://{}/events", probe.address());
    let request = client(&url).post(&url).body(body.to_owned());
    let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
    tokio::select! {
        () = probe.listen() => unreachable!("listening never ends"),
        answer = async {
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        } => answer,
    }
}

fn read(probe: &mut Webhook) -> BTreeMap<String, f64> {
    let readout = probe.read(Moment::default());
    assert_eq!(readout.faults, []);
    readout.readings.iter().map(|it| (it.indicator.to_string(), it.value())).collect()
}

#[tokio::test]
async fn events_are_counted_and_timed_from_one_reading_to_the_next() {
    let mut probe = probe(None);
    let body = r#"[{"event":"deploy","state":"succeeded","seconds":100},
        {"event":"deploy","state":"failed","seconds":300},
        {"event":"pipeline","state":"failed"},
        {"event":"incident","state":"begun","id":"I-7","at":"2026-11-20T08:00:00Z"},
        {"event":"page","state":"begun","id":7,"at":1000},{"event":"page","state":"ended","id":7,"at":61000}]"#;
    assert_eq!(post(&mut probe, None, body).await, (202, "taken\n".to_owned()));
    let values = read(&mut probe);
    assert_eq!((values["deploys"], values["deploys_failed"], values["deploy_duration"]), (2.0, 1.0, 200.0));
    assert_eq!((values["pipelines"], values["pipelines_failed"]), (1.0, 1.0));
    assert_eq!((values["incidents"], values["pages"], values["page_duration"]), (1.0, 1.0, 60.0));
    assert!(!values.contains_key("pipeline_duration") && !values.contains_key("incident_duration"), "{values:?}");
    let body = r#"{"event":"incident","state":"ended","id":"I-7","at":"2026-11-20T08:30:00Z"}"#;
    post(&mut probe, None, body).await;
    let values = read(&mut probe);
    assert_eq!((values["incidents"], values["incident_duration"], values["deploys"]), (0.0, 1800.0, 0.0));
}

#[tokio::test]
async fn the_first_reading_of_each_kind_says_what_happened() {
    let mut probe = probe(None);
    let body = r#"[{"event":"deploy","state":"succeeded","version":"1.4.2","link":"https://ci.example/7?token=hunter2#me",
        "id":"secret"},
        {"event":"incident","state":"begun","name":"INC-17"},{"event":"incident","state":"ended","name":"INC-17"}]"#;
    assert_eq!(post(&mut probe, None, body).await.0, 202);
    let noted = |probe: &mut Webhook| {
        let readings = probe.read(Moment::default()).readings;
        let said = |it: &vsm::reading::Reading| Some((it.indicator.to_string(), it.annotation()?.to_owned()));
        readings.iter().filter_map(said).collect::<Vec<_>>()
    };
    let said =
        [("deploys", "deploy 1.4.2 https://ci.example/7"), ("incidents", "incident INC-17, incident INC-17 ended")];
    assert_eq!(noted(&mut probe), said.map(|(of, what)| (of.to_owned(), what.to_owned())));
    assert_eq!(noted(&mut probe), [], "it is said once");
}

#[tokio::test]
async fn a_value_that_is_no_number_does_not_lend_its_note_to_another() {
    let mut probe = probe(None);
    let (deploys, deploy_duration) = (WebhookQuantity::Deploys, WebhookQuantity::DeployDuration);
    let kept = |quantity: &WebhookQuantity| *quantity == deploys || *quantity == deploy_duration;
    probe.written.indicators.retain(|quantity, _| kept(quantity));
    let pipelines = IndicatorId::parse("pipelines").unwrap();
    probe.written.indicators.insert(WebhookQuantity::PipelineDuration, pipelines);
    // The sum of the two is beyond what a number can be.
    let body = format!(
        r#"[{0},{0},{{"event":"deploy","state":"succeeded","name":"7"}}]"#,
        r#"{"event":"pipeline","state":"succeeded","name":"8","seconds":1e308}"#
    );
    assert_eq!(post(&mut probe, None, &body).await.0, 202);
    let readout = probe.read(Moment::default());
    let notes: Vec<_> = readout.readings.iter().filter_map(vsm::reading::Reading::annotation).collect();
    assert_eq!((notes, readout.faults.len()), (vec!["deploy 7"], 1));
}

#[tokio::test]
async fn what_is_wrong_is_answered_in_words_and_not_counted() {
    let mut probe = probe(None);
    let whys = [
        ("deploy", "not JSON: "),
        (r#"{"event":"deploy"}"#, "event 0: missing field `state`"),
        (r#"[{"event":"page","state":"begun"},{"event":"lunch","state":"begun"}]"#, "event 1: unknown variant `lunch`"),
        (r#"{"event":"deploy","state":"ended"}"#, "event 0: a deploy or a pipeline has begun, succeeded or failed"),
        (r#"{"event":"page","state":"failed"}"#, "event 0: an incident or a page has begun or ended"),
        (r#"{"event":"page","state":"begun","by":"ada"}"#, "event 0: unknown field `by`"),
        (r#"{"event":"deploy","state":"failed","seconds":-1}"#, "event 0: seconds: found -1; 0 or more is right"),
        (r#"{"event":"page","state":"begun","at":"noon"}"#, "event 0: not a time: \"noon\""),
        (r#"{"event":"page","state":"begun","id":[]}"#, "event 0: id: text or a number is right"),
        (r#"{"event":"page","state":"begun","name":{}}"#, "event 0: name: text or a number is right"),
        (r#"{"event":"page","state":"begun","name":"a\nb"}"#, "event 0: name: one line is right"),
        (
            r#"{"event":"deploy","state":"failed","version":"1 by ada@example.com"}"#,
            "event 0: name: \"ada@example.com\" is a person's",
        ),
    ];
    are_refused(&mut probe, &whys).await;
    assert_eq!(post(&mut probe, None, &"x".repeat(LARGEST + 1)).await.0, 413);
    assert!(read(&mut probe).values().all(|value| *value == 0.0));
}

#[tokio::test]
async fn a_link_that_carries_a_name_or_a_key_is_refused() {
    let mut probe = probe(None);
    let whys = [
        (
            r#"{"event":"deploy","state":"failed","link":"ci.example/7"}"#,
            "event 0: link: an http:// or https:// address",
        ),
        (
            r#"{"event":"deploy","state":"failed","link":"https://ada:key@ci.example/7"}"#,
            "event 0: link: it carries a name or a key",
        ),
        (
            r#"{"event":"deploy","state":"failed","link":"https://ada:80?key@ci.example/7"}"#,
            "event 0: link: it carries a name or a key",
        ),
        (
            r#"{"event":"deploy","state":"failed","link":"https://ci.example/?by=ada@example.com"}"#,
            "event 0: link: \"ada@example.com\"",
        ),
    ];
    are_refused(&mut probe, &whys).await;
    assert!(read(&mut probe).values().all(|value| *value == 0.0));
}

async fn are_refused(probe: &mut Webhook, whys: &[(&str, &str)]) {
    for (body, why) in whys {
        let (status, words) = post(probe, None, body).await;
        assert!(status == 400 && words.starts_with(why), "{body}: {status} {words}");
    }
}

#[tokio::test]
async fn who_has_to_show_a_token_shows_it_or_is_sent_away() {
    let mut probe = probe(Some("secret"));
    let body = r#"{"event":"deploy","state":"succeeded"}"#;
    for token in [None, Some("secre"), Some("Secret"), Some("secrets")] {
        assert_eq!(post(&mut probe, token, body).await.0, 401, "{token:?}");
    }
    assert_eq!(post(&mut probe, Some("secret"), body).await.0, 202);
    assert_eq!(read(&mut probe)["deploys"], 1.0);
}

#[tokio::test]
async fn a_flood_is_sent_away_and_what_was_taken_is_counted() {
    let mut probe = probe(None);
    let url = format!("http://{}/events", probe.address());
    let body = r#"{"event":"page","state":"begun"}"#;
    let (client, mut taken) = (client(&url), 0);
    // The door is open, but nobody takes in what is handed in.
    loop {
        let answer = tokio::select! {
            _ = &mut probe.server => unreachable!("it serves until it is dropped"),
            answer = client.post(&url).body(body).send() => answer.unwrap().status().as_u16(),
        };
        if answer == 503 {
            break;
        }
        assert_eq!(answer, 202);
        taken += 1;
    }
    assert_eq!((taken, read(&mut probe)["pages"]), (WAITING, WAITING as f64));
    assert_eq!(post(&mut probe, None, body).await.0, 202);
}
