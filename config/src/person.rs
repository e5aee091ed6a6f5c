//! What names a person, or counts for each one, which nothing here may.

/// Words that stand for one of the organisation's people. A user or a customer is none of them.
const PERSONS: [&str; 7] = ["person", "employee", "engineer", "author", "committer", "reviewer", "assignee"];
/// What may follow in a label that says which: `author_name`. What `reviewer_team` says is of a team.
const WHICH: [&str; 5] = ["name", "id", "login", "username", "email"];
/// Labels of these beginnings say something of an image or an object, for everybody who looks at it.
const OF_THINGS: [&str; 3] = ["container_label_", "label_", "annotation_"];

/// The first word of a text that is an email address: something, `@`, and a host that ends in letters.
pub fn email_address(text: &str) -> Option<&str> {
    let is_between = |c: char| c.is_whitespace() || "<>()[]{},;:\"'/?&=".contains(c);
    let is_address = |word: &&str| {
        let Some((person, host)) = word.split_once('@') else { return false };
        let Some((_, last)) = host.trim_end_matches('.').rsplit_once('.') else { return false };
        !person.is_empty() && 1 < last.len() && last.chars().all(char::is_alphabetic)
    };
    text.split(is_between).find(is_address)
}

/// The same where a link may have written its `@` as `%40`, in words for whoever wrote it.
pub fn named_in(text: &str) -> Option<String> {
    let plain = text.replace("%40", "@");
    email_address(&plain).map(|address| format!("{address:?} is a person's address; say what happened, not who did it"))
}

/// Whether a label of this name tells one person's series from another's: `author`, `commit.committer`, `reviewer_id`.
pub fn is_mark(label: &str) -> bool {
    if OF_THINGS.iter().any(|of| label.starts_with(of)) {
        return false;
    }
    let lower = label.to_ascii_lowercase();
    let mut words = words(&lower).rev();
    let is_person = |word: Option<&str>| word.is_some_and(|word| PERSONS.contains(&word));
    let last = words.next();
    is_person(last) || (last.is_some_and(|last| WHICH.contains(&last)) && is_person(words.next()))
}

/// That a label chooses the series of one person, in words for whoever wrote it.
pub(crate) fn chosen_by(label: &str) -> Option<String> {
    is_mark(label).then(|| format!("{label:?} chooses the series of one person; nothing measures one: leave it out"))
}

/// What of a name says that it counts for one person, in words for whoever wrote it: `commits.by_author.ada`.
///
/// `commits.by_author` counts for all of them, `changes.approved_by_reviewer.today` what was done by any.
pub fn marked_in(name: &str) -> Option<String> {
    let words: Vec<&str> = words(name).collect();
    let is_mark = |words: &&[&str]| match words {
        [before, "by", person, _] => PERSONS.contains(person) && !before.ends_with("ed"),
        _ => false,
    };
    let found = words.windows(4).find(is_mark)?;
    let person = found[1..].join(" ");
    Some(format!("found \"{person}\" in {name:?}; nothing measures a person: count for a team"))
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_is_a_person_and_a_version_or_a_handle_is_not() {
        assert_eq!(email_address("Ada <ada@example.com>"), Some("ada@example.com"));
        assert_eq!(email_address("mailto:ada@mail.example.org."), Some("ada@mail.example.org."));
        assert_eq!(email_address("https://wiki.example/runbook@v1.2"), None);
        assert_eq!(email_address("Payments team, @payments"), None);
        let why = "\"ada@example.com\" is a person's address; say what happened, not who did it";
        assert_eq!(named_in("https://ci.example/?by=ada%40example.com").as_deref(), Some(why));
        assert_eq!(named_in("deploy 1.4.2 https://ci.example/runs/7"), None);
    }

    #[test]
    fn a_label_that_tells_persons_apart_is_marked_and_one_of_a_team_a_customer_or_a_thing_is_not() {
        let marks = ["author", "git_author", "Committer", "reviewer.id", "commit_author_email"].map(is_mark);
        assert_eq!(marks, [true; 5]);
        let teams =
            ["instance", "user", "reviewer_team", "author_association", "employee_count", "authority", "email", ""];
        assert_eq!(teams.map(is_mark), [false; 8]);
        assert!(!is_mark("container_label_author"));
    }

    #[test]
    fn a_name_that_counts_for_one_person_is_marked_and_one_that_counts_for_all_is_not() {
        let why =
            "found \"by author ada\" in \"git.commits_by_author.ada\"; nothing measures a person: count for a team";
        assert_eq!(marked_in("git.commits_by_author.ada").as_deref(), Some(why));
        assert!(marked_in("reviews.by-engineer.7").is_some());
        for name in
            ["commits.by_author", "cost.per_engineer.eur", "changes.approved_by_reviewer.today", "by.author", "a"]
        {
            assert_eq!(marked_in(name), None);
        }
    }
}
