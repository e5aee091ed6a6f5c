//! The calendars of an organisation: one for each time zone that a unit of it lives by.

use std::{collections::HashMap, sync::Arc};

use vsm::{date::Date, id::UnitId, organisation::Organisation};

use crate::calendar::Calendar;

/// One calendar for each time zone; a watch remembers the place of its own.
#[derive(Clone, Debug)]
pub struct Calendars {
    calendars: Vec<Calendar>,
    of_units: HashMap<UnitId, usize>,
}

impl Calendars {
    /// Those of an organisation, each with its holidays. The first is the room's own.
    pub fn new(organisation: &Organisation) -> Self {
        let mut zones = vec![organisation.time_zone.as_str()];
        let mut place = |zone| {
            zones.iter().position(|known| *known == zone).unwrap_or_else(|| {
                zones.push(zone);
                zones.len() - 1
            })
        };
        let units = organisation.units.iter();
        let of_units = units.map(|unit| (unit.id.clone(), place(organisation.time_zone_of(&unit.id)))).collect();
        let holidays: Arc<[Date]> = organisation.holidays.clone().into();
        let calendars = zones.into_iter().map(|zone| Calendar::new(zone, Arc::clone(&holidays))).collect();
        Self { calendars, of_units }
    }

    /// The place of a unit's calendar; the tray of those nobody described has the room's.
    pub fn place(&self, unit: &UnitId) -> usize {
        self.of_units.get(unit).copied().unwrap_or_default()
    }

    /// The calendar in a place that was given by [`Self::place`].
    pub fn at(&mut self, place: usize) -> &mut Calendar {
        &mut self.calendars[place]
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use vsm::{time::Moment, unit::Unit};

    use super::*;

    fn unit(id: &str, parent: Option<&str>, time_zone: Option<&str>) -> Unit {
        let parse = |name| UnitId::parse(name).unwrap();
        Unit {
            id: parse(id),
            name: id.to_owned(),
            parent: parent.map(parse),
            owner: id.to_owned(),
            allowance: Duration::from_secs(900),
            time_zone: time_zone.map(ToOwned::to_owned),
        }
    }

    #[test]
    fn each_unit_has_the_calendar_of_its_zone_and_the_tray_that_of_the_room() {
        let units = vec![
            unit("marea", None, None),
            unit("payments", Some("marea"), Some("Asia/Kolkata")),
            unit("cards", Some("payments"), None),
            unit("search", Some("marea"), Some("UTC")),
        ];
        let mut calendars = Calendars::new(&Organisation {
            name: "Marea".to_owned(),
            time_zone: "UTC".to_owned(),
            holidays: vec![Date::parse("2026-12-25").unwrap()],
            root: units[0].id.clone(),
            units,
            indicators: BTreeMap::new(),
            families: Vec::new(),
        });
        let of = ["marea", "payments", "cards", "search", "unowned"];
        let places = of.map(|id| calendars.place(&UnitId::parse(id).unwrap()));
        assert_eq!(places, [0, 1, 1, 0, 0], "two zones, two calendars");
        // Christmas Eve at 20:00 UTC.
        let eve = Moment::from_unix_millis(1_798_142_400_000);
        let at = places.map(|place| calendars.at(place).at(eve));
        assert_eq!(at.map(|at| at.offset), [0, 19_800, 19_800, 0, 0]);
        assert_eq!(at.map(|at| at.holiday), [false, true, true, false, false]);
    }
}
