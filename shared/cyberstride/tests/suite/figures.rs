//! What the setting of the room finds and what it raises for nothing, measured on seeded noise.

use cyberstride::{Diagnosis, Kind, Monitor, Naming, Setting};

use crate::noise::Noise;

/// A disturbance begins with this reading.
const ONSET: usize = 100;

/// The rule the figures in the documentation of `Setting::ROOM` belong to.
fn notice(monitor: &Monitor, diagnosis: &Diagnosis, y: f64) -> Option<Naming> {
    let forecast = diagnosis.forecast?;
    if 3.8 <= forecast.normal_score(y).abs() {
        return Some(Naming::open(forecast, diagnosis.expected_slope, y, diagnosis.hindsight[0]));
    }
    if 3.0 <= diagnosis.turn.abs() { monitor.look_back() } else { None }
}

/// Alarms in so many series of 1000 readings, none of which served to choose the setting; what is noticed again within ten readings is one alarm.
fn alarms(series: impl Fn(&mut Noise) -> Vec<f64>, count: u64) -> usize {
    (0..count).map(|seed| alarms_in(&series(&mut Noise::seeded(10_000 + seed)))).sum()
}

fn alarms_in(series: &[f64]) -> usize {
    let mut monitor = Monitor::new(Setting::ROOM);
    let (mut alarms, mut quiet) = (0, 0);
    for (i, y) in series.iter().enumerate() {
        let diagnosis = monitor.observe(*y);
        let noticed = ONSET <= i && notice(&monitor, &diagnosis, *y).is_some();
        alarms += usize::from(noticed && 10 < quiet);
        quiet = if noticed { 0 } else { quiet + 1 };
    }
    alarms
}

/// How a disturbance is named after each of twenty readings from its onset; none before it is noticed.
fn names(seed: u64, disturbance: fn(f64) -> f64) -> [Option<Kind>; 20] {
    let mut monitor = Monitor::new(Setting::ROOM);
    let mut series = Noise::seeded(seed).white(ONSET + 20);
    series[ONSET..].iter_mut().enumerate().for_each(|(k, y)| *y += disturbance(k as f64));
    series[..ONSET].iter().for_each(|y| _ = monitor.observe(*y));
    let mut naming: Option<Naming> = None;
    std::array::from_fn(|k| {
        let y = series[ONSET + k];
        let diagnosis = monitor.observe(y);
        match &mut naming {
            Some(naming) => naming.observe(y),
            None => naming = notice(&monitor, &diagnosis, y),
        }
        naming.as_ref().map(|naming| naming.kind().0)
    })
}

/// Percent of disturbances so named after so many readings: transient, level, slope, variance, not noticed.
fn confusion(disturbance: fn(f64) -> f64, after: usize) -> [f64; 5] {
    const RUNS: u64 = 200;
    let mut percent = [0.0; 5];
    for seed in 0..RUNS {
        let column = match names(5000 + seed, disturbance)[after - 1] {
            Some(Kind::Transient) => 0,
            Some(Kind::Level) => 1,
            Some(Kind::Slope) => 2,
            Some(Kind::Variance) => 3,
            None => 4,
        };
        percent[column] += 100.0 / RUNS as f64;
    }
    percent
}

fn spike(k: f64) -> f64 {
    if k == 0.0 { 8.0 } else { 0.0 }
}

fn step(_: f64) -> f64 {
    8.0
}

fn ramp(k: f64) -> f64 {
    k + 1.0
}

fn steep_ramp(k: f64) -> f64 {
    2.0 * (k + 1.0)
}

#[test]
fn noise_is_left_alone() {
    let (white, autoregressive) = (alarms(|n| n.white(1100), 50), alarms(|n| n.autoregressive(0.6, 1100), 50));
    println!("false alarms in 50 000 readings: {white} on white noise, {autoregressive} on AR(.6)");
    assert!(white <= 25, "more than 0.5 per 1000 on white noise: {white}");
    assert!(autoregressive <= 75, "more than 1.5 per 1000 on AR(.6): {autoregressive}");
}

#[test]
fn a_series_that_always_grows_is_left_alone() {
    let growing = |noise: &mut Noise| noise.white(1100).iter().enumerate().map(|(i, y)| y + 0.5 * i as f64).collect();
    let alarms = alarms(growing, 50);
    assert!(alarms <= 25, "more than 0.5 per 1000 on a steady trend: {alarms}");
}

#[test]
fn each_kind_gets_its_name() {
    println!("percent named              transient  level  slope  variance  missed");
    let check = |what: &str, disturbance, after: usize, kind: usize, least: f64| {
        let percent = confusion(disturbance, after);
        println!("{what} after {after:2}: {percent:5.1?}");
        assert!(least <= percent[kind], "{what}, after {after} readings: {percent:?}");
    };
    check("spike of 8 sd  ", spike, 1, 0, 98.0);
    check("spike of 8 sd  ", spike, 2, 0, 98.0);
    check("spike of 8 sd  ", spike, 10, 0, 98.0);
    check("step of 8 sd   ", step, 2, 1, 94.0);
    check("step of 8 sd   ", step, 5, 1, 97.0);
    check("step of 8 sd   ", step, 10, 1, 98.0);
    check("ramp of 2 sd   ", steep_ramp, 5, 2, 80.0);
    check("ramp of 2 sd   ", steep_ramp, 8, 2, 97.0);
    check("ramp of 1 sd   ", ramp, 8, 2, 80.0);
    check("ramp of 1 sd   ", ramp, 10, 2, 90.0);
    check("ramp of 1 sd   ", ramp, 20, 2, 93.0);
}
