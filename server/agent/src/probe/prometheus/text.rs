//! Prometheus' text format, version 0.0.4: `name{label="value",...} value [timestamp]`, a line each.

use std::borrow::Cow;

/// One line with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample<'a> {
    /// Name of the metric.
    pub name: &'a str,
    /// In the order of the page.
    pub labels: Vec<(&'a str, Cow<'a, str>)>,
    /// May be NaN or infinite.
    pub value: f64,
}

/// A line that is not of the format.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct NotTheFormat {
    /// Counted from 1.
    pub line: usize,
    /// What was found and what would be right.
    pub why: String,
}

impl Sample<'_> {
    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| *label == name).map(|(_, value)| value.as_ref())
    }

    /// What tells it from the other samples of its metric, whatever the order of the labels.
    pub(super) fn identity(&self) -> String {
        let mut labels: Vec<_> = self.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        labels.sort_unstable();
        labels.join(",")
    }
}

/// Reads a page. Comments, types and timestamps are passed over.
pub fn parse(page: &str) -> Result<Vec<Sample<'_>>, NotTheFormat> {
    let lines = page.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let samples = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    samples.map(|(line, text)| sample(text).map_err(|why| NotTheFormat { line, why })).collect()
}

fn sample(line: &str) -> Result<Sample<'_>, String> {
    let (name, rest) = line.split_at(name_length(line));
    if name.is_empty() {
        return Err(format!("{} is not the name of a metric", shown(line)));
    }
    let (labels, rest) = match rest.trim_start().strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let mut numbers = rest.split_ascii_whitespace();
    let value = numbers.next().ok_or_else(|| format!("no value after {name}"))?;
    let value = value.parse().map_err(|_| format!("{} is not a number", shown(value)))?;
    let timestamp_is_one = numbers.next().is_none_or(|timestamp| timestamp.parse::<i64>().is_ok());
    if !timestamp_is_one || numbers.next().is_some() {
        return Err(format!("more than a value and a timestamp after {name}"));
    }
    Ok(Sample { name, labels, value })
}

type Labels<'a> = Vec<(&'a str, Cow<'a, str>)>;

/// The labels after `{` and what follows their `}`.
fn labels(mut rest: &str) -> Result<(Labels<'_>, &str), String> {
    let mut labels = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix('}') {
            return Ok((labels, rest));
        }
        let (name, after) = rest.split_at(name_length(rest));
        let after = after.trim_start().strip_prefix('=').map(str::trim_start).and_then(|rest| rest.strip_prefix('"'));
        let Some(after) = after.filter(|_| !name.is_empty()) else {
            return Err(format!("{} is not a label; a label is name=\"value\"", shown(rest)));
        };
        let (value, after) = quoted(after).ok_or_else(|| format!("the value of {name} has no end"))?;
        labels.push((name, value));
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}

/// A label's value up to its closing quote, and what follows.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let plain = text.find(['"', '\\'])?;
    if text[plain..].starts_with('"') {
        return Some((Cow::Borrowed(&text[..plain]), &text[plain + 1..]));
    }
    let mut value = text[..plain].to_owned();
    let mut letters = text[plain..].char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((Cow::Owned(value), &text[plain + at + 1..])),
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                escaped => escaped,
            }),
            letter => value.push(letter),
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':');
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return 0;
    }
    text.find(|letter| !allowed(letter)).unwrap_or(text.len())
}

fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(40).collect::<String>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_read_as_the_format_says() {
        let page = concat!(
            "# HELP http_requests_total The total.\n# TYPE http_requests_total counter\n\n",
            "http_requests_total{method=\"post\",code=\"200\",} 1027 1395066363000\n",
            "msdos{path=\"C:\\\\DIR\\\\F.TXT\",error=\"Cannot find:\\n\\\"F.TXT\\\"\"} 1.458255915e9\n",
            "  no_labels  12.47\r\nempty {} -Inf\nnot_a_number NaN\nbucket{le=\"+Inf\"} +Inf -3982045\n"
        );
        let samples = parse(page).unwrap();
        let names: Vec<_> = samples.iter().map(|sample| sample.name).collect();
        assert_eq!(names, ["http_requests_total", "msdos", "no_labels", "empty", "not_a_number", "bucket"]);
        assert_eq!((samples[0].label("code"), samples[0].value), (Some("200"), 1027.0));
        assert_eq!(samples[1].label("path"), Some("C:\\DIR\\F.TXT"));
        assert_eq!(samples[1].label("error"), Some("Cannot find:\n\"F.TXT\""));
        assert_eq!((samples[2].value, samples[3].value), (12.47, f64::NEG_INFINITY));
        assert!(samples[4].value.is_nan() && samples[5].value == f64::INFINITY);
    }

    #[test]
    fn a_line_that_is_not_of_the_format_is_named() {
        let found = [
            ("a 1\n<html>\n", "line 2: \"<html>\" is not the name of a metric"),
            ("a\n", "line 1: no value after a"),
            ("a one\n", "line 1: \"one\" is not a number"),
            ("a 1 2 3\n", "line 1: more than a value and a timestamp after a"),
            ("a{b=1} 2\n", "line 1: \"b=1} 2\" is not a label; a label is name=\"value\""),
            ("a{b=\"1} 2\n", "line 1: the value of b has no end"),
        ];
        for (page, words) in found {
            assert_eq!(parse(page).unwrap_err().to_string(), words);
        }
    }

    proptest! {
        #[test]
        fn no_page_makes_it_panic(page in ".{0,80}", tail in "[a\\{\\}\"\\\\=,é 1\n]{0,40}") {
            parse(&page).ok();
            parse(&format!("a{{{tail}")).ok();
        }
    }
}
