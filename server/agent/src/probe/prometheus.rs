//! A page in Prometheus' text format, fetched over HTTP.

mod rate;
pub mod text;

use config::agent::{ScrapedSeries, Selector};
use reqwest::{Client, Url};
use vsm::time::Moment;

use self::{rate::Rates, text::Sample};
use super::{ProbeFault, Readout, Reason, web};

/// The longest page that is read, in bytes.
const LONGEST_PAGE: usize = 8 << 20;
/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// Reads one page.
pub struct Prometheus {
    client: Client,
    url: Url,
    series: Vec<(ScrapedSeries, Rates)>,
}

impl Prometheus {
    /// A probe of the page at `url`, which is asked directly and through no proxy.
    pub fn new(url: Url, series: Vec<ScrapedSeries>) -> Result<Self, String> {
        let client = web::client(&url, REDIRECTS, None, false)?;
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

    async fn fetch(&self) -> Result<String, Reason> {
        let asked = self.client.get(self.url.clone()).header("accept", "text/plain; version=0.0.4").send().await;
        let answer = asked.and_then(reqwest::Response::error_for_status);
        let page = web::body(&mut answer.map_err(|fault| web::reason(&fault))?, LONGEST_PAGE).await?;
        String::from_utf8(page).map_err(|fault| Reason::new("a page that is no text", fault.to_string()))
    }

    fn pick(&mut self, page: &str, now: Moment) -> Readout {
        let samples = match text::parse(page) {
            Ok(samples) => samples,
            Err(fault) => {
                let said = format!("line {} of the page is not of the format", fault.line);
                return Readout::fault(format!("scrape {}", self.url), Reason::new(said, fault.to_string()));
            }
        };
        let mut readout = Readout::default();
        for (series, rates) in &mut self.series {
            let matching: Vec<&Sample<'_>> = samples.iter().filter(|sample| matches(series, sample)).collect();
            if matching.is_empty() {
                let fault = ProbeFault::new(
                    describe(series),
                    Reason::new("not on the page", format!("not on the page at {}", self.url)),
                );
                readout.faults.push(fault.on(&series.indicator));
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
    let is_selected = |(name, selector): (&String, &Selector)| selector.selects(sample.label(name).unwrap_or_default());
    sample.name == series.metric && series.labels.iter().all(is_selected)
}

fn describe(series: &ScrapedSeries) -> String {
    let label = |(name, selector): (&String, &Selector)| match selector {
        Selector::Is(value) => format!(" {name}={value:?}"),
        Selector::IsNot(value) => format!(" {name}!={value:?}"),
        Selector::Matches(pattern) => format!(" {name}=~{:?}", pattern.regex().as_str()),
        Selector::MatchesNot(pattern) => format!(" {name}!~{:?}", pattern.regex().as_str()),
    };
    let labels: String = series.labels.iter().map(label).collect();
    format!("metric {}{labels}", series.metric)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use config::agent::Pattern;
    use vsm::id::IndicatorId;

    use super::*;

    fn probe(metric: &str, labels: &[(&str, Selector)], rate: bool) -> Prometheus {
        let labels = labels.iter().map(|(name, selector)| ((*name).to_owned(), selector.clone())).collect();
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
        let chosen = |labels: &[(&str, Selector)]| values(&mut probe("http", labels, false), page, 0);
        let (is, not) = (|text: &str| Selector::Is(text.to_owned()), |text: &str| Selector::IsNot(text.to_owned()));
        let pattern = |text| Pattern::parse(text).unwrap();
        assert_eq!(chosen(&[("code", is("500"))]), [7.0]);
        assert_eq!(chosen(&[]), [12.0]);
        assert_eq!(chosen(&[("code", not("200")), ("path", is("/"))]), [3.0]);
        assert_eq!(chosen(&[("code", Selector::Matches(pattern("^(?:[25]..)$")))]), [12.0]);
        assert_eq!(chosen(&[("path", Selector::MatchesNot(pattern("^(?:/.+)$")))]), [8.0]);
        // As in Prometheus, a label that is not there is empty.
        assert_eq!(chosen(&[("method", is("")), ("code", is("200"))]), [5.0]);
        let none = probe("http", &[("code", is("404"))], false).pick(page, Moment::default());
        assert!(none.faults[0].about == "metric http code=\"404\"" && none.readings.is_empty(), "{none:?}");
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
            assert!(!readout.faults[0].said.contains("html"), "{readout:?}");
        }
    }

    #[tokio::test]
    async fn a_page_is_fetched_from_where_it_is() {
        let counted = std::sync::atomic::AtomicU64::new(0);
        let counted = std::sync::Arc::new(counted);
        let page = move || {
            let count = counted.fetch_add(30, std::sync::atomic::Ordering::Relaxed);
            async move { format!("taken_total {count}\n") }
        };
        let router = axum::Router::new().route("/metrics", axum::routing::get(page));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/metrics", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut probe = Prometheus { url: url.parse().unwrap(), ..probe("taken_total", &[], true) };
        let first = probe.read(Moment::default()).await;
        assert!(first.faults.is_empty() && first.readings.is_empty(), "{first:?}");
        let second = probe.read(Moment::default() + Duration::from_secs(10)).await;
        assert_eq!((second.readings[0].value(), second.faults.len()), (3.0, 0));
        probe.url.set_path("/elsewhere");
        let words = probe.read(Moment::default()).await.faults[0].to_string();
        assert!(words.contains("404 Not Found"), "{words}");
    }

    #[tokio::test]
    async fn nobody_there_is_a_fault_that_says_where() {
        let readout = probe("x", &[], false).read(Moment::default()).await;
        let words = readout.faults[0].to_string();
        assert!(words.starts_with("scrape http://127.0.0.1:9/metrics: ") && words.contains("refused"), "{words}");
        assert!(readout.readings.is_empty());
    }
}
