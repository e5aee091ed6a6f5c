//! The known name that someone probably meant.

/// Under this Jaro-Winkler similarity two names have nothing to do with each other.
const ALIKE: f64 = 0.82;
/// More names than this are not compared, so that a broken file costs no minutes.
const MOST_NAMES: usize = 1_000;
/// Longer text than this is no mistyped name.
const LONGEST: usize = 100;

/// `; did you mean "payments"?`, or nothing where no known name is near.
pub(crate) fn did_you_mean<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(found, known).map(|name| format!("; did you mean {name:?}?")).unwrap_or_default()
}

/// The same, and where no name is near all there are.
pub(crate) fn did_you_mean_or_all(found: &str, known: &[&str]) -> String {
    let guess = did_you_mean(found, known.iter().copied());
    if guess.is_empty() { format!("; there are {}", known.join(", ")) } else { guess }
}

fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if LONGEST < found.len() {
        return None;
    }
    let alike = |name: &str| strsim::jaro_winkler(&found.to_lowercase(), &name.to_lowercase());
    let scored = known.into_iter().take(MOST_NAMES).map(|name| (alike(name), name));
    let (score, name) = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (ALIKE < score).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let known = ["checkout", "payments", "search"];
        assert_eq!(did_you_mean("paymets", known), "; did you mean \"payments\"?");
        assert_eq!(did_you_mean("Search", known), "; did you mean \"search\"?");
        assert_eq!(did_you_mean("logistics", known), "");
        assert_eq!(did_you_mean_or_all("logistics", &known), "; there are checkout, payments, search");
    }
}
