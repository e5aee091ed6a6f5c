//! What the room answers at which path, for programs: OpenAPI 3.1.
//!
//! The description is a file that people can read and change, and not derived: what is worth saying of a path is not in
//! its types. That it is true is held from outside, where each of its examples is sent to a room (`tests/walk/openapi`),
//! and that no path is missing is held below.

use axum::response::Response;

use super::json_text;

const DESCRIPTION: &str = include_str!("openapi.json");

/// `GET /api/v1/openapi.json`.
pub(super) async fn description() -> Response {
    json_text(DESCRIPTION)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{
        super::{brought, guarded, open_to_all},
        *,
    };
    use crate::assets;

    #[test]
    fn every_path_of_the_room_is_described_and_no_other() {
        let description: Value = serde_json::from_str(DESCRIPTION).unwrap();
        let described: Vec<&String> = description["paths"].as_object().unwrap().keys().collect();
        let all = brought().into_iter().chain(guarded()).chain(open_to_all());
        let paths: Vec<&str> = all.map(|(path, _)| path).collect();
        // What stands for any rest is described by what may stand there.
        let is = |described: &str, path: &str| match path.split_once("{*") {
            Some((before, _)) => described.starts_with(before),
            None => described == path,
        };
        for path in &paths {
            assert!(described.iter().any(|described| is(described, path)), "{path} is not described");
        }
        for described in described {
            let is_there = paths.iter().any(|path| is(described, path)) || assets::is_of_screens(described);
            assert!(is_there, "{described} is described and not there");
        }
    }
}
