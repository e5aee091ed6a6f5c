//! What comes in on standard input, a reading a line, so that any script is a probe.
//!
//! A line is `indicator value`, `indicator value time`, or JSON: `{"indicator":"a","value":1.5,"measured_at":time}`.
//! A time is Unix milliseconds or RFC 3339; without one the line was measured when it came in. Empty lines and lines that
//! begin with `#` are passed over.

use std::{collections::BTreeSet, future::pending, pin::Pin};

use config::agent::Stdin as Written;
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt};
use vsm::{id::IndicatorId, reading::Reading, time::Moment};

use super::{ProbeFault, Readout, Reason, bad_lines::BadLines, find::shown, lines::Lines, when};
use crate::clock;

/// How many readings wait for the next cadence; who writes more has to wait too.
const MOST: usize = 10_000;

/// Takes readings from one input.
pub struct Stdin {
    input: Pin<Box<dyn AsyncRead + Send>>,
    known: BTreeSet<IndicatorId>,
    lines: Lines,
    waiting: Waiting,
    /// Why no more comes.
    end: Option<Reason>,
}

/// What came in since the reading before.
#[derive(Default)]
struct Waiting {
    /// The number of the last line.
    line: u64,
    readings: Vec<Reading>,
    bad: BadLines,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    indicator: String,
    value: f64,
    measured_at: Option<serde_json::Value>,
}

impl Stdin {
    /// A probe of `input`, as what was written allows.
    pub fn new(written: Written, input: impl AsyncRead + Send + 'static) -> Self {
        let known = written.indicators.into_iter().collect();
        Self { input: Box::pin(input), known, lines: Lines::default(), waiting: Waiting::default(), end: None }
    }

    /// Takes lines in. Never ends.
    pub async fn listen(&mut self) {
        while self.end.is_none() && self.waiting.readings.len() < MOST {
            self.take_in().await;
        }
        pending::<()>().await;
    }

    /// Hands on what came in; an input that has ended is a fault from then on.
    pub fn read(&mut self) -> Readout {
        let next = Waiting { line: self.waiting.line, ..Waiting::default() };
        let Waiting { readings, bad, .. } = std::mem::replace(&mut self.waiting, next);
        let mut readout = Readout { readings, faults: bad.faults("a line of standard input") };
        readout.faults.extend(self.end.iter().map(|why| ProbeFault::new("standard input", why.clone())));
        readout
    }

    async fn take_in(&mut self) {
        let mut buffer = [0; 4096];
        let Self { lines, waiting, known, .. } = self;
        let mut take = |line: &str| waiting.take(line, known, clock::now());
        match self.input.read(&mut buffer).await {
            Ok(0) => {
                lines.finish(&mut take);
                self.end = Some("it has ended".into());
            }
            Ok(read) => lines.feed(&buffer[..read], &mut take),
            Err(why) => self.end = Some(Reason::of_system(&why)),
        }
    }
}

impl Waiting {
    fn take(&mut self, line: &str, known: &BTreeSet<IndicatorId>, now: Moment) {
        self.line += 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        match reading(line, known, now) {
            Ok(reading) => self.readings.push(reading),
            Err(why) => self.bad.note(named(line, known), || why.after(&format!("line {}", self.line))),
        }
    }
}

/// The indicator that a bad line is about, as far as that can be seen.
fn named(line: &str, known: &BTreeSet<IndicatorId>) -> Vec<IndicatorId> {
    let json: Option<serde_json::Value> = serde_json::from_str(line).ok();
    let in_json = json.as_ref().and_then(|json| json.get("indicator")?.as_str());
    let name = in_json.or_else(|| line.split_ascii_whitespace().next());
    let id = name.and_then(|name| IndicatorId::parse(name).ok());
    id.filter(|id| known.contains(id)).into_iter().collect()
}

fn reading(line: &str, known: &BTreeSet<IndicatorId>, now: Moment) -> Result<Reading, Reason> {
    let (name, value, measured_at) = if line.starts_with('{') { json(line, now)? } else { words(line, now)? };
    let indicator =
        IndicatorId::parse(&name).map_err(|why| Reason::new("not the name of an indicator", why.to_string()))?;
    if !known.contains(&indicator) {
        let details = format!("\"{indicator}\" is not among the indicators of this probe");
        return Err(Reason::new("an indicator that is not among those of this probe", details));
    }
    Reading::new(indicator, measured_at, value).map_err(|why| Reason::own(why.to_string()))
}

fn json(line: &str, now: Moment) -> Result<(String, f64, Moment), Reason> {
    let wrong = |why| Reason::new("JSON that is no reading", format!("JSON: {why}"));
    let Json { indicator, value, measured_at } = serde_json::from_str(line).map_err(wrong)?;
    let measured_at = measured_at.filter(|at| !at.is_null()).map_or(Ok(now), |at| when::in_json(&at));
    let measured_at = measured_at.map_err(not_a_time)?;
    Ok((indicator, value, measured_at))
}

fn words(line: &str, now: Moment) -> Result<(String, f64, Moment), Reason> {
    let words: Vec<&str> = line.split_ascii_whitespace().collect();
    let (name, value, measured_at) = match words[..] {
        [name, value] => (name, value, now),
        [name, value, at] => (name, value, when::moment(at).map_err(not_a_time)?),
        _ => {
            let right = "indicator value [time] is right";
            return Err(Reason::new(right, format!("found {}; {right}", shown(line))));
        }
    };
    let value = value.parse().map_err(|_| Reason::new("not a number", format!("not a number: {}", shown(value))))?;
    Ok((name.to_owned(), value, measured_at))
}

fn not_a_time(details: String) -> Reason {
    Reason::new("not a time", details)
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use tokio::process::Command;

    use super::*;

    const NOW: Moment = Moment::from_unix_millis(1_763_600_000_000);

    fn known() -> Vec<IndicatorId> {
        ["a", "b.c"].map(|name| IndicatorId::parse(name).unwrap()).to_vec()
    }

    /// A probe whose input is what a script prints, after the script has ended.
    async fn script(script: &str) -> Stdin {
        let mut command = Command::new("sh");
        let mut child = command.args(["-c", script]).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let input = child.stdout.take().unwrap();
        let mut stdin = Stdin::new(Written { indicators: known() }, input);
        while stdin.end.is_none() {
            stdin.take_in().await;
        }
        assert!(child.wait().await.unwrap().success());
        stdin
    }

    #[tokio::test]
    async fn what_a_script_prints_is_read_line_by_line() {
        let plain = r"a 1.5\n# said\n\nb.c -2 1763600000000\n";
        let json = r#"{"indicator":"a","value":7,"measured_at":"2025-11-20T00:53:20Z"}\na 9"#;
        let mut stdin = script(&format!("printf '{plain}{json}'")).await;
        let readout = stdin.read();
        let read: Vec<_> = readout.readings.iter().map(|it| (it.indicator.as_str(), it.value())).collect();
        assert_eq!(read, [("a", 1.5), ("b.c", -2.0), ("a", 7.0), ("a", 9.0)]);
        assert_eq!((readout.readings[1].measured_at, readout.readings[2].measured_at), (NOW, NOW));
        assert_eq!(readout.faults, [ProbeFault::new("standard input", "it has ended")]);
        assert_eq!(stdin.read().readings, []);
    }

    #[tokio::test]
    async fn lines_that_say_nothing_are_told_by_the_first_and_counted() {
        let readout = script("echo 'a 1\na one\na two\na 2\nb.c\na 3'").await.read();
        assert_eq!(readout.readings.len(), 3);
        let told: Vec<String> = readout.faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            told[..2],
            [
                "a line of standard input about a: line 2: not a number: \"one\"; and 1 more like it",
                "a line of standard input about b.c: line 5: found \"b.c\"; indicator value [time] is right",
            ]
        );
    }

    #[tokio::test]
    async fn a_bad_line_is_the_reason_of_the_indicator_it_names_and_nothing_of_it_is_said() {
        let lines = r#"password=hunter2 1\nb.c hunter2\n{"indicator":"a","value":"hunter2"}\n"#;
        let mut stdin = script(&format!("printf '{lines}'")).await;
        stdin.end = None;
        let readout = stdin.read();
        let (faults, told) = crate::faults::Faults::new();
        let of_probe = faults.of_probe(known());
        let said = || told.borrow().iter().map(|(id, why)| format!("{id}: {why}")).collect::<Vec<_>>();
        of_probe.note(&readout);
        assert_eq!(said(), ["a: line 3: JSON that is no reading", "b.c: line 2: not a number"]);
        assert!(readout.faults.iter().all(|fault| fault.why.contains("hunter2")), "{readout:?}");
        of_probe.note(&stdin.read());
        assert_eq!(said(), [""; 0], "what was bad before is not why nothing comes now");
    }

    #[test]
    fn a_line_says_why_it_is_not_taken() {
        let known = known().into_iter().collect();
        let whys = [
            ("a", "found \"a\"; indicator value [time] is right"),
            ("a 1 2 3", "found \"a 1 2 3\"; indicator value [time] is right"),
            ("a NaN", "not a finite number: NaN"),
            ("d 1", "\"d\" is not among the indicators of this probe"),
            (r#"{"indicator":"a"}"#, "JSON: missing field `value` at line 1 column 17"),
            (r#"{"indicator":"a","value":1,"unit":"s"}"#, "JSON: unknown field `unit`"),
        ];
        for (line, why) in whys {
            let found = reading(line, &known, NOW).unwrap_err();
            assert!(found.details.starts_with(why), "{line}: {found:?}");
        }
        for line in ["ada@example.com 1", "a 1 yesterday", r#"{"indicator":"a","value":1,"measured_at":"soon"}"#] {
            assert!(reading(line, &known, NOW).unwrap_err().said.starts_with("not "), "{line}");
        }
    }

    #[tokio::test]
    async fn a_flood_waits_for_the_next_reading() {
        let mut stdin = Stdin::new(Written { indicators: known() }, tokio::io::repeat(b'\n'));
        stdin.waiting.readings = vec![Reading::new(known().remove(0), NOW, 1.0).unwrap(); MOST];
        let heard_more = futures_util::future::poll_immediate(stdin.listen()).await;
        assert_eq!((heard_more, stdin.waiting.line), (None, 0));
    }
}
