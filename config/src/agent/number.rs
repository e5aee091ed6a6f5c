//! What kind of number an indicator is.

/// What kind of number every reading of an indicator has to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Number {
    /// Without a fraction.
    Whole,
    /// Whole, and not below 0.
    Count,
    /// From 0 to 1.
    Share,
    /// 0 or 1.
    Switch,
}

impl Number {
    /// As each is written in a file.
    pub(super) const WORDS: [(&str, Self); 4] =
        [("whole", Self::Whole), ("count", Self::Count), ("share", Self::Share), ("switch", Self::Switch)];

    /// What its bounds are, where its kind has some at both ends.
    pub(super) fn has_bounds(self) -> Option<&'static str> {
        match self {
            Self::Whole | Self::Count => None,
            Self::Share => Some("a share is from 0 to 1 anyway"),
            Self::Switch => Some("a switch is 0 or 1 anyway"),
        }
    }

    /// Why a value is not of this kind; none if it is.
    pub fn refuses(self, value: f64) -> Option<&'static str> {
        let is_whole = value.fract() == 0.0;
        let (is_right, why) = match self {
            Self::Whole => (is_whole, "is no whole number"),
            Self::Count => (is_whole && 0.0 <= value, "is no count, which is whole and not below 0"),
            Self::Share => ((0.0..=1.0).contains(&value), "is no share, which is from 0 to 1"),
            Self::Switch => (value == 0.0 || value == 1.0, "is no switch, which is 0 or 1"),
        };
        (!is_right).then_some(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_takes_its_numbers_and_no_others() {
        let taken = |of: Number| [-1.0, -0.5, 0.0, 0.5, 1.0, 2.0].map(|value| of.refuses(value).is_none());
        assert_eq!(taken(Number::Whole), [true, false, true, false, true, true]);
        assert_eq!(taken(Number::Count), [false, false, true, false, true, true]);
        assert_eq!(taken(Number::Share), [false, false, true, true, true, false]);
        assert_eq!(taken(Number::Switch), [false, false, true, false, true, false]);
    }
}
