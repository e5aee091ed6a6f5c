//! A page that is asked for over HTTP: its status, how long it took, what it says, how long its certificate lasts.

use std::time::Duration;

use config::agent::{HttpQuantity, HttpRequest};
use reqwest::{
    Client, StatusCode, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
    tls::TlsInfo,
};
use tokio::time::Instant;
use vsm::time::Moment;

use super::{ProbeFault, Readout, Reason, find, web};

/// The longest body that is read, in bytes.
const LONGEST_BODY: usize = 4 << 20;
const DAY: f64 = 86_400_000.0;

/// Asks for one page.
pub struct Http {
    client: Client,
    url: Url,
    headers: HeaderMap,
    written: HttpRequest,
}

/// What came back.
struct Answer {
    status: StatusCode,
    /// To the last byte.
    latency: Duration,
    body: Result<Vec<u8>, Reason>,
    /// The certificate of who answered, in DER.
    certificate: Option<Vec<u8>>,
}

impl Http {
    /// A probe of what was written, which is asked directly and through no proxy.
    pub fn new(written: HttpRequest) -> Result<Self, String> {
        let url: Url = written.url.parse().map_err(|why| format!("{why}"))?;
        let client = web::client(&url, written.redirects, written.authorities.as_deref(), true)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &written.headers.0 {
            let name: HeaderName = name.parse().map_err(|why| format!("header {name:?}: {why}"))?;
            let value: HeaderValue = value.parse().map_err(|why| format!("header {name}: {why}"))?;
            headers.insert(name, value);
        }
        Ok(Self { client, url, headers, written })
    }

    /// Where the page is.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Asks once, on a connection of its own.
    pub async fn read(&mut self, now: Moment) -> Readout {
        let answer = match self.ask().await {
            Ok(answer) => answer,
            Err(why) => return Readout::fault(format!("GET {}", self.url), why),
        };
        let mut readout = Readout::default();
        for (quantity, indicator) in &self.written.indicators {
            let value = self.quantity(*quantity, &answer, now);
            readout.take(indicator, now, value.map_err(|why| ProbeFault::new(indicator.as_str(), why)));
        }
        readout
    }

    async fn ask(&self) -> Result<Answer, Reason> {
        let began = Instant::now();
        let asked = self.client.get(self.url.clone()).headers(self.headers.clone()).send().await;
        let mut answer = asked.map_err(|why| web::reason(&why))?;
        let certificate = answer.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate).map(<[u8]>::to_vec);
        let body = web::body(&mut answer, LONGEST_BODY).await;
        Ok(Answer { status: answer.status(), latency: began.elapsed(), body, certificate })
    }

    fn quantity(&self, quantity: HttpQuantity, answer: &Answer, now: Moment) -> Result<f64, Reason> {
        let body = || answer.body.as_ref().map_err(Clone::clone);
        match quantity {
            HttpQuantity::Status => Ok(f64::from(answer.status.as_u16())),
            HttpQuantity::Latency => body().map(|_| answer.latency.as_secs_f64() * 1000.0),
            HttpQuantity::Size => body().map(|body| body.len() as f64),
            HttpQuantity::Value if !answer.status.is_success() => Err(web::answered(answer.status)),
            HttpQuantity::Value => find::number(&self.written.finder, body()?),
            HttpQuantity::CertificateDays => {
                days_left(answer.certificate.as_deref().ok_or("who answered showed no certificate")?, now)
            }
        }
    }
}

/// Days until a certificate ends; negative where it has.
fn days_left(der: &[u8], now: Moment) -> Result<f64, Reason> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der)
        .map_err(|why| Reason::new("a certificate that cannot be read", format!("certificate: {why}")))?;
    let ends_at = certificate.validity().not_after.timestamp().saturating_mul(1000);
    Ok(ends_at.saturating_sub(now.unix_millis()) as f64 / DAY)
}

#[cfg(test)]
mod tests;
