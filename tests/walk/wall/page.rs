//! What a page shows, read from its document.

use serde_json::Value;
use tests::{browser::Browser, wait::until};

const LAMP: &str = r#"
    const lamp = document.querySelector(`[data-place="${arguments[0]}"]`);
    return lamp && { ...lamp.dataset, says: lamp.getAttribute("aria-label"),
                     marks: [...lamp.querySelectorAll("path")].map(mark => mark.getAttribute("class")) };"#;
/// Everything but clocks, ages and what runs with them.
const SHOWN: &str = r#"
    const texts = selector => [...document.querySelectorAll(selector)].map(it => it.innerText);
    const lamp = ({ dataset: { place, aspect, tone, held, climbed } }) => [place, aspect, tone, held, climbed];
    return {
        lamps: [...document.querySelectorAll(".vsm [data-place]")].map(lamp),
        names: [...document.querySelectorAll(".vsm text")].map(it => it.textContent),
        signals: [...document.querySelectorAll(".tile")].map(it => it.dataset.signal),
        tiles: texts(".tile"), head: texts(".head"), future: texts(".future"), memory: texts(".memory"),
        traces: [...document.querySelectorAll(".trace .series, .trace .fan")].map(it => it.getAttribute("points")),
        counts: texts("[data-count]"), frames: document.querySelectorAll(".frame").length,
    };"#;
/// The feed is full; a trace comes a moment after its signal.
pub(crate) const THREE_TRACES: &str = r#"
    const traces = [...document.querySelectorAll(".tile .series")];
    return traces.length === 3 && traces.every(trace => trace.getAttribute("points"));"#;
const UNSPOKEN: &str = r#"
    const speaks = lamp => lamp.getAttribute("role") === "img" && /^\S.*\S$/.test(lamp.getAttribute("aria-label") ?? "");
    return [...document.querySelectorAll("svg.lamp")].filter(lamp => !speaks(lamp)).map(lamp => lamp.outerHTML);"#;

/// The state of the whole page: what it shows, its link, whether it is a rehearsal.
pub(crate) async fn state(browser: &Browser) -> Value {
    browser.run("return { ...document.documentElement.dataset }", Vec::new()).await
}

/// Waits for a state, as `quiet`, and until the link is live.
pub(crate) async fn until_live(browser: &Browser, state: &str) {
    let script =
        format!("const is = document.documentElement.dataset; return is.state === '{state}' && is.link === 'live'");
    browser.until(&format!("a wall that is live and {state}"), &script).await;
}

/// The lamp in a place of the drawing, as `unit:payments` or `system:3`: its state, its sentence, its marks.
pub(crate) async fn lamp(browser: &Browser, place: &str) -> Value {
    browser.run(LAMP, vec![place.into()]).await
}

/// Waits until the lamp in a place has a look.
pub(crate) async fn until_lamp(browser: &Browser, place: &str, aspect: &str) -> Value {
    until(&format!("{aspect} at {place}"), async || {
        Some(lamp(browser, place).await).filter(|lamp| lamp["aspect"] == aspect)
    })
    .await
}

/// Everything the page shows, apart from clocks and ages: two pages of one room show the same.
pub(crate) async fn shown(browser: &Browser) -> Value {
    browser.run(SHOWN, Vec::new()).await
}

/// The text of the first element of a selector.
pub(crate) async fn text(browser: &Browser, selector: &str) -> String {
    let found = browser.run("return document.querySelector(arguments[0])?.textContent", vec![selector.into()]).await;
    found.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An attribute of the first element of a selector.
pub(crate) async fn attribute(browser: &Browser, selector: &str, name: &str) -> String {
    let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1])";
    let found = browser.run(script, vec![selector.into(), name.into()]).await;
    found.as_str().unwrap_or_default().to_owned()
}

/// How many elements of a selector there are.
pub(crate) async fn count(browser: &Browser, selector: &str) -> u64 {
    let found = browser.run("return document.querySelectorAll(arguments[0]).length", vec![selector.into()]).await;
    found.as_u64().unwrap_or_default()
}

/// Every lamp has a sentence for those who hear the wall.
pub(crate) async fn speaks(browser: &Browser) {
    let unspoken = browser.run(UNSPOKEN, Vec::new()).await;
    assert_eq!(unspoken, serde_json::json!([]), "lamps without a sentence");
}
