//! From what is written of a source to a probe of it.

use config::agent::{Probe as Written, Source};
use reqwest::Url;

use super::{
    Probe, command::Command, file::FileProbe, git::Git, host::Host, http::Http, log::Log, process::Process,
    prometheus::Prometheus, rehearsal::Rehearsal, statsd::Statsd, stdin::Stdin, webhook::Webhook,
};
use crate::clock;

/// Why a source cannot be read at all.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{about}: {why}")]
pub struct CannotBeRead {
    /// The source, as it was written.
    pub about: String,
    /// What is wrong with it.
    pub why: String,
}

/// A probe of what was written; `room` is the room to which the agent speaks. Needs a running tokio.
pub fn set_up(written: &Written, room: &str) -> Result<Probe, CannotBeRead> {
    let refuse = |about: String| move |why: String| CannotBeRead { about, why };
    Ok(match written.source.clone() {
        Source::Host(indicators) => Probe::Host(Host::new(indicators)),
        Source::Process(process) => Probe::Process(Process::new(process)),
        Source::Command(command) => Probe::Command(Command::new(command)),
        Source::Http(request) => {
            let about = format!("http url: {:?}", request.url);
            Probe::Http(Http::new(request).map_err(refuse(about))?)
        }
        Source::File(file) => Probe::File(FileProbe::new(file)),
        Source::Log(log) => Probe::Log(Log::new(log)),
        Source::Git(repository) => Probe::Git(Git::new(repository)),
        Source::Prometheus(scrape) => {
            let url = page(scrape.url, room)?;
            let about = format!("prometheus url: {:?}", url.as_str());
            Probe::Prometheus(Prometheus::new(url, scrape.series).map_err(refuse(about))?)
        }
        Source::Statsd(server) => {
            let about = format!("statsd listen: {}", server.listen);
            Probe::Statsd(Statsd::bind(server).map_err(|why| refuse(about)(why.to_string()))?)
        }
        Source::Stdin(stdin) => Probe::Stdin(Stdin::new(stdin, tokio::io::stdin())),
        Source::Webhook(webhook) => {
            let about = format!("webhook listen: {}", webhook.listen);
            Probe::Webhook(Webhook::bind(webhook).map_err(|why| refuse(about)(why.to_string()))?)
        }
        Source::Rehearsal(played) => {
            Probe::Rehearsal(Rehearsal::new(clock::now(), written.cadence, played.past, played.series))
        }
    })
}

/// Where to scrape: `written`, or else the room's own page.
fn page(written: Option<String>, room: &str) -> Result<Url, CannotBeRead> {
    // `wss` becomes `https` as `ws` becomes `http`.
    let found = written.clone().unwrap_or_else(|| room.replacen("ws", "http", 1));
    let refuse = |why: String| CannotBeRead { about: format!("prometheus url: {found:?}"), why };
    let mut url: Url = found.parse().map_err(|why| refuse(format!("{why}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("this agent scrapes http:// and https:// only".to_owned()));
    }
    if written.is_none() {
        url.set_path("/metrics");
        url.set_query(None);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_named_is_the_rooms_own() {
        let room = "ws://127.0.0.1:1972/api/v1/agent?x=1";
        assert_eq!(page(None, room).unwrap().as_str(), "http://127.0.0.1:1972/metrics");
        assert_eq!(page(None, "wss://room.example/api/v1/agent").unwrap().as_str(), "https://room.example/metrics");
        let named = page(Some("http://host:9100/m?x=1".to_owned()), room).unwrap();
        assert_eq!(named.as_str(), "http://host:9100/m?x=1");
    }

    #[test]
    fn what_cannot_be_scraped_is_refused_before_anything_runs() {
        let refusal = page(Some("ftp://host/metrics".to_owned()), "ws://room").unwrap_err().to_string();
        assert_eq!(refusal, "prometheus url: \"ftp://host/metrics\": this agent scrapes http:// and https:// only");
    }
}
