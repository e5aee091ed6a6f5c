//! What the codec promises, for any readings and any bytes.

use proptest::{collection::vec, option, prelude::*, test_runner::RngSeed};

use super::*;

fn finite() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |value| value.is_finite())
}

fn mark() -> impl Strategy<Value = Mark> {
    let quality = prop_oneof![Just(Quality::Good), Just(Quality::Doubtful)];
    (quality, option::of(any::<String>())).prop_map(|(quality, note)| Mark { quality, note })
}

fn reading() -> impl Strategy<Value = Reading> {
    ("[a-c]{1,3}", any::<i64>(), finite(), option::of(mark())).prop_map(|(name, at, value, mark)| {
        let indicator = IndicatorId::parse(&name).expect("a name");
        let reading = Reading::new(indicator, Moment::from_unix_millis(at), value).expect("finite");
        match mark {
            Some(mark) => reading.marked(mark),
            None => reading,
        }
    })
}

fn encoded(readings: &[Reading], base: Moment) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(readings, base, &mut bytes);
    bytes
}

/// Equality of readings takes -0.0 for 0.0; the codec does not.
fn bits(readings: &[Reading]) -> Vec<u64> {
    readings.iter().map(|reading| reading.value().to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_was_encoded_is_decoded_bit_for_bit(readings in vec(reading(), 0..60), base: i64) {
        let base = Moment::from_unix_millis(base);
        let decoded = decode(&encoded(&readings, base), readings.len(), base).expect("own bytes");
        prop_assert_eq!(bits(&decoded), bits(&readings));
        prop_assert_eq!(decoded, readings);
    }

    #[test]
    fn what_was_cut_short_or_made_longer_is_refused(readings in vec(reading(), 1..10), cut: prop::sample::Index) {
        let mut bytes = encoded(&readings, Moment::default());
        let cut = cut.index(bytes.len());
        prop_assert_eq!(decode(&bytes[..cut], readings.len(), Moment::default()), Err(Damage::Short));
        bytes.push(0);
        prop_assert_eq!(decode(&bytes, readings.len(), Moment::default()), Err(Damage::Long(1)));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200), count in 0..usize::MAX) {
        let _ = decode(&bytes, count, Moment::default());
    }
}

#[test]
fn a_reading_that_follows_in_order_takes_eleven_bytes() {
    let readings: Vec<_> = (0..100i64)
        .map(|k| {
            let name = IndicatorId::parse(["plant/output", "plant/load"][(k % 2) as usize]).unwrap();
            Reading::new(name, Moment::from_unix_millis(1_763_600_000_000 + 500 * k), 0.1 * k as f64).unwrap()
        })
        .collect();
    let names = 2 + "plant/output".len() + 2 + "load".len();
    let later = encoded(&readings, readings[0].measured_at);
    assert_eq!(later.len(), names + 100 * 11 - 1, "the first lies at the base: its time takes one byte");
}

#[test]
fn damage_is_named() {
    let damage = |bytes: &[u8]| decode(bytes, 1, Moment::default()).unwrap_err().to_string();
    assert_eq!(damage(&[2]), "it uses name 1 of 0");
    assert_eq!(damage(&[0xff; 10]), "it holds a number of more than 64 bits");
    assert_eq!(damage(&[0, 2]), "it holds a name that shares 2 bytes with one of 0");
    assert!(damage(&[0, 0, 1, b'A']).starts_with("not a name: \"A\""));
    assert_eq!(damage(&[1, 0, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 8]), "it holds a mark of unknown kind 0x08");
    let nan = f64::NAN.to_le_bytes();
    assert_eq!(damage(&[&[0, 0, 1, b'a', 0], &nan[..]].concat()), "not a finite number: NaN");
}
