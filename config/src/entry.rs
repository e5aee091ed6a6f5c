//! One value of a file, read as what it should be; what it is not is a fault.

use std::{fmt, net::SocketAddr, ops::RangeInclusive, path::PathBuf, time::Duration};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use vsm::{
    id::{AgentId, IndicatorId, InvalidName, UnitId},
    itself,
};

use crate::{
    document::Report,
    duration,
    nearest::did_you_mean_or_all,
    person::{email_address, marked_in},
    section::Section,
};

/// A value and its place in the file. Each reader gives none where it has reported a fault.
#[derive(Clone)]
pub(crate) struct Entry<'a> {
    report: &'a Report,
    path: String,
    value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(report: &'a Report, path: String, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { report, path, value }
    }

    /// The report into which its faults go.
    pub(crate) fn report(&self) -> &'a Report {
        self.report
    }

    /// The line on which it stands, counted from one.
    pub(crate) fn line_number(&self) -> usize {
        self.report.line(self.value.span().start)
    }

    /// Whether it is text rather than a table, a list or a number.
    pub(crate) fn is_text(&self) -> bool {
        self.value.get_ref().is_str()
    }

    /// Any text.
    pub(crate) fn text(self) -> Option<&'a str> {
        let text = self.value.get_ref().as_str();
        text.or_else(|| self.refuse("text", "write it in quotes"))
    }

    /// Text for people: one line of it, and nobody in it.
    pub(crate) fn line(self) -> Option<String> {
        let text = self.clone().text()?;
        if text.chars().any(char::is_control) {
            return self.refuse("one line of text", "write it without line breaks");
        }
        if let Some(person) = email_address(text) {
            let words = format!("found the email address {person:?}; nothing measures a person: name a team");
            return self.fault(words);
        }
        Some(text.trim().to_owned())
    }

    /// A line of text that is not empty and has at most so many letters.
    pub(crate) fn label(self, longest: usize) -> Option<String> {
        let label = self.clone().line()?;
        let letters = label.chars().count();
        if letters == 0 {
            return self.fault("found nothing; write what people call it".to_owned());
        }
        if longest < letters {
            return self.fault(format!("{label:?} has {letters} letters; there is room for {longest}"));
        }
        Some(label)
    }

    /// The name of a unit.
    pub(crate) fn unit(self) -> Option<UnitId> {
        self.name(UnitId::parse)
    }

    /// The name of an indicator.
    pub(crate) fn indicator(self) -> Option<IndicatorId> {
        let id = self.clone().name(IndicatorId::parse)?;
        marked_in(id.as_str()).map_or(Some(id), |why| self.fault(why))
    }

    /// A name in files and on the wire.
    pub(crate) fn name<T>(self, parse: impl Fn(&str) -> Result<T, InvalidName>) -> Option<T> {
        self.parsed(parse)
    }

    /// Text of which a parser makes something, or says why not.
    pub(crate) fn parsed<T, E: fmt::Display>(self, parse: impl Fn(&str) -> Result<T, E>) -> Option<T> {
        let text = self.clone().text()?;
        parse(text).or_else(|invalid| self.fault(invalid.to_string()).ok_or(())).ok()
    }

    /// The name of a source: anything but that of the room itself.
    pub(crate) fn source(self) -> Option<AgentId> {
        let right = |_: &AgentId| "that is the room itself; give it another name".to_owned();
        self.check(|entry| entry.name(AgentId::parse), |source| !itself::is_the_room(source), right)
    }

    /// A finite number, whole or not.
    pub(crate) fn number(self) -> Option<f64> {
        let number = match self.value.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::Integer(_) => self.integer().map(|integer| integer as f64),
            _ => return self.refuse("a number", "write it without quotes"),
        };
        let number: Option<f64> = number.filter(|number: &f64| number.is_finite());
        number.or_else(|| self.refuse("a finite number", "write one that can be counted"))
    }

    /// A whole number from zero up.
    pub(crate) fn natural(self) -> Option<u64> {
        let natural = self.integer().and_then(|integer| u64::try_from(integer).ok());
        natural.or_else(|| self.refuse("a whole number from 0 up", "write it without quotes or point"))
    }

    /// Yes or no.
    pub(crate) fn truth(self) -> Option<bool> {
        let truth = self.value.get_ref().as_bool();
        truth.or_else(|| self.refuse("true or false", "write one of the two without quotes"))
    }

    /// A duration within a range.
    pub(crate) fn duration(self, within: RangeInclusive<Duration>) -> Option<Duration> {
        let Some(duration) = self.value.get_ref().as_str().and_then(duration::parse) else {
            let right = r#"write a whole number and a unit in quotes: "500ms", "90s", "15m", "1h", "1d" or "1w""#;
            return self.refuse("a duration", right);
        };
        if !within.contains(&duration) {
            let (least, most) = (duration::words(*within.start()), duration::words(*within.end()));
            return self.fault(format!("found {self}; between {least} and {most} is right"));
        }
        Some(duration)
    }

    /// A path, relative to the folder in which the file stands.
    pub(crate) fn path(self) -> Option<PathBuf> {
        let text = self.clone().text()?;
        if text.is_empty() {
            return self.fault("found nothing; write a path, relative to this file".to_owned());
        }
        Some(self.report.folder().join(text))
    }

    /// An address that begins with one of the schemes, as `ws://`.
    pub(crate) fn url(self, schemes: &[&str]) -> Option<String> {
        let text = self.clone().text()?;
        let host = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
        let is_host = |host: &str| !host.is_empty() && !host.starts_with('/') && !host.contains(char::is_whitespace);
        if !host.is_some_and(is_host) {
            return self.refuse("an address", &format!("it begins with {} and a host", schemes.join(" or ")));
        }
        if host.and_then(|host| host.split(['/', '?', '#']).next()).is_some_and(|host| host.contains('@')) {
            return self.fault("names a user; an address stands in the log, so write secrets elsewhere".to_owned());
        }
        Some(text.to_owned())
    }

    /// An address and a port of this machine; `example` is one that would be right.
    pub(crate) fn address(self, example: &str) -> Option<SocketAddr> {
        let text = self.clone().text()?;
        let address = text.replace("localhost:", "127.0.0.1:").parse();
        address.or_else(|_| self.fault(format!("not an address: {self}; write {example:?}")).ok_or(())).ok()
    }

    /// One of the words of a table, each with what it stands for.
    pub(crate) fn one_of<T: Copy>(self, known: &[(&str, T)]) -> Option<T> {
        let text = self.clone().text()?;
        let found = known.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        found.or_else(|| {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            self.fault(format!("found {self}{}", did_you_mean_or_all(text, &words)))
        })
    }

    /// What a reader makes of it, if that is right; `wish` says what would be.
    pub(crate) fn check<T>(
        self,
        read: impl FnOnce(Self) -> Option<T>,
        is_right: impl FnOnce(&T) -> bool,
        wish: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        let value = read(self.clone())?;
        if !is_right(&value) {
            return self.fault(format!("found {self}; {}", wish(&value)));
        }
        Some(value)
    }

    /// A table.
    pub(crate) fn section(self) -> Option<Section<'a>> {
        let Some(table) = self.value.get_ref().as_table() else {
            return self.refuse("a table", "write { name = value, ... }");
        };
        Some(self.inner(table))
    }

    /// The tables of a list; what is no table in it is a fault.
    pub(crate) fn sections(self) -> Vec<Section<'a>> {
        let Some(list) = self.value.get_ref().as_array() else {
            self.refuse::<()>("a list of tables", "a table of a list begins with its name in [[ ]]");
            return Vec::new();
        };
        self.of(list).filter_map(Entry::section).collect()
    }

    /// What a reader makes of each value of a list, if all are right; every one that is not is a fault.
    pub(crate) fn list<T>(self, read: impl FnMut(Self) -> Option<T>) -> Option<Vec<T>> {
        let Some(list) = self.value.get_ref().as_array() else {
            return self.refuse("a list", "write [ ] around it");
        };
        let read: Vec<Option<T>> = self.of(list).map(read).collect();
        read.into_iter().collect()
    }

    /// Takes down a fault here and gives none.
    pub(crate) fn fault<T>(&self, words: String) -> Option<T> {
        self.report.fault(Some(self.value.span().start), &self.path, words);
        None
    }

    fn refuse<T>(&self, what: &str, right: &str) -> Option<T> {
        self.fault(format!("not {what}: {self}; {right}"))
    }

    fn of(&self, list: &'a [Spanned<DeValue<'a>>]) -> impl Iterator<Item = Self> {
        let entry = |(index, value)| Self::new(self.report, format!("{}[{index}]", self.path), value);
        list.iter().enumerate().map(entry)
    }

    fn inner(&self, table: &'a DeTable<'a>) -> Section<'a> {
        Section::inner(self.report, self.path.clone(), self.value.span().start, table)
    }

    fn integer(&self) -> Option<i64> {
        let integer = self.value.get_ref().as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }
}

/// What was found, on one line: text in quotes, the rest as written or by its kind.
impl fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value.get_ref() {
            DeValue::String(text) => write!(f, "{:?}", text.chars().take(60).collect::<String>()),
            DeValue::Integer(integer) => match self.integer() {
                Some(number) => write!(f, "{number}"),
                None => f.write_str(integer.as_str()),
            },
            DeValue::Float(float) => f.write_str(float.as_str()),
            DeValue::Boolean(truth) => write!(f, "{truth}"),
            DeValue::Datetime(date) => write!(f, "{date}"),
            DeValue::Array(_) => f.write_str("a list"),
            DeValue::Table(_) => f.write_str("a table"),
        }
    }
}
