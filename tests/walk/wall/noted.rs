//! What is said beside a reading, on the wall: a deploy over the trace of an open signal, a ring where a reading is doubted.

use tests::series::reading;
use vsm::{
    reading::{Mark, Quality, Reading},
    time::Moment,
};

use super::{Wall, fits, looks, marea::Marea, page};

/// One more indicator of the payments team, which nobody needs to see.
const DEPLOYS: &str = r#"
[[indicator]]
id = "payments.deploys"
name = "Deploys"
unit = "payments"
system = "1"
cadence = "1d"
muted = true
"#;
/// The rings of the first tile: hollow, so that they are told from the last reading without colour, and round.
const RINGS: &str = r#"
    const rings = [...document.querySelectorAll(".tile .trace .doubtful")];
    const isRing = ring => {
        const [outer, inner] = [ring, ring.nextElementSibling].map(it => getComputedStyle(it));
        const widths = [outer, inner].map(({ strokeWidth }) => parseFloat(strokeWidth));
        const areRound = [outer, inner].every(it => it.strokeLinecap === "round" && it.vectorEffect === "non-scaling-stroke");
        return areRound && outer.stroke !== inner.stroke && widths[1] < widths[0];
    };
    return rings.length === 2 && rings.every(isRing);"#;
/// Where the pennant stands, as a share of the trace's width.
const PENNANT: &str = r#"
    const box = selector => document.querySelector(selector)?.getBoundingClientRect();
    const [pennant, trace] = [box(".tile .trace .note"), box(".tile .trace")];
    return pennant && trace && (pennant.left + pennant.width / 2 - trace.left) / trace.width;"#;

#[tokio::test]
async fn a_deploy_stands_over_the_trace_of_an_open_signal_and_a_doubtful_reading_is_a_ring() {
    // Owners are as short as the wall was drawn for.
    let (folder, marea) = (looks::with(&[(" team\"", "\"")], Marea::folder()), Marea::now());
    folder.append("organisation.toml", DEPLOYS);
    let past = marea.past();
    let mut wall = Wall::after(folder, marea, &past).await;
    let mut step = wall.marea.lately("payments.acceptance", |i| if i < 4 { 0.0 } else { -4.5 });
    step[1] = marked(&step[1], 20.0, Quality::Doubtful, "75 from 95 in one reading");
    step[9] = marked(&step[9], 140.0, Quality::Doubtful, "49 from 91 in one reading");
    step.push(deploy(step[3].measured_at));
    wall.deliver(&step).await;
    page::until_lamp(&wall.browser, "unit:payments", "level-down").await;
    tells_of_the_deploy(&wall).await;
    wall.browser.until("two rings", RINGS).await;
    let value = page::text(&wall.browser, ".tile .value").await;
    let number: f64 = value.strip_suffix(" %").and_then(|it| it.parse().ok()).expect("a number of per cent");
    assert!((89.0..94.0).contains(&number), "the last reading that is believed: {value}");
    fits::everywhere(&wall.browser, "noted").await;
    // Larger letters leave room for less of it.
    wall.browser.go(&format!("http://{}/wall?d=6&in=55", wall.room.address())).await;
    until_said(&wall, "1.4.2").await;
    assert_eq!(fits::faults(&wall.browser, "noted-far").await.1, Vec::<String>::new());
}

async fn tells_of_the_deploy(wall: &Wall) {
    until_said(wall, "deploy 1.4.2").await;
    let place = wall.browser.run(PENNANT, Vec::new()).await.as_f64().expect("a pennant");
    assert!((0.5..0.9).contains(&place), "near the step, which is not long ago: {place}");
    let reason = page::attribute(&wall.browser, ".tile", "aria-label").await;
    assert!(reason.contains("; sustained. Noted ") && reason.ends_with(": deploy 1.4.2."), "{reason}");
}

/// Waits until this stands over the trace.
async fn until_said(wall: &Wall, what: &str) {
    let script = format!("return document.querySelector('.tile .pic p.note')?.textContent === '{what}'");
    wall.browser.until(&format!("{what} over the trace"), &script).await;
}

/// A deploy of the payments team, as its agent tells it.
fn deploy(at: Moment) -> Reading {
    marked(&reading("payments.deploys", at, 0.0), 1.0, Quality::Good, "deploy 1.4.2 https://ci.example/7")
}

/// The moment of a reading with another value and a mark.
fn marked(it: &Reading, value: f64, quality: Quality, note: &str) -> Reading {
    reading(it.indicator.as_str(), it.measured_at, value).marked(Mark { quality, note: Some(note.to_owned()) })
}
