//! What the demo shows, and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use vsm::{
    id::{IndicatorId, UnitId},
    subsystem::Subsystem,
};

use super::{AGENT_REHEARSAL, ORGANISATION, ROOM};
use crate::agent::{Agent, RehearsedSeries, Source, What};

fn demo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo").join(file)
}

fn agent(file: &str) -> Agent {
    crate::agent::read(&demo(file)).unwrap()
}

fn indicators(agent: &Agent) -> Vec<IndicatorId> {
    agent.probes.iter().flat_map(|probe| probe.source.indicators()).collect()
}

fn played() -> Vec<RehearsedSeries> {
    let probe = agent("agent-rehearsal.toml").probes.remove(0);
    let Source::Rehearsal(rehearsal) = probe.source else { panic!("no rehearsal: {probe:?}") };
    assert_eq!((probe.cadence, rehearsal.past), (Duration::from_secs(1), Duration::from_secs(600)));
    rehearsal.series
}

#[test]
fn every_file_of_the_demo_is_right() {
    let files = std::fs::read_dir(demo("")).unwrap().map(|file| file.unwrap().path());
    let checked: Vec<_> = files.map(|file| (crate::check(&file), file)).collect();
    assert_eq!(checked.len(), 5);
    for (faults, file) in checked {
        assert_eq!(faults, [], "{}", file.display());
    }
}

#[test]
fn the_embedded_files_are_right_wherever_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let files = [("room.toml", ROOM), ("organisation.toml", ORGANISATION), ("a.toml", AGENT_REHEARSAL)];
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let room = crate::room::read(&folder.path().join("room.toml")).unwrap();
    assert_eq!((room.organisation.root.as_str(), room.archive), ("marea", folder.path().join("archive")));
    let agent = crate::agent::read(&folder.path().join("a.toml")).unwrap();
    assert!(agent.rehearsal && agent.outbox.folder.starts_with(folder.path()));
}

#[test]
fn what_the_comments_of_the_organisation_show_can_be_written() {
    let shown = ORGANISATION.lines().filter_map(|line| line.strip_prefix("#   ")).filter(|line| line.contains(" = "));
    let fields: Vec<&str> = shown.filter_map(|line| line.split("  ").next()).collect();
    assert_eq!(fields.len(), 7, "{fields:?}");
    let unit = "[[unit]]\nid = \"all\"\nname = \"All\"\nowner = \"A team\"";
    let indicator = "[[indicator]]\nid = \"i\"\nname = \"I\"\nunit = \"all\"\nsystem = \"1\"";
    let text = format!("version = 1\nname = \"Test\"\n{unit}\n{indicator}\n{}\n", fields.join("\n"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("organisation.toml");
    std::fs::write(&file, text).unwrap();
    assert_eq!(crate::check(&file), []);
}

#[test]
fn the_workshop_by_itself_reads_what_it_reads_within_the_whole() {
    let whole = crate::organisation::read(&demo("organisation.toml")).unwrap();
    let workshop = crate::organisation::read(&demo("organisation-workshop.toml")).unwrap();
    let within: Vec<_> = whole.indicators.values().filter(|it| it.unit == workshop.root).collect();
    assert_eq!(within, workshop.indicators.values().collect::<Vec<_>>());
}

#[test]
fn what_the_agents_send_is_what_the_organisation_knows() {
    let organisation = crate::organisation::read(&demo("organisation.toml")).unwrap();
    let sent = [indicators(&agent("agent-workshop.toml")), indicators(&agent("agent-rehearsal.toml"))].concat();
    let known: Vec<IndicatorId> = organisation.indicators.keys().cloned().collect();
    assert_eq!(sent.len(), known.len());
    assert_eq!(sent.into_iter().collect::<BTreeSet<_>>(), known.into_iter().collect());
}

#[test]
fn the_rehearsal_plays_five_units_in_two_recursions_and_every_subsystem() {
    let organisation = crate::organisation::read(&demo("organisation.toml")).unwrap();
    let known: Vec<_> = played().iter().map(|series| organisation.indicators[&series.indicator].clone()).collect();
    let units: BTreeSet<UnitId> = known.iter().map(|it| it.unit.clone()).collect();
    let below: BTreeSet<&str> = units.iter().map(UnitId::as_str).filter(|unit| *unit != "marea").collect();
    assert_eq!(below, BTreeSet::from(["cards", "checkout", "payments", "payouts", "search"]));
    let recursions: BTreeSet<usize> = units.iter().map(|unit| organisation.lineage(unit).count() - 1).collect();
    assert_eq!(recursions, BTreeSet::from([0, 1, 2]));
    let systems: BTreeSet<Subsystem> = known.iter().map(|it| it.system).collect();
    assert_eq!(systems, BTreeSet::from(Subsystem::ALL));
    assert_eq!(known.iter().filter(|it| it.essential && it.unit == organisation.root).count(), 3);
    assert!((14..=20).contains(&known.len()), "{}", known.len());
}

#[test]
fn the_script_begins_quietly_and_ends_within_three_minutes() {
    let words = |series: &RehearsedSeries| -> Vec<(u64, String)> {
        let tell = |what: What| match what {
            What::Spike { size } => format!("spike of {:.0} sd", size / series.noise),
            What::Step { size, lasts: None } => format!("step of {:.0} sd", size / series.noise),
            What::Step { size, lasts: Some(lasts) } => format!("step of {:.0} sd for {lasts:?}", size / series.noise),
            What::Ramp { per_reading, lasts } => format!("ramp of {:.0} sd for {lasts:?}", per_reading / series.noise),
            What::Silence { lasts } => format!("silence for {lasts:?}"),
        };
        series.script.iter().map(|it| (it.at.as_secs(), format!("{}: {}", series.indicator, tell(it.what)))).collect()
    };
    let script: BTreeMap<u64, String> = played().iter().flat_map(words).collect();
    let script: Vec<(u64, &str)> = script.iter().map(|(at, words)| (*at, words.as_str())).collect();
    assert_eq!(
        script,
        [
            (32, "checkout.abandoned: spike of 12 sd"),
            (45, "payments.acceptance: step of -10 sd"),
            (70, "checkout.latency: ramp of 2 sd for 40s"),
            (95, "marea.trial_signups: silence for 120s"),
            (110, "payouts.delay: step of 10 sd for 45s"),
            (125, "search.zero_results: step of -10 sd"),
        ]
    );
}
