//! The lamp on its grid of 48: which marks are drawn for a face, and the sentence that says the same.
//!
//! Every mark has one place, so that they combine: inside the kind, the body is the tone, round it the clock,
//! below held, above climbed, through muted.

use vsm::signal::{Kind, Tier};

use super::curve::{at, circle};

/// What a lamp shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Face {
    /// What the series does.
    pub look: Look,
    /// What that means.
    pub tone: Tone,
    /// The share of the allowance that is used, in whole per cent; none without an allowance.
    pub used: Option<u8>,
    /// Whether someone has acknowledged it.
    pub held: bool,
    /// Whether it climbed from below.
    pub climbed: bool,
    /// Whether it was sudden and has no clock.
    pub sudden: bool,
    /// For how long it has been silent, in words.
    pub age: Option<String>,
    /// Why it is silent, in words.
    pub why: Option<String>,
}

/// What the series behind a lamp does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Look {
    /// Inside its forecast.
    #[default]
    Calm,
    /// Still learning.
    Young,
    /// No reading within its cadence.
    Silent,
    /// Judged, but by decision never a signal.
    Muted,
    /// A signal climbed from here.
    Origin,
    /// A signal of this kind, upwards or downwards.
    Kind(Kind, Course),
}

/// Which way a series went.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Course {
    /// To higher values.
    Up,
    /// To lower values.
    Down,
}

/// What a look means to the unit.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Tone {
    /// Nothing.
    #[default]
    Calm,
    /// It got worse.
    Pain,
    /// It got better.
    Pleasure,
}

/// One stroke or area: a class of the stylesheet, path data on the grid of 48, a transformation.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The class that says how it is painted.
    pub class: &'static str,
    /// Path data.
    pub d: String,
    /// A transformation, or nothing.
    pub transform: &'static str,
}

/// The marks of a face, in the order in which they are painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Marks {
    /// Round the body: the track of the clock and the used share.
    pub clock: Vec<Mark>,
    /// The body and the kind inside it: what blinks.
    pub body: Vec<Mark>,
    /// Below and through: held and muted.
    pub over: Vec<Mark>,
}

impl Look {
    /// The name the stylesheet and the tests know.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Young => "young",
            Self::Silent => "silent",
            Self::Muted => "muted",
            Self::Origin => "origin",
            Self::Kind(Kind::Transient, _) => "transient",
            Self::Kind(Kind::Level, Course::Up) => "level-up",
            Self::Kind(Kind::Level, Course::Down) => "level-down",
            Self::Kind(Kind::Slope, Course::Up) => "slope-up",
            Self::Kind(Kind::Slope, Course::Down) => "slope-down",
            Self::Kind(Kind::Variance, _) => "variance",
        }
    }
}

impl Tone {
    /// The name the stylesheet knows.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Pain => "pain",
            Self::Pleasure => "pleasure",
        }
    }
}

impl Face {
    /// Whether it shows a signal that stands here, whether or not anything is heard of it.
    pub fn is_signal(&self) -> bool {
        self.tone != Tone::Calm && self.look != Look::Origin
    }

    /// The pace of blinking: 1, 2 and 3 are 0.5, 1 and 2 Hz; none for what is held, muted, pleasant or without a clock.
    pub fn blink(&self) -> Option<u8> {
        let open = self.tone == Tone::Pain && !self.held && matches!(self.look, Look::Kind(..) | Look::Silent);
        self.clock().filter(|_| open).map(|used| match used {
            ..50 => 1,
            50..90 => 2,
            90.. => 3,
        })
    }

    /// The used share of the allowance; pleasure has no clock.
    fn clock(&self) -> Option<u8> {
        self.used.filter(|_| self.tone != Tone::Pleasure)
    }

    /// The whole state in words, for those who hear the wall.
    pub fn sentence(&self) -> String {
        let mut words = Vec::new();
        if self.tone != Tone::Calm {
            words.push(self.tone.name().to_owned());
        }
        words.push(self.look.name().replace('-', " "));
        words.extend(self.age.iter().map(|age| format!("for {age}")));
        words.extend(self.held.then(|| "acknowledged".to_owned()));
        words.extend(self.climbed.then(|| "climbed".to_owned()));
        words.extend(self.sudden.then(|| Tier::Sudden.words().to_owned()));
        words.extend(self.clock().map(|used| format!("{used} % of the allowance used")));
        words.join(" ") + &self.why.as_ref().map(|why| format!(", {why}")).unwrap_or_default()
    }

    /// What is drawn.
    pub fn marks(&self) -> Marks {
        let strike = (self.look == Look::Muted).then(|| mark("l-strike", "M10.5 37.5L37.5 10.5"));
        let base = self.held.then(|| mark("l-base", "M14.2 38.6H33.8"));
        Marks {
            clock: self.clock().map(clock).unwrap_or_default(),
            body: self.body(),
            over: base.into_iter().chain(strike).collect(),
        }
    }

    fn body(&self) -> Vec<Mark> {
        match self.look {
            Look::Calm => vec![mark("l-thin", ring(10.0))],
            Look::Young => vec![mark("l-dots", dots())],
            Look::Silent => vec![mark("l-thin", hatching()), mark("l-thin", ring(14.5))],
            Look::Muted => vec![mark("l-thin", ring(14.0))],
            Look::Origin => vec![mark("l-full", ring(8.0))],
            Look::Kind(kind, course) => vec![self.disc(), self.glyph(kind, course)],
        }
    }

    /// Pain is full, pleasure open; held is cut flat; climbed grows a point.
    fn disc(&self) -> Mark {
        match (self.tone == Tone::Pleasure, self.climbed, self.held) {
            (true, _, false) => mark("l-open", ring(15.5)),
            (true, _, true) => mark("l-open", "M12.07 33.9A15.5 15.5 0 1 1 35.93 33.9"),
            (false, false, false) => mark("l-full", ring(16.0)),
            (false, false, true) => mark("l-full", "M11.43 33.9A16 16 0 1 1 36.57 33.9Z"),
            (false, true, false) => mark("l-full", "M24 5.6L34.05 15.05A14.6 14.6 0 1 1 13.95 15.05Z"),
            (false, true, true) => {
                mark("l-full", "M24 5.6L34.05 15.05A14.6 14.6 0 0 1 36.04 33.9H11.96A14.6 14.6 0 0 1 13.95 15.05Z")
            }
        }
    }

    fn glyph(&self, kind: Kind, course: Course) -> Mark {
        let (class, d) = match (kind, course) {
            (Kind::Transient, Course::Up) => ("l-glyph", "M12.5 30H20L24 14L28 30H35.5"),
            (Kind::Transient, Course::Down) => ("l-glyph", "M12.5 18H20L24 34L28 18H35.5"),
            (Kind::Level, Course::Up) => ("l-glyph", "M13 30.5H24V17.5H35"),
            (Kind::Level, Course::Down) => ("l-glyph", "M13 17.5H24V30.5H35"),
            (Kind::Slope, Course::Up) => ("l-wedge", "M12.5 31.5L35.5 16V31.5Z"),
            (Kind::Slope, Course::Down) => ("l-wedge", "M35.5 31.5L12.5 16V31.5Z"),
            (Kind::Variance, _) => ("l-glyph", "M34.5 14L14 24L34.5 34"),
        };
        let transform = match (self.climbed, self.held) {
            (true, _) => "translate(3.6 4.4) scale(.85)",
            (false, true) => "translate(1.2 -1.4) scale(.95)",
            (false, false) => "",
        };
        Mark { transform, ..mark(class, d) }
    }
}

fn mark(class: &'static str, d: impl Into<String>) -> Mark {
    Mark { class, d: d.into(), transform: "" }
}

fn ring(r: f64) -> String {
    circle(at(24.0, 24.0), r)
}

/// Eight dots on a ring of 12; a line of no length with a round cap is a dot.
fn dots() -> String {
    (0..8)
        .map(|i| f64::from(i) * std::f64::consts::FRAC_PI_4)
        .map(|a| format!("M{:.2} {:.2}h0", 24.0 + 12.0 * a.cos(), 24.0 + 12.0 * a.sin()))
        .collect()
}

/// Five strokes at 45 degrees, 8 apart along an axis, cut at the ring of 14.5.
fn hatching() -> String {
    let stroke = |i: i32| {
        let off = f64::from(i) * 4.0;
        let half = ((14.5_f64.powi(2) - 2.0 * off * off) / 2.0).sqrt();
        let middle = 24.0 + off;
        let (a, b) = (middle - half, middle + half);
        format!("M{a:.2} {b:.2}L{b:.2} {a:.2}")
    };
    (-2..=2).map(stroke).collect()
}

/// The track, and the used share clockwise from twelve.
fn clock(used: u8) -> Vec<Mark> {
    let track = mark("l-track", ring(21.5));
    let share = match used {
        0 => None,
        1..100 => Some(arc(f64::from(used) / 100.0)),
        100.. => Some(ring(21.5)),
    };
    std::iter::once(track).chain(share.map(|d| mark("l-clock", d))).collect()
}

fn arc(share: f64) -> String {
    let (sin, cos) = (share * std::f64::consts::TAU).sin_cos();
    let large = u8::from(0.5 < share);
    format!("M24 2.5A21.5 21.5 0 {large} 1 {:.2} {:.2}", 24.0 + 21.5 * sin, 24.0 - 21.5 * cos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pain(used: u8) -> Face {
        Face { look: Look::Kind(Kind::Level, Course::Down), tone: Tone::Pain, used: Some(used), ..Face::default() }
    }

    fn classes(marks: &[Mark]) -> Vec<&str> {
        marks.iter().map(|mark| mark.class).collect()
    }

    #[test]
    fn a_calm_lamp_is_one_quiet_ring() {
        let marks = Face::default().marks();
        assert_eq!(classes(&marks.body), ["l-thin"]);
        assert!(marks.clock.is_empty() && marks.over.is_empty());
        assert_eq!(Face::default().sentence(), "calm");
    }

    #[test]
    fn pain_is_full_with_its_kind_inside_and_its_clock_around() {
        let marks = pain(53).marks();
        assert_eq!(classes(&marks.clock), ["l-track", "l-clock"]);
        assert_eq!(classes(&marks.body), ["l-full", "l-glyph"]);
        assert_eq!(pain(53).sentence(), "pain level down 53 % of the allowance used");
    }

    #[test]
    fn a_pleasure_lamp_is_open_and_has_no_clock() {
        let face = Face { tone: Tone::Pleasure, ..pain(53) };
        assert_eq!(classes(&face.marks().body), ["l-open", "l-glyph"]);
        assert!(face.marks().clock.is_empty());
        assert_eq!(face.blink(), None);
    }

    #[test]
    fn blinking_quickens_with_the_clock() {
        let paces: Vec<_> = [0, 49, 50, 53, 89, 90, 100].into_iter().map(|used| pain(used).blink()).collect();
        assert_eq!(paces, [1, 1, 2, 2, 2, 3, 3].map(Some));
    }

    #[test]
    fn a_held_lamp_stands_still_on_a_base() {
        let face = Face { held: true, climbed: true, ..pain(53) };
        assert_eq!(face.blink(), None);
        assert_eq!(classes(&face.marks().over), ["l-base"]);
        assert_eq!(face.sentence(), "pain level down acknowledged climbed 53 % of the allowance used");
    }

    #[test]
    fn a_silent_signal_is_hatched_and_its_clock_goes_on() {
        let face = Face { look: Look::Silent, age: Some("13 min".to_owned()), ..pain(53) };
        assert_eq!(classes(&face.marks().body), ["l-thin", "l-thin"]);
        assert_eq!((classes(&face.marks().clock), face.blink()), (vec!["l-track", "l-clock"], Some(2)));
        assert_eq!(face.sentence(), "pain silent for 13 min 53 % of the allowance used");
    }

    #[test]
    fn a_muted_lamp_is_struck_through_and_says_no_kind() {
        let marks = Face { look: Look::Muted, ..Face::default() }.marks();
        assert_eq!(classes(&marks.body), ["l-thin"]);
        assert_eq!(classes(&marks.over), ["l-strike"]);
    }

    #[test]
    fn the_clock_goes_clockwise_from_twelve() {
        assert_eq!(clock(25)[1].d, "M24 2.5A21.5 21.5 0 0 1 45.50 24.00");
        assert_eq!(clock(75)[1].d, "M24 2.5A21.5 21.5 0 1 1 2.50 24.00");
        assert_eq!(clock(100)[1].d, ring(21.5));
        assert_eq!(clock(0).len(), 1);
    }

    #[test]
    fn the_hatching_of_silence_stays_inside_its_ring() {
        assert_eq!(hatching().matches('M').count(), 5);
        assert!(hatching().starts_with("M9.59 22.41L22.41 9.59"), "{}", hatching());
    }
}
