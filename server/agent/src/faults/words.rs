//! The words of a fault as others may see them: a second look, because a team may have written a secret into its file.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands in the place of something left out.
const LEFT_OUT: &str = "…";
/// A word so long, with so many digits in it, is taken for a secret.
const FEWEST_DIGITS: usize = 4;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)\b([a-z][a-z0-9+.-]*)://([^\s"'<>]*)"#));
static SHOWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(\b(?:bearer|basic)|-u|--user)[\s=]+\S+"));
static BEFORE_HOST: LazyLock<Regex> = LazyLock::new(|| pattern(r#"[^\s"'=:/@]+:[^\s@]+@"#));
static PERSON: LazyLock<Regex> = LazyLock::new(|| pattern(r"[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.\p{L}{2,}"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?ix) ([a-z0-9_.-]* (?: pass | pwd | secret | token | key | credential | authorization ) [a-z0-9_.-]* ["']?
        \s* [=:] \s*) (?: "[^"]*" | '[^']*' | [^\s,;]+ )"#,
    )
});
static LONG: LazyLock<Regex> = LazyLock::new(|| pattern("[A-Za-z0-9_+=-]{32,}"));

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of this file is one; every test of it uses all")
}

/// Of an address only the scheme and the host stay; passwords, tokens, persons and what looks like one are left out.
pub(super) fn without_secrets(words: &str) -> String {
    let words = ADDRESS.replace_all(words, |found: &Captures<'_>| format!("{}://{}", &found[1], host(&found[2])));
    let words = BEFORE_HOST.replace_all(&words, format!("{LEFT_OUT}@"));
    let words = PERSON.replace_all(&words, LEFT_OUT);
    let words = SHOWN.replace_all(&words, format!("$1 {LEFT_OUT}"));
    let words = NAMED.replace_all(&words, format!("${{1}}{LEFT_OUT}"));
    let is_secret = |word: &str| FEWEST_DIGITS <= word.chars().filter(char::is_ascii_digit).count();
    let long = |found: &Captures<'_>| if is_secret(&found[0]) { LEFT_OUT.to_owned() } else { found[0].to_owned() };
    LONG.replace_all(&words, long).into_owned()
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
            "MYSQL_PASS=hunter2",
            "AccountKey=hunter2",
            "curl -u ops:hunter2 db",
            "ops:hunter2@tcp(db:3306)",
            "<hunter2@example.com>",
            "of hunter2%40mail.example.org, who",
            "synco_hunter2hunter2hunter2hunter2hunter2",
        ] {
            let said = without_secrets(words);
            assert!(!said.contains("hunter2") && said.contains(LEFT_OUT), "{said}");
        }
    }
}
