//! A request of a sender, from its headers to what became of it, whatever the protocol.

use std::time::Duration;

use axum::{
    body::Body,
    extract::rejection::QueryRejection,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use vsm::id::AgentId;

use super::{
    book::Report,
    compressed::{self, NotWhole},
    source::{Form, NotTaken},
};
use crate::{
    api::App,
    body,
    doorkeeper::{Shown, refusal::seconds},
    happening::{Refusal, SenderHeard},
};

/// The largest body as it comes over the wire, in bytes.
const LARGEST_SENT: usize = 8 << 20;
/// The largest body once it is decompressed, in bytes; JSON takes several times its length to read.
const LARGEST: usize = 32 << 20;
const LARGEST_JSON: usize = 8 << 20;
/// When a sender that has to wait should come back, where nobody knows better.
const COMES_BACK_AFTER: Duration = Duration::from_secs(1);

/// How a sender says its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct From {
    source: Option<String>,
}

/// How a body is compressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Encoding {
    Plain,
    Snappy,
    Gzip,
}

/// Why a request is refused as a whole.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) why: String,
    /// When the sender may come back, if it should try again at all.
    comes_back_after: Option<Duration>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, why: impl Into<String>) -> Self {
        let is_for_now = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        Self { status, why: why.into(), comes_back_after: is_for_now.then_some(COMES_BACK_AFTER) }
    }

    /// Counts and tells that somebody was refused before anybody looked at what was sent.
    pub(super) fn told_of(self, who: &str) -> Self {
        Refusal { who, why: &self.why }.emit();
        self
    }

    /// The answer, which says when the sender should try again, if it should.
    pub(super) fn answered(&self, answer: impl IntoResponse) -> Response {
        let mut answer = (self.status, answer).into_response();
        if let Some(wait) = self.comes_back_after {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds(wait));
        }
        answer
    }
}

impl std::convert::From<NotTaken> for Refused {
    fn from(refusal: NotTaken) -> Self {
        let status = match refusal {
            NotTaken::Unreadable(_) => StatusCode::BAD_REQUEST,
            NotTaken::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
            NotTaken::TooFast(_) => StatusCode::TOO_MANY_REQUESTS,
            NotTaken::NotKept(_) | NotTaken::Closing => StatusCode::SERVICE_UNAVAILABLE,
        };
        let refused = Self::new(status, refusal.to_string());
        match refusal {
            NotTaken::TooFast(too_fast) => Self { comes_back_after: Some(too_fast.wait()), ..refused },
            _ => refused,
        }
    }
}

impl std::convert::From<QueryRejection> for Refused {
    fn from(fault: QueryRejection) -> Self {
        Self::new(fault.status(), fault.body_text())
    }
}

impl std::convert::From<NotWhole> for Refused {
    fn from(fault: NotWhole) -> Self {
        let status = match fault {
            NotWhole::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            NotWhole::NotTheForm { .. } => StatusCode::BAD_REQUEST,
        };
        Self::new(status, fault.to_string())
    }
}

/// Takes a request of the source that it names, or of `unnamed`; what comes back is on disk.
pub(super) async fn take(
    app: &App,
    (from, shown): (&From, &Shown),
    unnamed: &str,
    (form, encoding): (Form, Encoding),
    body: Body,
) -> Result<Report, Refused> {
    let name = from.source.as_deref().unwrap_or(unnamed);
    let taken = take_of(app, (name, shown), (form, encoding), body).await;
    match &taken {
        Ok(report) => SenderHeard { source: name, report }.emit(),
        Err(refused) => Refusal { who: name, why: &refused.why }.emit(),
    }
    taken
}

async fn take_of(
    app: &App,
    (name, shown): (&str, &Shown),
    (form, encoding): (Form, Encoding),
    body: Body,
) -> Result<Report, Refused> {
    let Some(source) = app.senders.source(name) else {
        let known = app.senders.names().collect::<Vec<_>>().join(", ");
        let words =
            format!("no source {name:?}; there are {known}; write [[source]] id = {name:?} into the organisation");
        return Err(Refused::new(StatusCode::NOT_FOUND, words));
    };
    let id = AgentId::parse(name).map_err(|fault| Refused::new(StatusCode::BAD_REQUEST, fault.to_string()))?;
    let admitted = app.doorkeeper.admit(shown.as_deref(), &id);
    let pass = admitted.map_err(|refusal| Refused::new(refusal.status(), refusal.to_string()))?;
    let Some(_seat) = source.seat().await else {
        let words = format!("source {name:?} sends more at once than the room takes; come back later");
        return Err(Refused::new(StatusCode::TOO_MANY_REQUESTS, words));
    };
    let body = whole(form, encoding, arrived(body).await?)?;
    Ok(source.handle.take(form, body, Some(pass)).await?)
}

async fn arrived(body: Body) -> Result<Vec<u8>, Refused> {
    body::arrived(body, LARGEST_SENT).await.map_err(|(status, why)| match status {
        // A sender drops what is refused for good, and its line may only be slow.
        StatusCode::REQUEST_TIMEOUT => Refused::new(StatusCode::SERVICE_UNAVAILABLE, why),
        _ => Refused::new(status, why),
    })
}

fn whole(form: Form, encoding: Encoding, body: Vec<u8>) -> Result<Vec<u8>, Refused> {
    let most = if form == Form::OtlpJson { LARGEST_JSON } else { LARGEST };
    Ok(match encoding {
        Encoding::Plain => body,
        Encoding::Snappy => compressed::snappy(&body, most)?,
        Encoding::Gzip => compressed::gzip(&body, most)?,
    })
}

/// The media type without its parameters, in small letters, and its parameters.
pub(super) fn content_type(headers: &HeaderMap) -> (String, Vec<(String, String)>) {
    let text = text(headers, header::CONTENT_TYPE);
    let mut parts = text.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let parameter = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_owned())
    };
    (media, parts.filter(|part| !part.is_empty()).map(parameter).collect())
}

/// A header as text; nothing if it was not sent.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::doorkeeper::refusal::TooFast;

    #[test]
    fn who_is_to_come_back_is_told_apart_from_who_is_not() {
        for (refusal, expected, is_for_now) in [
            (NotTaken::TooMany, 413, false),
            (NotTaken::Closing, 503, true),
            (NotTaken::NotKept("the disk is full".to_owned()), 503, true),
        ] {
            let refused = Refused::from(refusal);
            assert_eq!((refused.status.as_u16(), refused.comes_back_after.is_some()), (expected, is_for_now));
        }
        let too_fast = TooFast::Source { wait: Duration::from_millis(1200), a_second: 9 };
        let later = Refused::from(NotTaken::TooFast(too_fast)).answered("");
        assert_eq!((later.status().as_u16(), &later.headers()[header::RETRY_AFTER]), (429, &HeaderValue::from(2)));
        assert!(!Refused::new(StatusCode::BAD_REQUEST, "").answered("").headers().contains_key(header::RETRY_AFTER));
    }

    #[test]
    fn a_content_type_has_a_media_type_and_parameters() {
        let value = HeaderValue::from_static("Application/X-Protobuf; proto=\"a.B\";charset");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value)]);
        let parameters = vec![("proto".to_owned(), "a.B".to_owned()), ("charset".to_owned(), String::new())];
        assert_eq!(content_type(&headers), ("application/x-protobuf".to_owned(), parameters));
        assert_eq!(content_type(&HeaderMap::new()), (String::new(), vec![]));
    }
}
