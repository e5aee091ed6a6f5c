//! What of a batch is taken, and how what is not is told.

use std::time::Duration;

use config::person;
use cybernet::{batch::Refused, ordinals::MOST_RANGES};
use vsm::{reading::Reading, time::Moment};

/// How far ahead of the room a team's clock may be.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// How old a reading may be. Longer than any outbox lasts; what is older comes from a clock that was never set, or from
/// seconds that were taken for milliseconds.
const BEHIND: Duration = Duration::from_secs(400 * 86_400);
/// How many readings of a batch are refused each by itself.
const MOST_TOLD: usize = 100;
/// How long the words for one of them may be, in bytes. Even if each had to be escaped, all of them fit in a frame.
const LONGEST_WHY: usize = 500;

/// The highest sequence: the archive counts in signed numbers of 64 bits.
const HIGHEST_SEQUENCE: u64 = i64::MAX as u64;

/// Refuses a sequence after which there would be no next.
pub(crate) fn check_sequence(sequence: u64) -> Result<(), String> {
    if HIGHEST_SEQUENCE < sequence {
        return Err(format!("sequence {sequence}; sequences end with {HIGHEST_SEQUENCE}"));
    }
    Ok(())
}

/// Why a batch is not taken that lies apart from all that is in, beside too many others that do.
pub(crate) fn too_scattered(sequence: u64) -> String {
    format!(
        "sequence {sequence} begins one more range above what is missing; at most {MOST_RANGES} are kept: fill gaps first"
    )
}

/// Parts what was measured in the future, or in a past that cannot be, or names a person, from what can be taken. `places`
/// says where each reading stood.
pub(super) fn check(
    mut readings: Vec<Reading>,
    places: Vec<usize>,
    mut refused: Vec<Refused>,
    now: Moment,
) -> (Vec<Reading>, Vec<Refused>) {
    let mut places = places.into_iter();
    readings.retain(|reading| {
        let (at, index) = (reading.measured_at, places.next().expect("each reading stood somewhere"));
        let too_far = || too_far_ahead(at, now).or_else(|| too_far_behind(at, now));
        let why = too_far().or_else(|| names_a_person(reading));
        let is_taken = why.is_none();
        refused.extend(why.map(|why| Refused { index, why }));
        is_taken
    });
    refused.sort_by_key(|refused| refused.index);
    (readings, refused)
}

/// Why a reading's note is not kept, if it names a person.
fn names_a_person(reading: &Reading) -> Option<String> {
    let why = person::named_in(reading.mark.as_ref()?.note.as_deref()?)?;
    Some(format!("its note: {why}"))
}

/// Why a reading cannot have been measured then, if the team's clock is further ahead than clocks are.
pub(crate) fn too_far_ahead(measured_at: Moment, now: Moment) -> Option<String> {
    if measured_at <= now + AHEAD {
        return None;
    }
    let ahead = humantime::format_duration(Duration::from_secs(measured_at.since(now).as_secs()));
    Some(format!("measured {ahead} in the future; is the clock right?"))
}

/// Why a reading cannot have been measured then, if that is longer ago than any reading waits.
pub(crate) fn too_far_behind(measured_at: Moment, now: Moment) -> Option<String> {
    if now - BEHIND <= measured_at {
        return None;
    }
    let days = now.since(measured_at).as_secs() / 86_400;
    Some(format!("measured {days} days ago; moments are in Unix milliseconds: is the clock right?"))
}

/// So many refusals, each so long, that the answer fits in a frame; the last says how many more there were.
pub(crate) fn shorten(mut refused: Vec<Refused>) -> Vec<Refused> {
    let more = refused.len().saturating_sub(MOST_TOLD);
    refused.truncate(MOST_TOLD + 1);
    for Refused { why, .. } in &mut refused {
        why.truncate(why.floor_char_boundary(LONGEST_WHY));
    }
    if let Some(next) = refused.get_mut(MOST_TOLD) {
        next.why = format!("and {more} more were refused");
    }
    refused.shrink_to_fit();
    refused
}

#[cfg(test)]
mod tests {
    use vsm::{id::IndicatorId, reading::Mark};

    use super::*;

    #[test]
    fn a_reading_from_the_future_is_refused_with_its_place() {
        let now = Moment::from_unix_millis(1_763_600_000_000);
        let reading = |at| Reading::new(IndicatorId::parse("a").unwrap(), at, 1.0).unwrap();
        let readings = vec![reading(now), reading(now + Duration::from_secs(9 * 3600)), reading(now + AHEAD)];
        let (taken, refused) = check(readings, vec![0, 2, 3], vec![], now);
        assert_eq!(taken.len(), 2);
        assert_eq!(refused, [Refused { index: 2, why: "measured 9h in the future; is the clock right?".to_owned() }]);
    }

    #[test]
    fn a_note_that_names_a_person_is_refused_and_any_other_is_not() {
        let now = Moment::from_unix_millis(1_763_600_000_000);
        let noted = |note: &str| {
            let mark = Mark { note: Some(note.to_owned()), ..Mark::default() };
            Reading::new(IndicatorId::parse("a").unwrap(), now, 1.0).unwrap().marked(mark)
        };
        let readings = vec![noted("deploy 1.4.2"), noted("deploy 1.4.2 by ada@example.com"), noted("runbook@v1.2")];
        let (taken, refused) = check(readings, vec![0, 1, 2], vec![], now);
        assert_eq!((taken.len(), refused[0].index, refused.len()), (2, 1, 1));
        let why = "its note: \"ada@example.com\" is a person's address; say what happened, not who did it";
        assert_eq!(refused[0].why, why);
    }

    #[test]
    fn a_reading_from_a_past_that_cannot_be_is_refused_and_an_old_one_is_not() {
        let now = Moment::from_unix_millis(1_763_600_000_000);
        let seconds = Moment::from_unix_millis(1_763_600_000);
        let words = "measured 20391 days ago; moments are in Unix milliseconds: is the clock right?";
        assert_eq!(too_far_behind(seconds, now), Some(words.to_owned()));
        assert_eq!((too_far_behind(now, now), too_far_behind(now - BEHIND, now)), (None, None));
        assert!(too_far_behind(now - BEHIND - Duration::from_millis(1), now).is_some());
        assert!(too_far_behind(Moment::from_unix_millis(i64::MIN), now).is_some());
    }

    #[test]
    fn many_refusals_are_told_in_part_and_the_rest_is_counted() {
        let refused = |count: usize| (0..count).map(|index| Refused { index: 2 * index, why: "é".repeat(9000) });
        let told = shorten(refused(10_000).collect());
        assert_eq!(told.len(), 101);
        assert_eq!(told[99].why.len(), 500);
        assert_eq!(told[100], Refused { index: 200, why: "and 9900 more were refused".to_owned() });
        let few = shorten(refused(100).collect());
        assert_eq!((few.len(), few[99].index), (100, 198));
    }

    #[test]
    fn the_answer_fits_in_a_frame_whatever_was_found() {
        let worst = |index| Refused { index, why: "\u{1}".repeat(9000) };
        let text = serde_json::to_string(&shorten((0..10_000).map(worst).collect())).unwrap();
        assert!(text.len() < cybernet::agent::LONGEST_FRAME / 2, "{}", text.len());
    }

    #[test]
    fn a_sequence_the_archive_cannot_count_is_refused() {
        assert_eq!(check_sequence(HIGHEST_SEQUENCE), Ok(()));
        let words = "sequence 9223372036854775808; sequences end with 9223372036854775807";
        assert_eq!(check_sequence(HIGHEST_SEQUENCE + 1), Err(words.to_owned()));
    }
}
