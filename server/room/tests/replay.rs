//! Recorded series in, what the room would have said out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{fmt::Write, fs, path::Path};

use room::{
    cli::Failure,
    replay::{self, ReplayArgs},
};
use tempfile::TempDir;

/// Five minutes apart, noise of a unit's width, and a step of eight at row 400.
fn step() -> String {
    let mut text = "timestamp,value\n".to_owned();
    let mut state = 7_u64;
    for row in 0..500 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (state >> 40) as f64 / f64::from(1 << 24);
        let value = 100.0 + noise + if row < 400 { 0.0 } else { 8.0 };
        writeln!(text, "2014-04-{:02} {:02}:{:02}:00,{value}", 1 + row / 288, row / 12 % 24, 5 * (row % 12)).unwrap();
    }
    text
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join("in").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn replay(folder: &TempDir, input: &str) -> Result<(), Failure> {
    let (input, out) = (folder.path().join(input), folder.path().join("out"));
    replay::run(&ReplayArgs { input, out, tz: None, scale: None })
}

fn lines(path: &Path) -> Vec<String> {
    fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn each_row_gets_a_row_and_a_step_one_line_in_the_list() {
    let folder = folder(&[("plant/press.csv", &step())]);
    replay(&folder, "in").unwrap();
    let page = lines(&folder.path().join("out/plant/press.csv"));
    assert_eq!(page.len(), 501);
    let columns = "timestamp,value,forecast,lower50,upper50,lower95,upper95,lower99,upper99,\
                   p_steady,p_transient,p_level,p_slope,anomaly_score,kind";
    assert_eq!(page[0], columns);
    assert!(page.iter().all(|line| line.split(',').count() == 15));

    let numbers: Vec<f64> = page[350].split(',').skip(1).take(13).map(|field| field.parse().unwrap()).collect();
    let [_, forecast, lower50, upper50, lower95, upper95, lower99, upper99, ..] = numbers[..] else { panic!() };
    let ordered = [lower99, lower95, lower50, forecast, upper50, upper95, upper99];
    assert!(ordered.is_sorted(), "{ordered:?}");

    let list = lines(&folder.path().join("out/disturbances.csv"));
    assert_eq!(list[0], "file,onset,raised,named,kind,direction,probability,size,sd,tier");
    let found: Vec<&String> = list.iter().filter(|line| line.contains(",2014-04-02 09:20:00,")).collect();
    let fields: Vec<&str> = found[0].split(',').collect();
    assert_eq!((found.len(), fields[0], fields[4], fields[5]), (1, "plant/press.csv", "level", "up"));
    assert_eq!(fields[9], "sustained");
}

#[test]
fn a_row_that_cannot_be_read_is_told_with_file_and_line_and_the_others_are_still_done() {
    let broken = step().replacen("2014-04-01 00:05:00", "yesterday", 1);
    let folder = folder(&[("a.csv", &broken), ("b.csv", &step()), ("c.csv", "no,columns\n1,2\n")]);
    let Err(Failure::Refused(faults)) = replay(&folder, "in") else { panic!("two faults are refused") };
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(faults[0].contains("a.csv:3: not a timestamp: \"yesterday\""), "{faults:?}");
    assert!(faults[1].contains("c.csv: no column \"timestamp\""), "{faults:?}");
    assert_eq!(lines(&folder.path().join("out/a.csv")).len(), 500);
    assert_eq!(lines(&folder.path().join("out/b.csv")).len(), 501);
}

#[test]
fn one_file_is_written_under_its_name_and_never_over_itself() {
    let folder = folder(&[("press.csv", &step())]);
    replay(&folder, "in/press.csv").unwrap();
    assert_eq!(lines(&folder.path().join("out/press.csv")).len(), 501);
    assert!(matches!(replay(&folder, "out/press.csv"), Err(Failure::Refused(_))));
    assert!(matches!(replay(&folder, "nothing"), Err(Failure::Refused(_))));
}
