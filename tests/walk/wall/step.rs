//! From a step in an agent's readings to a lamp in the browser.

use tests::series::now;
use vsm::{signal::Tier, time::Moment};

use super::{Wall, page};

#[tokio::test]
async fn a_step_in_an_agents_readings_lights_the_right_lamp_in_the_browser() {
    let mut wall = Wall::quiet().await;
    let step = wall.marea.lately("payments.acceptance", |_| -4.5);
    let onset = step[0].measured_at;
    wall.deliver(&step).await;

    let lamp = page::until_lamp(&wall.browser, "unit:payments", "level-down").await;
    assert_eq!((&lamp["tone"], &lamp["blink"]), (&"pain".into(), &"1".into()));
    let says = lamp["says"].as_str().unwrap_or_default();
    assert!(says.starts_with("Payments: pain level down ") && says.ends_with(" % of the allowance used"), "{says}");
    page::until_live(&wall.browser, "alarm").await;
    assert_eq!(page::count(&wall.browser, ".vsm [data-tone=pain]").await, 1, "no other lamp hurts");
    assert_eq!(page::count(&wall.browser, ".vsm [data-hot]").await, 1, "no other shape is hot");

    tells_what_when_who_and_until_when(&wall, onset).await;
    shows_the_trace(&wall).await;
    page::speaks(&wall.browser).await;
    wall.browser.keep("wall-step").await;
}

async fn tells_what_when_who_and_until_when(wall: &Wall, onset: Moment) {
    let browser = &wall.browser;
    let picture = wall.room.picture().await;
    let signal = picture.signals.values().next().expect("the room has the signal");
    let until = signal.allowance.expect("the unit has an hour").ends_at;
    let probability = signal.sure();
    assert_eq!(signal.onset_at, onset);

    assert_eq!(page::text(browser, ".head").await, "1 open");
    assert_eq!(page::text(browser, ".tile b").await, "Payments acceptance");
    let lines = [page::text(browser, ".tile p").await, page::text(browser, ".tile p + p").await];
    let expected = [
        format!("step down {probability} %, {}, {}", signal.unusual(), short(onset)),
        format!("Payments team, until {}", short(until)),
    ];
    assert_eq!(lines, expected);
    let reason = page::attribute(browser, ".tile", "aria-label").await;
    assert_eq!(reason, format!("Payments acceptance: {}", signal.reason("%")));
    assert!(signal.tier == Tier::Sustained && reason.ends_with("; sustained."), "{reason}");
    let value = page::text(browser, ".tile .value").await;
    let number: f64 = value.strip_suffix(" %").and_then(|it| it.parse().ok()).expect("a number of per cent");
    assert!((89.0..94.0).contains(&number), "{value}");
}

/// It comes a moment after its signal.
async fn shows_the_trace(wall: &Wall) {
    for part in [".band", ".fan", ".series", ".past-event[data-tone=pain]"] {
        let corners =
            format!("document.querySelector('.tile .trace {part}')?.getAttribute('points').split(' ').length");
        wall.browser.until(&format!("{part} of a trace"), &format!("return 6 <= {corners}")).await;
    }
}

/// As the wall writes a moment: the time today, the weekday before or after.
fn short(moment: Moment) -> String {
    const DAY: i64 = 86_400_000;
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let (day, minute) = (moment.unix_millis() / DAY, moment.unix_millis() % DAY / 60_000);
    if day == now().unix_millis() / DAY {
        format!("{:02}:{:02}", minute / 60, minute % 60)
    } else {
        WEEKDAYS[(day % 7) as usize].to_owned()
    }
}
