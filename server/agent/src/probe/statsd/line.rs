//! One line of StatsD's protocol: `name:value|type`, with `|@rate` where only a share was sent.

use crate::probe::{Reason, find::shown};

/// A value of a name.
#[derive(Debug, PartialEq)]
pub struct Line<'a> {
    /// Of what.
    pub name: &'a str,
    /// What was sent; a finite number.
    pub value: Value,
    /// How many this one stands for: 10 where one in ten is sent. From 1 up, and finite.
    pub weight: f64,
}

/// A value, by its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// `c`: a counter grows.
    Grown(f64),
    /// `g`: where a gauge stands.
    Stands(f64),
    /// `g` with a sign: how far a gauge moves.
    Moved(f64),
    /// `ms`, `h` or `d`: what a timer measured.
    Took(f64),
}

impl<'a> Line<'a> {
    /// Reads a line, or says what is wrong with it. Tags, which begin with `#`, are passed over.
    pub fn parse(line: &'a str) -> Result<Self, Reason> {
        let fault = |why: &'static str| Reason::new(why, format!("{}: {why}", shown(line)));
        let (name, rest) = line.split_once(':').ok_or_else(|| fault("name:value|type is right"))?;
        let mut parts = rest.trim_end().split('|');
        let (number, kind) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let parsed = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        let value = parsed(number).ok_or_else(|| fault("the value is not a finite number"))?;
        let value = match kind {
            "c" => Value::Grown(value),
            "g" if number.starts_with(['+', '-']) => Value::Moved(value),
            "g" => Value::Stands(value),
            "ms" | "h" | "d" => Value::Took(value),
            _ => return Err(fault("the type is c, g, ms, h or d")),
        };
        let mut weight = 1.0;
        for part in parts {
            if let Some(rate) = part.strip_prefix('@') {
                // The reciprocal of the least numbers is none.
                let of_all = parsed(rate).map(|rate| 1.0 / rate).filter(|it| (1.0..f64::INFINITY).contains(it));
                weight = of_all.ok_or_else(|| fault("a rate lies between 0 and 1"))?;
            }
        }
        Ok(Self { name, value, weight })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_has_a_name_a_value_a_type_and_perhaps_a_rate() {
        let parsed = |line| Line::parse(line).map(|it| (it.name, it.value, it.weight));
        assert_eq!(parsed("orders:3|c"), Ok(("orders", Value::Grown(3.0), 1.0)));
        assert_eq!(parsed("orders:1|c|@0.25|#shop:north"), Ok(("orders", Value::Grown(1.0), 4.0)));
        assert_eq!(parsed("depth:7.5|g"), Ok(("depth", Value::Stands(7.5), 1.0)));
        assert_eq!(parsed("depth:-2|g"), Ok(("depth", Value::Moved(-2.0), 1.0)));
        assert_eq!(parsed("answer.time:320|ms\r"), Ok(("answer.time", Value::Took(320.0), 1.0)));
        let whys = [
            ("orders", "\"orders\": name:value|type is right"),
            ("orders:x|c", "\"orders:x|c\": the value is not a finite number"),
            ("orders:inf|c", "\"orders:inf|c\": the value is not a finite number"),
            ("orders:1|s", "\"orders:1|s\": the type is c, g, ms, h or d"),
            ("orders:1|c|@0", "\"orders:1|c|@0\": a rate lies between 0 and 1"),
            ("orders:1|c|@1.1", "\"orders:1|c|@1.1\": a rate lies between 0 and 1"),
            ("orders:1|c|@1e-320", "\"orders:1|c|@1e-320\": a rate lies between 0 and 1"),
        ];
        for (line, why) in whys {
            assert_eq!(Line::parse(line).map_err(|reason| reason.details), Err(why.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "[a:|@#0-9.c+g-]{0,20}") {
            Line::parse(&line).ok();
        }
    }
}
