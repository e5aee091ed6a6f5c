//! What an agent had to let go: counted, told in the log, and answered.

use cybernet::agent::{Lost, ToAgent};

use super::{Door, End};
use crate::happening::ReadingsLost;

impl Door {
    /// The agent tells it again until it hears that the room has it.
    pub(super) async fn note_lost(&mut self, Lost { readings, since }: Lost) -> Result<(), End> {
        let Some(hello) = &self.agent else { return Err(End::Gone) };
        ReadingsLost { agent: &hello.agent, count: readings, since }.emit();
        self.say(&ToAgent::HeardLost { readings }).await
    }
}
