//! The worked example of West & Harrison (1997), section 12.4: monthly sales, series CP6.

use cyberstride::{Covariance, Diagnosis, Monitor, Prior, Process, Setting};

const CP6: &str = include_str!("cp6.csv");

/// The diagnosis of each month.
fn diagnoses() -> Vec<(&'static str, Diagnosis)> {
    let covariance = Covariance::diagonal(10_000.0, 25.0);
    let prior = Prior { level: 600.0, growth: 10.0, covariance, degrees: 10.0, variance: 144.0 };
    let mut monitor = Monitor::with_prior(Setting::WestHarrison, prior);
    let rows = CP6.lines().skip(1).map(|line| line.split_once(',').expect("a month and its sales"));
    rows.map(|(month, sales)| (month, monitor.observe(sales.parse().expect("sales are a number")))).collect()
}

/// Probabilities of one month, so many months later.
fn probability(month: &str, process: Process, lag: usize) -> f64 {
    let diagnoses = diagnoses();
    let at = diagnoses.iter().position(|(name, _)| name.starts_with(month)).expect("the month is in the series");
    diagnoses[at + lag].1.hindsight[lag].get(process)
}

fn check(month: &str, process: Process, lag: usize, expected: f64) {
    let found = probability(month, process, lag);
    assert!((found - expected).abs() <= 0.03, "{month} {process:?} seen {lag} later: {found:.3}, not {expected}");
}

#[test]
fn at_the_moment_a_spike_and_a_step_cannot_be_told_apart() {
    check("1955-12", Process::Transient, 0, 0.61);
    check("1955-12", Process::LevelChange, 0, 0.37);
    check("1958-01", Process::Transient, 0, 0.54);
    check("1958-01", Process::LevelChange, 0, 0.38);
}

#[test]
fn one_reading_later_they_can() {
    check("1955-12", Process::Transient, 1, 0.99);
    check("1957-01", Process::Transient, 1, 0.78);
    check("1958-01", Process::LevelChange, 1, 0.97);
}

#[test]
fn two_readings_later_the_name_still_stands() {
    assert!(0.95 < probability("1955-12", Process::Transient, 2));
    assert!(0.95 < probability("1958-01", Process::LevelChange, 2));
}
