//! Numbers that look random and are the same each time.

/// A seed made from a name: FNV-1a, 64 bits.
pub(crate) fn seed(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A number in `[0, 1)`: the `index`-th output of SplitMix64 (Steele, Lea & Flood 2014) from `seed`.
pub(crate) fn uniform(seed: u64, index: u64) -> f64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    // The upper 53 bits are what a double holds exactly.
    (z >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number of mean 0 and variance 1: twelve uniform ones less six.
///
/// Additions alone, so that every machine makes the same noise to the last bit; it never leaves six standard
/// deviations.
pub(crate) fn gaussian(seed: u64, index: u64) -> f64 {
    let first = index.wrapping_mul(12);
    (0..12).map(|draw| uniform(seed, first.wrapping_add(draw))).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_mean_zero_and_variance_one_and_is_not_the_same_for_two_names() {
        let noise = |name: &str| (0..10_000).map(|k| gaussian(seed(name), k)).collect::<Vec<_>>();
        let (here, there) = (noise("payments.latency"), noise("payments.errors"));
        let mean = |of: &mut dyn Iterator<Item = f64>| of.sum::<f64>() / 10_000.0;
        assert!(mean(&mut here.iter().copied()).abs() < 0.03);
        assert!((mean(&mut here.iter().map(|x| x * x)) - 1.0).abs() < 0.05);
        assert!(mean(&mut here.iter().zip(&there).map(|(x, y)| x * y)).abs() < 0.03);
        assert!(mean(&mut here.windows(2).map(|pair| pair[0] * pair[1])).abs() < 0.03);
    }
}
