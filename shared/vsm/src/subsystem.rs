//! The five systems of the viable system model, the audit channel, and the three layers of work.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which function of the viable system an indicator speaks for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
pub enum Subsystem {
    /// System One: the operations that produce.
    #[serde(rename = "1")]
    Operation,
    /// System Two: damps oscillation between operations.
    #[serde(rename = "2")]
    Coordination,
    /// System Three: inside and now.
    #[serde(rename = "3")]
    Control,
    /// System Three Star: sporadic audit.
    #[serde(rename = "3*")]
    Audit,
    /// System Four: outside and then.
    #[serde(rename = "4")]
    Intelligence,
    /// System Five: identity and policy.
    #[serde(rename = "5")]
    Policy,
}

impl Subsystem {
    /// Every subsystem, from the operations up.
    pub const ALL: [Self; 6] =
        [Self::Operation, Self::Coordination, Self::Control, Self::Audit, Self::Intelligence, Self::Policy];

    /// Its numeral: `1`, `2`, `3`, `3*`, `4` or `5`.
    pub const fn numeral(self) -> &'static str {
        match self {
            Self::Operation => "1",
            Self::Coordination => "2",
            Self::Control => "3",
            Self::Audit => "3*",
            Self::Intelligence => "4",
            Self::Policy => "5",
        }
    }

    /// Its name in one word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operation => "Operation",
            Self::Coordination => "Coordination",
            Self::Control => "Control",
            Self::Audit => "Audit",
            Self::Intelligence => "Intelligence",
            Self::Policy => "Policy",
        }
    }

    /// The subsystem of a numeral, if it is one.
    pub fn from_numeral(numeral: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.numeral() == numeral)
    }
}

impl fmt::Display for Subsystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.numeral())
    }
}

/// Layer of work that an indicator looks at: the object worked on, the tools, or the social circuitry.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Deserialize, Serialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Layer {
    /// Layer 1: what is worked on.
    #[default]
    Object,
    /// Layer 2: what it is worked with.
    Tools,
    /// Layer 3: who works with whom, and how.
    Social,
}

/// What was given instead of a layer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a layer: {0}; 1 is the object, 2 the tools, 3 the social circuitry")]
pub struct InvalidLayer(u8);

impl TryFrom<u8> for Layer {
    type Error = InvalidLayer;
    fn try_from(number: u8) -> Result<Self, InvalidLayer> {
        match number {
            1 => Ok(Self::Object),
            2 => Ok(Self::Tools),
            3 => Ok(Self::Social),
            other => Err(InvalidLayer(other)),
        }
    }
}

impl From<Layer> for u8 {
    fn from(layer: Layer) -> Self {
        match layer {
            Layer::Object => 1,
            Layer::Tools => 2,
            Layer::Social => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subsystem_is_known_by_its_numeral() {
        for system in Subsystem::ALL {
            assert_eq!(Subsystem::from_numeral(system.numeral()), Some(system));
            assert_eq!(serde_json::to_string(&system).unwrap(), format!("{:?}", system.numeral()));
        }
        assert_eq!(Subsystem::from_numeral("6"), None);
    }
}
