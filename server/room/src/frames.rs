//! Frames as they leave for the screens: written once, sent to all.

use std::{iter, sync::Arc};

use axum::extract::ws::Utf8Bytes;
use cybernet::{
    picture::{Change, Changes, Picture},
    screen::ToScreen,
};
use vsm::time::Moment;

/// How many changes a frame holds at most: a socket keeps the room that its longest frame took.
const CHANGES_IN_A_FRAME: usize = 100;
/// For so many others counts a change that brings a whole trace, by its length.
const A_TRACE: usize = 12;

/// A text frame, cheap to clone.
pub type Frame = Utf8Bytes;

/// The picture; a large one in parts, the picture first and then what is left of its tray.
pub fn picture(picture: &Picture) -> Arc<[Frame]> {
    let (first, later) = picture.parts();
    let first = text(&ToScreen::Picture(Box::new(first)));
    [first].into_iter().chain(later.map(changes)).collect()
}

/// The picture as a whole, however large.
pub fn whole(picture: &Picture) -> Frame {
    // Borrowed, so that the picture need not be cloned to be written.
    #[derive(serde::Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Borrowed<'a> {
        Picture(&'a Picture),
    }
    text(&Borrowed::Picture(picture))
}

/// What changed.
pub fn changes(changes: Changes) -> Frame {
    text(&ToScreen::Changes(changes))
}

/// One frame, or several where much has changed: a frame is held ready for every screen. They follow the revision that was
/// `told` last, and only the last one leads on to that of the picture.
pub fn of(picture: &Picture, told: u64, changes: Vec<Change>) -> Vec<Frame> {
    let (mut frames, mut changes) = (Vec::new(), changes.into_iter().peekable());
    loop {
        let mut weight = 0;
        let mut fits = |change: &Change| {
            weight += if matches!(change, Change::Trace(_)) { A_TRACE } else { 1 };
            weight <= CHANGES_IN_A_FRAME
        };
        let some: Vec<_> = iter::from_fn(|| changes.next_if(&mut fits)).collect();
        let is_last = changes.peek().is_none();
        let revision = if is_last { picture.revision } else { told };
        frames.push(self::changes(Changes { from: told, revision, at: picture.at, changes: some }));
        if is_last {
            return frames;
        }
    }
}

/// The room is alive.
pub fn pulse(at: Moment) -> Frame {
    text(&ToScreen::Pulse { at })
}

/// The room will not do what was asked for.
pub fn refused(why: String) -> Frame {
    text(&ToScreen::Refused { why })
}

fn text(message: &impl serde::Serialize) -> Frame {
    serde_json::to_string(message).expect("every message is plain data").into()
}
