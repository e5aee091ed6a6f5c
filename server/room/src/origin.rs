//! Who may ask over a browser: the room's own pages, and no page of somebody else.
//!
//! A browser lets any page open a websocket to any address and tells the room where the page came from (`Origin`).
//! A page whose name was pointed at this machine (DNS rebinding) even counts as the room's own, but its browser
//! still tells the name (`Host`). Programs that are no browsers send no `Origin`.
//!
//! A proxy in front of the room may hand on the name that the browser asked for, or its own; so a room behind one has to
//! be told its `names`.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{api::App, brief::line, happening::Refusal};

/// Refuses with 403 and words what a page of somebody else asks for.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    match check(request.headers(), app.on_loopback, &app.names) {
        Ok(()) => next.run(request).await,
        Err(why) => refuse(why),
    }
}

/// The answer to a page of somebody else.
pub(crate) fn refuse(why: String) -> Response {
    Refusal { who: "a page of somebody else", why: &why }.emit();
    (StatusCode::FORBIDDEN, line(&why)).into_response()
}

/// Whether who asks may, by what its browser says of it; if not, why.
pub(crate) fn check(headers: &HeaderMap, on_loopback: bool, names: &[String]) -> Result<(), String> {
    let host = text(headers, header::HOST);
    if let Some(host) = &host {
        check_host(host, on_loopback, names)?;
    }
    let Some(origin) = text(headers, header::ORIGIN) else { return Ok(()) };
    let host = host.unwrap_or_default();
    let is_own = origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(&host));
    let is_named = || origin.strip_prefix("https://").is_some_and(|from| is_one_of(from, names));
    if is_own || is_named() {
        return Ok(());
    }
    Err(format!("Origin {origin:?} is not this room, which was asked for as {host:?}; only its own pages may ask"))
}

/// A room that knows its names answers to no other, and one on loopback to those of loopback.
fn check_host(host: &str, on_loopback: bool, names: &[String]) -> Result<(), String> {
    if (on_loopback && is_loopback(host)) || is_called(host, names) || (!on_loopback && names.is_empty()) {
        return Ok(());
    }
    let named: String = names.iter().map(|name| format!("{name}, ")).collect();
    Err(match on_loopback {
        true => format!("Host {host:?}: this room listens on loopback; ask for {named}127.0.0.1, [::1] or localhost"),
        false => format!("Host {host:?}: this room is called {named}and nothing else; its file says names = [...]"),
    })
}

/// Whatever the port: who points a name at this machine cannot choose what it is called.
fn is_called(host: &str, names: &[String]) -> bool {
    let name = |host: &str| host.parse::<Authority>().map(|authority| authority.host().to_ascii_lowercase()).ok();
    name(host).is_some_and(|asked| names.iter().any(|known| name(known).as_ref() == Some(&asked)))
}

fn is_one_of(host: &str, names: &[String]) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(host))
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
        check(&headers, on_loopback, &[]).is_ok()
    }

    #[test]
    fn a_room_that_has_names_answers_to_them_and_its_pages_may_come_by_way_of_a_proxy() {
        let names = ["room.example.org".to_owned()];
        let ask = |host: &'static str, origin: &'static str, on_loopback| {
            let headers =
                [(header::HOST, HeaderValue::from_static(host)), (header::ORIGIN, HeaderValue::from_static(origin))];
            check(&HeaderMap::from_iter(headers), on_loopback, &names).is_ok()
        };
        for on_loopback in [true, false] {
            assert!(ask("Room.example.org", "https://room.example.org", on_loopback));
            assert!(ask("room.example.org:1972", "https://room.example.org:1972", on_loopback), "its own port");
            assert!(
                !ask("room.example.org:1972", "https://room.example.org:8443", on_loopback),
                "somebody else's port"
            );
            assert!(!ask("evil.example", "https://room.example.org", on_loopback));
            assert!(!ask("room.example.org.evil.example", "https://room.example.org", on_loopback));
            assert!(!ask("evil.example", "http://evil.example", on_loopback));
            assert!(!ask("room.example.org", "https://evil.example", on_loopback));
        }
        assert!(ask("127.0.0.1:1972", "https://room.example.org", true), "a proxy that asks by its own name");
        assert!(!ask("127.0.0.1:1972", "http://room.example.org", true), "what is not encrypted is anybody's");
        assert!(!ask("127.0.0.1:1972", "http://127.0.0.1:1972", false));
    }

    #[test]
    fn who_is_no_browser_says_no_origin_and_passes() {
        assert!(passes("127.0.0.1:1972", None, true));
        assert!(passes("room.example:1972", None, false));
        assert!(check(&HeaderMap::new(), true, &[]).is_ok());
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
