//! Whom the doorkeeper admits, and for what.

use std::{fs, path::PathBuf};

use config::room::Tls;
use vsm::unit::Unit;

use super::*;
use crate::tokens::secret::Secret;

struct Place {
    folder: tempfile::TempDir,
    keeper: Doorkeeper,
}

impl Place {
    /// A room behind a proxy, whose whole holds payments with cards in it, and search.
    fn locked() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut room = Room { tls: Some(Tls::Proxy), archive: folder.path().to_owned(), ..Room::default() };
        let root = room.organisation.root.clone();
        for (id, parent) in [("payments", root.as_str()), ("cards", "payments"), ("search", root.as_str())] {
            let (id, parent) = (UnitId::parse(id).unwrap(), Some(UnitId::parse(parent).unwrap()));
            let indicator = IndicatorId::parse(&format!("{id}.latency")).unwrap();
            let indicator = Organisation::unowned(indicator, id.clone());
            room.organisation.indicators.insert(indicator.id.clone(), indicator);
            room.organisation.units.push(Unit { id, parent, ..room.organisation.units[0].clone() });
        }
        Self { keeper: Doorkeeper::new(&room, Pressure::default()), folder }
    }

    fn add(&self, name: &str, unit: &str) -> Secret {
        tokens::command::tests::add(self.folder.path(), name, unit)
    }

    fn revoke(&self, name: &str) {
        tokens::command::tests::revoke(self.folder.path(), name);
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join(tokens::FILE)
    }
}

fn name(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

fn why(admitted: Result<Pass, NotAdmitted>) -> NotAdmitted {
    admitted.err().expect("it is not admitted")
}

#[test]
fn a_room_on_loopback_admits_everybody_whatever_is_shown() {
    let keeper = Doorkeeper::new(&Room::default(), Pressure::default());
    for shown in [None, Some("anything")] {
        let pass = keeper.admit(shown, &name("host")).expect("it is admitted");
        assert_eq!((pass.holds(), pass.limits(&[])), (Ok(()), false));
    }
}

#[test]
fn a_source_is_admitted_by_its_own_token_and_by_no_other() {
    let place = Place::locked();
    let (own, other) = (place.add("host", "payments"), place.add("other", "search"));
    let admit = |shown: Option<&str>| place.keeper.admit(shown, &name("host"));
    assert!(admit(Some(own.reveal())).is_ok());
    assert_eq!(why(admit(None)), NotAdmitted::NoToken);
    assert_eq!(why(admit(Some("synco_guess"))), NotAdmitted::Unknown);
    let not_its_own = NotAdmitted::NotItsOwn { owner: name("other"), source_name: name("host") };
    assert_eq!(why(admit(Some(other.reveal()))), not_its_own);
}

#[test]
fn a_source_reports_for_its_unit_and_what_stands_in_it_and_for_what_nobody_has_described() {
    let place = Place::locked();
    let secret = place.add("host", "payments");
    let pass = place.keeper.admit(Some(secret.reveal()), &name("host")).expect("it is admitted");
    let may = |id: &str| pass.may_report(&IndicatorId::parse(id).unwrap());
    for id in ["payments.latency", "cards.latency", "somebody.s"] {
        assert_eq!(may(id), Ok(()));
    }
    let words = "search.latency belongs to unit search; the token of host is for payments";
    assert_eq!(may("search.latency"), Err(words.to_owned()));
}

#[test]
fn a_revocation_is_in_force_at_once_also_if_a_new_token_follows() {
    let place = Place::locked();
    let secret = place.add("host", "payments");
    let pass = place.keeper.admit(Some(secret.reveal()), &name("host")).expect("it is admitted");
    assert_eq!(pass.holds(), Ok(()));
    place.revoke("host");
    assert_eq!(pass.holds(), Err(NotAdmitted::Revoked(name("host"))));
    assert_eq!(why(place.keeper.admit(Some(secret.reveal()), &name("host"))), NotAdmitted::Revoked(name("host")));
    place.add("host", "payments");
    assert_eq!(pass.holds(), Err(NotAdmitted::Revoked(name("host"))));
    assert_eq!(why(place.keeper.admit(Some(secret.reveal()), &name("host"))), NotAdmitted::Unknown);
}

#[test]
fn while_the_tokens_cannot_be_read_nobody_comes_in() {
    let place = Place::locked();
    let secret = place.add("host", "payments");
    let pass = place.keeper.admit(Some(secret.reveal()), &name("host")).expect("it is admitted");
    fs::write(place.file(), "{").unwrap();
    assert_eq!(pass.holds(), Err(NotAdmitted::TokensUnreadable));
    assert_eq!(why(place.keeper.admit(Some(secret.reveal()), &name("host"))), NotAdmitted::TokensUnreadable);
}

#[test]
fn what_is_shown_stands_behind_bearer() {
    let shown = |text: &str| bearer(&HeaderMap::from_iter([(header::AUTHORIZATION, text.parse().unwrap())]));
    assert_eq!(shown("Bearer synco_a"), Some("synco_a".to_owned()));
    assert_eq!(shown("bearer  synco_a "), Some("synco_a".to_owned()));
    assert_eq!((shown("Basic synco_a"), shown("synco_a"), bearer(&HeaderMap::new())), (None, None, None));
}

#[test]
fn while_the_journal_does_not_keep_up_nobody_reports_and_then_everybody_does() {
    let pressure = Pressure::default();
    let pass = Doorkeeper::new(&Room::default(), pressure.clone()).admit(None, &name("host")).expect("it is admitted");
    assert_eq!(pass.spend(1), Ok(()));
    pressure.set(true);
    let why = pass.spend(1).unwrap_err();
    assert_eq!(why.to_string(), "the room's journal does not keep up; come back in 1 s");
    pressure.set(false);
    assert_eq!(pass.spend(1), Ok(()));
}
