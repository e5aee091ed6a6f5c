//! What names a person, or counts for each one, which nothing here may.

/// Words of a label or a name that stand for one person. A customer is none of the organisation's people.
const PERSONS: [&str; 8] =
    ["person", "employee", "engineer", "developer", "author", "committer", "reviewer", "assignee"];

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

/// Whether a label of this name tells one person's series from another's: `author`, `commit.committer`.
pub fn is_mark(label: &str) -> bool {
    let is_person = |word: &str| word == "email" || PERSONS.contains(&word);
    words(label).any(|word| is_person(&word.to_ascii_lowercase()))
}

/// What of a name says that it counts for each person, in words for whoever wrote it: `commits.by_author`.
pub fn marked_in(name: &str) -> Option<String> {
    let next = words(name).skip(1);
    let mut pairs = words(name).zip(next);
    let (each, person) = pairs.find(|(each, person)| ["by", "per"].contains(each) && PERSONS.contains(person))?;
    Some(format!("found {each:?} {person:?} in {name:?}; nothing measures a person: count for a team"))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
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
    fn a_label_or_a_name_that_counts_for_each_person_is_marked_and_one_that_counts_customers_is_not() {
        let marks = ["author", "git_author", "user.email", "Committer"].map(is_mark);
        assert_eq!(marks, [true; 4]);
        assert_eq!(["instance", "user", "authority", "customer", ""].map(is_mark), [false; 5]);
        let why = "found \"by\" \"author\" in \"git.commits_by_author\"; nothing measures a person: count for a team";
        assert_eq!(marked_in("git.commits_by_author").as_deref(), Some(why));
        assert!(marked_in("reviews.per-engineer").is_some());
        assert_eq!(
            ["orders.per_user", "sent.by_email", "author.commits", "by", "deploys.per_day"].map(marked_in),
            [const { None }; 5]
        );
    }
}
