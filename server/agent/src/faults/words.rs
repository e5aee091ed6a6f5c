//! The words of a fault as others may see them: without secrets, and without what does not help from five metres.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands in the place of something left out.
const LEFT_OUT: &str = "…";
/// A word so long, with so many digits in it, is taken for a secret.
const FEWEST_DIGITS: usize = 4;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)\b([a-z][a-z0-9+.-]*)://([^\s"'<>]*)"#));
static SHOWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(bearer|basic)\s+\S+"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?ix) ([a-z0-9_.-]* (?: passw(?:or)?d | passphrase | pwd | secret | token | api[_-]?key | credential | authorization )
        [a-z0-9_.-]* ["']? \s* [=:] \s*) (?: "[^"]*" | '[^']*' | [^\s,;]+ )"#,
    )
});
static LONG: LazyLock<Regex> = LazyLock::new(|| pattern("[A-Za-z0-9_+=-]{32,}"));
static OF_ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r" for url \([^)]*\)"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r" \(os error \d+\)"));

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of this file is one; every test of it uses all")
}

/// Of an address only the scheme and the host stay; passwords, tokens and what looks like one are left out.
pub(super) fn without_secrets(words: &str) -> String {
    let words = ADDRESS.replace_all(words, |found: &Captures<'_>| format!("{}://{}", &found[1], host(&found[2])));
    let words = SHOWN.replace_all(&words, format!("$1 {LEFT_OUT}"));
    let words = NAMED.replace_all(&words, format!("${{1}}{LEFT_OUT}"));
    let is_secret = |word: &str| FEWEST_DIGITS <= word.chars().filter(char::is_ascii_digit).count();
    let long = |found: &Captures<'_>| if is_secret(&found[0]) { LEFT_OUT.to_owned() } else { found[0].to_owned() };
    LONG.replace_all(&words, long).into_owned()
}

/// Who asks for a page knows which: only what went wrong is said, the last two causes of a chain.
pub(super) fn briefly(words: &str) -> String {
    let words = NUMBER.replace_all(words, "");
    let words = OF_ADDRESS.replace_all(&words, "");
    if !words.starts_with("error sending request: ") {
        return words.into_owned();
    }
    let causes: Vec<&str> = words.split(": ").collect();
    causes[causes.len().saturating_sub(2).max(1)..].join(": ")
}

/// Whatever stands before the last `@` may be a password, and whatever comes after the host a token.
fn host(rest: &str) -> &str {
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    host.split(['/', '?', '#', ')', ',', ';', '\\']).next().unwrap_or_default().trim_end_matches([':', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_secret_stays_as_it_is() {
        for words in [
            "no answer within 5s",
            "withheld: 100.5 lies outside of what can be, 0 to 100",
            "exit status: 1: disk /var/lib is full",
            "nothing was sent since the last reading",
            "\"nonsense\": name:value|type is right",
            "node_filesystem_available_bytes_of_everything{device=\"sda1\"}: not on the page",
        ] {
            assert_eq!(without_secrets(words), words);
        }
    }

    #[test]
    fn of_an_address_only_the_host_is_said() {
        for (words, said) in [
            ("at http://ops:pa55/w@rd@web.example.org:8080/health?token=abc", "at http://web.example.org:8080"),
            ("url (https://key@10.0.0.1/metrics): refused", "url (https://10.0.0.1 refused"),
            ("postgres://ops:secret@db/payments failed", "postgres://db failed"),
            ("see \"http://web/a#b\"", "see \"http://web\""),
        ] {
            assert_eq!(without_secrets(words), said);
        }
    }

    #[test]
    fn passwords_and_tokens_are_left_out() {
        for words in [
            "authorization: Bearer hunter2",
            "Basic hunter2",
            "PGPASSWORD=hunter2 psql",
            "{\"api_key\": \"hunter2\"}",
            "access-token: hunter2, expired",
            "my_secret='hunter2'",
            "synco_hunter2hunter2hunter2hunter2hunter2",
        ] {
            let said = without_secrets(words);
            assert!(!said.contains("hunter2") && said.contains(LEFT_OUT), "{said}");
        }
    }

    #[test]
    fn a_chain_of_causes_is_told_by_its_end() {
        let chain = "error sending request for url (http://ops:pw@127.0.0.1:9/x?y=1): client error (Connect): tcp connect \
                     error: Connection refused (os error 111)";
        assert_eq!(briefly(&without_secrets(chain)), "tcp connect error: Connection refused");
        assert_eq!(
            briefly("HTTP status server error (503 Service Unavailable) for url (http://web)"),
            "HTTP status server error (503 Service Unavailable)"
        );
        assert_eq!(briefly("error sending request: "), "");
        assert_eq!(briefly("No such file or directory (os error 2)"), "No such file or directory");
    }
}
