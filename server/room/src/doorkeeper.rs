//! Who may report at all, for which units, and how fast.
//!
//! An agent's hello, `POST /api/v1/readings` and every other door for senders ask the same doorkeeper. A handler takes
//! [`Shown`] before its body, calls [`Doorkeeper::admit`] with the name of the source, and then asks the [`Pass`]:
//! [`Pass::spend`] for each request, [`Pass::may_report`] for each indicator. Where the room is not locked everybody is
//! admitted, and only the pace is held.

mod opened;
pub mod pace;
pub mod refusal;
pub mod skew;

use std::{collections::HashSet, num::NonZeroU32, path::Path, sync::Arc, time::Duration};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use config::room::Room;
use governor::clock::DefaultClock;
use metrics::counter;
use vsm::{
    id::{AgentId, IndicatorId, UnitId},
    itself,
    organisation::Organisation,
    reading::Reading,
    time::Moment,
};

use self::{
    opened::Opened,
    pace::Pace,
    refusal::{NotAdmitted, TooFast},
    skew::Skew,
};
use crate::{
    api::App,
    happening::ArchiveFailed,
    inboxes::Pressure,
    tokens::{self, Token, Tokens},
    watched::{Seen, Watched},
};

/// How long who reports waits while the journal does not keep up: as often as that is looked at.
const UNDER_PRESSURE: Duration = Duration::from_secs(1);

/// Keeps the door of one room; every clone is the same.
#[derive(Clone)]
pub struct Doorkeeper(Arc<Inner>);

struct Inner {
    /// None where the room is not locked.
    tokens: Option<Watched<Tokens>>,
    organisation: Organisation,
    pace: Pace,
    opened: Opened,
    pressure: Pressure,
    readings_a_second: u32,
    skews: skew::Shown,
}

/// What a source shows, before its body is read. There is no way to print it.
pub struct Shown(Option<String>);

/// A source that was admitted. A clone costs next to nothing.
#[derive(Clone)]
pub struct Pass {
    keeper: Doorkeeper,
    source: AgentId,
    grant: Option<Arc<Grant>>,
}

/// What a token says; none where the room is not locked.
struct Grant {
    token: Token,
    /// Those it names, with every unit that stands in one of them.
    units: HashSet<UnitId>,
}

impl Doorkeeper {
    /// Of a room whose tokens, if it is locked, lie in the folder of its archive; nobody may report under `pressure`.
    pub fn new(room: &Room, pressure: Pressure) -> Self {
        let tokens = room.is_locked().then(|| watch(&room.archive));
        Self(Arc::new(Inner {
            tokens,
            organisation: room.organisation.clone(),
            pace: Pace::new(DefaultClock::default()),
            opened: Opened::new(&room.senders),
            pressure,
            readings_a_second: room.readings_a_second,
            skews: skew::Shown::default(),
        }))
    }

    /// Admits a source by what it shows; in the words of the refusal is what would be right.
    pub fn admit(&self, shown: Option<&str>, source: &AgentId) -> Result<Pass, NotAdmitted> {
        if itself::is_the_room(source) {
            return Err(NotAdmitted::TheRoomItself);
        }
        let grant = self.known(shown)?.map(|(owner, token)| match owner == *source {
            true => Ok(Arc::new(self.grant(token))),
            false => Err(NotAdmitted::NotItsOwn { owner, source_name: source.clone() }),
        });
        Ok(Pass { keeper: self.clone(), source: source.clone(), grant: grant.transpose()? })
    }

    /// The token that is shown, with its owner; none where the room is not locked.
    fn known(&self, shown: Option<&str>) -> Result<Option<(AgentId, Token)>, NotAdmitted> {
        let Some(tokens) = self.tokens() else { return Ok(None) };
        let tokens = tokens.map_err(|_| NotAdmitted::TokensUnreadable)?;
        let (owner, token) = tokens.shown(shown.ok_or(NotAdmitted::NoToken)?).ok_or(NotAdmitted::Unknown)?;
        if token.revoked_at.is_some() {
            return Err(NotAdmitted::Revoked(owner.clone()));
        }
        Ok(Some((owner.clone(), token.clone())))
    }

    /// The tokens as they are now; none where the room is not locked.
    fn tokens(&self) -> Option<Seen<Tokens>> {
        let (seen, is_new) = self.0.tokens.as_ref()?.look();
        if let (Err(why), true) = (&seen, is_new) {
            ArchiveFailed { what: "read the tokens", error: why }.emit();
        }
        Some(seen)
    }

    fn grant(&self, token: Token) -> Grant {
        let stands_in = |unit: &UnitId| self.0.organisation.lineage(unit).any(|above| token.units.contains(&above.id));
        let units = self.0.organisation.units.iter().map(|unit| unit.id.clone()).filter(stands_in).collect();
        Grant { units, token }
    }
}

/// The tokens of the archive in `folder`, as they are whenever one looks.
fn watch(folder: &Path) -> Watched<Tokens> {
    Watched::new(vec![folder.join(tokens::FILE)], Tokens::read_file)
}

impl Pass {
    /// Whether the token is still in force.
    pub fn holds(&self) -> Result<(), NotAdmitted> {
        let (Some(grant), Some(tokens)) = (&self.grant, self.keeper.tokens()) else { return Ok(()) };
        let tokens = tokens.map_err(|_| NotAdmitted::TokensUnreadable)?;
        match tokens.named(&self.source) {
            Some(token) if token.is(&grant.token) => Ok(()),
            _ => Err(NotAdmitted::Revoked(self.source.clone())),
        }
    }

    /// Whether there may be readings of an indicator from this source. What nobody has described belongs to nobody else,
    /// and goes into the tray.
    pub fn may_report(&self, indicator: &IndicatorId) -> Result<(), String> {
        if itself::is_kept(indicator) {
            return Err(format!("{indicator}: names that begin with {} are kept for the room itself", itself::PREFIX));
        }
        let Some(grant) = &self.grant else { return Ok(()) };
        let Some(unit) = self.keeper.0.organisation.unit_of(indicator) else { return Ok(()) };
        if grant.units.contains(&unit) {
            return Ok(());
        }
        let named: Vec<_> = grant.token.units.iter().map(UnitId::as_str).collect();
        let (source, named) = (&self.source, named.join(", "));
        Err(format!("{indicator} belongs to unit {unit}; the token of {source} is for {named}"))
    }

    /// Whether this source may open one more indicator, if nobody has described this one and it has not reported it before.
    pub fn may_open(&self, indicator: &IndicatorId) -> Result<(), String> {
        match self.keeper.0.organisation.unit_of(indicator) {
            Some(_) => Ok(()),
            None => self.keeper.0.opened.may(&self.source, indicator),
        }
    }

    /// Whether each of these readings has to be asked for.
    pub fn limits(&self, readings: &[Reading]) -> bool {
        self.grant.is_some() || readings.iter().any(|reading| itself::is_kept(&reading.indicator))
    }

    /// Takes so many readings off the source's allowance, which its token may say, unless the room itself has to be waited
    /// for.
    pub fn spend(&self, readings: usize) -> Result<(), TooFast> {
        let Inner { pace, pressure, readings_a_second, .. } = &*self.keeper.0;
        let own = self.grant.as_ref().and_then(|grant| grant.token.readings_a_second);
        let a_second = own.map_or(*readings_a_second, NonZeroU32::get);
        let spent = match pressure.is_high() {
            true => Err(TooFast::Room { wait: UNDER_PRESSURE }),
            false => pace.spend(&self.source, a_second, readings).map_err(|wait| TooFast::Source { wait, a_second }),
        };
        spent.inspect_err(|_| counter!("synco_slowed_total").increment(1))
    }

    /// Shows how far the source's clock is from the room's.
    pub fn note_clock(&self, skew: &mut Skew, newest: Moment, received_at: Moment) {
        self.keeper.0.skews.show(&self.source, skew.note(newest, received_at) as f64 / 1000.0);
    }

    /// Shows that nothing is known of the source's clock any more: what is old must not look alive.
    pub fn lose_clock(&self) {
        self.keeper.0.skews.show(&self.source, f64::NAN);
    }
}

impl Shown {
    /// The secret, if anything was shown.
    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// What `Authorization: Bearer ...` shows. Who has no token of this room is refused before the body is read.
impl FromRequestParts<App> for Shown {
    type Rejection = NotAdmitted;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, NotAdmitted> {
        let shown = bearer(&parts.headers);
        app.doorkeeper.known(shown.as_deref())?;
        Ok(Self(shown))
    }
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
}

#[cfg(test)]
mod tests;
