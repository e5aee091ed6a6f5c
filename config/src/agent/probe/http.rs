//! A page that is asked for over HTTP, and what is read of the answer.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use vsm::id::IndicatorId;

use super::indicators;
use crate::{
    agent::{
        Ledger,
        finder::{self, Finder},
    },
    entry::Entry,
    section::Section,
};

const REDIRECTS: u64 = 5;
const MOST_REDIRECTS: u64 = 20;

/// A page that is asked for once a cadence.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpRequest {
    /// Its address.
    pub url: String,
    /// What is said beside it.
    pub headers: Headers,
    /// Certificates of authorities, in PEM, that are trusted beside those of the system.
    pub authorities: Option<PathBuf>,
    /// How many redirects are followed.
    pub redirects: usize,
    /// Where the value stands in the body.
    pub finder: Finder,
    /// What is read, and as what.
    pub indicators: BTreeMap<HttpQuantity, IndicatorId>,
}

/// Headers of a request.
#[derive(Clone, Default, PartialEq)]
pub struct Headers(pub Vec<(String, String)>);

/// Without the values, which may be secret.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// What can be read of an answer.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum HttpQuantity {
    /// Its status, as 200.
    Status,
    /// The time from asking to the last byte, redirects included, in ms.
    Latency,
    /// Its length, in bytes.
    Size,
    /// A number from its body, if its status is one of success.
    Value,
    /// The time until the certificate of the last server ends, in days.
    CertificateDays,
}

impl HttpQuantity {
    /// Every quantity by its name in files.
    pub const ALL: [(&str, Self); 5] = [
        ("status", Self::Status),
        ("latency", Self::Latency),
        ("size", Self::Size),
        ("value", Self::Value),
        ("certificate_days", Self::CertificateDays),
    ];
}

pub(super) fn http(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<HttpRequest> {
    let url = section.must("url", r#""https://payments.example/health""#, |entry| entry.url(&["http://", "https://"]));
    let headers = section.or("headers", Headers::default(), headers);
    let authorities = section.may("authorities", Entry::path);
    let redirects = section.or("redirects", REDIRECTS, |entry| {
        entry.check(Entry::natural, |most| *most <= MOST_REDIRECTS, |_| format!("at most {MOST_REDIRECTS} is right"))
    });
    let indicators = indicators(section, &HttpQuantity::ALL, ledger);
    if let (Some(url), Some(indicators)) = (&url, &indicators) {
        needs_a_certificate(section, url, indicators)?;
    }
    let is_asked = |named: &BTreeMap<_, _>| named.contains_key(&HttpQuantity::Value);
    let finder = finder::finder(section, indicators.as_ref().is_none_or(is_asked));
    Some(HttpRequest {
        url: url?,
        headers: headers?,
        authorities: authorities?,
        redirects: redirects? as usize,
        finder: finder?,
        indicators: indicators?,
    })
}

fn needs_a_certificate(section: &Section<'_>, url: &str, named: &BTreeMap<HttpQuantity, IndicatorId>) -> Option<()> {
    if named.contains_key(&HttpQuantity::CertificateDays) && !url.starts_with("https://") {
        section.fault("url", format!("found {url:?}; a certificate has days only where the address is https://"));
        return None;
    }
    Some(())
}

fn headers(entry: Entry<'_>) -> Option<Headers> {
    let section = entry.section()?;
    let header = |(key, value): (&str, Entry<'_>)| {
        let is_name = key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if !is_name {
            return value.fault(format!("{key:?} is not the name of a header; letters, digits, - and _ are right"));
        }
        // What it holds may be secret, so it is not shown.
        let text = if value.is_text() { value.clone().text()? } else { "\n" };
        if !text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return value.fault("a header is one line of ASCII in quotes".to_owned());
        }
        Some((key.to_owned(), text.to_owned()))
    };
    let headers: Vec<_> = section.entries().map(header).collect();
    headers.into_iter().collect::<Option<_>>().map(Headers)
}
