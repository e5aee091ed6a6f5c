//! Our detector beside two published ones on labelled series: `cargo xtask peers --nab DIR [--merlion DIR]`.
//!
//! The folders are those of `cargo xtask quality`, and so is the scorer. Each method reads each series once; nothing is
//! tuned to a file, and each is scored at the thresholds that are best for it over the whole corpus.

#[path = "../../../shared/cyberstride/src/score/brief.rs"]
mod brief;
mod calibrated;
#[path = "../../../server/room/examples/quality/corpus.rs"]
mod corpus;
#[path = "../../../shared/cyberstride/src/score/episode.rs"]
mod episode;
mod method;
#[path = "../../../server/room/examples/quality/nab.rs"]
mod nab;
mod pass;
mod peer;
#[path = "../../../shared/cyberstride/src/score/tail.rs"]
mod tail;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use corpus::{Fault, Labelled};
use method::Scored;
use nab::{Profile, best_threshold, false_alarms, score};

#[derive(Parser)]
#[command(name = "cargo xtask peers")]
struct Arguments {
    /// The folder of the Numenta Anomaly Benchmark, or of a part of it.
    #[arg(long)]
    nab: PathBuf,
    /// The folder of another labelled corpus of the same form.
    #[arg(long)]
    merlion: Option<PathBuf>,
    /// How often each series is read; of a series the quickest pass is counted.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    passes: u32,
    /// A line for each file too.
    #[arg(long)]
    files: bool,
}

const PROFILES: [Profile; 3] = [Profile::STANDARD, Profile::FEW_FALSE_ALARMS, Profile::FEW_MISSES];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let folders = [("nab", Some(&arguments.nab)), ("merlion", arguments.merlion.as_ref())];
    let told = folders.into_iter().filter_map(|(name, folder)| Some(compare(name, folder?, &arguments)));
    match told.collect::<Result<(), Fault>>() {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

/// Runs every method over one corpus and prints what they score.
fn compare(name: &str, folder: &Path, arguments: &Arguments) -> Result<(), Fault> {
    let files = corpus::read(folder)?;
    let rows: usize = files.iter().map(|file| file.rows.len()).sum();
    println!("{name}: {} files, {rows} readings; at the thresholds that are best for each method", files.len());
    println!(
        "  {:<30} {:>12}  {:>8}  {:>16}  {:>10}  outside of windows in 1000 readings",
        "", "ns a reading", "standard", "few false alarms", "few misses"
    );
    let all = Scored::all(&files, arguments.passes);
    all.iter().for_each(tell);
    if arguments.files {
        tell_files(&files, &all);
    }
    Ok(())
}

fn tell(scored: &Scored) {
    let best = PROFILES.map(|profile| best_threshold(&scored.series, profile));
    tell_scores(scored.method.name, &format!("{:.0}", scored.pace()), scored, best);
    for tier in scored.method.tiers {
        tell_scores(&format!("  at the tier {tier:?}").to_lowercase(), "", scored, [tier.threshold(); 3]);
    }
}

fn tell_scores(name: &str, pace: &str, Scored { series, .. }: &Scored, thresholds: [f64; 3]) {
    let (alarms, rows) = false_alarms(series, thresholds[0]);
    let rate = 1000.0 * alarms as f64 / rows.max(1) as f64;
    let [standard, few_false_alarms, few_misses] = [0, 1, 2].map(|k| score(series, PROFILES[k], thresholds[k]));
    println!("  {name:<30} {pace:>12}  {standard:8.2}  {few_false_alarms:16.2}  {few_misses:10.2}  {rate:.2}");
}

/// The standard score of each file that has windows, a column for each method in the order of the table.
fn tell_files(files: &[Labelled], all: &[Scored]) {
    let best: Vec<f64> = all.iter().map(|scored| best_threshold(&scored.series, Profile::STANDARD)).collect();
    for (k, file) in files.iter().enumerate().filter(|(_, file)| !file.windows.is_empty()) {
        let of = |(scored, &best): (&Scored, &f64)| score(&scored.series[k..=k], Profile::STANDARD, best);
        let columns: String = all.iter().zip(&best).map(of).map(|score| format!("{score:9.2}")).collect();
        println!("  {columns}  {}", file.name);
    }
}
