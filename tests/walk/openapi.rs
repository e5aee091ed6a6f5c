//! A room's description of its paths is true: its examples are taken by a real room, whose real answers fit it.

#[path = "openapi/document.rs"]
pub(crate) mod document;

use std::{collections::BTreeSet, time::Duration};

use document::{Document, Said};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{
    folder::{Folder, UNHURRIED},
    http,
    prompb::v1,
    room::Room,
    sender,
    series::now,
    tokens,
    wait::until,
};

use crate::{
    acts::{STEPS, deliver, signals, steps},
    starting::fill,
};

/// The moment in every example.
const WHEN: i64 = 1_763_600_000_000;
const SOCKETS: [&str; 2] = ["/api/v1/agent", "/api/v1/screen"];

#[tokio::test]
async fn the_description_agrees_with_itself() {
    let room = Room::open(&Folder::of_plant(&["press.scrap"], UNHURRIED, "")).await;
    let document = Document::of(&room).await;
    let mut names = BTreeSet::new();
    let mut examples = 0;
    let mut fits = |schema: &Value, example: &Value, what: &str| {
        if !example.is_null() {
            document.fits(schema, example, what);
            examples += 1;
        }
    };
    for (method, path, told) in document.operations() {
        let what = format!("{method} {path}");
        assert!(names.insert(told["operationId"].as_str().expect("a name").to_owned()), "{what}: a name twice");
        for parameter in told["parameters"].as_array().into_iter().flatten() {
            fits(&parameter["schema"], &parameter["example"], &what);
        }
        let answers = told["responses"].as_object().expect("answers").values();
        for body in answers.chain([&told["requestBody"]]) {
            for content in document.resolve(body)["content"].as_object().into_iter().flat_map(|it| it.values()) {
                fits(&content["schema"], &content["example"], &what);
            }
        }
    }
    assert!(20 < examples, "{examples} examples");
    for (name, schema) in document.schemas() {
        for example in schema["examples"].as_array().into_iter().flatten() {
            document.fits(schema, example, name);
        }
    }
}

#[tokio::test]
async fn every_path_answers_its_example_as_it_is_described() {
    let folder = Folder::of_plant(&STEPS, UNHURRIED, "");
    let room = Room::open(&folder).await;
    let document = Document::of(&room).await;
    let start = now() - Duration::from_secs(3600);
    deliver(&room, 1, steps(start, 0..140)).await;
    let open = signals(&room, start).await;
    // The examples report the indicator of another one, which may end by that.
    let open =
        open.iter().map(ToString::to_string).find(|signal| signal.starts_with("kiln.")).expect("one of the kiln");
    let past = async || (room.get("/api/v1/indicators/press.scrap/history").await.status == 200).then_some(());
    until("history has the readings", past).await;
    // Something in the tray of a sender.
    let samples = [(now().unix_millis(), 1.0)];
    let written = sender::write_1(room.address(), vec![v1::series("up", &[("job", "node")], &samples)]).await;
    assert_eq!(written.status, 204, "{}", written.words());
    for (method, template, told) in document.operations() {
        if told["requestBody"]["content"]["application/x-protobuf"].is_object() && template == "/api/v1/write" {
            continue;
        }
        let path = filled(template, told, &open);
        let body = &document.resolve(&told["requestBody"])["content"]["application/json"]["example"];
        let said = send(&room, method, &path, body, None).await;
        document.holds(method, template, &said);
        let expected = if SOCKETS.contains(&template) { 400 } else { 200 };
        assert_eq!(said.status(), expected, "{method} {path}");
        if template == "/api/v1/readings" {
            assert_eq!(said.json(), json!({ "received": 2, "refused": [] }));
        }
        refuses_other_methods(&room, &document, template).await;
    }
}

async fn refuses_other_methods(room: &Room, document: &Document, template: &str) {
    let there: BTreeSet<_> =
        document.operations().filter(|(_, path, _)| *path == template).map(|(method, ..)| method).collect();
    // One path of the room stands for both.
    if template.starts_with("/api/v1/signals/") {
        return;
    }
    for method in ["get", "post", "put", "delete"].into_iter().filter(|method| !there.contains(method)) {
        let said = send(room, method, template, &Value::Null, None).await;
        assert_eq!(said.status(), 405, "{method} {template}");
    }
}

#[tokio::test]
async fn what_is_refused_is_refused_as_it_is_described() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "tls = \"proxy\"\nreadings_a_second = 1000");
    let (press, kiln) = (tokens::add(&folder, "press", "press").await, tokens::add(&folder, "kiln", "kiln").await);
    let room = Room::open(&folder).await;
    let document = Document::of(&room).await;
    let many = json!({ "agent": "press", "readings": vec![json!(["press.scrap", now().unix_millis(), 1.0]); 10_000] });
    let of_press = |readings: Value| json!({ "agent": "press", "readings": readings });
    let foreign = of_press(json!([["press.scrap", now().unix_millis(), 1.0], ["kiln.heat", 7, 1.0]]));
    let (signal, act, nothing) = ("/api/v1/signals/{signal}", "/api/v1/signals/{signal}/{act}", Value::Null);
    let (indicator, history) = ("/api/v1/indicators/{id}", "/api/v1/indicators/{id}/history");
    for (method, template, path, body, token, status) in [
        ("post", "/api/v1/readings", "/api/v1/readings", &of_press(json!([])), None, 401),
        ("post", "/api/v1/readings", "/api/v1/readings", &foreign, Some(&kiln), 403),
        ("post", "/api/v1/readings", "/api/v1/readings", &json!({ "agent": "press" }), Some(&press), 400),
        ("post", "/api/v1/readings", "/api/v1/readings", &foreign, Some(&press), 200),
        ("post", "/api/v1/readings", "/api/v1/readings", &of_press(json!("x".repeat(1 << 20))), Some(&press), 413),
        ("post", "/api/v1/readings", "/api/v1/readings", &many, Some(&press), 200),
        ("post", "/api/v1/readings", "/api/v1/readings", &many, Some(&press), 429),
        ("post", "/v1/metrics", "/v1/metrics", &json!({}), None, 401),
        ("post", "/v1/metrics", "/v1/metrics", &json!({}), Some(&press), 403),
        ("post", "/v1/metrics", "/v1/metrics?source=nobody", &json!({}), Some(&press), 404),
        ("post", "/v1/metrics", "/v1/metrics?from=nobody", &json!({}), Some(&press), 400),
        ("post", "/api/v1/write", "/api/v1/write", &json!({}), None, 401),
        ("post", "/api/v1/write", "/api/v1/write", &json!({}), Some(&press), 415),
        ("get", signal, "/api/v1/signals/press.scrap", &nothing, None, 400),
        ("get", signal, "/api/v1/signals/press.scrap@7", &nothing, None, 404),
        ("post", act, "/api/v1/signals/press.scrap@7/acknowledge", &nothing, None, 400),
        ("post", act, "/api/v1/signals/press.scrap@7/useful", &nothing, None, 404),
        ("post", act, "/api/v1/signals/press.scrap@7/useful", &json!("x".repeat(17 << 10)), None, 413),
        ("get", indicator, "/api/v1/indicators/Press", &nothing, None, 400),
        ("get", indicator, "/api/v1/indicators/press.steam", &nothing, None, 404),
        ("get", history, "/api/v1/indicators/press.scrap/history?points=0", &nothing, None, 400),
        ("get", history, "/api/v1/indicators/press.steam/history", &nothing, None, 404),
    ] {
        let said = send(&room, method, path, body, token.map(String::as_str)).await;
        assert_eq!(said.status(), status, "{method} {path}");
        document.holds(method, template, &said);
    }
}

#[tokio::test]
async fn a_room_that_starts_answers_as_it_is_described() {
    let folder = Folder::of_plant(&["press.scrap"], UNHURRIED, "");
    let room = Room::open(&folder).await;
    let document = Document::of(&room).await;
    drop(room);
    fill(&folder.at("archive"), "press-host", 300);
    let room = Room::start(&folder).await;
    for (method, template, told) in document.operations() {
        let said = send(&room, method, &filled(template, told, "press.scrap@7"), &Value::Null, None).await;
        let expected = if ["/healthz", "/metrics"].contains(&template) { 200 } else { 503 };
        assert_eq!(said.status(), expected, "{method} {template}");
        document.holds(method, template, &said);
    }
}

/// The path with the examples of its parameters.
fn filled(template: &str, told: &Value, signal: &str) -> String {
    let mut path = template.replace("{signal}", signal);
    let mut questions = Vec::new();
    for parameter in told["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().expect("a parameter has a name");
        let Some(example) = parameter.get("example") else { continue };
        let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        match parameter["in"].as_str() {
            Some("path") => path = path.replace(&format!("{{{name}}}"), &example),
            _ => questions.push(format!("{name}={example}")),
        }
    }
    if questions.is_empty() { path } else { format!("{path}?{}", questions.join("&")) }
}

/// Sends an example of now.
async fn send(room: &Room, method: &str, path: &str, body: &Value, token: Option<&str>) -> Said {
    let client = http::client();
    let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method");
    let mut request = client.request(method, format!("http://{}{path}", room.address()));
    if !body.is_null() {
        let text = body.to_string().replace(&WHEN.to_string(), &(now().unix_millis() - 1000).to_string());
        request = request
            .header("content-type", "application/json")
            .body(text.replace(&(WHEN + 1).to_string(), &now().unix_millis().to_string()));
    }
    let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
    Said::of(request.send().await.unwrap_or_else(|why| panic!("{path}: {why}"))).await
}
