//! The organisation: its units in their recursions and the indicators they read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    date::Date,
    family::Family,
    id::{IndicatorId, UnitId},
    indicator::Indicator,
    subsystem::{Layer, Subsystem},
    unit::Unit,
};

/// The tray for indicators that no unit has claimed; its unit's name in files and on the wire.
pub const UNOWNED: &str = "unowned";

/// Units and indicators. The checks of `config` hold: one root, no cycles, every indicator's unit exists.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Organisation {
    /// Its name on the wall.
    pub name: String,
    /// IANA name of the room's time zone, as `America/Santiago`.
    pub time_zone: String,
    /// Days on which the week behaves as on a Sunday, wherever a unit is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Date>,
    /// The whole: the unit without a parent.
    pub root: UnitId,
    /// Every unit, in the order in which they are drawn.
    pub units: Vec<Unit>,
    /// Every indicator.
    #[serde(with = "indicators")]
    pub indicators: BTreeMap<IndicatorId, Indicator>,
    /// Indicators that are described all at once; the first family a name fits is its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<Family>,
}

impl Organisation {
    /// A unit by name.
    pub fn unit(&self, id: &UnitId) -> Option<&Unit> {
        self.units.iter().find(|unit| &unit.id == id)
    }

    /// The operations of a unit: the units one recursion below it, in drawing order.
    pub fn operations<'a>(&'a self, of: &'a UnitId) -> impl Iterator<Item = &'a Unit> {
        self.units.iter().filter(move |unit| unit.parent.as_ref() == Some(of))
    }

    /// The unit and every unit it stands in, from itself up to the whole.
    pub fn lineage<'a>(&'a self, id: &UnitId) -> impl Iterator<Item = &'a Unit> + use<'a> {
        let up = |unit: &&'a Unit| unit.parent.as_ref().and_then(|parent| self.unit(parent));
        std::iter::successors(self.unit(id), up).take(self.units.len())
    }

    /// IANA name of a unit's time zone: its own, else that of the nearest unit above it that has one, else the room's.
    pub fn time_zone_of(&self, id: &UnitId) -> &str {
        self.lineage(id).find_map(|unit| unit.time_zone.as_deref()).unwrap_or(&self.time_zone)
    }

    /// The unit to which an indicator belongs, by its own description or by that of its family; none where nobody
    /// describes it.
    pub fn unit_of(&self, id: &IndicatorId) -> Option<UnitId> {
        let described = self.indicators.get(id).map(|indicator| indicator.unit.clone());
        described.or_else(|| Some(self.member(id)?.unit))
    }

    /// The member of a family by its name.
    pub fn member(&self, id: &IndicatorId) -> Option<Indicator> {
        self.families.iter().find_map(|family| family.member(id))
    }

    /// What an indicator is that is not described by its own name: a member of a family, or one of the `tray`.
    pub fn undescribed(&self, id: &IndicatorId, tray: &UnitId) -> Indicator {
        self.member(id).unwrap_or_else(|| Self::unowned(id.clone(), tray.clone()))
    }

    /// What the room takes an indicator to be that nobody has described: System One of the unowned tray.
    ///
    /// Its cadence is learned, its unit of measure unknown, and any change of it is news.
    pub fn unowned(id: IndicatorId, tray: UnitId) -> Indicator {
        Indicator {
            name: id.to_string(),
            id,
            unit: tray,
            system: Subsystem::Operation,
            layer: Layer::Object,
            measure: String::new(),
            cadence: None,
            good: Default::default(),
            scale: None,
            pattern: None,
            least: 0.0,
            least_share: 0.0,
            false_alarms_a_week: None,
            essential: false,
            muted: false,
            muted_hours: Vec::new(),
            runbook: None,
        }
    }
}

/// A map on the inside, a list on the wire.
mod indicators {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use crate::{id::IndicatorId, indicator::Indicator};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<IndicatorId, Indicator>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(map.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<IndicatorId, Indicator>, D::Error> {
        let list = Vec::<Indicator>::deserialize(from)?;
        Ok(list.into_iter().map(|indicator| (indicator.id.clone(), indicator)).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn unit(id: &str, parent: Option<&str>) -> Unit {
        let parse = |name| UnitId::parse(name).unwrap();
        Unit {
            id: parse(id),
            name: id.to_owned(),
            parent: parent.map(parse),
            owner: id.to_owned(),
            allowance: Duration::from_secs(900),
            time_zone: None,
        }
    }

    fn marea() -> Organisation {
        let units = vec![unit("marea", None), unit("payments", Some("marea")), unit("cards", Some("payments"))];
        Organisation {
            name: "Marea".to_owned(),
            time_zone: "America/Santiago".to_owned(),
            holidays: Vec::new(),
            root: units[0].id.clone(),
            units,
            indicators: BTreeMap::new(),
            families: Vec::new(),
        }
    }

    #[test]
    fn a_unit_holds_its_operations_and_stands_in_its_lineage() {
        let organisation = marea();
        let cards = UnitId::parse("cards").unwrap();
        let names: Vec<_> = organisation.lineage(&cards).map(|unit| unit.name.as_str()).collect();
        assert_eq!(names, ["cards", "payments", "marea"]);
        let below: Vec<_> = organisation.operations(&organisation.root).map(|unit| unit.name.as_str()).collect();
        assert_eq!(below, ["payments"]);
    }

    #[test]
    fn a_unit_has_the_time_zone_of_the_nearest_unit_above_that_has_one() {
        let mut organisation = marea();
        let zones = |organisation: &Organisation| -> Vec<String> {
            let of = |id| organisation.time_zone_of(&UnitId::parse(id).unwrap()).to_owned();
            ["marea", "payments", "cards", "elsewhere"].map(of).to_vec()
        };
        assert_eq!(zones(&organisation), ["America/Santiago"; 4]);
        organisation.units[1].time_zone = Some("Asia/Kolkata".to_owned());
        assert_eq!(zones(&organisation), ["America/Santiago", "Asia/Kolkata", "Asia/Kolkata", "America/Santiago"]);
        organisation.units[2].time_zone = Some("Europe/Berlin".to_owned());
        assert_eq!(zones(&organisation), ["America/Santiago", "Asia/Kolkata", "Europe/Berlin", "America/Santiago"]);
    }

    #[test]
    fn an_organisation_that_was_written_before_it_had_holidays_is_read() {
        let text = r#"{"name":"Marea","time_zone":"UTC","root":"marea","units":[],"indicators":[]}"#;
        let mut organisation: Organisation = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&organisation).unwrap(), text);
        organisation.holidays = vec![Date::parse("2026-12-25").unwrap()];
        let sent = serde_json::to_string(&organisation).unwrap();
        assert_eq!(serde_json::from_str::<Organisation>(&sent).unwrap(), organisation);
    }
}
