//! `POST /v1/metrics`: OTLP over HTTP, as a protocol buffer or as JSON.

use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use config::senders::OTLP;
use serde_json::json;

use super::{
    book::Report,
    protobuf::{put_bytes, put_varint},
    request::{COMES_BACK_AFTER, Encoding, From, Refused, content_type, take, text},
    source::Form,
};
use crate::{api::App, doorkeeper::Shown};

const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Takes a request; answers when it is on disk.
pub async fn metrics(
    State(app): State<App>,
    Query(from): Query<From>,
    shown: Shown,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (form, encoding) = match form(&headers) {
        Ok(form) => form,
        Err(why) => return (StatusCode::UNSUPPORTED_MEDIA_TYPE, why + "\n").into_response(),
    };
    match take(&app, (&from, &shown), OTLP, (form, encoding), body).await {
        Ok(report) => success(form, &report),
        Err(refused) => failure(form, &refused),
    }
}

fn form(headers: &HeaderMap) -> Result<(Form, Encoding), String> {
    let form = match content_type(headers).0.as_str() {
        "application/x-protobuf" => Form::OtlpProtobuf,
        "application/json" => Form::OtlpJson,
        other => {
            return Err(format!(
                "Content-Type {other:?}; OTLP over HTTP is application/x-protobuf or application/json"
            ));
        }
    };
    let encoding = match text(headers, header::CONTENT_ENCODING).to_ascii_lowercase().as_str() {
        "" | "identity" => Encoding::Plain,
        "gzip" => Encoding::Gzip,
        other => return Err(format!("Content-Encoding {other:?}; the room takes gzip or none")),
    };
    Ok((form, encoding))
}

/// `ExportMetricsServiceResponse`, which tells of what was refused.
fn success(form: Form, report: &Report) -> Response {
    let (rejected, why) = (report.refused(), report.why.as_deref().unwrap_or_default());
    let body = match form {
        Form::OtlpJson if rejected == 0 => b"{}".to_vec(),
        Form::OtlpJson => {
            // Whole numbers of 64 bits are text in this encoding.
            let partial = json!({ "rejectedDataPoints": rejected.to_string(), "errorMessage": why });
            json!({ "partialSuccess": partial }).to_string().into_bytes()
        }
        _ => partial_success(rejected, why),
    };
    (StatusCode::OK, [(header::CONTENT_TYPE, media(form))], body).into_response()
}

fn partial_success(rejected: u64, why: &str) -> Vec<u8> {
    let (mut partial, mut response) = (Vec::new(), Vec::new());
    if rejected != 0 {
        put_varint(1, rejected, &mut partial);
        put_bytes(2, why.as_bytes(), &mut partial);
        put_bytes(1, &partial, &mut response);
    }
    response
}

/// `google.rpc.Status`, of which only the message is there.
fn failure(form: Form, refused: &Refused) -> Response {
    let body = match form {
        Form::OtlpJson => json!({ "message": refused.why }).to_string().into_bytes(),
        _ => {
            let mut status = Vec::new();
            put_bytes(2, refused.why.as_bytes(), &mut status);
            status
        }
    };
    let mut answer = (refused.status, [(header::CONTENT_TYPE, media(form))], body).into_response();
    if refused.is_for_now() {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(COMES_BACK_AFTER.as_secs()));
    }
    answer
}

fn media(form: Form) -> HeaderValue {
    if form == Form::OtlpJson { JSON } else { PROTOBUF }
}
