//! What is said of the events of a period, in one line that everybody may read.

use cybernet::batch::LONGEST_NOTE;

use super::event::{Event, Kind, State};

/// How many different things are said one by one; of more, only how many.
const SAID: usize = 4;

/// The events of one kind, in words: `deploy 1.4.2, deploy 1.4.3 failed`.
#[derive(Clone, Debug, Default)]
pub(super) struct Note {
    /// What happened, and how often.
    said: Vec<(String, u64)>,
    /// The link of the first of them.
    link: Option<String>,
    /// How many events are not said one by one.
    more: u64,
}

impl Note {
    /// Takes an event in, if it is one that people would mark on a curve: a deploy or a run of a pipeline that is over, an
    /// incident or a page that begins or ends.
    pub(super) fn take(&mut self, event: &Event) {
        let Some(words) = words(event) else { return };
        if let Some((_, times)) = self.said.iter_mut().find(|(said, _)| *said == words) {
            *times += 1;
        } else if self.said.len() < SAID {
            if self.said.is_empty() {
                self.link.clone_from(&event.link);
            }
            self.said.push((words, 1));
        } else {
            self.more += 1;
        }
    }

    /// All of it, at most [`LONGEST_NOTE`] bytes; none where nothing happened. A link stands where one thing happened and
    /// it fits.
    pub(super) fn text(&self) -> Option<String> {
        let said = self.said.iter().map(|(words, times)| match times {
            1 => words.clone(),
            times => format!("{times} × {words}"),
        });
        let mut text = said.collect::<Vec<_>>().join(", ");
        if 0 < self.more {
            text.push_str(&format!(", and {} more", self.more));
        }
        text.truncate(text.floor_char_boundary(LONGEST_NOTE));
        if let Some(link) =
            self.link.as_ref().filter(|link| self.said.len() == 1 && text.len() + link.len() < LONGEST_NOTE)
        {
            text = format!("{text} {link}");
        }
        (!text.is_empty()).then_some(text)
    }
}

/// `deploy 1.4.2 failed`; none where it has only begun what is told when it is over.
fn words(event: &Event) -> Option<String> {
    let what = match event.kind {
        Kind::Deploy => "deploy",
        Kind::Pipeline => "pipeline",
        Kind::Incident => "incident",
        Kind::Page => "page",
    };
    let how = match (event.kind, event.state) {
        (Kind::Deploy | Kind::Pipeline, State::Begun) => return None,
        (_, State::Begun | State::Succeeded) => "",
        (_, State::Failed) => "failed",
        (_, State::Ended) => "ended",
    };
    let name = event.name.as_deref().unwrap_or_default();
    Some([what, name, how].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::webhook::event;

    fn said(body: &str) -> Option<String> {
        let mut note = Note::default();
        event::parse(body.as_bytes(), vsm::time::Moment::default()).unwrap().iter().for_each(|event| note.take(event));
        note.text()
    }

    #[test]
    fn what_happened_is_said_in_few_words() {
        let event = |event: &str, state: &str, more: &str| format!(r#"{{"event":"{event}","state":"{state}"{more}}}"#);
        let (deploy, link) = (r#","version":"1.4.2""#, r#","link":"https://ci.example/7""#);
        for (body, words) in [
            (event("deploy", "succeeded", deploy), Some("deploy 1.4.2")),
            (event("deploy", "succeeded", &format!("{deploy}{link}")), Some("deploy 1.4.2 https://ci.example/7")),
            (event("deploy", "failed", r#","name":" 7 ""#), Some("deploy 7 failed")),
            (event("deploy", "begun", deploy), None),
            (event("pipeline", "succeeded", r#","name":512"#), Some("pipeline 512")),
            (event("incident", "begun", r#","name":"INC-17","id":"secret""#), Some("incident INC-17")),
            (event("page", "ended", ""), Some("page ended")),
            ("[]".to_owned(), None),
        ] {
            assert_eq!(said(&body).as_deref(), words, "{body}");
        }
    }

    #[test]
    fn much_that_happened_is_said_shortly() {
        let deploys = |count: usize, name: &dyn Fn(usize) -> String| {
            let one = |k| format!(r#"{{"event":"deploy","state":"succeeded","name":"{}"}}"#, name(k));
            format!("[{}]", (0..count).map(one).collect::<Vec<_>>().join(","))
        };
        assert_eq!(said(&deploys(3, &|_| String::new())).as_deref(), Some("3 × deploy"));
        let many = said(&deploys(9, &|k| k.to_string()));
        assert_eq!(many.as_deref(), Some("deploy 0, deploy 1, deploy 2, deploy 3, and 5 more"));
        let long = said(&deploys(9, &|k| format!("{k}{}", "ö".repeat(49)))).unwrap();
        assert!(long.len() <= LONGEST_NOTE, "{}", long.len());
    }
}
