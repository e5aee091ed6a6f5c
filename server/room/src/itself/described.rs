//! What the room reports of itself, as an organisation would describe it.

use std::time::Duration;

use vsm::{
    id::{IndicatorId, UnitId},
    indicator::{Good, Indicator},
    itself::PREFIX,
    organisation::Organisation,
    subsystem::{Layer, Subsystem},
};

/// One indicator of the room's own.
pub(super) struct Own {
    id: &'static str,
    name: &'static str,
    measure: &'static str,
    good: Good,
    least: f64,
    least_share: f64,
}

/// Readings taken a second: a loss of senders is pain.
pub(super) const READINGS: Own =
    Own { id: "readings", name: "Readings taken", measure: "/s", good: Good::Up, least: 1.0, least_share: 0.2 };
/// The slowest way of a batch from its receipt to its judgement.
pub(super) const LAG: Own =
    Own { id: "lag", name: "Receipt to judgement", measure: "ms", good: Good::Down, least: 1000.0, least_share: 0.0 };
/// Readings, requests and connections refused.
pub(super) const REFUSALS: Own =
    Own { id: "refusals", name: "Refusals", measure: "/min", good: Good::Down, least: 6.0, least_share: 0.0 };
/// Readings that agents had to let go, or that the room did not judge.
pub(super) const LOST: Own =
    Own { id: "lost", name: "Readings lost", measure: "/min", good: Good::Down, least: 1.0, least_share: 0.0 };
/// The slowest commit of the journal.
pub(super) const COMMIT: Own =
    Own { id: "commit", name: "Journal commit", measure: "ms", good: Good::Down, least: 500.0, least_share: 0.0 };

const ALL: [&Own; 5] = [&READINGS, &LAG, &REFUSALS, &LOST, &COMMIT];

impl Own {
    /// Its name in files and on the wire.
    pub(super) fn id(&self) -> IndicatorId {
        IndicatorId::parse(&format!("{PREFIX}{}", self.id)).expect("small letters and a point are a name")
    }

    fn indicator(&self, unit: UnitId, cadence: Duration) -> Indicator {
        let Self { name, measure, good, least, least_share, .. } = *self;
        Indicator {
            name: name.to_owned(),
            system: Subsystem::Coordination,
            layer: Layer::Tools,
            measure: measure.to_owned(),
            cadence: Some(cadence),
            good,
            least,
            least_share,
            ..Organisation::unowned(self.id(), unit)
        }
    }
}

/// Adds what the room reports of itself to an organisation, in System Two of the whole; what that describes itself stays
/// as it is.
pub fn describe(organisation: &mut Organisation, cadence: Duration) {
    for own in ALL {
        let indicator = own.indicator(organisation.root.clone(), cadence);
        if organisation.member(&indicator.id).is_none() {
            organisation.indicators.entry(indicator.id.clone()).or_insert(indicator);
        }
    }
}

#[cfg(test)]
mod tests {
    use config::room::Room;

    use super::*;

    #[test]
    fn an_organisation_that_describes_one_itself_keeps_its_own_words() {
        let mut organisation = Room::default().organisation;
        let root = organisation.root.clone();
        let written = Indicator { muted: true, ..LAG.indicator(root.clone(), Duration::from_secs(7)) };
        organisation.indicators.insert(LAG.id(), written.clone());
        describe(&mut organisation, Duration::from_secs(30));
        assert_eq!((organisation.indicators.len(), &organisation.indicators[&LAG.id()]), (ALL.len(), &written));
        let lost = &organisation.indicators[&LOST.id()];
        assert_eq!((lost.unit.clone(), lost.system, lost.measure.as_str()), (root, Subsystem::Coordination, "/min"));
        assert_eq!((lost.cadence, lost.good), (Some(Duration::from_secs(30)), Good::Down));
    }
}
