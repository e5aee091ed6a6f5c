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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_is_a_person_and_a_version_or_a_handle_is_not() {
        assert_eq!(email_address("Ada <ada@example.com>"), Some("ada@example.com"));
        assert_eq!(email_address("mailto:ada@mail.example.org."), Some("ada@mail.example.org."));
        assert_eq!(email_address("https://wiki.example/runbook@v1.2"), None);
        assert_eq!(email_address("Payments team, @payments"), None);
    }
}
