//! What an organisation may be, by example.

use proptest::{prelude::*, test_runner::RngSeed};
use vsm::{
    hours::Hours,
    indicator::{Indicator, Pattern, Scale},
};

use super::*;
use crate::senders::{Source, Turn};

fn faults(text: &str) -> Vec<String> {
    let faults = document::parse(Path::new("organisation.toml"), text, organisation).err().unwrap_or_default();
    faults.iter().map(ToString::to_string).collect()
}

/// A file with these units; each is named with its parent.
fn units(units: &[(&str, &str)]) -> String {
    let unit = |(id, parent): &(&str, &str)| {
        let parent = if parent.is_empty() { String::new() } else { format!("parent = \"{parent}\"\n") };
        format!("[[unit]]\nid = \"{id}\"\nname = \"Unit\"\nowner = \"A team\"\n{parent}")
    };
    format!("version = 1\nname = \"Test\"\n{}", units.iter().map(unit).collect::<String>())
}

fn indicators(of: &[(&str, &str)]) -> String {
    let numbered = of.iter().enumerate();
    let one = |(n, (unit, rest)): (usize, &(&str, &str))| {
        format!("[[indicator]]\nid = \"i{n}\"\nname = \"I\"\nunit = \"{unit}\"\n{rest}\n")
    };
    numbered.map(one).collect()
}

#[test]
fn every_fault_is_told_at_once_each_with_its_line() {
    let found = faults(include_str!("broken.toml")).join("\n") + "\n";
    assert_eq!(found, include_str!("broken.txt"), "\n{found}");
}

#[test]
fn what_is_not_written_has_a_default() {
    let text = units(&[("all", "")]) + &indicators(&[("all", "system = \"1\"")]);
    let read = document::parse(Path::new("o.toml"), &text, organisation).unwrap();
    assert_eq!((read.time_zone.as_str(), read.root.as_str()), ("UTC", "all"));
    assert_eq!((&read.units[0].parent, read.units[0].allowance), (&None, Duration::from_secs(1800)));
    let indicator = &read.indicators["i0"];
    let id = indicator.id.clone();
    let bare = Indicator { name: "I".to_owned(), ..Organisation::unowned(id, read.root.clone()) };
    assert_eq!(indicator, &bare);
}

#[test]
fn units_keep_the_order_in_which_they_are_written() {
    let text = units(&[("b", "z"), ("z", ""), ("a", "z")]);
    let read = document::parse(Path::new("o.toml"), &text, organisation).unwrap();
    assert_eq!(read.units.iter().map(|unit| unit.id.as_str()).collect::<Vec<_>>(), ["b", "z", "a"]);
}

#[test]
fn a_circle_is_told_once_however_many_units_lead_into_it() {
    let text = units(&[("all", ""), ("a", "c"), ("b", "a"), ("c", "b"), ("d", "c"), ("e", "e")]);
    assert_eq!(
        faults(&text),
        [
            "organisation.toml:11: unit[1].parent: goes in a circle: a in c in b in a; one of them stands in another unit",
            "organisation.toml:31: unit[5].parent: goes in a circle: e in e; one of them stands in another unit",
        ]
    );
}

#[test]
fn a_tenth_operation_has_no_place_in_the_drawing() {
    let names: Vec<String> = (0..11).map(|n| format!("u{n}")).collect();
    let below = |most: usize| names[..most].iter().map(|name| (name.as_str(), "all"));
    let organisation = |most| units(&[("all", "")].into_iter().chain(below(most)).collect::<Vec<_>>());
    assert_eq!(faults(&organisation(9)), [""; 0]);
    let fault = "organisation.toml:56: unit[10].parent: \"all\" has more than 9 operations; \
                 give some of them a unit of their own between";
    assert_eq!(faults(&organisation(11)), [fault]);
}

#[test]
fn there_is_one_whole() {
    let text = units(&[("all", ""), ("more", "")]);
    assert_eq!(
        faults(&text),
        ["organisation.toml:7: unit[1].parent: missing; the whole is \"all\" on line 3, \
                               so write parent = \"all\" or a unit in it"]
    );
}

#[test]
fn system_one_of_the_whole_is_its_operations_once_there_are_any() {
    let one = indicators(&[("all", "system = \"1\"")]);
    assert_eq!(faults(&(units(&[("all", "")]) + &one)), [""; 0]);
    let text = units(&[("all", ""), ("a", "all")]) + &one;
    assert_eq!(
        faults(&text),
        ["organisation.toml:16: indicator[0].system: System One of \"all\" is its operations; \
                               give this indicator to one of them"]
    );
}

#[test]
fn a_fourth_essential_indicator_has_no_place_under_future() {
    let essential = ("all", "system = \"3\"\nessential = true");
    let text = units(&[("all", "")]) + &indicators(&[essential; 4]);
    assert_eq!(
        faults(&text),
        ["organisation.toml:30: indicator[3].essential: number 4 of \"all\"; under Future there is room for 3"]
    );
}

#[test]
fn an_essential_indicator_has_a_short_name() {
    let text = units(&[("all", "")]) + &indicators(&[("all", "system = \"3\"\nessential = true")]);
    let named = |name: &str| text.replace("name = \"I\"", &format!("name = {name:?}"));
    assert_eq!(faults(&named("Rework rate")), [""; 0]);
    assert_eq!(
        faults(&named("Rework share")),
        ["organisation.toml:9: indicator[0].name: \"Rework share\" has 12 letters; under Future there is room for 11"]
    );
}

#[test]
fn a_time_zone_is_written_as_the_world_writes_it() {
    let text = units(&[("all", "")]).replacen("name =", "time_zone = \"america/santiago\"\nname =", 1);
    let read = document::parse(Path::new("o.toml"), &text, organisation).unwrap();
    assert_eq!(read.time_zone, "America/Santiago");
}

#[test]
fn a_unit_has_its_own_time_zone_or_that_of_the_unit_it_stands_in() {
    let text = units(&[("all", ""), ("a", "all"), ("b", "a")]).replacen(
        "parent = \"all\"",
        "parent = \"all\"\ntime_zone = \"asia/kolkata\"",
        1,
    );
    let read = document::parse(Path::new("o.toml"), &text, organisation).unwrap();
    let zones: Vec<_> = read.units.iter().map(|unit| read.time_zone_of(&unit.id)).collect();
    assert_eq!(zones, ["UTC", "Asia/Kolkata", "Asia/Kolkata"]);
}

#[test]
fn holidays_are_days_of_the_calendar() {
    let text = units(&[("all", "")]).replacen("name =", "holidays = [\"2026-12-25\", \"2027-01-01\"]\nname =", 1);
    let read = document::parse(Path::new("o.toml"), &text, organisation).unwrap();
    assert_eq!(read.holidays, ["2026-12-25", "2027-01-01"].map(|day| Date::parse(day).unwrap()));
}

#[test]
fn a_team_says_how_its_indicator_is_judged() {
    let knobs = "system = \"1\"\nscale = \"log\"\npattern = \"weekly\"\nleast = 3\nleast_share = 0.05\n\
                 false_alarms_a_week = 1000\nmuted_hours = [\"22:00-06:00\", \"Mon-Fri 12:00-13:00\"]";
    let text = units(&[("all", "")]) + &indicators(&[("all", knobs)]);
    let read = document::parse(Path::new("o.toml"), &text, organisation).unwrap();
    let told = &read.indicators["i0"];
    assert_eq!((told.scale, told.pattern), (Some(Scale::Log), Some(Pattern::Weekly)));
    assert_eq!((told.least, told.least_share, told.false_alarms_a_week), (3.0, 0.05, Some(1000.0)));
    assert_eq!(told.muted_hours, ["22:00-06:00", "Mon-Fri 12:00-13:00"].map(|hours| Hours::parse(hours).unwrap()));
}

#[test]
fn the_room_works_out_what_a_team_does_not_say() {
    let text = units(&[("all", "")]) + &indicators(&[("all", "system = \"1\"")]);
    let read = document::parse(Path::new("o.toml"), &text, organisation).unwrap();
    let told = &read.indicators["i0"];
    assert_eq!((told.scale, told.pattern, told.false_alarms_a_week), (None, None, None));
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1972), cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_reader_panic(text in "\\PC{0,200}") {
        every_reader_survives(&text);
    }

    #[test]
    fn no_damage_to_a_file_makes_a_reader_panic(
        file in 0..6usize, from in 0.0..1.0f64, length in 0..40usize, scar in "[\\[\\]{}=\"'.,#\\n 0-9a-zé-]{0,8}",
    ) {
        use crate::demo::{AGENT_REHEARSAL, AGENT_WORKSHOP, ORGANISATION};
        let broken = [include_str!("broken.toml"), include_str!("../agent/broken-probes.toml")];
        let stdin = include_str!("../../examples/stdin.toml");
        let files = [ORGANISATION, AGENT_REHEARSAL, AGENT_WORKSHOP, broken[0], broken[1], stdin];
        let whole: Vec<char> = files[file].chars().collect();
        let from = (from * whole.len() as f64) as usize;
        let rest = whole.iter().skip(from + length);
        let damaged: String = whole[..from].iter().copied().chain(scar.chars()).chain(rest.copied()).collect();
        every_reader_survives(&damaged);
    }
}

/// Either a file is right or at least one fault says why not.
fn every_reader_survives(text: &str) {
    let file = Path::new("f.toml");
    let told = |faults: Option<Vec<Fault>>| faults.is_none_or(|faults| !faults.is_empty());
    assert!(told(document::parse(file, text, organisation).err()));
    assert!(told(document::parse(file, text, crate::agent::agent).err()));
    assert!(told(document::parse(file, text, crate::room::room).err()));
}

/// The organisation of a file with one unit, and what it says of senders.
fn mapped(maps: &str) -> (Organisation, Senders) {
    let text = units(&[("all", "")]) + maps;
    document::parse(Path::new("o.toml"), &text, with_senders).unwrap()
}

#[test]
fn three_lines_make_an_indicator_of_a_metric() {
    let (organisation, senders) = mapped("[[map]]\nmetric = \"node_load1\"\nunit = \"all\"\n");
    let indicator = &organisation.indicators["all.node_load1"];
    assert_eq!((indicator.name.as_str(), indicator.unit.as_str()), ("node_load1", "all"));
    assert_eq!(senders.maps[0].indicator.fill(|_| None).unwrap(), indicator.id);
}

#[test]
fn a_map_with_blanks_describes_a_family() {
    let text = "[[map]]\nmetric = \"http_*_total\"\nlabels = { job = \"shop*\" }\nindicator = \"{unit}.{metric}.{instance}\"\n\
                unit = \"all\"\nname = \"{metric}\"\nas = \"delta\"\nmeasure = \"requests\"\nlayer = 2\n";
    let (organisation, senders) = mapped(text);
    assert!(organisation.indicators.is_empty());
    let id = senders.maps[0].indicator.fill(|blank| (blank == "instance").then_some("a:1")).unwrap();
    assert_eq!(id.as_str(), "all.none.a-1");
    let member = organisation.member(&id).unwrap();
    assert_eq!((member.name.as_str(), member.measure.as_str()), ("none", "requests"));
    assert_eq!(senders.maps[0].reading, Some(Turn::Delta));
}

#[test]
fn a_label_of_a_map_may_be_longer_than_a_name() {
    let text =
        format!("[[map]]\nmetric = \"up\"\nunit = \"all\"\nindicator = \"{{unit}}.up.{{{}}}\"\n", "l".repeat(200));
    let (organisation, senders) = mapped(&text);
    assert_eq!(organisation.families.len(), 1);
    assert_eq!(senders.maps[0].indicator.fill(|_| Some("a:1")).unwrap().as_str(), "all.up.a-1");
}

#[test]
fn a_map_can_feed_an_indicator_that_is_described_elsewhere() {
    let text = indicators(&[("all", "system = \"1\"")]) + "[[map]]\nmetric = \"up\"\nindicator = \"i0\"\n";
    let (organisation, senders) = mapped(&text);
    assert_eq!((organisation.indicators.len(), senders.maps[0].indicator.to_string().as_str()), (1, "i0"));
}

#[test]
fn two_maps_cannot_describe_the_same_indicator() {
    let text = units(&[("all", "")]) + &"[[map]]\nmetric = \"up\"\nunit = \"all\"\n".repeat(2);
    let fault = "organisation.toml:10: map[1].indicator: \"all.up\" is the map on line 7; leave out unit, so that the \
                 series feeds it; several series that do are told apart by a label, as \"{unit}.load.{instance}\"";
    assert_eq!(faults(&text), [fault]);
}

#[test]
fn a_source_says_how_many_series_it_may_open() {
    let (_, senders) = mapped("[[source]]\nid = \"prometheus\"\nseries = 20\nunmapped = 0\n");
    let Source { series, unmapped, .. } = senders.sources[0];
    assert_eq!((series, unmapped), (20, 0));
}
