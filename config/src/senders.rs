//! Senders other than agents: which of their series are which indicators, and how many they may open.

mod glob;

use std::{collections::BTreeMap, time::Duration};

use vsm::{id::AgentId, template::Template};

pub use self::glob::Glob;

/// The source of what arrives by remote write without a name.
pub const REMOTE_WRITE: &str = "remote-write";
/// The source of what arrives by OTLP without a name.
pub const OTLP: &str = "otlp";
/// How many series a source may open unless it says otherwise.
pub const MOST_SERIES: u64 = 1_000;
/// A series that was not heard of for so long makes room for another.
pub const FORGOTTEN_AFTER: Duration = Duration::from_secs(3_600);

/// What an organisation says of senders that are no agents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Senders {
    /// The sources that are named.
    pub sources: Vec<Source>,
    /// Which series are which indicators; the first that a series fits holds.
    pub maps: Vec<Map>,
}

/// One sender, as the journal names it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Source {
    /// Its name; the sender says it as `?source=NAME`.
    pub id: AgentId,
    /// How many series it may open that a map names.
    pub series: u64,
    /// How many others it may open, which land in the tray; with 0 they are passed over.
    pub unmapped: u64,
}

/// Which series are which indicators.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// The name of the metric.
    pub metric: Glob,
    /// Labels that the series has; it may have more.
    pub labels: BTreeMap<String, Glob>,
    /// What the indicator is called; its blanks are filled with labels, and `{metric}` with the name of the metric.
    pub indicator: Template,
    /// What of the series is a reading; none where its kind tells.
    pub reading: Option<Turn>,
}

/// What of a series is a reading.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Turn {
    /// The value as it is.
    Value,
    /// How much it grew a second, as of a counter.
    Rate,
    /// How much it grew since the last.
    Delta,
}

impl Senders {
    /// Every source: those that are named, and those of senders that say no name.
    pub fn all(&self) -> Vec<Source> {
        let unnamed = [REMOTE_WRITE, OTLP].map(|name| {
            let id = AgentId::parse(name).expect("a word of small letters is a name");
            Source { id, series: MOST_SERIES, unmapped: MOST_SERIES }
        });
        let is_said = |source: &Source| self.sources.iter().any(|said| said.id == source.id);
        let unsaid = unnamed.into_iter().filter(|source| !is_said(source));
        self.sources.iter().cloned().chain(unsaid).collect()
    }
}

impl Map {
    /// Whether it names a series. `label` gives the value of a label, if the series has it.
    pub fn names<'v>(&self, metric: &str, mut label: impl FnMut(&str) -> Option<&'v str>) -> bool {
        self.metric.fits(metric) && self.labels.iter().all(|(name, glob)| label(name).is_some_and(|it| glob.fits(it)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_says_no_name_is_there_and_can_be_described_like_another() {
        let id = AgentId::parse(OTLP).unwrap();
        let senders = Senders { sources: vec![Source { id, series: 5, unmapped: 0 }], maps: Vec::new() };
        let all: Vec<_> = senders.all().into_iter().map(|it| (it.id.to_string(), it.series, it.unmapped)).collect();
        assert_eq!(all, [(OTLP.to_owned(), 5, 0), (REMOTE_WRITE.to_owned(), 1000, 1000)]);
    }

    #[test]
    fn a_map_names_the_series_that_have_its_labels_and_perhaps_more() {
        let labels = BTreeMap::from([("job".to_owned(), Glob::parse("node*"))]);
        let indicator = Template::parse("a.{instance}").unwrap();
        let map = Map { metric: Glob::parse("node_load1"), labels, indicator, reading: None };
        let label = |job| move |name: &str| (name == "job").then_some(job);
        assert!(map.names("node_load1", label("node-exporter")));
        assert!(!map.names("node_load1", label("cadvisor")));
        assert!(!map.names("node_load1", |_| None));
        assert!(!map.names("node_load5", label("node")));
    }
}
