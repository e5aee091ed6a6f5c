//! A batch of readings as it arrives: the fast way for what is well written, the slow way for what needs words.

use std::{borrow::Cow, collections::HashMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use vsm::{
    id::{IndicatorId, InvalidName},
    reading::{Mark, Reading},
    time::Moment,
};

use crate::agent::{FrameFault, LARGEST_BATCH};

/// The longest note a reading carries, in bytes.
pub const LONGEST_NOTE: usize = 500;

/// Readings with the sequence that makes them count once.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The ordinal of its first reading, so that it stands for those from here to `sequence` and the place in the frame
    /// counts; if it has no readings, these will never come. `None`: it stands for everything up to `sequence`.
    pub first: Option<u64>,
    /// Grows from batch to batch of one agent. Where there is a `first`, the ordinal of the last reading.
    pub sequence: u64,
    /// What can be taken, in order.
    pub readings: Vec<Reading>,
    /// Where each of `readings` stood in the frame.
    pub places: Vec<usize>,
    /// What cannot be taken.
    pub refused: Vec<Refused>,
}

/// One reading that was not taken.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize, Serialize)]
pub struct Refused {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// What was found and what would be right.
    pub why: String,
}

/// The names that a connection uses, in the order in which they came first: an agent sends its indicators in the same
/// order again and again, so that nearly every name is the one behind the name before it.
///
/// Each is made once, and every reading of it shares it, so that to compare it with itself is to compare two addresses. Of
/// more names than a batch has readings, those that came first are kept.
#[derive(Debug, Default)]
pub struct Names {
    known: Vec<IndicatorId>,
    places: HashMap<IndicatorId, usize>,
    /// The place of the name that is expected next.
    next: usize,
}

impl Names {
    fn parse(&mut self, name: &str) -> Result<IndicatorId, InvalidName> {
        let expected = self.known.get(self.next).filter(|known| known.as_str() == name).map(|_| self.next);
        let place = match expected.or_else(|| self.places.get(name).copied()) {
            Some(place) => place,
            None if self.known.len() < LARGEST_BATCH => self.add(IndicatorId::parse(name)?),
            None => return IndicatorId::parse(name),
        };
        self.next = if place + 1 < self.known.len() { place + 1 } else { 0 };
        Ok(self.known[place].clone())
    }

    fn add(&mut self, id: IndicatorId) -> usize {
        let place = self.known.len();
        self.places.insert(id.clone(), place);
        self.known.push(id);
        place
    }
}

/// `None` if the frame is no batch.
pub(crate) fn decode(text: &str, names: &mut Names) -> Result<Option<Batch>, FrameFault> {
    if let Ok(Frame { readings: Raw { first, sequence, readings } }) = serde_json::from_str::<Frame<Item<'_>>>(text) {
        return gather(first, sequence, readings.into_iter().map(Ok), names).map(Some);
    }
    let frame = match serde_json::from_str::<Frame<&RawValue>>(text) {
        Ok(frame) => frame,
        Err(error) if text.trim_start().starts_with(r#"{"readings""#) => {
            return Err(FrameFault::NotAMessage(error.to_string()));
        }
        Err(_) => return Ok(None),
    };
    let Raw { first, sequence, readings } = frame.readings;
    let items = readings.into_iter().map(|raw| {
        serde_json::from_str::<Item<'_>>(raw.get())
            .map_err(|error| format!("not a reading: {error}; a reading is [indicator, unix milliseconds, value]"))
    });
    gather(first, sequence, items, names).map(Some)
}

pub(crate) fn encode(first: Option<u64>, sequence: u64, readings: &[Reading]) -> String {
    let rows: Vec<Row<'_>> = readings.iter().map(Row).collect();
    let body = Raw { first, sequence, readings: rows };
    serde_json::to_string(&Frame { readings: body }).expect("names, numbers and notes are always JSON")
}

fn gather<'a>(
    first: Option<u64>,
    sequence: u64,
    items: impl ExactSizeIterator<Item = Result<Item<'a>, String>>,
    names: &mut Names,
) -> Result<Batch, FrameFault> {
    if LARGEST_BATCH < items.len() {
        return Err(FrameFault::TooManyReadings(items.len()));
    }
    if sequence == 0 {
        return Err(FrameFault::NotAMessage("sequence 0; sequences begin with 1".to_owned()));
    }
    if let Some(first) = first.filter(|first| !is_span(*first, sequence, items.len())) {
        return Err(FrameFault::NotSoMany { first, sequence, found: items.len() });
    }
    let mut batch = Batch {
        first,
        sequence,
        readings: Vec::with_capacity(items.len()),
        places: Vec::with_capacity(items.len()),
        refused: Vec::new(),
    };
    for (index, item) in items.enumerate() {
        match item.and_then(|item| item.check(names)) {
            Ok(reading) => {
                batch.readings.push(reading);
                batch.places.push(index);
            }
            Err(why) => batch.refused.push(Refused { index, why }),
        }
    }
    Ok(batch)
}

/// Whether a batch can stand for the ordinals from `first` to `sequence`: with a reading for each, or with none at all.
fn is_span(first: u64, sequence: u64, readings: usize) -> bool {
    let are_all_there = || readings == 0 || sequence - first == readings as u64 - 1;
    0 < first && first <= sequence && are_all_there()
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Frame<T> {
    readings: Raw<T>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Raw<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<u64>,
    sequence: u64,
    readings: Vec<T>,
}

struct Item<'a> {
    name: Cow<'a, str>,
    measured_at: i64,
    value: f64,
    mark: Option<Mark>,
}

impl Item<'_> {
    fn check(self, names: &mut Names) -> Result<Reading, String> {
        let indicator = names.parse(&self.name).map_err(|error| error.to_string())?;
        let note = self.mark.as_ref().and_then(|mark| mark.note.as_ref());
        if let Some(note) = note.filter(|note| LONGEST_NOTE < note.len()) {
            return Err(format!("a note of {} bytes; at most {LONGEST_NOTE} fit", note.len()));
        }
        let reading = Reading::new(indicator, Moment::from_unix_millis(self.measured_at), self.value)
            .map_err(|error| error.to_string())?;
        Ok(match self.mark {
            Some(mark) => reading.marked(mark),
            None => reading,
        })
    }
}

impl<'de> Deserialize<'de> for Item<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_seq(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list [indicator, measured at in unix milliseconds, value]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Item<'de>, A::Error> {
        let missing = |at| de::Error::invalid_length(at, &"three members, or four with a mark");
        let Name(name) = list.next_element()?.ok_or_else(|| missing(0))?;
        let measured_at = list.next_element()?.ok_or_else(|| missing(1))?;
        let value = list.next_element()?.ok_or_else(|| missing(2))?;
        let mark = list.next_element()?;
        if list.next_element::<de::IgnoredAny>()?.is_some() {
            return Err(missing(5));
        }
        Ok(Item { name, measured_at, value, mark })
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

struct Row<'a>(&'a Reading);

impl Serialize for Row<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Reading { indicator, measured_at, mark, .. } = self.0;
        match mark {
            None => (indicator.as_str(), measured_at, self.0.value()).serialize(to),
            Some(mark) => (indicator.as_str(), measured_at, self.0.value(), mark).serialize(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Batch {
        decode(text, &mut Names::default()).unwrap().unwrap()
    }

    #[test]
    fn a_batch_is_read_as_the_contract_writes_it() {
        let batch = read(
            r#"{"readings":{"sequence":1235,"readings":[["payments.latency_p95",1763600000000,231.5],["a",2,3,{"quality":"doubtful","note":"x"}]]}}"#,
        );
        assert_eq!(batch.sequence, 1235);
        assert_eq!(batch.readings[0].value(), 231.5);
        assert_eq!(batch.readings[1].mark.as_ref().unwrap().note.as_deref(), Some("x"));
        assert!(batch.refused.is_empty());
    }

    #[test]
    fn a_bad_reading_is_refused_by_itself_and_the_others_are_taken() {
        let batch = read(
            r#"{"readings":{"sequence":1,"readings":[["a",1,null],["Bad Name",1,2],["b",1,2.5],["c",1],["d",1,2,{},5],["e","soon",2]]}}"#,
        );
        assert_eq!(batch.readings.len(), 1);
        assert_eq!(batch.places, [2]);
        let refused: Vec<_> = batch.refused.iter().map(|refused| refused.index).collect();
        assert_eq!(refused, [0, 1, 3, 4, 5]);
        assert!(batch.refused[1].why.starts_with("not a name: \"Bad Name\""));
    }

    #[test]
    fn a_batch_says_where_it_begins_and_has_a_reading_for_each_ordinal_or_none() {
        let frame = |first: &str, rows: &str| {
            let text = format!(r#"{{"readings":{{"first":{first},"sequence":9,"readings":[{rows}]}}}}"#);
            decode(&text, &mut Names::default()).map(|batch| batch.unwrap())
        };
        let three = r#"["a",1,1],["Bad Name",1,1],["a",2,1]"#;
        let batch = frame("7", three).unwrap();
        assert_eq!((batch.first, batch.sequence, batch.places), (Some(7), 9, vec![0, 2]));
        assert_eq!(frame("1", "").unwrap().first, Some(1));
        for (first, why) in [
            ("8", "first 8 and sequence 9 with 3 readings; 2 would be right, or none where they were lost"),
            ("1", "first 1 and sequence 9 with 3 readings; 9 would be right, or none where they were lost"),
            ("10", "first 10 and sequence 9 with 3 readings; a first from 1 to the sequence would be right"),
            ("0", "first 0 and sequence 9 with 3 readings; a first from 1 to the sequence would be right"),
        ] {
            let fault = frame(first, three).unwrap_err().to_string();
            assert_eq!(fault, why);
        }
        assert!(frame("0", "").is_err() && frame("10", "").is_err() && frame("-1", three).is_err());
    }

    #[test]
    fn a_bare_nan_is_no_json_and_the_frame_says_so() {
        let fault = decode(r#"{"readings":{"sequence":1,"readings":[["a",1,NaN]]}}"#, &mut Names::default());
        assert!(fault.unwrap_err().to_string().contains("expected value at line 1 column"));
    }

    #[test]
    fn too_many_readings_are_refused_as_a_whole() {
        let rows = vec![r#"["a",1,1]"#; LARGEST_BATCH + 1].join(",");
        let text = format!(r#"{{"readings":{{"sequence":1,"readings":[{rows}]}}}}"#);
        assert_eq!(decode(&text, &mut Names::default()), Err(FrameFault::TooManyReadings(LARGEST_BATCH + 1)));
    }

    #[test]
    fn a_name_is_made_once_whatever_the_order_and_however_many_batches_a_round_takes() {
        let mut names = Names::default();
        let mut sent = Vec::new();
        for text in [r#"["a",1,1],["b",1,1]"#, r#"["c",1,1]"#, r#"["a",2,1],["b",2,1]"#, r#"["c",2,1],["b",3,1]"#] {
            let frame = format!(r#"{{"readings":{{"sequence":1,"readings":[{text}]}}}}"#);
            sent.extend(decode(&frame, &mut names).unwrap().unwrap().readings);
        }
        let of = |sent: &[Reading]| sent.iter().map(|reading| reading.indicator.to_string()).collect::<String>();
        assert_eq!(of(&sent), "abcabcb");
        let address = |reading: &Reading| reading.indicator.as_str().as_ptr();
        assert!(sent[..3].iter().zip(&sent[3..6]).all(|(first, again)| address(first) == address(again)));
        assert_eq!(address(&sent[1]), address(&sent[6]));
    }

    #[test]
    fn a_connection_may_use_more_names_than_are_kept() {
        let mut names = Names::default();
        for round in 0..2 {
            for i in 0..=LARGEST_BATCH {
                assert_eq!(names.parse(&format!("i{i}")).unwrap().as_str(), format!("i{i}"), "round {round}");
            }
        }
        assert_eq!(names.known.len(), LARGEST_BATCH);
        assert!(names.parse("Not A Name").is_err());
    }

    proptest! {
        #[test]
        fn every_number_arrives_to_the_last_bit(value in prop::num::f64::NORMAL | prop::num::f64::ZERO, at in any::<i64>()) {
            let reading = Reading::new(IndicatorId::parse("a.b").unwrap(), Moment::from_unix_millis(at), value).unwrap();
            let batch = read(&encode(None, 7, std::slice::from_ref(&reading)));
            prop_assert_eq!(batch.readings, vec![reading]);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            decode(&text, &mut Names::default()).ok();
            decode(&format!(r#"{{"readings":{{"sequence":1,"readings":[{text}]}}}}"#), &mut Names::default()).ok();
        }
    }
}
