//! Events that are posted to a port: what is read of deploys, pipelines, incidents and pages.

use std::{collections::BTreeMap, fmt, net::SocketAddr};

use vsm::id::IndicatorId;

use super::indicators;
use crate::{agent::Ledger, entry::Entry, section::Section};

/// A port to which other programs post events.
#[derive(Clone, PartialEq)]
pub struct Webhook {
    /// Where it listens, over HTTP.
    pub listen: SocketAddr,
    /// What whoever posts has to show, if anything.
    pub token: Option<String>,
    /// What is read, and as what.
    pub indicators: BTreeMap<WebhookQuantity, IndicatorId>,
}

/// Without the token, which is nobody else's business.
impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { listen, token: _, indicators } = self;
        f.debug_struct("Webhook").field("listen", listen).field("indicators", indicators).finish_non_exhaustive()
    }
}

/// What can be read of the events between two readings. A duration is a mean over the events that told one.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum WebhookQuantity {
    /// Deploys that ended, well or not.
    Deploys,
    /// Deploys that failed.
    DeploysFailed,
    /// How long deploys took, in seconds.
    DeployDuration,
    /// Runs of a pipeline that ended, well or not.
    Pipelines,
    /// Runs of a pipeline that failed.
    PipelinesFailed,
    /// How long runs of a pipeline took, in seconds.
    PipelineDuration,
    /// Incidents that began.
    Incidents,
    /// How long incidents lasted that ended, in seconds.
    IncidentDuration,
    /// Pages that were sent.
    Pages,
    /// How long it took until pages were answered, in seconds.
    PageDuration,
}

impl WebhookQuantity {
    /// Every quantity by its name in files.
    pub const ALL: [(&str, Self); 10] = [
        ("deploys", Self::Deploys),
        ("deploys_failed", Self::DeploysFailed),
        ("deploy_duration", Self::DeployDuration),
        ("pipelines", Self::Pipelines),
        ("pipelines_failed", Self::PipelinesFailed),
        ("pipeline_duration", Self::PipelineDuration),
        ("incidents", Self::Incidents),
        ("incident_duration", Self::IncidentDuration),
        ("pages", Self::Pages),
        ("page_duration", Self::PageDuration),
    ];
}

pub(super) fn webhook(section: &mut Section<'_>, ledger: &mut Ledger) -> Option<Webhook> {
    let example = "127.0.0.1:8126";
    let listen = section.must("listen", &format!("{example:?}"), |entry| entry.address(example));
    let token = section.may("token", secret);
    let indicators = indicators(section, &WebhookQuantity::ALL, ledger);
    let (listen, token) = (listen?, token?);
    if !listen.ip().is_loopback() && token.is_none() {
        let right = "listen on 127.0.0.1, or write a token that whoever posts has to show";
        section.fault("listen", format!("{listen} is reached from beyond this machine, by anyone; {right}"));
        return None;
    }
    Some(Webhook { listen, token, indicators: indicators? })
}

/// Text that is not shown in a fault.
fn secret(entry: Entry<'_>) -> Option<String> {
    let text = entry.clone().text()?;
    if text.is_empty() {
        return entry.fault("found nothing; leave it out where anyone of this machine may post".to_owned());
    }
    Some(text.to_owned())
}
