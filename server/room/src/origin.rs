//! Who may ask over a browser: the room's own pages, and no page of somebody else.
//!
//! A browser lets any page open a websocket to any address and tells the room where the page came from (`Origin`).
//! A page whose name was pointed at this machine (DNS rebinding) even counts as the room's own, but its browser
//! still tells the name (`Host`). Programs that are no browsers send no `Origin`.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{api::App, happening::Refusal};

/// Refuses with 403 and words what a page of somebody else asks for.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    match check(request.headers(), app.on_loopback) {
        Ok(()) => next.run(request).await,
        Err(why) => {
            Refusal { who: "a page of somebody else", why: &why }.emit();
            (StatusCode::FORBIDDEN, why + "\n").into_response()
        }
    }
}

fn check(headers: &HeaderMap, on_loopback: bool) -> Result<(), String> {
    let host = text(headers, header::HOST);
    if on_loopback
        && let Some(host) = &host
        && !is_loopback(host)
    {
        return Err(format!("Host {host:?}: this room listens on loopback; ask for 127.0.0.1, [::1] or localhost"));
    }
    let Some(origin) = text(headers, header::ORIGIN) else { return Ok(()) };
    let host = host.unwrap_or_default();
    let is_own = origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(&host));
    if is_own {
        return Ok(());
    }
    Err(format!("Origin {origin:?} is not this room, which was asked for as {host:?}; only its own pages may ask"))
}

/// `None` if it was not sent. What is no text is given as far as it can be shown, so that it fits nothing.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn is_loopback(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn passes(host: &'static str, origin: Option<&'static str>, on_loopback: bool) -> bool {
        let mut headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
        origin.map(|origin| headers.insert(header::ORIGIN, HeaderValue::from_static(origin)));
        check(&headers, on_loopback).is_ok()
    }

    #[test]
    fn who_is_no_browser_says_no_origin_and_passes() {
        assert!(passes("127.0.0.1:1972", None, true));
        assert!(passes("room.example:1972", None, false));
        assert!(check(&HeaderMap::new(), true).is_ok());
    }

    #[test]
    fn only_a_page_of_the_room_itself_passes() {
        assert!(passes("127.0.0.1:1972", Some("http://127.0.0.1:1972"), true));
        assert!(passes("Room.example", Some("https://room.example"), false));
        for origin in ["http://evil.example", "http://127.0.0.1:8000", "http://localhost:1972", "null", ""] {
            assert!(!passes("127.0.0.1:1972", Some(origin), true), "{origin}");
            assert!(!passes("127.0.0.1:1972", Some(origin), false), "{origin}");
        }
    }

    #[test]
    fn on_loopback_only_a_name_of_loopback_passes() {
        for host in ["127.0.0.1:1972", "127.9.9.9", "[::1]:80", "[::1]", "localhost", "LOCALHOST:1972"] {
            assert!(passes(host, None, true), "{host}");
        }
        for host in ["evil.example:1972", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil.example", ""] {
            assert!(!passes(host, None, true), "{host}");
            assert!(!passes(host, Some("http://evil.example:1972"), true), "{host}");
        }
    }
}
