//! What tells a series from every other of its source, and what it may not tell.

use std::{collections::HashMap, str};

use config::person::{email_address, is_mark};

use crate::senders::point::{Series, shown};

/// What stands between the texts of a key; no text holds it.
const BETWEEN: u8 = 0xff;

/// How long the name of a metric and all its labels may be together, in bytes; each series that is open keeps them, as
/// each histogram does.
const LONGEST_KEY: usize = 4096;

/// What tells a series from every other of its source.
pub(super) fn write_key(series: &Series<'_>, key: &mut Vec<u8>) {
    key.clear();
    // The room of what was too long to be kept is given back.
    key.shrink_to(LONGEST_KEY);
    key.extend_from_slice(series.metric.as_bytes());
    for (name, value) in series.labels {
        for text in [name, value] {
            key.push(BETWEEN);
            key.extend_from_slice(text.as_bytes());
        }
    }
}

/// The name of the metric and the labels of a key.
pub(super) fn texts(key: &[u8]) -> (String, HashMap<String, String>) {
    let mut texts = key.split(|byte| *byte == BETWEEN).map(|text| str::from_utf8(text).unwrap_or_default().to_owned());
    let metric = texts.next().unwrap_or_default();
    let mut labels = HashMap::new();
    while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
        labels.insert(name, value);
    }
    (metric, labels)
}

/// What is not to be kept of a series whose key this is: texts that are too long, and persons.
pub(super) fn check(series: &Series<'_>, key: &[u8]) -> Result<(), String> {
    check_length(series, key)?;
    check_people(series)
}

fn check_length(series: &Series<'_>, key: &[u8]) -> Result<(), String> {
    if key.len() <= LONGEST_KEY {
        return Ok(());
    }
    Err(format!(
        "a series of {:?} whose name and labels take {} bytes; up to {LONGEST_KEY} are right: shorten or drop a label where \
         it comes from",
        shown(series.metric),
        key.len()
    ))
}

/// Nothing measures a person: a series whose labels name one, or tell one from another, is not opened.
fn check_people(series: &Series<'_>) -> Result<(), String> {
    let right = "nothing measures a person: leave the label out where it comes from";
    if let Some((label, _)) = series.labels.iter().find(|(name, _)| is_mark(name)) {
        return Err(format!("a series of {:?} for each {label:?}; {right}", shown(series.metric)));
    }
    let person = series.labels.iter().find_map(|(name, value)| Some((name, email_address(value)?)));
    let Some((label, found)) = person else { return Ok(()) };
    Err(format!("a series of {:?} whose label {label:?} is the email address {found:?}; {right}", shown(series.metric)))
}
