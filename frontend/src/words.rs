//! What the wall says in words: heads, kinds, ages. Few, and always the same ones.

use std::time::Duration;

use vsm::{
    signal::{Ending, Kind, Signal},
    subsystem::Subsystem,
};

/// A line with a strong beginning and a quiet rest.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Head {
    /// What is said first.
    pub strong: String,
    /// What follows it.
    pub rest: String,
}

/// How many signals there are of which sort.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    /// Open signals that hurt and last: those that ask for somebody.
    pub open: usize,
    /// Those of them that have left the unit they arose in.
    pub climbing: usize,
    /// Open signals that hurt and were sudden: they wake nobody.
    pub sudden: usize,
    /// Open signals that please.
    pub better: usize,
    /// Sources from which nothing comes.
    pub outages: usize,
    /// Lamps that are silent by themselves.
    pub silent: usize,
}

impl Head {
    /// A head of two parts.
    pub fn new(strong: impl Into<String>, rest: impl Into<String>) -> Self {
        Self { strong: strong.into(), rest: rest.into() }
    }

    /// Before the first picture.
    pub fn waiting() -> Self {
        Self::new("Waiting", "for the first picture")
    }

    /// Before the first picture, of a room that starts and is so far: `Starting · 25 %`.
    pub fn before(starting: Option<f64>) -> Self {
        starting.map_or_else(Self::waiting, |share| Self::new("Starting", format!("· {}", percent(share))))
    }

    /// `Steady since Thu 18:40`, or `3 open, 1 climbing · 1 outage · 1 silent · 1 better`, or `1 silent · else steady`.
    pub fn of(counts: Counts, steady_since: Option<String>) -> Self {
        if counts == Counts::default() {
            return Self::new("Steady", steady_since.map(|since| format!("since {since}")).unwrap_or_default());
        }
        let moves = some([(counts.sudden, "sudden"), (counts.better, "better")]);
        let mut said = counts.unheard().chain(moves);
        // Whoever does not hear all of it does not know that all of it is steady.
        let unheard = || counts.unheard().next().and_then(|_| said.next());
        let strong = counts.pain().or_else(unheard).unwrap_or_else(|| "Steady".to_owned());
        let rest: Vec<String> = said.map(|words| format!("· {words}")).collect();
        let is_all = counts.open == 0 && rest.is_empty();
        Self::new(strong, if is_all { "· else steady".to_owned() } else { rest.join(" ") })
    }

    /// `Nothing taken in · then 3 open`.
    pub fn unwritten(counts: Counts) -> Self {
        Self::new("Nothing taken in", format!("· then {}", counts.then()))
    }

    /// `12 s old · then 3 open`.
    pub fn lost(age: Duration, counts: Counts) -> Self {
        Self::new(format!("{} old", self::age(age)), format!("· then {}", counts.then()))
    }
}

impl Counts {
    /// `3 open, 1 climbing`; none without pain that lasts.
    pub fn pain(self) -> Option<String> {
        let climbing = if self.climbing == 0 { String::new() } else { format!(", {} climbing", self.climbing) };
        (0 < self.open).then(|| format!("{} open{climbing}", self.open))
    }

    /// What was the case when the link was lost, in few words: `3 open, 1 outage`, or `steady` where all was heard.
    pub fn then(self) -> String {
        let said: Vec<String> = some([(self.open, "open")]).chain(self.unheard()).take(2).collect();
        if said.is_empty() { "steady".to_owned() } else { said.join(", ") }
    }

    /// What is not heard: `1 outage`, `2 silent`.
    fn unheard(self) -> impl Iterator<Item = String> {
        let outages = if self.outages == 1 { "outage" } else { "outages" };
        some([(self.outages, outages), (self.silent, "silent")])
    }
}

/// How many of each there are; a zero is not printed.
fn some<const N: usize>(counts: [(usize, &'static str); N]) -> impl Iterator<Item = String> {
    counts.into_iter().filter(|(many, _)| 0 < *many).map(|(many, what)| format!("{many} {what}"))
}

/// `The room is starting, 25 %`.
pub fn starting(share: f64) -> String {
    format!("The room is starting, {}", percent(share))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", (share * 100.0).floor())
}

/// `step down 97 %`.
pub fn kind(signal: &Signal) -> String {
    format!("{} {} %", signal.what(), signal.sure())
}

/// How a signal ended: `step back`, `ramp stays`, `false alarm`.
pub fn ending(kind: Kind, ending: Ending) -> String {
    let what = match kind {
        Kind::Transient => "spike",
        Kind::Level => "step",
        Kind::Slope => "ramp",
        Kind::Variance => "swings",
    };
    let how = match ending {
        Ending::Back => "back",
        Ending::Settled => "stays",
        Ending::Reconfigured => "dropped",
        Ending::Corrected => "corrected",
        // Of what there was not, its kind is not told.
        Ending::FalseAlarm => return "false alarm".to_owned(),
    };
    format!("{what} {how}")
}

/// An age in its largest whole unit: `12 s`, `4 min`, `3 h`, `2 d`.
pub fn age(age: Duration) -> String {
    match age.as_secs() {
        s @ ..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{} min", s / 60),
        s @ 3_600..172_800 => format!("{} h", s / 3_600),
        s => format!("{} d", s / 86_400),
    }
}

/// The age of a live picture, from 2 s up; a digit that flickers moves for nothing.
pub fn live(age: Duration) -> Option<String> {
    (Duration::from_secs(2) <= age).then(|| self::age(age))
}

/// Three periods ahead: `+3 s`, `+45 min`.
pub fn ahead(cadence: Option<Duration>) -> String {
    let periods = u32::try_from(cybernet::trace::AHEAD).unwrap_or(u32::MAX);
    cadence.map_or_else(|| format!("+{periods}"), |cadence| format!("+{}", span(cadence * periods)))
}

/// As an age, but weeks are told as weeks.
fn span(span: Duration) -> String {
    const WEEK: u64 = 7 * 86_400;
    let weeks = span.as_secs() / WEEK;
    if 0 < weeks && span.as_secs().is_multiple_of(WEEK) { format!("{weeks} wk") } else { age(span) }
}

/// What a subsystem is called beside the drawing.
pub fn system(system: Subsystem) -> (&'static str, &'static str) {
    (system.numeral(), system.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn head(open: usize, climbing: usize, sudden: usize, better: usize) -> String {
        let counts = Counts { open, climbing, sudden, better, ..Counts::default() };
        let Head { strong, rest } = Head::of(counts, Some("Thu 18:40".to_owned()));
        format!("{strong} {rest}").trim_end().to_owned()
    }

    #[test]
    fn the_head_says_how_the_organisation_is_and_prints_no_zero() {
        assert_eq!(head(0, 0, 0, 0), "Steady since Thu 18:40");
        assert_eq!(head(3, 1, 0, 1), "3 open, 1 climbing · 1 better");
        assert_eq!(head(1, 0, 2, 1), "1 open · 2 sudden · 1 better");
        assert_eq!(head(0, 0, 1, 0), "Steady · 1 sudden");
        assert_eq!(head(0, 0, 0, 2), "Steady · 2 better");
    }

    #[test]
    fn a_head_does_not_say_steady_of_what_is_not_heard() {
        let head = |counts| Head::of(counts, None);
        assert_eq!(head(Counts { outages: 1, ..Counts::default() }), Head::new("1 outage", "· else steady"));
        assert_eq!(head(Counts { outages: 2, better: 1, ..Counts::default() }), Head::new("2 outages", "· 1 better"));
        assert_eq!(head(Counts { open: 3, outages: 1, ..Counts::default() }), Head::new("3 open", "· 1 outage"));
        assert_eq!(head(Counts { silent: 1, ..Counts::default() }), Head::new("1 silent", "· else steady"));
        assert_eq!(head(Counts { outages: 1, silent: 1, ..Counts::default() }), Head::new("1 outage", "· 1 silent"));
        assert_eq!(head(Counts { silent: 2, sudden: 1, ..Counts::default() }), Head::new("2 silent", "· 1 sudden"));
    }

    #[test]
    fn a_lost_picture_says_its_age_first() {
        let counts = Counts { open: 3, ..Counts::default() };
        assert_eq!(Head::lost(Duration::from_millis(12_900), counts), Head::new("12 s old", "· then 3 open"));
        assert_eq!(Head::lost(Duration::from_secs(245), Counts::default()), Head::new("4 min old", "· then steady"));
        let then = |open, outages, silent| Counts { open, outages, silent, climbing: 1, ..Counts::default() }.then();
        assert_eq!((then(0, 1, 0), then(0, 2, 3)), ("1 outage".to_owned(), "2 outages, 3 silent".to_owned()));
        assert_eq!((then(0, 0, 1), then(3, 1, 2)), ("1 silent".to_owned(), "3 open, 1 outage".to_owned()));
    }

    #[test]
    fn a_kind_is_said_as_a_person_says_it() {
        let of = |of, size, probability| {
            kind(&Signal { kind: of, size, probability, ..sample::signal("cards.accepted", "cards") })
        };
        assert_eq!(of(Kind::Level, -4.5, 0.972), "step down 97 %");
        assert_eq!(of(Kind::Slope, 2.0, 0.91), "rising 91 %");
        assert_eq!(of(Kind::Transient, 9.0, 0.88), "spike up 88 %");
        assert_eq!(of(Kind::Variance, -0.5, 0.999), "swings shrink 99 %");
        assert_eq!(ending(Kind::Level, Ending::Settled), "step stays");
        assert_eq!(ending(Kind::Level, Ending::FalseAlarm), "false alarm");
    }

    #[test]
    fn a_live_age_is_printed_from_two_seconds_up_in_whole_seconds() {
        assert_eq!(live(Duration::from_millis(1_990)), None);
        assert_eq!(live(Duration::from_millis(3_990)), Some("3 s".to_owned()));
        assert_eq!(age(Duration::from_secs(7_300)), "2 h");
    }

    #[test]
    fn three_periods_ahead_are_told_in_time() {
        assert_eq!(ahead(Some(Duration::from_secs(1))), "+3 s");
        assert_eq!(ahead(Some(Duration::from_secs(900))), "+45 min");
        assert_eq!(ahead(Some(Duration::from_secs(604_800))), "+3 wk");
        assert_eq!(ahead(None), "+3");
    }
}
