//! A large picture in parts: what matters at once, then the rest of the tray a little at a time.
//!
//! Nobody has described what lies in the tray, and there may be a hundred thousand of it. A screen is not to wait for all
//! that, nor is a room to hold it ready in one piece for every screen; and a socket keeps the room that its longest message
//! took.

use std::collections::BTreeMap;

use vsm::{
    id::IndicatorId,
    organisation::{Organisation, UNOWNED},
};

use crate::picture::{Change, Changes, Lamp, Picture};

/// How many lamps of the tray that show nothing out of the ordinary come with the picture, and with each part behind it.
const LAMPS_AT_ONCE: usize = 100;

impl Picture {
    /// The picture without most of what is ordinary in its tray, and the changes that bring the rest: to fold them in gives
    /// this picture. They do not raise the revision; whatever follows this picture follows the last of them.
    pub fn parts(&self) -> (Self, impl Iterator<Item = Changes>) {
        let ordinary = self.lamps.values().filter(|lamp| self.is_ordinary(lamp));
        let later: Vec<&Lamp> = ordinary.skip(LAMPS_AT_ONCE).collect();
        let first = self.without(&later);
        let (at, revision) = (self.at, self.revision);
        let described = |lamp: &&Lamp| self.organisation.indicators.get(&lamp.indicator).cloned();
        let part = move |from: usize| {
            let lamps = later.iter().skip(from).take(LAMPS_AT_ONCE);
            let indicators = lamps.clone().filter_map(described).map(Change::Indicator);
            let changes: Vec<_> = indicators.chain(lamps.map(|lamp| Change::Lamp((*lamp).clone()))).collect();
            (!changes.is_empty()).then_some(Changes { from: revision, revision, at, changes })
        };
        (first, (0..).step_by(LAMPS_AT_ONCE).map_while(part))
    }

    /// Whether nobody has to see it at once.
    fn is_ordinary(&self, lamp: &Lamp) -> bool {
        lamp.unit.as_str() == UNOWNED && lamp.signal.is_none() && !self.traces.contains_key(&lamp.indicator)
    }

    fn without(&self, later: &[&Lamp]) -> Self {
        // Both are in the order of their names.
        let mut left_out = later.iter().map(|lamp| &lamp.indicator).peekable();
        let mut stays = |id: &IndicatorId| {
            while left_out.next_if(|next| *next < id).is_some() {}
            left_out.peek().is_none_or(|next| *next != id)
        };
        let indicators = self.organisation.indicators.iter().filter(|(id, _)| stays(id));
        let indicators: BTreeMap<_, _> = indicators.map(|(id, indicator)| (id.clone(), indicator.clone())).collect();
        let lamps = self.lamps.iter().filter(|(id, _)| indicators.contains_key(*id));
        let lamps = lamps.map(|(id, lamp)| (id.clone(), lamp.clone())).collect();
        let Organisation { name, time_zone, holidays, root, units, families, .. } = &self.organisation;
        let organisation = Organisation {
            name: name.clone(),
            time_zone: time_zone.clone(),
            holidays: holidays.clone(),
            root: root.clone(),
            units: units.clone(),
            indicators,
            families: families.clone(),
        };
        Self {
            revision: self.revision,
            at: self.at,
            organisation,
            lamps,
            signals: self.signals.clone(),
            outages: self.outages.clone(),
            ailment: self.ailment.clone(),
            traces: self.traces.clone(),
            memory: self.memory.clone(),
            steady_since: self.steady_since,
            rehearsal: self.rehearsal,
        }
    }
}

#[cfg(test)]
mod tests {
    use vsm::{id::UnitId, subsystem::Subsystem, time::Moment};

    use super::*;
    use crate::picture::Aspect;

    /// A room whose tray holds so many indicators, and one that somebody owns.
    fn room(tray: usize) -> Picture {
        let at = Moment::from_unix_millis(5);
        let parse = |name: &str| UnitId::parse(name).unwrap();
        let organisation = Organisation {
            name: "Marea".to_owned(),
            time_zone: "UTC".to_owned(),
            holidays: Vec::new(),
            root: parse("marea"),
            units: Vec::new(),
            indicators: BTreeMap::new(),
            families: Vec::new(),
        };
        let mut picture = Picture::new(organisation, at);
        let of_tray = (0..tray).map(|number| (format!("n{number:05}"), UNOWNED));
        for (name, unit) in of_tray.chain([("n00500.owned".to_owned(), "marea")]) {
            let (indicator, unit) = (IndicatorId::parse(&name).unwrap(), parse(unit));
            picture.apply(Change::Indicator(Organisation::unowned(indicator.clone(), unit.clone())));
            let (system, aspect) = (Subsystem::Operation, Aspect::Calm);
            let (direction, signal, rehearsed) = (None, None, false);
            picture.apply(Change::Lamp(Lamp {
                indicator,
                unit,
                system,
                aspect,
                direction,
                since: at,
                signal,
                rehearsed,
                because: None,
            }));
        }
        picture
    }

    #[test]
    fn the_parts_of_a_picture_lead_to_the_picture() {
        for tray in [0, LAMPS_AT_ONCE, LAMPS_AT_ONCE + 1, 2 * LAMPS_AT_ONCE, 3 * LAMPS_AT_ONCE + 7] {
            let whole = room(tray);
            let (mut screen, parts) = whole.parts();
            let parts: Vec<_> = parts.collect();
            assert_eq!(screen.lamps.len(), 1 + tray.min(LAMPS_AT_ONCE));
            assert_eq!(parts.len(), tray.saturating_sub(LAMPS_AT_ONCE).div_ceil(LAMPS_AT_ONCE));
            parts.into_iter().for_each(|changes| screen.follow(changes).unwrap());
            assert_eq!(screen, whole);
        }
    }
}
