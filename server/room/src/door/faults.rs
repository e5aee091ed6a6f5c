//! What an agent cannot read: told to the desk as far as it is the agent's to tell.

use cybernet::faults::Fault;
use opsroom::sources::Word;
use tokio::time::Instant;

use super::{Door, End};
use crate::happening::FaultsRefused;

impl Door {
    /// The whole set, in place of what it told before. Of indicators of other units it has nothing to say.
    pub(super) async fn note_faults(&mut self, mut faults: Vec<Fault>) -> Result<(), End> {
        let Some(hello) = &self.agent else { return Err(End::Gone) };
        let pass = self.pass()?;
        pass.holds()?;
        let (mut refused, mut first) = (0, None);
        faults.retain(|fault| match pass.may_report(&fault.indicator) {
            Ok(()) => true,
            Err(why) => {
                refused += 1;
                first.get_or_insert(why);
                false
            }
        });
        if let Some(first) = first {
            let left_out = self.complaints.pass(Instant::now());
            FaultsRefused { agent: &hello.agent, count: refused, first: &first }.emit(left_out);
        }
        self.app.desk.hear(&hello.agent, Word::Faults(faults)).await;
        Ok(())
    }
}
