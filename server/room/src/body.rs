//! The body of a request: whole, not too long, and in its time.

use std::{error::Error, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::StatusCode,
};
use tokio::time::timeout;

/// How long a body may take to arrive.
const ARRIVES_WITHIN: Duration = Duration::from_secs(10);

/// All of a body that has at most so many bytes; or what it is over HTTP that it has not arrived, and words.
///
/// # Errors
/// If it is longer, takes longer than ten seconds, or breaks off.
pub async fn arrived(body: Body, most: usize) -> Result<Vec<u8>, (StatusCode, String)> {
    let late = |_| (StatusCode::REQUEST_TIMEOUT, format!("no whole body within {ARRIVES_WITHIN:?}"));
    let body = timeout(ARRIVES_WITHIN, to_bytes(body, most)).await.map_err(late)?;
    body.map(Vec::from).map_err(|fault| {
        let is_too_long = fault.source().is_some_and(|cause| cause.to_string().contains("limit"));
        if is_too_long {
            return (StatusCode::PAYLOAD_TOO_LARGE, format!("a body of more than {most} bytes"));
        }
        (StatusCode::BAD_REQUEST, format!("a body that breaks off: {fault}"))
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use futures_util::{StreamExt, stream};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_too_long_or_does_not_come_is_refused_with_words() {
        assert_eq!(arrived(Body::from("abc"), 3).await.unwrap(), b"abc");
        let words = "a body of more than 3 bytes".to_owned();
        assert_eq!(arrived(Body::from("abcd"), 3).await, Err((StatusCode::PAYLOAD_TOO_LARGE, words)));
        let begins = stream::once(async { Ok::<_, std::io::Error>(Bytes::from("a")) }).chain(stream::pending());
        let words = "no whole body within 10s".to_owned();
        assert_eq!(arrived(Body::from_stream(begins), 3).await, Err((StatusCode::REQUEST_TIMEOUT, words)));
    }
}
