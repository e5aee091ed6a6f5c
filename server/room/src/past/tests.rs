//! What the shards gathered, handed on and joined.

use vsm::{
    id::AgentId,
    reading::{Mark, Quality},
    time::Moment,
};

use super::*;

fn position(of: u64) -> Position {
    serde_json::from_value(of.into()).unwrap()
}

fn reading() -> Reading {
    Reading::new(IndicatorId::parse("kiln.heat").unwrap(), Moment::from_unix_millis(5), 1.0).unwrap()
}

fn batch(count: usize) -> Arc<Batch> {
    let (agent, received_at) = (AgentId::parse("kiln").unwrap(), Moment::from_unix_millis(6));
    Arc::new(Batch { agent, sequence: 1, received_at, rehearsal: false, readings: vec![reading(); count] })
}

fn gathered(after: u64, entries: &[(u64, usize)], up_to: u64) -> Gathering {
    let mut gathering = Gathering::new(position(after), 1);
    for &(at, count) in entries {
        let batch = batch(count);
        (0..count).for_each(|place| gathering.gather(position(at), &batch, place as u32, Some([0.0, 1.0, 2.0])));
    }
    gathering.reaches(position(up_to));
    gathering
}

#[test]
fn what_is_in_history_is_not_gathered_again_and_stretches_follow_each_other() {
    let mut gathering = gathered(1, &[(1, 1), (2, 1), (3, 1)], 3);
    let stretch = gathering.take().unwrap();
    assert_eq!((stretch.after, stretch.up_to, stretch.readings), (position(1), position(3), 2));
    assert!(gathering.take().is_none());
    gathering.gather(position(4), &batch(1), 0, None);
    gathering.reaches(position(4));
    assert_eq!(gathering.take().map(|next| next.after), Some(position(3)));
}

#[test]
fn what_is_too_much_to_gather_is_left_to_the_journal() {
    let stretch = gathered(0, &[(1, MOST + 1), (2, 1)], 2).take().unwrap();
    assert_eq!((stretch.after, stretch.readings), (position(1), 1));
}

#[test]
fn the_batches_that_are_held_count_whoever_their_readings_belong_to_and_whatever_is_said_of_them() {
    let doubted = reading().marked(Mark { quality: Quality::Doubtful, note: Some("jumped".to_owned()) });
    let batches = [vec![reading(); 10_000], vec![doubted; 1_000]];
    for (readings, most) in batches.into_iter().zip([MOST / 10_000, MOST_NOTES / 1_000]) {
        let batch = Arc::new(Batch { readings, ..(*batch(0)).clone() });
        let mut gathering = Gathering::new(position(0), 2);
        let gather = |gathering: &mut Gathering, at: usize| {
            (0..2).for_each(|place| gathering.gather(position(at as u64), &batch, place, None));
        };
        (1..=most).for_each(|at| gather(&mut gathering, at));
        assert!(gathering.is_much());
        assert_eq!(gathering.stretch.parts.len(), most);
        gather(&mut gathering, most + 1);
        assert_eq!((gathering.stretch.after, gathering.stretch.parts.len()), (position(most as u64 + 1), 0));
    }
}

#[test]
fn what_the_shards_gathered_is_joined_as_far_as_all_have_come_and_a_little_at_a_time() {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..2).map(|_| mpsc::channel(WAITING)).unzip();
    let mut past = Past::new(receivers, Policy::default());
    let hand_on = |shard: usize, mut gathering: Gathering| {
        senders[shard].try_send(gathering.take().unwrap()).map_err(|_| "no place is free")
    };
    let mut joined = |after: u64| {
        past.lanes.iter_mut().for_each(|lane| lane.look(position(after)));
        let (from, up_to, parts) = past.join(position(after))?;
        Some((from.number(), up_to.number(), parts.iter().map(|part| part.judged.len()).sum()))
    };
    hand_on(0, gathered(0, &[(1, 3), (2, 5000), (4, 1)], 5)).unwrap();
    assert_eq!(joined(0), None, "the other shard has said nothing");
    hand_on(1, gathered(0, &[(2, 2)], 3)).unwrap();
    assert_eq!(joined(0), Some((0, 1, 3)));
    assert_eq!(joined(1), Some((1, 2, 5002)));
    assert_eq!(joined(2), Some((2, 3, 0)));
    assert_eq!(joined(3), None);
    hand_on(1, gathered(3, &[(5, 7)], 9)).unwrap();
    assert_eq!(joined(3), Some((3, 5, 8)));
    assert_eq!(joined(5), None);
    hand_on(0, gathered(5, &[], 9)).unwrap();
    assert_eq!(joined(5), Some((5, 9, 0)));
}
