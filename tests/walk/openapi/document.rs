//! A room's description of itself, and whether something fits it.

use std::collections::BTreeMap;

use jsonschema::Draft;
use reqwest::{Response, header};
use serde_json::{Map, Value, json};
use tests::room::Room;

/// A description. An answer may hold what it does not tell of; here it must not, so that it stays whole.
pub(crate) struct Document(Value);

/// What a room answered, as far as it is described.
pub(crate) struct Said {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Said {
    pub(crate) async fn of(answer: Response) -> Self {
        let text = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let (status, headers) = (answer.status().as_u16(), answer.headers().iter().map(text).collect());
        // Nothing more of a socket is described than its handshake.
        let body = if status == 101 { Vec::new() } else { answer.bytes().await.expect("a whole answer").to_vec() };
        Self { status, headers, body }
    }

    /// An answer as it came over the wire.
    pub(crate) fn read(answer: &str) -> Self {
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let fields = lines.filter_map(|line| line.split_once(": "));
        let headers = fields.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Self { status, headers, body: body.as_bytes().to_vec() }
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// A header by its name in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn words(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("an answer in JSON")
    }
}

impl Document {
    /// As the room itself gives it.
    pub(crate) async fn of(room: &Room) -> Self {
        let answer = room.get("/api/v1/openapi.json").await;
        assert_eq!(answer.status, 200);
        let mut description: Value = serde_json::from_str(&answer.body).expect("it is JSON");
        assert!(description["openapi"].as_str().is_some_and(|version| version.starts_with("3.1.")));
        close(&mut description);
        Self(description)
    }

    /// Every method of every path, with what is said of it.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.0["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, told)| (method.as_str(), path.as_str(), told))
        })
    }

    /// The schemas that have a name.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0["components"]["schemas"].as_object().into_iter().flatten()
    }

    /// What is said of an operation.
    pub(crate) fn operation(&self, method: &str, path: &str) -> &Value {
        let told = &self.0["paths"][path][method];
        assert!(told.is_object(), "{method} {path} is not described");
        told
    }

    /// Holds an answer against what is said of an operation: its status, its headers, its kind, its body.
    pub(crate) fn holds(&self, method: &str, path: &str, said: &Said) {
        let what = format!("{method} {path}: {}", said.status);
        let told = self.resolve(&self.operation(method, path)["responses"][said.status.to_string()]);
        assert!(told.is_object(), "{what} is not described: {}", said.words());
        for (name, told) in told["headers"].as_object().into_iter().flatten() {
            let found = said.headers.get(&name.to_ascii_lowercase());
            let is_optional = told["required"] == json!(false);
            let Some(found) = found else {
                assert!(is_optional, "{what} has no header {name}");
                continue;
            };
            let found = found.parse::<i64>().map_or_else(|_| json!(found), |number| json!(number));
            self.fits(&told["schema"], &found, &format!("{what}, {name}"));
        }
        let Some(kinds) = told["content"].as_object() else { return };
        let kind = said.headers.get("content-type").unwrap_or_else(|| panic!("{what} has no kind"));
        let schema = &kinds.get(kind).unwrap_or_else(|| panic!("{what} is {kind:?}, which is not described"))["schema"];
        match kind.as_str() {
            "application/json" => self.fits(schema, &said.json(), &what),
            "application/x-protobuf" => (),
            _ => self.fits(schema, &json!(said.words()), &what),
        }
    }

    /// Holds a value against a schema.
    pub(crate) fn fits(&self, schema: &Value, value: &Value, what: &str) {
        let whole = json!({ "components": self.0["components"], "allOf": [schema] });
        let validator = jsonschema::options().with_draft(Draft::Draft202012).build(&whole);
        let validator = validator.unwrap_or_else(|why| panic!("{what}: no schema: {why}"));
        let faults: Vec<_> =
            validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{what}: {faults:#?}");
    }

    /// What a reference stands for.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value["$ref"].as_str() else { return value };
        let found = self.0.pointer(reference.trim_start_matches('#'));
        found.unwrap_or_else(|| panic!("{reference} stands for nothing"))
    }
}

/// Nothing may stand where nothing is described.
fn close(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if is_closed_by_nobody(members) {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(members) => members.iter_mut().for_each(close),
        _ => (),
    }
}

fn is_closed_by_nobody(members: &Map<String, Value>) -> bool {
    members.get("type") == Some(&json!("object"))
        && members.contains_key("properties")
        && !members.contains_key("additionalProperties")
}
