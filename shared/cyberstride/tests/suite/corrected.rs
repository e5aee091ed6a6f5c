//! Another value for a moment that was judged.

use cyberstride::{At, Detector, Kind, News, Outlook, Told};

use crate::noise::Noise;

fn at(row: usize) -> At {
    At::utc(60_000 * row as i64)
}

fn judged(told: &Told, series: &[f64]) -> Detector {
    let mut detector = Detector::new(told);
    series.iter().enumerate().for_each(|(row, y)| _ = detector.observe(told, at(row), Some(*y)));
    detector
}

/// The detector of a series in which one row was wrong at first and was corrected after the last.
fn corrected(series: &[f64], row: usize, wrong: f64) -> Detector {
    let told = Told::default();
    let mut wrongly = series.to_vec();
    wrongly[row] = wrong;
    let mut detector = judged(&told, &wrongly);
    correct(&mut detector, row, Some(wrong), Some(series[row]));
    detector
}

fn correct(detector: &mut Detector, row: usize, former: Option<f64>, value: Option<f64>) {
    let (told, at) = (Told::default(), at(row));
    if !detector.take_back(&told, at, former.is_some()) {
        detector.amend(&told, at, former, value);
    } else if value.is_some() {
        detector.observe(&told, at, value);
    } else {
        detector.doubt(&told, at);
    }
}

fn ahead(detector: &Detector, rows: usize) -> Outlook {
    detector.ahead(&Told::default(), at(rows - 1), 1)[0]
}

#[test]
fn among_the_first_readings_nothing_is_left_of_what_was_wrong() {
    for (rows, row) in [(1, 0), (12, 11), (20, 3), (31, 30)] {
        let series = Noise::seeded(20).white(rows);
        assert!(corrected(&series, row, 1e9) == judged(&Told::default(), &series), "row {row} of {rows}");
    }
}

#[test]
fn the_newest_reading_is_judged_again_and_what_was_ordinary_leaves_little_behind() {
    let series = Noise::seeded(21).autoregressive(0.6, 300);
    let (right, again) = (judged(&Told::default(), &series), corrected(&series, 299, series[299] + 2.0));
    let (right, again) = (ahead(&right, 300), ahead(&again, 300));
    assert!((right.centre() - again.centre()).abs() < 0.1, "{right:?} {again:?}");
    let wrong = judged(&Told::default(), &[&series[..299], &[series[299] + 2.0]].concat());
    assert!(1.0 < (ahead(&wrong, 300).centre() - right.centre()).abs(), "else nothing was corrected");
}

#[test]
fn a_newest_reading_that_turns_out_to_be_far_off_is_found() {
    let told = Told::default();
    let mut detector = judged(&told, &Noise::seeded(22).white(300));
    assert_eq!(detector.open(), None);
    let former = Noise::seeded(22).white(300)[299];
    correct(&mut detector, 299, Some(former), Some(12.0));
    assert!(
        detector.open().is_some_and(|open| open.onset_at == at(299).millis && 8.0 < open.sd),
        "{:?}",
        detector.open()
    );
}

#[test]
fn a_step_that_turns_out_to_be_one_is_named_as_it_would_have_been() {
    let told = Told::default();
    let series = Noise::seeded(23).white(310);
    let mut detector = judged(&told, &series[..301]);
    correct(&mut detector, 300, Some(series[300]), Some(series[300] + 9.0));
    let rest = (301..310).map(|row| detector.observe(&told, at(row), Some(series[row] + 9.0)));
    assert!(rest.flat_map(|judged| judged.news).all(|news| matches!(news, News::Found(_))));
    assert!(detector.open().is_some_and(|open| open.kind == Kind::Level && open.onset_at == at(300).millis));
}

#[test]
fn an_older_reading_takes_its_place_in_the_forecast_and_tells_nobody() {
    let series = Noise::seeded(24).autoregressive(0.6, 300);
    let right = ahead(&judged(&Told::default(), &series), 300).centre();
    for row in [298, 297] {
        let detector = corrected(&series, row, series[row] + 1.5);
        assert!((ahead(&detector, 300).centre() - right).abs() < 0.1, "row {row}");
        assert_eq!(detector.open(), None);
    }
}

#[test]
fn what_is_believed_no_more_leaves_what_was_expected() {
    let (told, series) = (Told::default(), Noise::seeded(25).autoregressive(0.6, 300));
    let mut missing = judged(&told, &series[..299]);
    missing.doubt(&told, at(299));
    let mut doubted = judged(&told, &series);
    correct(&mut doubted, 299, Some(series[299]), None);
    let off = (ahead(&missing, 300).centre() - ahead(&doubted, 300).centre()).abs();
    assert!(off < 0.05, "{off}");
    correct(&mut doubted, 299, None, Some(series[299]));
    let off = (ahead(&judged(&told, &series), 300).centre() - ahead(&doubted, 300).centre()).abs();
    assert!(off < 0.05, "and it can be believed again: {off}");
}

#[test]
fn few_readings_could_raise_anything_by_themselves() {
    let told = Told::default();
    let mut detector = Detector::new(&told);
    let could = Noise::seeded(26).white(20_000).into_iter().enumerate().filter(|(row, y)| {
        let could = detector.could_raise(&detector.foresee(at(*row)), *y);
        let raised = detector.observe(&told, at(*row), Some(*y)).news.into_iter();
        let jumped =
            |news| matches!(news, News::Found(found) if found.raised_at == at(*row).millis && 4.2 < found.sd.abs());
        assert!(could || *row < 32 || !raised.into_iter().any(jumped), "row {row} raised something");
        could
    });
    let share = could.count() as f64 / 20_000.0;
    assert!((0.001..0.005).contains(&share), "{share}");
}
