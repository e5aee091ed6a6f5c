//! What a room says of itself: the name under which it reports, and the names of indicators that are kept for it.

use crate::id::{AgentId, IndicatorId};

/// The source that is the room itself.
pub const SOURCE: &str = "synco";
/// How the names of its indicators begin.
pub const PREFIX: &str = "synco.";

/// Whether a source calls itself what only the room is called.
pub fn is_the_room(source: &AgentId) -> bool {
    source.as_str() == SOURCE
}

/// Whether only the room reports this indicator.
pub fn is_kept(indicator: &IndicatorId) -> bool {
    indicator.as_str().starts_with(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_only_begin_alike_are_anybodys() {
        let kept = |name: &str| is_kept(&IndicatorId::parse(name).unwrap());
        assert!(kept("synco.lag") && kept("synco.") && !kept("synco") && !kept("syncopation.beat"));
        let is_room = |name: &str| is_the_room(&AgentId::parse(name).unwrap());
        assert!(is_room("synco") && !is_room("synco-2"));
    }
}
