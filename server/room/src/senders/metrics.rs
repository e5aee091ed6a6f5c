//! `POST /v1/metrics`: OTLP over HTTP, as a protocol buffer or as JSON.

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use config::senders::OTLP;
use serde_json::json;

use super::{
    book::Report,
    protobuf::{put_bytes, put_varint},
    request::{Encoding, From, Refused, content_type, take, text},
    source::Form,
};
use crate::{
    api::App,
    brief::{brief, line},
    doorkeeper::Shown,
};

const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Takes a request; answers when it is on disk.
pub async fn metrics(
    State(app): State<App>,
    from: Result<Query<From>, QueryRejection>,
    shown: Shown,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let (form, encoding) = match form(&headers) {
        Ok(form) => form,
        Err(why) => {
            let refused = Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why).told_of(OTLP);
            return refused.answered(line(&refused.why));
        }
    };
    let Query(from) = match from {
        Ok(from) => from,
        Err(fault) => return failure(form, &Refused::from(fault).told_of(OTLP)),
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
    let (rejected, why) = (report.refused(), brief(report.why.as_deref().unwrap_or_default()));
    let body = match form {
        Form::OtlpJson if rejected == 0 => b"{}".to_vec(),
        Form::OtlpJson => {
            // Whole numbers of 64 bits are text in this encoding.
            let partial = json!({ "rejectedDataPoints": rejected.to_string(), "errorMessage": why });
            json!({ "partialSuccess": partial }).to_string().into_bytes()
        }
        _ => partial_success(rejected, &why),
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
    let why = brief(&refused.why);
    let body = match form {
        Form::OtlpJson => json!({ "message": why }).to_string().into_bytes(),
        _ => {
            let mut status = Vec::new();
            put_bytes(2, why.as_bytes(), &mut status);
            status
        }
    };
    refused.answered(([(header::CONTENT_TYPE, media(form))], body))
}

fn media(form: Form) -> HeaderValue {
    if form == Form::OtlpJson { JSON } else { PROTOBUF }
}
