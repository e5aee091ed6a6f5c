//! What names a person, which nothing here may.

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
}
