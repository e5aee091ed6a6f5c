//! What an agent cannot read: told to the desk as far as it is the agent's to tell.

use config::person::email_address;
use cybernet::faults::{Fault, Why};
use opsroom::sources::Word;
use tokio::time::Instant;

use super::{Door, End};
use crate::happening::FaultsRefused;

impl Door {
    /// The whole set, in place of what it told before. Of indicators of other units it has nothing to say, and of persons
    /// nobody has.
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
        faults.iter_mut().for_each(|fault| fault.why = without_persons(&fault.why));
        if let Some(first) = first {
            let left_out = self.complaints.pass(Instant::now());
            FaultsRefused { agent: &hello.agent, count: refused, first: &first }.emit(left_out);
        }
        self.app.desk.hear(&hello.agent, Word::Faults(faults)).await;
        Ok(())
    }
}

/// The same words without any address of a person: not every client is as careful as an agent.
fn without_persons(why: &Why) -> Why {
    let plain = why.as_str().replace("%40", "@");
    let mut words = if email_address(&plain).is_some() { plain } else { why.to_string() };
    // Each turn takes an `@` away.
    while let Some(address) = email_address(&words).map(str::to_owned) {
        words = words.replace(&address, "…");
    }
    Why::new(&words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_left_out_and_all_else_stays() {
        for (why, said) in [
            ("mail to ada@example.com, <bob@mail.example.org> failed", "mail to …, <…> failed"),
            ("GET https://ci.example/?by=ada%40example.com", "GET https://ci.example/?by=…"),
            ("no answer from web@v1.2 within 5s, 40%40", "no answer from web@v1.2 within 5s, 40%40"),
        ] {
            assert_eq!(without_persons(&Why::new(why)).as_str(), said);
        }
    }
}
