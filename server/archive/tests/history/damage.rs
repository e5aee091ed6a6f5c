//! What is damaged is named, and costs what lay in it and nothing else.

use rusqlite::Connection;

use super::*;

/// Three days of one indicator in chunks and aggregates, its newest readings in the tails of its family; all forecast.
fn meddled(statement: &str) -> (Archive, TempDir) {
    let (mut archive, folder) = fresh();
    for day in 0..3 {
        let mut readings = series("plant/load", MIDNIGHT + day * DAY, MINUTE, 1440);
        for (_, reading) in &mut readings {
            reading.band = Band::new(reading.value(), reading.value() - 1.0, reading.value() + 1.0);
        }
        keep(&mut archive, &readings);
    }
    tidied(&mut archive, &forever(), MIDNIGHT + 3 * DAY);
    for minute in 0..2 {
        keep(&mut archive, &series("plant/load", MIDNIGHT + 3 * DAY + minute * MINUTE, MINUTE, 1));
    }
    let database = Connection::open(folder.path().join("archive.sqlite3")).expect("a tool beside the archive");
    database.execute_batch(statement).expect("a statement");
    (archive, folder)
}

fn told(history: &History) -> Vec<String> {
    history.damaged.iter().map(ToString::to_string).collect()
}

fn readings(history: &History) -> &[PastReading] {
    let Points::Raw(readings) = &history.points else { panic!("not raw: {history:?}") };
    readings
}

#[test]
fn a_damaged_chunk_costs_its_readings_and_is_named() {
    let whole = meddled("").0;
    let whole = raw(&whole, "plant/load");
    assert_eq!(whole.len(), 3 * 1440 + 2);
    for change in [
        "body = x'00'",
        "body = substr(body, 1, length(body) - 1)",
        "first_at = first_at - 1",
        "checksum = 1",
        "count = 7",
    ] {
        let (archive, _folder) = meddled(&format!("UPDATE chunks SET {change} WHERE id = 3"));
        let history = ask(&archive, "plant/load", MIDNIGHT, i64::MAX, ALL);
        assert_eq!(told(&history), ["row 3 of the table chunks is damaged"], "{change}");
        let expected: Vec<_> = whole[..1440].iter().chain(&whole[1440 + 720..]).copied().collect();
        assert_eq!(readings(&history), expected, "{change}");
    }
}

#[test]
fn a_torn_page_costs_the_rows_on_it_and_they_are_named() {
    let (mut archive, folder) = fresh();
    keep(&mut archive, &series("plant/load", MIDNIGHT, MINUTE, 20 * 1440));
    tidied(&mut archive, &forever(), MIDNIGHT + 20 * DAY);
    drop(archive);
    let file = folder.path().join("archive.sqlite3");
    let database = Connection::open(&file).unwrap();
    let (page, rows): (usize, usize) = database
        .query_row("SELECT pageno, ncell FROM dbstat WHERE name = 'chunks' AND pagetype = 'leaf'", [], |row| {
            Ok((row.get::<_, u16>(0)?.into(), row.get::<_, u16>(1)?.into()))
        })
        .unwrap();
    drop(database);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[(page - 1) * 8192..page * 8192].fill(0xff);
    std::fs::write(&file, bytes).unwrap();

    let archive = Archive::open(folder.path()).unwrap();
    let history = ask(&archive, "plant/load", MIDNIGHT, i64::MAX, ALL);
    assert!((1..40).contains(&rows), "{rows} of 40 rows on one page");
    assert_eq!(history.damaged.len(), rows);
    assert_eq!(readings(&history).len(), 20 * 1440 - rows * 720);
    let minutes = ask(&archive, "plant/load", MIDNIGHT, MIDNIGHT + 20 * DAY, 20 * 720);
    assert_eq!((minutes.damaged.len(), buckets(&minutes).1.len()), (0, 20 * 720));
}

#[test]
fn a_damaged_band_costs_the_forecasts_of_its_chunk() {
    for change in ["body = x'00'", "count = 3", "checksum = 0"] {
        let (archive, _folder) = meddled(&format!("UPDATE bands SET {change} WHERE id = 3"));
        let history = ask(&archive, "plant/load", MIDNIGHT, MIDNIGHT + 3 * DAY, ALL);
        assert_eq!(told(&history), ["row 3 of the table bands is damaged"], "{change}");
        let without = readings(&history).iter().filter(|reading| reading.band.is_none()).count();
        assert_eq!((readings(&history).len(), without), (3 * 1440, 720), "{change}");
    }
}

#[test]
fn a_damaged_tail_costs_its_readings_and_is_set_aside() {
    let (mut archive, _folder) = meddled("UPDATE tails SET body = x'00' WHERE id = (SELECT min(id) FROM tails)");
    for _ in 0..2 {
        let history = ask(&archive, "plant/load", MIDNIGHT, i64::MAX, ALL);
        assert_eq!(history.damaged.len(), 1);
        assert!(told(&history)[0].ends_with("of the table tails is damaged"));
        assert_eq!(readings(&history).len(), 3 * 1440 + 1);
        let done = tidied(&mut archive, &forever(), MIDNIGHT + 4 * DAY);
        assert!(done.iter().flat_map(|tidied| &tidied.damaged).count() <= 1);
    }
}

#[test]
fn a_damaged_row_of_aggregates_costs_its_span_and_is_named() {
    let (archive, _folder) = meddled("UPDATE aggregates SET body = x'00' WHERE resolution = 60000 AND period = 20001");
    let history = ask(&archive, "plant/load", MIDNIGHT, MIDNIGHT + 3 * DAY, 3000);
    let (_, found) = buckets(&history);
    assert_eq!(history.damaged.len(), 1);
    // Two minutes a bucket.
    assert_eq!(found.len(), 2 * 720);
}

#[test]
fn a_damaged_chunk_does_not_stop_the_background_and_is_told_by_it() {
    let (mut archive, _folder) = meddled(
        "UPDATE chunks SET body = x'00' WHERE id = 3;
         INSERT INTO unaggregated SELECT indicator, day, id FROM chunks WHERE id = 3",
    );
    let done = tidied(&mut archive, &forever(), MIDNIGHT + 4 * DAY);
    let told: Vec<_> = done.iter().flat_map(|tidied| &tidied.damaged).map(ToString::to_string).collect();
    assert_eq!(told, ["row 3 of the table chunks is damaged"]);
    let history = ask(&archive, "plant/load", MIDNIGHT + DAY, MIDNIGHT + 2 * DAY, 24);
    let counted: u64 = buckets(&history).1.iter().map(|(.., count)| count).sum();
    assert_eq!(counted, 720);
}
