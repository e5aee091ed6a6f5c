//! What an agent may be, by example.

use std::time::Duration;

use super::*;

fn read(text: &str) -> Result<Agent, Vec<String>> {
    let agent = document::parse(Path::new("agent.toml"), &format!("version = 1\n{text}"), agent);
    agent.map_err(|faults| faults.iter().map(ToString::to_string).collect())
}

fn rehearsal(script: &str) -> Result<Vec<Event>, Vec<String>> {
    let top = "agent = \"a\"\nrehearsal = true\n[[probe]]\nkind = \"rehearsal\"\ncadence = \"1s\"\n";
    let series = format!("[[probe.series]]\nindicator = \"i\"\nlevel = 1\nnoise = 0.5\nscript = [\n{script}\n]");
    let mut agent = read(&format!("{top}{series}"))?;
    let Source::Rehearsal(mut rehearsal) = agent.probes.remove(0).source else { panic!("no rehearsal") };
    Ok(rehearsal.series.remove(0).script)
}

#[test]
fn what_is_not_written_has_a_default() {
    let agent =
        read("agent = \"a\"\n[[probe]]\nkind = \"git\"\ncadence = \"1s\"\nindicators = { commits = \"c\" }").unwrap();
    assert_eq!(agent.room, "ws://127.0.0.1:1972/api/v1/agent");
    assert_eq!((agent.token, agent.rehearsal), (None, false));
    let month = Duration::from_secs(30 * 86_400);
    let outbox = Outbox { folder: "outbox".into(), most_readings: 1_000_000, most_bytes: 200_000_000, keep_for: month };
    assert_eq!(agent.outbox, outbox);
    let indicators = BTreeMap::from([(GitQuantity::Commits, IndicatorId::parse("c").unwrap())]);
    let week = Duration::from_secs(7 * 86_400);
    let source = Source::Git(Repository { folder: ".".into(), default_branch: None, period: week, indicators });
    let second = Duration::from_secs(1);
    assert_eq!(agent.probes, [Probe { cadence: second, time_limit: second, source }]);
    assert!(agent.plausible.is_empty());
}

#[test]
fn a_token_is_not_printed() {
    let text = "agent = \"a\"\ntoken = \"secret\"\n[[probe]]\nkind = \"host\"\ncadence = \"1s\"\nindicators = { load = \"l\" }";
    let agent = read(text).unwrap();
    assert_eq!(agent.token, Some(Token::Written("secret".to_owned())));
    assert!(!format!("{agent:?} {:?}", agent.token).contains("secret"));
}

#[test]
fn a_token_may_lie_in_a_file_and_then_not_in_this_one_too() {
    let probe = "[[probe]]\nkind = \"host\"\ncadence = \"1s\"\nindicators = { load = \"l\" }";
    let parse = |token: &str| {
        let text = format!("version = 1\nagent = \"a\"\n{token}\n{probe}");
        document::parse(Path::new("/etc/synco/agent.toml"), &text, agent)
    };
    assert_eq!(parse("token_file = \"token\"").unwrap().token, Some(Token::InFile("/etc/synco/token".into())));
    let faults = parse("token = \"secret\"\ntoken_file = \"token\"").unwrap_err();
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["/etc/synco/agent.toml:4: token_file: there is a token too; one of the two is right"]);
}

#[test]
fn what_is_the_rooms_own_is_no_agents() {
    let text = "version = 1\nagent = \"synco\"\n[[probe]]\nkind = \"host\"\ncadence = \"1s\"\nindicators = { load = \"synco.load\" }";
    let faults = document::parse(Path::new("agent.toml"), text, agent).unwrap_err();
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    let name = "agent.toml:2: agent: found \"synco\"; that is the room itself; give it another name";
    let load =
        "agent.toml:6: probe[0].indicators.load: found \"synco.load\"; names that begin with synco. are the room's own";
    assert_eq!(told, [name, load]);
}

#[test]
fn every_fault_of_its_probes_is_told_at_once_each_with_its_line() {
    let faults = document::parse(Path::new("agent.toml"), include_str!("broken-probes.toml"), agent).unwrap_err();
    let told: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
    assert_eq!(told, include_str!("broken-probes.txt"), "\n{told}");
}

#[test]
fn an_indicator_may_have_a_cadence_of_its_own_and_then_has_a_probe_of_its_own() {
    let probes =
        "[[probe]]\nkind = \"host\"\ncadence = \"10s\"\nindicators = { load = \"l\", disk = \"d\", memory = \"m\" }";
    let own =
        "[[indicator]]\nid = \"d\"\ncadence = \"1m\"\n[[indicator]]\nid = \"m\"\nrange = [0, 100]\ntype = \"count\"";
    let agent = read(&format!("agent = \"a\"\n{probes}\n{own}")).unwrap();
    let words = |probe: &Probe| {
        let indicators: Vec<String> = probe.source.indicators().iter().map(ToString::to_string).collect();
        format!("{} every {:?}, {:?} at most", indicators.join(" "), probe.cadence, probe.time_limit)
    };
    let split: Vec<String> = agent.probes.iter().map(words).collect();
    assert_eq!(split, ["m l every 10s, 5s at most", "d every 60s, 5s at most"]);
    let plausible = agent.plausible[&IndicatorId::parse("m").unwrap()];
    assert_eq!(plausible, Plausible { number: Some(Number::Count), range: Some((0.0, 100.0)), ..Plausible::default() });
}

#[test]
fn what_a_probe_hears_once_has_one_cadence() {
    let probe = "[[probe]]\nkind = \"stdin\"\ncadence = \"10s\"\nindicators = [\"a\", \"b\"]";
    let text = |own: &str| format!("agent = \"a\"\n{probe}\n[[indicator]]\nid = \"b\"\ncadence = \"{own}\"");
    assert_eq!(read(&text("10s")).unwrap().probes.len(), 1);
    let fault = "indicator[0].cadence: what its probe hears, it hears once, so its cadence is the probe's";
    assert_eq!(read(&text("1m")).unwrap_err(), [format!("agent.toml:9: {fault}")]);
}

#[test]
fn what_is_secret_is_neither_printed_nor_told() {
    let text = "agent = \"a\"\n[[probe]]\nkind = \"http\"\ncadence = \"1s\"\nurl = \"http://h\"\n\
                headers = { authorization = \"secret\" }\nindicators = { status = \"s\" }\n\
                [[probe]]\nkind = \"webhook\"\ncadence = \"1s\"\nlisten = \"127.0.0.1:1\"\ntoken = \"secret\"\n\
                indicators = { deploys = \"d\" }";
    assert!(!format!("{:?}", read(text).unwrap()).contains("secret"));
    let faults = read(&text.replace("= \"secret\"", "= \"secret\\n\"")).unwrap_err();
    assert!(!faults.is_empty() && !faults.join("").contains("secret"), "{faults:?}");
    let faults = read(&text.replace("http://h", "http://ada:secret@h/")).unwrap_err();
    let right = "names a user; an address stands in the log, so write secrets elsewhere";
    assert_eq!(faults, [format!("agent.toml:6: probe[0].url: {right}")]);
}

#[test]
fn every_fault_of_an_agent_is_told_at_once_each_with_its_line() {
    let faults = document::parse(Path::new("agent.toml"), include_str!("broken.toml"), agent).unwrap_err();
    let told: String = faults.iter().map(|fault| format!("{fault}\n")).collect();
    assert_eq!(told, include_str!("broken.txt"), "\n{told}");
}

#[test]
fn a_script_is_read_in_the_order_of_time() {
    let script = "{ at = \"1s\", spike = 2 }, { at = \"2s\", step = -1.5, lasts = \"3s\" }, { at = \"2s\", step = 1 },
                  { at = \"3s\", ramp = 0.1, lasts = \"1m\" }, { at = \"4s\", silence = \"5s\" }";
    let seconds = Duration::from_secs;
    assert_eq!(
        rehearsal(script).unwrap(),
        [
            Event { at: seconds(1), what: What::Spike { size: 2.0 } },
            Event { at: seconds(2), what: What::Step { size: -1.5, lasts: Some(seconds(3)) } },
            Event { at: seconds(2), what: What::Step { size: 1.0, lasts: None } },
            Event { at: seconds(3), what: What::Ramp { per_reading: 0.1, lasts: seconds(60) } },
            Event { at: seconds(4), what: What::Silence { lasts: seconds(5) } },
        ]
    );
}

#[test]
fn what_cannot_happen_is_a_fault() {
    let script = r#"{ at = "9s", spike = 0 },
{ at = "9s", ramp = 1.0 },
{ at = "9s", silence = true },
{ at = "9s", spkie = 2.0 },
{ at = "9s", spike = 2.0, lasts = "3s" },
{ at = "9s", spike = 2.0, step = 1.0 },
{ at = "9s", step = 1.0 },
{ at = "8s", step = 1.0 },
{ step = 1.0 }"#;
    let place = "probe[0].series[0].script";
    let told: Vec<String> = rehearsal(script).unwrap_err().iter().map(|fault| fault.replace(place, "")).collect();
    assert_eq!(
        told,
        [
            "agent.toml:12: [0].spike: found 0; something other than 0 is right",
            "agent.toml:13: [1].lasts: missing; write lasts = \"30s\"",
            "agent.toml:14: [2].silence: not a duration: true; write a whole number and a unit in quotes: \
         \"500ms\", \"90s\", \"15m\", \"1h\", \"1d\" or \"1w\"",
            "agent.toml:15: [3]: nothing happens; write one of spike, step, ramp, silence",
            "agent.toml:15: [3].spkie: no field \"spkie\"; did you mean \"spike\"?",
            "agent.toml:16: [4].lasts: no field \"lasts\"; there are at, spike",
            "agent.toml:17: [5]: spike and step at once; write an event for each",
            "agent.toml:19: [7].at: found 8s; events stand in the order of time, and one before it is at 9s",
            "agent.toml:20: [8].at: missing; write at = \"30s\"",
        ]
    );
}

#[test]
fn a_probe_that_reads_nothing_is_a_fault() {
    let top = "agent = \"a\"\n[[probe]]\nkind = \"prometheus\"\ncadence = \"1s\"\n";
    let fault = "probe[0].series: nothing is read; write one: [[probe.series]]";
    assert_eq!(read(top).unwrap_err(), [format!("agent.toml:3: {fault}")]);
    assert_eq!(read(&format!("{top}series = []")).unwrap_err(), [format!("agent.toml:6: {fault}")]);
}
