//! What a reading of history weighs on disk: a week of series as a host has them, kept, tidied and measured.
//!
//! `cargo run --release -p archive --example weigh -- [SERIES] [DAYS] [JITTER_MS] [BANDS]`

use std::{error::Error, path::Path};

use archive::{Archive, Band, Batch, PastReading, Policy};
use rusqlite::Connection;
use vsm::{
    id::{AgentId, IndicatorId},
    reading::Reading,
    time::Moment,
};

const CADENCE: i64 = 5_000;
const HOUR: i64 = 3_600_000;
const START: i64 = 20_000 * 24 * HOUR;

/// A seeded source of chance: a linear congruential generator.
struct Chance(u64);

impl Chance {
    /// Between 0 and 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal, with variance 1: a sum of twelve.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// One series of a host.
struct Series {
    indicator: IndicatorId,
    kind: usize,
    level: f64,
    total: f64,
    /// Of what is forecast of it.
    width: f64,
}

impl Series {
    /// A processor's load in per cent and a latency in milliseconds, both with one decimal; a number of requests; bytes
    /// of memory in use, by the page.
    fn value(&mut self, hour: f64, chance: &mut Chance) -> f64 {
        let day = (hour / 24.0 * std::f64::consts::TAU).sin();
        self.level = 0.98 * self.level + 0.2 * chance.normal();
        let tenth = |value: f64| (value * 10.0).round() / 10.0;
        match self.kind {
            0 => tenth((30.0 + 10.0 * day + 3.0 * self.level + chance.normal()).clamp(0.0, 100.0)),
            1 => tenth((3.0 + 0.3 * day + 0.1 * self.level + 0.15 * chance.normal()).exp()),
            2 => (120.0 + 60.0 * day + 10.0 * self.level + 5.0 * chance.normal()).max(0.0).round(),
            _ => {
                self.total = (self.total + 40.0 * chance.normal()).max(0.0);
                8e9 + self.total.round() * 4096.0
            }
        }
    }
}

/// The command's arguments, with what they are without.
struct Asked {
    series: usize,
    days: i64,
    jitter: i64,
    banded: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<i64>());
    let mut next = |default: i64| arguments.next().unwrap_or(Ok(default));
    let asked = Asked { series: usize::try_from(next(100)?)?, days: next(7)?, jitter: next(0)?, banded: next(0)? != 0 };
    let folder = tempfile::TempDir::new()?;
    let mut archive = Archive::open(folder.path())?;
    let readings = fill(&mut archive, &asked)?;
    drop(archive);
    weigh(folder.path(), readings)
}

/// Keeps an hour at a time and tidies after it; how many readings.
fn fill(archive: &mut Archive, asked: &Asked) -> Result<u64, Box<dyn Error>> {
    let names = ["host/cpu", "host/latency", "host/requests", "host/memory"];
    let series = |k: usize| {
        let indicator = IndicatorId::parse(&format!("{}-{}", names[k % 4], k / 4))?;
        Ok::<_, Box<dyn Error>>(Series { indicator, kind: k % 4, level: 0.0, total: 1000.0, width: 1.0 })
    };
    let mut series = (0..asked.series).map(series).collect::<Result<Vec<_>, _>>()?;
    let mut chance = Chance(1);
    let mut count = 0;
    for hour in 0..asked.days * 24 {
        let mut readings = Vec::new();
        for at in (START + hour * HOUR..START + (hour + 1) * HOUR).step_by(CADENCE as usize) {
            for series in &mut series {
                readings.push((series.indicator.clone(), measure(series, at, asked, &mut chance)?));
            }
        }
        count += readings.len() as u64;
        keep(archive, hour, &readings)?;
        let now = Moment::from_unix_millis(START + (hour + 1) * HOUR);
        while archive.tidy(&Policy::default(), now, 100_000)?.more {}
    }
    Ok(count)
}

fn measure(series: &mut Series, at: i64, asked: &Asked, chance: &mut Chance) -> Result<PastReading, Box<dyn Error>> {
    let late = (chance.uniform() * (asked.jitter + 1) as f64) as i64;
    let value = series.value((at - START) as f64 / HOUR as f64, chance);
    let reading = Reading::new(series.indicator.clone(), Moment::from_unix_millis(at + late), value)?;
    // What a detector knows: a centre beside the value, and a width that follows the noise slowly.
    let noise = [1.0, 3.0, 5.0, 40.0 * 4096.0][series.kind];
    series.width = 0.99 * series.width + 0.01 * noise * (1.0 + 0.3 * chance.normal());
    let forecast = value + noise * chance.normal();
    let band = Band::new(forecast, forecast - 1.96 * series.width, forecast + 1.96 * series.width);
    let band = band.filter(|_| asked.banded);
    Ok(PastReading::of(&reading, band))
}

/// One batch without readings stands for the journal, so that only history weighs.
fn keep(archive: &mut Archive, hour: i64, readings: &[(IndicatorId, PastReading)]) -> Result<(), Box<dyn Error>> {
    let (agent, sequence) = (AgentId::parse("host")?, hour.unsigned_abs() + 1);
    let received_at = Moment::from_unix_millis(START + hour * HOUR);
    let after = archive.history_position()?;
    let taken = archive.append(&[Batch { agent, sequence, received_at, rehearsal: false, readings: Vec::new() }])?;
    let archive::Taken::Now(up_to) = taken[0] else { return Err("taken before".into()) };
    archive.keep_history(after, up_to, readings)?;
    Ok(())
}

/// Prints the bytes a reading takes: of the compressed bodies, and of whole pages on disk.
fn weigh(folder: &Path, readings: u64) -> Result<(), Box<dyn Error>> {
    let database = Connection::open(folder.join("archive.sqlite3"))?;
    let of = |sql: &str| database.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).map(Option::unwrap_or_default);
    let per = |bytes: i64| bytes as f64 / readings as f64;
    println!("{:<40}{:>8.3} B a reading", "bodies of chunks", per(of("SELECT sum(length(body)) FROM chunks")?));
    for kind in ["cpu", "latency", "requests", "memory"] {
        let bodies = format!(
            "SELECT sum(length(body)) * 1000 / sum(count) FROM chunks JOIN indicators ON indicators.id = indicator
             WHERE name LIKE 'host/{kind}-%'"
        );
        println!("{:<40}{:>8.3} B", format!("  of {kind}"), of(&bodies)? as f64 / 1000.0);
    }
    let raw = "'chunks', 'chunks_by_indicator', 'chunks_by_day'";
    let other = [
        ("minutes and hours", "'aggregates', 'aggregates_by_indicator', 'aggregates_by_period'"),
        ("forecasts", "'bands'"),
        ("tails", "'tails', 'tails_by_family'"),
    ];
    let pages =
        |tables: &str| of(&format!("SELECT sum(pgsize) FROM dbstat WHERE aggregate = 1 AND name IN ({tables})"));
    println!("{:<40}{:>8.3} B a reading", "readings on disk: pages, with indices", per(pages(raw)?));
    for (what, tables) in other {
        println!("{:<40}{:>8.3} B a reading", format!("{what} on disk"), per(pages(tables)?));
    }
    println!("{:<40}{:>8.3} B a reading", "the whole file", per(of("PRAGMA page_count")? * of("PRAGMA page_size")?));
    Ok(())
}
