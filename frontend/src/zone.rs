//! The room's time zone, asked of the browser, which knows the rules of every zone.

use js_sys::{Array, Function, Intl, Object, Reflect};
use vsm::time::Moment;
use wasm_bindgen::{JsCast, JsValue};

use crate::civil::Civil;

/// A time zone.
#[derive(Debug)]
pub struct Zone {
    name: String,
    format: Option<Function>,
}

impl Zone {
    /// The zone of an IANA name; a name the browser does not know is read as UTC.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), format: format(name) }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A moment on its calendar.
    pub fn civil(&self, moment: Moment) -> Civil {
        self.local(moment).unwrap_or_else(|| Civil::utc(moment))
    }

    /// The browser answers `11/20/2026, 14:44:06`.
    fn local(&self, moment: Moment) -> Option<Civil> {
        let millis = JsValue::from_f64(moment.unix_millis() as f64);
        let text = self.format.as_ref()?.call1(&JsValue::NULL, &millis).ok()?.as_string()?;
        let numbers: Vec<i64> = text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
        let [month, day, year, hour, minute, second] = numbers.try_into().ok()?;
        Some(Civil::new(year, month, day, [hour, minute, second]))
    }
}

/// The bound `format` of an `Intl.DateTimeFormat`; none if the browser refuses the zone.
fn format(zone: &str) -> Option<Function> {
    let options = Object::new();
    let two = "2-digit";
    let fields = [("year", "numeric"), ("month", two), ("day", two), ("hour", two), ("minute", two), ("second", two)];
    for (key, value) in fields.into_iter().chain([("hourCycle", "h23"), ("timeZone", zone)]) {
        Reflect::set(&options, &key.into(), &value.into()).ok()?;
    }
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into::<Function>().ok()?;
    let format = Reflect::construct(&constructor, &Array::of2(&"en-US".into(), &options)).ok()?;
    Some(format.unchecked_into::<Intl::DateTimeFormat>().format())
}
