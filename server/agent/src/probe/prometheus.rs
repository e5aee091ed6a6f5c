//! A page in Prometheus' text format, fetched over HTTP.

mod rate;
pub mod text;

use std::fmt::Write;

use config::agent::ScrapedSeries;
use reqwest::{Client, Url};
use vsm::time::Moment;

use self::{rate::Rates, text::Sample};
use super::{ProbeFault, Readout};

/// The longest page that is read, in bytes.
const LONGEST_PAGE: usize = 8 << 20;

/// Reads one page.
pub struct Prometheus {
    client: Client,
    url: Url,
    series: Vec<(ScrapedSeries, Rates)>,
}

impl Prometheus {
    /// A probe of the page at `url`, which is asked directly and through no proxy.
    pub fn new(url: Url, series: Vec<ScrapedSeries>) -> Result<Self, reqwest::Error> {
        let client = Client::builder().no_proxy().build()?;
        let series = series.into_iter().map(|series| (series, Rates::default())).collect();
        Ok(Self { client, url, series })
    }

    /// Where the page is.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Fetches the page and reads the series from it.
    pub async fn read(&mut self, now: Moment) -> Readout {
        match self.fetch().await {
            Ok(page) => self.pick(&page, now),
            Err(why) => Readout::fault(format!("scrape {}", self.url), why),
        }
    }

    async fn fetch(&self) -> Result<String, String> {
        let asked = self.client.get(self.url.clone()).header("accept", "text/plain; version=0.0.4").send().await;
        let mut answer = asked.and_then(reqwest::Response::error_for_status).map_err(|fault| in_words(&fault))?;
        let mut page = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|fault| in_words(&fault))? {
            if LONGEST_PAGE < page.len() + chunk.len() {
                return Err(format!("a page of more than {LONGEST_PAGE} bytes"));
            }
            page.extend_from_slice(&chunk);
        }
        String::from_utf8(page).map_err(|fault| fault.to_string())
    }

    fn pick(&mut self, page: &str, now: Moment) -> Readout {
        let samples = match text::parse(page) {
            Ok(samples) => samples,
            Err(fault) => return Readout::fault(format!("scrape {}", self.url), fault.to_string()),
        };
        let mut readout = Readout::default();
        for (series, rates) in &mut self.series {
            let matching: Vec<&Sample<'_>> = samples.iter().filter(|sample| matches(series, sample)).collect();
            if matching.is_empty() {
                readout.faults.push(ProbeFault::new(describe(series), format!("not on the page at {}", self.url)));
                continue;
            }
            // Several samples that match are one indicator: their sum.
            let value = if series.rate {
                rates.per_second(&matching, now)
            } else {
                Some(matching.iter().map(|sample| sample.value).sum())
            };
            if let Some(value) = value {
                readout.take(&series.indicator, now, Ok(value));
            }
        }
        readout
    }
}

fn matches(series: &ScrapedSeries, sample: &Sample<'_>) -> bool {
    sample.name == series.metric && series.labels.iter().all(|(name, value)| sample.label(name) == Some(value.as_str()))
}

fn describe(series: &ScrapedSeries) -> String {
    let mut words = format!("metric {}", series.metric);
    for (name, value) in &series.labels {
        // Writing to a string cannot fail.
        let _ = write!(words, " {name}={value:?}");
    }
    words
}

/// The whole chain, because the outermost fault says only that sending failed.
fn in_words(fault: &reqwest::Error) -> String {
    let mut words = fault.to_string();
    let mut cause = std::error::Error::source(fault);
    while let Some(fault) = cause {
        let _ = write!(words, ": {fault}");
        cause = fault.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use vsm::id::IndicatorId;

    use super::*;

    fn probe(metric: &str, labels: &[(&str, &str)], rate: bool) -> Prometheus {
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let indicator = IndicatorId::parse("x").unwrap();
        let series = ScrapedSeries { metric: metric.to_owned(), labels, indicator, rate };
        Prometheus::new("http://127.0.0.1:9/metrics".parse().unwrap(), vec![series]).unwrap()
    }

    fn values(probe: &mut Prometheus, page: &str, second: u64) -> Vec<f64> {
        let readout = probe.pick(page, Moment::default() + Duration::from_secs(second));
        assert_eq!(readout.faults, []);
        readout.readings.iter().map(vsm::reading::Reading::value).collect()
    }

    #[test]
    fn labels_choose_and_what_is_chosen_is_added_up() {
        let page =
            "http{code=\"200\",path=\"/\"} 5\nhttp{code=\"500\",path=\"/\"} 3\nhttp{code=\"500\",path=\"/b\"} 4\n";
        assert_eq!(values(&mut probe("http", &[("code", "500")], false), page, 0), [7.0]);
        assert_eq!(values(&mut probe("http", &[], false), page, 0), [12.0]);
    }

    #[test]
    fn a_counter_gives_nothing_at_first_then_its_rate_and_survives_a_reset() {
        let mut probe = probe("taken_total", &[], true);
        let rates = [("10", 0), ("30", 10), ("30", 20), ("5", 25), ("6", 26)]
            .map(|(count, second)| values(&mut probe, &format!("taken_total {count}\n"), second));
        assert_eq!(rates, [vec![], vec![2.0], vec![0.0], vec![1.0], vec![1.0]]);
    }

    #[test]
    fn a_counter_that_starts_beside_others_does_not_leap() {
        let mut probe = probe("taken_total", &[], true);
        assert!(values(&mut probe, "taken_total{by=\"a\"} 10\n", 0).is_empty());
        let both = |a, b| format!("taken_total{{by=\"a\"}} {a}\ntaken_total{{by=\"b\"}} {b}\n");
        assert_eq!(values(&mut probe, &both(11, 1000), 1), [1.0]);
        assert_eq!(values(&mut probe, &both(12, 1003), 2), [4.0]);
    }

    #[test]
    fn what_is_missing_not_a_number_or_no_page_is_a_fault_and_no_zero() {
        for page in ["other 1\n", "x NaN\n", "x +Inf\n", "<html>\n", ""] {
            let readout = probe("x", &[], false).pick(page, Moment::default());
            assert_eq!((readout.readings.len(), readout.faults.len()), (0, 1), "{page:?}");
        }
    }

    #[tokio::test]
    async fn nobody_there_is_a_fault_that_says_where() {
        let readout = probe("x", &[], false).read(Moment::default()).await;
        let words = readout.faults[0].to_string();
        assert!(words.starts_with("scrape http://127.0.0.1:9/metrics: ") && words.contains("refused"), "{words}");
        assert!(readout.readings.is_empty());
    }
}
