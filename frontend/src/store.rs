//! What the screen knows of the room: one picture, the link it came over, and the room's time.

use std::time::Duration;

use cybernet::{picture::Picture, screen::ToScreen, starting::Starting};
use vsm::time::Moment;

use crate::link::Link;

/// The picture as the room last told it. Bounded as the picture itself is; nothing is kept beside it.
#[derive(Debug, Default)]
pub struct PictureStore {
    picture: Option<Picture>,
    link: Link,
    told: Option<(Moment, Duration)>,
    refusal: Option<String>,
    starting: Option<Starting>,
}

/// What the wire must do after a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Then {
    /// Read on.
    Continue,
    /// The picture has a hole: join again and be given a new one.
    Rejoin,
}

impl PictureStore {
    /// Folds one message in. `now` is the screen's steady clock.
    pub fn receive(&mut self, message: ToScreen, now: Duration) -> Then {
        let at = match message {
            ToScreen::Picture(picture) => self.replace(*picture),
            ToScreen::Changes(changes) => {
                let at = changes.at;
                let Some(Ok(())) = self.picture.as_mut().map(|picture| picture.follow(changes)) else {
                    return Then::Rejoin;
                };
                at
            }
            ToScreen::Pulse { .. } if self.picture.is_none() => return Then::Rejoin,
            ToScreen::Pulse { at } => at,
            ToScreen::Refused { why } => {
                self.refusal = Some(why);
                return Then::Continue;
            }
        };
        self.told = Some((at, now));
        self.link.heard(now);
        self.starting = None;
        Then::Continue
    }

    fn replace(&mut self, picture: Picture) -> Moment {
        let at = picture.at;
        self.picture = Some(picture);
        self.refusal = None;
        at
    }

    /// The socket closed.
    pub fn closed(&mut self, now: Duration) {
        self.link.closed(now);
    }

    /// What the room said of itself when it was asked why it does not open its socket; none if it did not answer that it
    /// starts.
    pub fn asked(&mut self, starting: Option<Starting>) {
        self.starting = starting.filter(|_| !matches!(self.link, Link::Live { .. }));
    }

    /// How far a room is that starts and is not heard yet.
    pub fn starting(&self) -> Option<&Starting> {
        self.starting.as_ref()
    }

    /// Time passed. Whether the room has just fallen silent.
    pub fn tick(&mut self, now: Duration) -> bool {
        self.link.tick(now)
    }

    /// The picture, once there is one.
    pub fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    /// The link.
    pub fn link(&self) -> Link {
        self.link
    }

    /// Why the room refused, unless a picture came since.
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// The room's time at a moment of the screen's steady clock: what the room last said, and what passed since.
    pub fn room_time(&self, now: Duration) -> Option<Moment> {
        let (at, heard) = self.told?;
        let passed = now.saturating_sub(heard);
        Some(if passed.is_zero() { at - heard.saturating_sub(now) } else { at + passed })
    }
}

#[cfg(test)]
mod tests {
    use cybernet::{
        picture::{Change, Changes},
        trace::{LONGEST_TRACE, Point, Step, Trace},
    };
    use vsm::id::IndicatorId;

    use super::*;
    use crate::sample;

    const NOW: Duration = Duration::from_secs(100);

    fn picture(revision: u64) -> ToScreen {
        ToScreen::Picture(Box::new(Picture { revision, ..sample::picture() }))
    }

    fn changes(from: u64, changes: Vec<Change>) -> ToScreen {
        let revision = from + changes.len() as u64;
        ToScreen::Changes(Changes { from, revision, at: sample::NOW, changes })
    }

    fn untrace() -> Change {
        Change::Untrace(IndicatorId::parse("nobody").unwrap())
    }

    #[test]
    fn a_hole_in_the_revisions_asks_for_a_new_picture() {
        let mut store = PictureStore::default();
        assert_eq!(store.receive(picture(7), NOW), Then::Continue);
        assert_eq!(store.receive(changes(7, vec![untrace()]), NOW), Then::Continue);
        assert_eq!(store.receive(changes(9, vec![untrace()]), NOW), Then::Rejoin);
        assert_eq!(store.picture().unwrap().revision, 8, "the picture is left as it was");
    }

    #[test]
    fn a_room_that_starts_does_so_until_it_is_heard() {
        let starting = sample::starting(0.25);
        let mut store = PictureStore::default();
        store.asked(Some(starting.clone()));
        assert_eq!(store.starting(), Some(&starting));
        store.receive(picture(7), NOW);
        assert_eq!(store.starting(), None);
        store.asked(Some(starting.clone()));
        assert_eq!(store.starting(), None, "an answer that was overtaken by the picture");
        store.closed(NOW);
        store.asked(Some(starting));
        assert!(store.starting().is_some());
        store.asked(None);
        assert_eq!(store.starting(), None);
    }

    #[test]
    fn changes_without_a_picture_ask_for_one() {
        assert_eq!(PictureStore::default().receive(changes(0, vec![]), NOW), Then::Rejoin);
        assert_eq!(PictureStore::default().receive(ToScreen::Pulse { at: sample::NOW }, NOW), Then::Rejoin);
    }

    #[test]
    fn a_new_picture_replaces_everything() {
        let mut store = PictureStore::default();
        store.receive(ToScreen::Refused { why: "unknown protocol".to_owned() }, NOW);
        store.receive(picture(7), NOW);
        let mut bare = sample::picture();
        bare.lamps.clear();
        store.receive(ToScreen::Picture(Box::new(Picture { revision: 3, ..bare.clone() })), NOW);
        assert_eq!(store.picture(), Some(&Picture { revision: 3, ..bare }));
        assert_eq!(store.refusal(), None);
    }

    #[test]
    fn memory_is_bounded_however_long_the_screen_is_up() {
        let mut store = PictureStore::default();
        let indicator = IndicatorId::parse("long").unwrap();
        store.receive(picture(0), NOW);
        store.receive(changes(0, vec![Change::Trace(Trace::new(indicator.clone()))]), NOW);
        for revision in 1..5_000 {
            let point = Point::new(sample::NOW + Duration::from_secs(revision), 1.0, None);
            let step = Step { indicator: indicator.clone(), point, ahead: Vec::new() };
            store.receive(changes(revision, vec![Change::Step(step)]), NOW);
        }
        assert_eq!(store.picture().unwrap().traces[&indicator].points.len(), LONGEST_TRACE);
    }

    #[test]
    fn the_rooms_time_goes_on_while_the_room_is_gone() {
        let mut store = PictureStore::default();
        assert_eq!(store.room_time(NOW), None);
        store.receive(picture(1), NOW);
        store.closed(NOW + Duration::from_secs(1));
        let later = Duration::from_secs(90);
        assert_eq!(store.room_time(NOW + later), Some(sample::NOW + later));
        assert_eq!(store.room_time(NOW - later), Some(sample::NOW - later));
    }
}
