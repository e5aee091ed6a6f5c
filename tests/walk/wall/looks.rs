//! The looks of lamps that are no signals: silent, young, muted.

use tests::folder::Folder;

use super::{Wall, fits, marea::Marea, page, quiet};

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

/// The names of a configuration may be this long.
#[tokio::test]
async fn the_longest_names_a_configuration_may_have_are_whole() {
    let marea = Marea::now();
    let past = marea.past();
    let mut wall = Wall::after(with_long_names(Marea::folder()), marea, &past).await;
    wall.alarm().await;
    fits::everywhere(&wall.browser, "long").await;
}

fn with_long_names(folder: Folder) -> Folder {
    let longer = [
        ("\"Checkout\"", "\"Infrastructure\""),
        ("\"Mobile\"", "\"Communications\""),
        ("\"Payments acceptance\"", "\"Customer satisfaction\""),
        ("\"Lead time\"", "\"Maintenance\""),
        ("\"Payments team\"", "\"Infrastructure\""),
    ];
    let text = std::fs::read_to_string(folder.at("organisation.toml")).expect("the file was written");
    folder.write("organisation.toml", &longer.iter().fold(text, |text, (short, long)| text.replace(short, long)));
    folder
}
