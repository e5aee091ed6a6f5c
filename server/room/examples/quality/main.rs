//! Measures the detector on labelled series: `cargo xtask quality --nab DIR [--merlion DIR]`.
//!
//! DIR holds `windows.json`, which names files and the windows in which something happened, and the files under `data`.
//! Each is judged in one pass, as `synco replay` does; nothing is tuned to a file.

mod corpus;
mod forecasts;
mod judged;
mod nab;

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use forecasts::{Quality, median};
use judged::Corpus;
use nab::{Profile, Series, best_threshold, score};
use opsroom::hindcast::Tier;

#[derive(Parser)]
struct Arguments {
    /// The folder of the Numenta Anomaly Benchmark, or of a part of it.
    #[arg(long)]
    nab: PathBuf,
    /// The folder of another labelled corpus of the same form.
    #[arg(long)]
    merlion: Option<PathBuf>,
    /// A line for each file too.
    #[arg(long)]
    files: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let folders = [("nab", Some(&arguments.nab)), ("merlion", arguments.merlion.as_ref())];
    let judged = folders.into_iter().filter_map(|(name, folder)| Some(Corpus::judge(name, folder?)));
    match judged.collect::<Result<Vec<_>, _>>() {
        Ok(corpora) => {
            tell(&corpora, arguments.files);
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn tell(corpora: &[Corpus], files: bool) {
    for corpus in corpora {
        println!("{}: {} files, {:.0} ns a reading", corpus.name, corpus.files.len(), corpus.pace());
        tell_scores(corpus);
        for other in corpora.iter().filter(|other| other.name != corpus.name) {
            let threshold = best_threshold(&other.labelled(0, 1), Profile::STANDARD);
            tell_score(&format!("best for {}", other.name), &corpus.labelled(0, 1), threshold);
        }
        tell_forecasts(corpus, files);
    }
}

fn tell_scores(corpus: &Corpus) {
    let [all, even, odd] = [corpus.labelled(0, 1), corpus.labelled(0, 2), corpus.labelled(1, 2)];
    let best = |series: &[Series]| best_threshold(series, Profile::STANDARD);
    tell_score("best", &all, best(&all));
    tell_score("even files, best", &even, best(&even));
    tell_score("even files, best for the odd", &even, best(&odd));
    tell_score("odd files, best", &odd, best(&odd));
    tell_score("odd files, best for the even", &odd, best(&even));
    tell_score("tier sudden", &all, Tier::Sudden.threshold());
    tell_score("tier sustained", &all, Tier::Sustained.threshold());
    for (name, profile) in [("few false alarms", Profile::FEW_FALSE_ALARMS), ("few misses", Profile::FEW_MISSES)] {
        println!("  {name:<30} {:6.2}", score(&all, profile, best_threshold(&all, profile)));
    }
}

fn tell_score(what: &str, series: &[Series], threshold: f64) {
    let (alarms, rows) = nab::false_alarms(series, threshold);
    let rate = 1000.0 * alarms as f64 / rows.max(1) as f64;
    let standard = score(series, Profile::STANDARD, threshold);
    println!("  {what:<30} {standard:6.2} at {threshold:.4}, {rate:5.2} outside of windows in 1000 readings");
}

fn tell_forecasts(corpus: &Corpus, files: bool) {
    let judged: Vec<_> = corpus.files.iter().filter_map(|file| Some((file, Quality::of(file)?))).collect();
    if judged.is_empty() {
        return;
    }
    let mean = |of: &dyn Fn(&Quality) -> f64| judged.iter().map(|(_, it)| of(it)).sum::<f64>() / judged.len() as f64;
    let [c50, c95, c99] = [0, 1, 2].map(|k| mean(&|it| it.coverage[k]));
    let crps = median(judged.iter().map(|(_, it)| it.crps).collect());
    let log = mean(&|it| it.log_score);
    println!(
        "  coverage 50/95/99: {c50:.3} {c95:.3} {c99:.3}; over a random walk: median CRPS {crps:.3}, log score {log:+.3}"
    );
    // A file without windows has no score of its own; it is there to be silent on.
    for (file, Quality { coverage: [c50, c95, c99], crps, log_score }) in judged.iter().filter(|_| files) {
        let one = [file.labelled.clone()];
        let standard = score(&one, Profile::STANDARD, best_threshold(&corpus.labelled(0, 1), Profile::STANDARD));
        println!("    {standard:7.2}  {c50:.3} {c95:.3} {c99:.3}  {crps:.3} {log_score:+.3}  {}", file.name);
    }
}
