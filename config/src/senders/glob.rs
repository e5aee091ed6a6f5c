//! A text in which `*` stands for anything.

/// A text in which each `*` stands for any letters, or none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Glob(Vec<String>);

impl Glob {
    /// Every text is one.
    pub fn parse(text: &str) -> Self {
        Self(text.split('*').map(str::to_owned).collect())
    }

    /// The text, if there is no `*` in it.
    pub fn exact(&self) -> Option<&str> {
        match &self.0[..] {
            [text] => Some(text),
            _ => None,
        }
    }

    /// Whether a text is one of those for which it stands.
    pub fn fits(&self, text: &str) -> bool {
        let [head, between @ .., tail] = &self.0[..] else { return self.exact() == Some(text) };
        let Some(mut rest) = text.strip_prefix(head.as_str()) else { return false };
        for piece in between {
            let Some((_, after)) = rest.split_once(piece.as_str()) else { return false };
            rest = after;
        }
        rest.ends_with(tail.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (glob, text, fits) in [
            ("up", "up", true),
            ("up", "upper", false),
            ("*", "", true),
            ("node_*", "node_load1", true),
            ("node_*", "nod", false),
            ("*_total", "http_requests_total", true),
            ("*_total", "http_requests", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(Glob::parse(glob).fits(text), fits, "{glob} {text}");
        }
        assert_eq!((Glob::parse("up").exact(), Glob::parse("u*").exact()), (Some("up"), None));
    }
}
