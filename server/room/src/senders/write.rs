//! `POST /api/v1/write`: Prometheus remote write 1.0 and 2.0.

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use config::senders::REMOTE_WRITE;

use super::{
    book::Report,
    request::{Encoding, From, Refused, content_type, take, text},
    source::Form,
};
use crate::{api::App, brief::line, doorkeeper::Shown};

/// Takes a request; answers when it is on disk.
pub async fn write(
    State(app): State<App>,
    from: Result<Query<From>, QueryRejection>,
    shown: Shown,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match taken(&app, from, &shown, &headers, body).await {
        Ok(report) => match report.why.clone() {
            None => (StatusCode::NO_CONTENT, counts(&report)).into_response(),
            Some(why) => {
                let words = format!("{} of {} samples refused, the first: {why}", report.refused(), total(&report));
                (StatusCode::BAD_REQUEST, counts(&report), line(&words)).into_response()
            }
        },
        Err(refused) => refused.answered((counts(&Report::default()), line(&refused.why))),
    }
}

async fn taken(
    app: &App,
    from: Result<Query<From>, QueryRejection>,
    shown: &Shown,
    headers: &HeaderMap,
    body: Body,
) -> Result<Report, Refused> {
    let form = form(headers).map_err(|why| Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    let asked = form.and_then(|form| Ok((form, from?)));
    let (form, Query(from)) = asked.map_err(|refused| refused.told_of(REMOTE_WRITE))?;
    take(app, (&from, shown), REMOTE_WRITE, (form, Encoding::Snappy), body).await
}

fn total(report: &Report) -> u64 {
    report.samples + report.histograms
}

/// Which of the two messages it is, in which of the encodings that there are.
fn form(headers: &HeaderMap) -> Result<Form, String> {
    let (media, parameters) = content_type(headers);
    if media != "application/x-protobuf" {
        return Err(format!("Content-Type {media:?}; remote write is application/x-protobuf"));
    }
    let encoding = text(headers, header::CONTENT_ENCODING);
    // Older senders do not say it.
    if !(encoding.is_empty() || encoding.eq_ignore_ascii_case("snappy")) {
        return Err(format!("Content-Encoding {encoding:?}; remote write is snappy"));
    }
    let proto = parameters.iter().find(|(name, _)| name == "proto").map(|(_, value)| value.as_str());
    match proto {
        None | Some("prometheus.WriteRequest") => Ok(Form::Remote1),
        Some("io.prometheus.write.v2.Request") => Ok(Form::Remote2),
        Some(other) => {
            Err(format!("message {other:?}; there are prometheus.WriteRequest and io.prometheus.write.v2.Request"))
        }
    }
}

/// What 2.0 wants to know of every answer, and 1.0 passes over.
fn counts(report: &Report) -> [(&'static str, String); 3] {
    [
        ("x-prometheus-remote-write-samples-written", (report.samples - report.refused_samples).to_string()),
        ("x-prometheus-remote-write-histograms-written", (report.histograms - report.refused_histograms).to_string()),
        ("x-prometheus-remote-write-exemplars-written", "0".to_owned()),
    ]
}
