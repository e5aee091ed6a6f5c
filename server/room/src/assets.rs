//! The screens as files, embedded in the program: precompressed, named by their content, cached for ever.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What `cargo xtask screens` has built.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../target/screens"]
#[allow_missing = true]
struct Screens;

/// Scripts only from here, and WebAssembly; nothing else is fetched, framed or run.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                      connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";

/// The paths of the screens. The page answers any other itself, with words that can be read from afar.
const SCREENS: [&str; 2] = ["", "wall"];

/// Whether this is the path of a screen, or of a file that screens are made of.
pub fn is_of_screens(path: &str) -> bool {
    is_file(path) || SCREENS.contains(&path.trim_start_matches('/'))
}

/// Whether this is the path of a file that screens are made of.
pub fn is_file(path: &str) -> bool {
    path.starts_with("/assets/")
}

/// `GET` anything that is not part of the API: a file of the screens, or the page.
pub async fn get(uri: Uri, headers: HeaderMap) -> Response {
    serve(&uri, &headers)
}

/// The same for who has not taken the request apart.
pub fn serve(uri: &Uri, headers: &HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("assets/") {
        return match find(path, headers) {
            Some(found) => reply(found, path, "public, max-age=31536000, immutable", headers),
            None => (StatusCode::NOT_FOUND, "no such file\n").into_response(),
        };
    }
    if path.contains('.') {
        return (StatusCode::NOT_FOUND, "no such file\n").into_response();
    }
    match find("index.html", headers) {
        Some(found) if SCREENS.contains(&path) => reply(found, "index.html", "no-cache", headers),
        Some(found) => (StatusCode::NOT_FOUND, whole(found, "index.html", "no-store")).into_response(),
        None => {
            (StatusCode::SERVICE_UNAVAILABLE, "built without its screens: run `cargo xtask build`\n").into_response()
        }
    }
}

struct Found {
    file: EmbeddedFile,
    encoding: Option<&'static str>,
}

/// The smallest form of a file that the browser understands.
fn find(path: &str, headers: &HeaderMap) -> Option<Found> {
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accepts = |name| accepts.split(',').any(|one| one.split(';').next().is_some_and(|one| one.trim() == name));
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(encoding)
            && let Some(file) = Screens::get(&format!("{path}.{ending}"))
        {
            return Some(Found { file, encoding: Some(encoding) });
        }
    }
    Screens::get(path).map(|file| Found { file, encoding: None })
}

fn reply(found: Found, path: &str, caching: &'static str, headers: &HeaderMap) -> Response {
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == tag(&found.file)) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    whole(found, path, caching)
}

fn whole(Found { file, encoding }: Found, path: &str, caching: &'static str) -> Response {
    let tag = tag(&file);
    let mut response = file.data.into_response();
    let told = response.headers_mut();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    told.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    told.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    told.insert(header::ETAG, tag);
    told.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    told.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(encoding) = encoding {
        told.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn tag(file: &EmbeddedFile) -> HeaderValue {
    let hash: String = file.metadata.sha256_hash().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::from_str(&format!("\"{hash}\"")).expect("hex digits in quotes are a header value")
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}
