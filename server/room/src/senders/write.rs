//! `POST /api/v1/write`: Prometheus remote write 1.0 and 2.0.

use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use config::senders::REMOTE_WRITE;

use super::{
    book::Report,
    request::{COMES_BACK_AFTER, Encoding, From, Refused, content_type, take, text},
    source::Form,
};
use crate::{api::App, doorkeeper::Shown};

/// Takes a request; answers when it is on disk.
pub async fn write(
    State(app): State<App>,
    Query(from): Query<From>,
    shown: Shown,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let form = match form(&headers) {
        Ok(form) => form,
        Err(why) => return answer(Report::default(), StatusCode::UNSUPPORTED_MEDIA_TYPE, why, false),
    };
    match take(&app, (&from, &shown), REMOTE_WRITE, (form, Encoding::Snappy), body).await {
        Ok(report) => match report.why.clone() {
            None => answer(report, StatusCode::NO_CONTENT, String::new(), false),
            Some(why) => {
                let words = format!("{} of {} samples refused, the first: {why}", report.refused(), total(&report));
                answer(report, StatusCode::BAD_REQUEST, words, false)
            }
        },
        Err(refused) => {
            let is_for_now = refused.is_for_now();
            let Refused { status, why } = refused;
            answer(Report::default(), status, why, is_for_now)
        }
    }
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
fn answer(report: Report, status: StatusCode, why: String, is_for_now: bool) -> Response {
    let body = if why.is_empty() { why } else { why + "\n" };
    let mut answer = (status, body).into_response();
    let headers = answer.headers_mut();
    for (name, count) in [
        ("x-prometheus-remote-write-samples-written", report.samples - report.refused_samples),
        ("x-prometheus-remote-write-histograms-written", report.histograms - report.refused_histograms),
        ("x-prometheus-remote-write-exemplars-written", 0),
    ] {
        headers.insert(name, HeaderValue::from(count));
    }
    if is_for_now {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(COMES_BACK_AFTER.as_secs()));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_to_wait_is_told_how_long() {
        let later = answer(Report::default(), StatusCode::TOO_MANY_REQUESTS, "later".to_owned(), true);
        assert_eq!(later.headers()[header::RETRY_AFTER], "1");
        let never = answer(Report::default(), StatusCode::BAD_REQUEST, "never".to_owned(), false);
        assert!(!never.headers().contains_key(header::RETRY_AFTER));
    }
}
