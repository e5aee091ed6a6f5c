//! What is raised, named and answered, and what is not learned.

use cyberstride::{Answer, At, Detector, Ending, Finding, Kind, News, Tier, Told, Voice};

use crate::noise::Noise;

/// Plays readings five minutes apart to a detector and collects the news with their rows.
struct Played {
    detector: Detector,
    told: Told,
    row: i64,
    news: Vec<(i64, News)>,
}

impl Played {
    fn new(told: Told) -> Self {
        Self { detector: Detector::new(&told), told, row: 0, news: Vec::new() }
    }

    fn play(&mut self, readings: impl IntoIterator<Item = f64>) -> &mut Self {
        for reading in readings {
            let judged = self.detector.observe(&self.told, At::utc(300_000 * self.row), Some(reading));
            self.news.extend(judged.news.into_iter().map(|news| (self.row, news)));
            self.row += 1;
        }
        self
    }

    /// Each disturbance as it is known last.
    fn found(&self) -> Vec<Finding> {
        let mut found: Vec<Finding> = Vec::new();
        for (_, news) in &self.news {
            let (News::Found(now) | News::Ended(now, _)) = news;
            match found.last_mut() {
                Some(last) if last.raised_at == now.raised_at => *last = *now,
                _ => found.push(*now),
            }
        }
        found
    }

    fn endings(&self) -> Vec<Ending> {
        let ending = |(_, news): &(i64, News)| match news {
            News::Ended(_, ending) => Some(*ending),
            News::Found(_) => None,
        };
        self.news.iter().filter_map(ending).collect()
    }
}

fn calm(seed: u64, rows: usize) -> Vec<f64> {
    Noise::seeded(seed).white(rows).into_iter().map(|noise| 100.0 + noise).collect()
}

#[test]
fn a_spike_is_over_when_the_series_is_back_and_wakes_somebody_only_if_it_is_new() {
    let mut played = Played::new(Told::default());
    played.play(calm(1, 700)).play([110.0]).play(calm(2, 200)).play([110.0]).play(calm(3, 20));
    let found = played.found();
    let [.., first, second] = found[..] else { panic!("two disturbances: {found:#?}") };
    assert_eq!((first.tier, second.tier), (Tier::Sustained, Tier::Sudden));
    assert_eq!(found.iter().filter(|finding| finding.tier == Tier::Sustained).count(), 1, "{found:#?}");
    let found = first;
    assert_eq!((found.kind, found.voice), (Kind::Transient, Voice::Jump));
    assert_eq!((found.onset_at, found.raised_at), (300_000 * 700, 300_000 * 700));
    assert!(
        (found.size - 10.0).abs() < 1.0 && found.expected.lower < 99.0 && 101.0 < found.expected.upper,
        "{found:?}"
    );
    assert!(played.endings().iter().all(|ending| *ending == Ending::Back));
}

#[test]
fn a_step_is_sustained_and_becomes_the_normal() {
    let mut played = Played::new(Told::default());
    played.play(calm(3, 400)).play(calm(4, 330).into_iter().map(|y| y + 8.0));
    let [found] = played.found()[..] else { panic!("one disturbance: {:#?}", played.found()) };
    assert_eq!((found.kind, found.tier), (Kind::Level, Tier::Sustained));
    assert!((found.size - 8.0).abs() < 1.0 && 0.9 < found.probability, "{found:?}");
    assert_eq!(played.endings(), [Ending::Settled]);
    played.play(calm(5, 100).into_iter().map(|y| y + 8.0));
    assert_eq!(played.found().len(), 1, "the new course is no disturbance");
}

#[test]
fn noise_that_grows_and_noise_that_shrinks_are_changes_of_variance() {
    for (factor, up) in [(4.0, true), (0.2, false)] {
        let mut played = Played::new(Told::default());
        played.play(calm(6, 600)).play(calm(7, 40).into_iter().map(|y| 100.0 + factor * (y - 100.0)));
        let found = played.found();
        let last = found.last().expect("it is found");
        assert_eq!((last.kind, 0.0 < last.size), (Kind::Variance, up), "{found:#?}");
    }
}

#[test]
fn the_second_spike_is_seen_as_well_as_the_first() {
    for gap in [12, 40, 200] {
        let mut played = Played::new(Told::default());
        played.play(calm(8, 400)).play([112.0]).play(calm(9, gap)).play([112.0]).play(calm(10, 20));
        let found = played.found();
        assert_eq!(found.len(), 2, "{gap} readings apart: {found:#?}");
        assert!((found[0].sd - found[1].sd).abs() < 0.4 * found[0].sd, "{gap} readings apart: {found:#?}");
    }
}

#[test]
fn a_spike_upon_a_step_is_seen_while_the_step_is_open() {
    let mut played = Played::new(Told::default());
    let raised = |rows: Vec<f64>| rows.into_iter().map(|y| y + 8.0).collect::<Vec<_>>();
    played.play(calm(11, 400)).play(raised(calm(12, 60))).play([120.0]).play(raised(calm(13, 15)));
    let kinds: Vec<_> = played.found().iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [Kind::Level, Kind::Transient], "{:#?}", played.found());
}

#[test]
fn a_new_normal_is_taken_at_once() {
    let mut played = Played::new(Told::default());
    played.play(calm(14, 400)).play(calm(15, 12).into_iter().map(|y| y + 8.0));
    let ended = played.detector.answer(Answer::NewNormal).expect("a disturbance was open");
    assert!(matches!(ended, News::Ended(Finding { kind: Kind::Level, .. }, Ending::Settled)), "{ended:?}");
    let before = played.found().len();
    played.play(calm(16, 200).into_iter().map(|y| y + 8.0));
    assert_eq!(played.found().len(), before, "{:#?}", played.found());
}

#[test]
fn who_is_told_of_false_alarms_needs_more_to_speak() {
    let raised = |answers: usize| {
        let mut played = Played::new(Told::default());
        (0..answers).for_each(|_| _ = played.detector.answer(Answer::FalseAlarm));
        let spiky =
            |seed: u64| calm(seed, 60).into_iter().enumerate().map(|(i, y)| y + if i == 30 { 5.5 } else { 0.0 });
        (20..50).for_each(|seed| _ = played.play(spiky(seed)));
        played.found().len()
    };
    assert!(2 * raised(8) < raised(0), "{} {}", raised(8), raised(0));
}

#[test]
fn sensitivity_is_false_alarms_a_week_and_small_deviations_are_not_worth_a_word() {
    let raised = |told: Told| {
        let mut played = Played::new(told);
        played.play(calm(60, 6000));
        played.found().len()
    };
    let keen = Told { false_alarms_a_week: Some(10.0), ..Told::default() };
    let calm_one = Told { false_alarms_a_week: Some(0.01), ..Told::default() };
    assert!(raised(calm_one) == 0 && 3 < raised(keen) && raised(keen) < 120, "{}", raised(keen));
    let mut played = Played::new(Told { least: 20.0, ..Told::default() });
    played.play(calm(61, 400)).play(calm(62, 30).into_iter().map(|y| y + 8.0));
    assert_eq!(played.found().len(), 0);
    let mut played = Played::new(Told { least_share: 0.05, ..Told::default() });
    played.play(calm(61, 400)).play(calm(62, 30).into_iter().map(|y| y + 8.0));
    assert_eq!(played.found().len(), 1);
}
