//! Recorded series in, what the room would have said out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    fmt::Write,
    fs,
    path::Path,
    process::{Command, Output},
};

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
    replay::run(&ReplayArgs { input, out, report: None, tz: None, scale: None })
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

/// The real program, with a report, in the folder.
fn report(folder: &TempDir, input: &str, report: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_synco");
    let arguments = ["replay", input, "--out", "out", "--report", report];
    Command::new(program).args(arguments).current_dir(folder.path()).output().unwrap()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The part of the page that shows one series.
fn section<'a>(page: &'a str, name: &str) -> &'a str {
    let start = page.find(&format!("<details class=series data-name=\"{name}\">")).unwrap();
    let end = page[start..].find("</details>").unwrap();
    &page[start..start + end]
}

#[test]
fn the_report_is_one_page_that_shows_each_series_and_its_step() {
    let calm: String = step().lines().take(400).map(|line| format!("{line}\n")).collect();
    let folder = folder(&[("plant/<b>press&co.csv", &step()), ("calm.csv", &calm), ("broken.csv", "a,b\n1,2\n")]);
    let output = report(&folder, "in", "report.html");
    assert_eq!(output.status.code(), Some(1), "the broken file is told: {}", words(&output.stderr));
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();

    let press = section(&page, "plant/&lt;b&gt;press&amp;co.csv");
    assert!(press.contains("500 replayed readings, 2014-04-01 00:00 to 2014-04-02 17:35"), "{press}");
    let rows: Vec<&str> = press.split("<tr id=").filter(|row| row.contains(">2014-04-02 09:20</a>")).collect();
    assert_eq!(rows.len(), 1, "{press}");
    assert!(rows[0].contains("<b>step up</b>") && rows[0].contains(">sustained<"), "{}", rows[0]);
    for part in ["class=outer d=\"M", "class=inner d=\"M", "class=line d=\"M", "class=score d=\"M", "<polyline"] {
        assert!(press.contains(part), "{part}");
    }
    assert!(section(&page, "calm.csv").contains("399 replayed readings"));
    assert!(page.contains("<b>broken.csv</b>: no column &quot;timestamp&quot;"));
    assert!(!page.contains("<b>press"), "a name is no markup");
}

#[test]
fn the_report_loads_nothing_from_anywhere() {
    let folder = folder(&[("press.csv", &step())]);
    assert!(report(&folder, "in", "report.html").status.success());
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    let loads = ["http://", "https://", "src=", "<link", "@import", "fetch("];
    assert!(loads.iter().all(|load| !page.contains(load)), "{:?}", loads.map(|load| page.find(load)));
    assert!(page.match_indices("url(").all(|(at, _)| page[at..].starts_with("url(\"data:font/woff2;base64,")));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn the_report_is_written_over_nothing_and_into_no_folder_that_is_not_there() {
    let folder = folder(&[("press.csv", &step())]);
    let refused = [
        ("in/press.csv", "would be written over in/press.csv"),
        ("out/press.csv", "would be written over out/press.csv"),
        ("out/../out/disturbances.csv", "would be written over out/disturbances.csv"),
        ("nowhere/report.html", "there is no folder nowhere"),
        ("in", "is a folder"),
    ];
    for (path, why) in refused {
        let output = report(&folder, "in", path);
        assert_eq!(output.status.code(), Some(1), "{path}");
        assert!(words(&output.stderr).contains(why), "{}", words(&output.stderr));
    }
    assert_eq!(fs::read_to_string(folder.path().join("in/press.csv")).unwrap(), step());
    assert!(report(&folder, "in", "out/report.html").status.success());
}
