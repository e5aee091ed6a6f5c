//! The looks of lamps that are no signals: silent, young, muted.

use std::fs;

use tests::folder::Folder;

use super::{Wall, fits, marea::Marea, page, quiet};

/// Names as long as the wall has room for.
const LONGEST: [(&str, &str); 5] = [
    ("\"Checkout\"", "\"Infrastructure\""),
    ("\"Mobile\"", "\"Communications\""),
    ("\"Payments acceptance\"", "\"Customer satisfaction\""),
    ("\"Lead time\"", "\"Maintenance\""),
    ("\"Payments team\"", "\"Infrastructure\""),
];

/// A unit that fell silent an hour ago and one that has only begun, and what the foot says of that.
#[tokio::test]
async fn a_silent_lamp_is_hatched_and_counted_and_a_young_one_is_dotted() {
    let marea = Marea::now();
    let mut readings = marea.past_but(&["mobile.queue", "platform.builds"]);
    readings.extend((70..130).rev().map(|minutes| marea.at("mobile.queue", minutes, 0.0)));
    readings.extend((10..13).rev().map(|minutes| marea.at("platform.builds", minutes, 0.0)));
    let wall = Wall::after(Marea::folder(), marea, &readings).await;

    let silent = page::until_lamp(&wall.browser, "unit:mobile", "silent").await;
    assert_eq!((&silent["tone"], &silent["marks"]), (&"calm".into(), &["l-thin", "l-thin"].into()), "hatched");
    let says = silent["says"].as_str().unwrap_or_default();
    assert!(says.starts_with("Mobile: silent for ") && says.ends_with(" min"), "{says}");
    assert_eq!(page::text(&wall.browser, "[data-count=silent]").await, "1");

    let young = page::until_lamp(&wall.browser, "unit:platform", "young").await;
    assert_eq!((&young["marks"], &young["says"]), (&["l-dots"].into(), &"Platform: young".into()));
    assert_eq!(page::text(&wall.browser, "[data-count=muted]").await, "1");

    for place in ["unit:checkout", "unit:payments", "unit:search", "system:2", "system:3", "system:3*", "system:4"] {
        assert_eq!(page::lamp(&wall.browser, place).await["aspect"], "calm", "{place}");
    }
    page::speaks(&wall.browser).await;
    quiet::is_grey(&fits::everywhere(&wall.browser, "silent").await);
}

#[tokio::test]
async fn the_longest_names_are_whole() {
    let marea = Marea::now();
    let past = marea.past();
    let mut wall = Wall::after(with(&LONGEST, Marea::folder()), marea, &past).await;
    wall.alarm().await;
    fits::everywhere(&wall.browser, "long").await;
}

/// Letters grow with the distance, a theme changes colours alone. Owners are as short as the wall was drawn for.
#[tokio::test]
async fn an_alarm_fits_from_every_seat_and_in_every_theme() {
    let marea = Marea::now();
    let past = marea.past();
    let mut wall = Wall::after(with(&[(" team\"", "\"")], Marea::folder()), marea, &past).await;
    wall.alarm().await;
    let mut faults = Vec::new();
    for (query, name) in
        [("d=4&in=55", "near"), ("d=5&in=55", "middle"), ("d=6&in=55", "far"), ("theme=light", "light")]
    {
        wall.browser.go(&format!("http://{}/wall?{query}", wall.room.address())).await;
        page::until_live(&wall.browser, "alarm").await;
        wall.browser.until("three tiles with their traces", page::THREE_TRACES).await;
        faults.extend(fits::faults(&wall.browser, &format!("alarm-{name}")).await.1);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The folder with other words in its organisation.
pub(crate) fn with(words: &[(&str, &str)], folder: Folder) -> Folder {
    let text = fs::read_to_string(folder.at("organisation.toml")).expect("the file was written");
    folder.write("organisation.toml", &words.iter().fold(text, |text, (from, to)| text.replace(from, to)));
    folder
}
