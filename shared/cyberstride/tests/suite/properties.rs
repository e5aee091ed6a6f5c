//! What holds for every series of finite numbers.

use cyberstride::{Diagnosis, Forecast, Monitor, Process, Setting};
use proptest::prelude::*;

use crate::noise::Noise;

fn diagnoses(setting: Setting, series: &[f64]) -> Vec<Diagnosis> {
    let mut monitor = Monitor::new(setting);
    series.iter().map(|y| monitor.observe(*y)).collect()
}

/// Every number of a diagnosis.
fn numbers(diagnosis: &Diagnosis) -> Vec<f64> {
    let forecast = diagnosis.forecast.into_iter().flat_map(|Forecast { mean, scale, degrees }| [mean, scale, degrees]);
    let hindsight = diagnosis.hindsight.iter().flat_map(|lag| Process::ALL.map(|process| lag.get(process)));
    let trend = [diagnosis.surprise, diagnosis.level, diagnosis.slope];
    forecast.chain(hindsight).chain(trend).collect()
}

fn all_finite(series: &[f64]) -> bool {
    [Setting::Room, Setting::WestHarrison].into_iter().all(|setting| {
        diagnoses(setting, series).iter().all(|diagnosis| numbers(diagnosis).iter().all(|x| x.is_finite()))
    })
}

/// Noise with a spike and a step in it, so that every process has its turn.
fn eventful(seed: u64) -> Vec<f64> {
    let mut series = Noise::seeded(seed).white(60);
    series[30] += 9.0;
    series[40..].iter_mut().for_each(|y| *y += 8.0);
    series
}

fn any_finite() -> impl Strategy<Value = f64> {
    let extremes = prop::sample::select(vec![0.0, -0.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1.0]);
    prop_oneof![2 => any::<f64>().prop_filter("finite", |y| y.is_finite()), 1 => extremes, 1 => -10.0..10.0]
}

proptest! {
    #[test]
    fn probabilities_sum_to_one_at_each_lag(series in prop::collection::vec(-1e6..1e6f64, 1..60)) {
        for diagnosis in diagnoses(Setting::Room, &series) {
            for lag in diagnosis.hindsight {
                let total: f64 = Process::ALL.map(|process| lag.get(process)).iter().sum();
                prop_assert!((total - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn no_finite_reading_gives_a_number_that_is_not(series in prop::collection::vec(any_finite(), 1..60)) {
        prop_assert!(all_finite(&series));
    }

    #[test]
    fn shift_and_scale_move_the_forecast_and_leave_the_probabilities(
        seed: u64, shift in -1e3..1e3f64, factor in prop::sample::select(vec![1e-6, 0.5, 3.0, 1e6]),
    ) {
        let series = eventful(seed);
        let moved: Vec<f64> = series.iter().map(|y| factor * (y + shift)).collect();
        for (one, other) in diagnoses(Setting::Room, &series).iter().zip(diagnoses(Setting::Room, &moved)) {
            let (Some(f), Some(g)) = (one.forecast, other.forecast) else { continue };
            prop_assert!((g.mean / factor - (f.mean + shift)).abs() < 1e-6);
            prop_assert!((g.scale / factor / f.scale - 1.0).abs() < 1e-6);
            prop_assert!((one.surprise - other.surprise).abs() < 1e-5);
            for (lag, same) in one.hindsight.iter().zip(other.hindsight) {
                prop_assert!(Process::ALL.iter().all(|p| (lag.get(*p) - same.get(*p)).abs() < 1e-6));
            }
        }
    }

    #[test]
    fn a_snapshot_resumed_equals_going_on_to_the_last_bit(seed: u64, cut in 0..60usize) {
        let series = eventful(seed);
        let mut going_on = Monitor::new(Setting::Room);
        series[..cut].iter().for_each(|y| _ = going_on.observe(*y));
        let snapshot = postcard::to_stdvec(&going_on).expect("a monitor can be written");
        let mut resumed: Monitor = postcard::from_bytes(&snapshot).expect("and read");
        for y in &series[cut..] {
            let bits = |d: &Diagnosis| numbers(d).into_iter().map(f64::to_bits).collect::<Vec<_>>();
            prop_assert_eq!(bits(&going_on.observe(*y)), bits(&resumed.observe(*y)));
        }
        prop_assert_eq!(postcard::to_stdvec(&going_on), postcard::to_stdvec(&resumed));
    }
}

#[test]
fn constants_and_extremes_stay_finite() {
    for constant in [0.0, -0.0, 5e-324, 1.0, -1e300, f64::MAX, f64::MIN] {
        let mut series = vec![constant; 3000];
        assert!(all_finite(&series), "constant {constant:e}");
        series[1500] = f64::MAX;
        series[2000..].iter_mut().step_by(2).for_each(|y| *y = f64::MIN);
        assert!(all_finite(&series), "constant {constant:e} with extremes");
    }
}

#[test]
fn a_constant_series_is_steady() {
    for constant in [0.0, 7.0, -1e12] {
        let last = diagnoses(Setting::Room, &[constant; 200])[199];
        assert_eq!(last.hindsight.map(|lag| lag.most_probable()), [Process::Steady; 3]);
        assert!(last.surprise.abs() < 1e-6 && (last.level - constant).abs() <= 1e-9 * constant.abs(), "{last:?}");
    }
}
