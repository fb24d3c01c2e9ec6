//! The command line: what a person types, and the exit code that follows.
//!
//! 0 pass or no drift, 1 fail or drift, 2 a mistake in the call or in its files, 3 inconclusive, 4 internal.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use driftgate_documents::{CalibrationOptions, Days, DriftVerdict, Report, Verdict};

use crate::{
    commands, demo,
    error::{Error, Fault, Result},
    output, plugin,
    settings::Settings,
};

#[derive(Parser)]
#[command(name = "driftgate", version, about = "From prediction logs to a promotion decision", long_about = None)]
#[command(after_help = "Start with `driftgate demo`. Exit codes: 0 pass / no drift, 1 fail / drift, 2 usage or input \
    error, 3 inconclusive, 4 internal error.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Has anything drifted, and is the model getting worse?
    #[command(after_long_help = "Examples:
  driftgate check today.jsonl --reference training.jsonl
  driftgate check logs/2024-06/ --reference logs/2024-0[1-3]/*.csv.gz --segment sector,regime
  zcat huge.csv.gz | driftgate check - --reference reference.profile --format json
  driftgate check new.csv --reference old.csv --map prediction=yhat --map actual=y
  driftgate check logs/2008*.jsonl --reference logs/2007*.jsonl --rolling 10
  driftgate check logs/ --lookback 30
  driftgate check logs/ --lookback 30 --as-of 2008-09-30 --reference reference.jsonl

With --lookback and without a reference the log is its own: the days before the last 30 are compared with those.
Logs are files, globs, directories with daily files, or - for stdin; a reference may be a saved profile.
Ends with 0 if nothing drifted, 1 if something did, 3 if there is too little data to say.")]
    Check(Check),
    /// May the candidate be promoted?
    #[command(after_long_help = "Examples:
  driftgate gate --candidate new.csv --baseline incumbent.csv --reference training.csv
  driftgate gate --candidate new.csv --policy policy.toml --format json
  driftgate gate --candidate new/ --baseline old/ --policy testing && ./promote.sh

The baseline is the incumbent's log on the same items; the reference is the window the candidate was trained on.
Ends with 0 if the candidate may be promoted, 1 if not, 3 if there is too little data to say.")]
    Gate(Gate),
    /// Summarise logs in a small file that can be merged and kept.
    #[command(after_long_help = "Examples:
  driftgate profile logs/2024-06/ -o june.profile
  driftgate profile shard-1.jsonl --cases -o shard-1.profile
  driftgate profile log.jsonl --from 2008-09-01 --until 2008-09-30 -o september.profile

A saved profile cannot be cut by time any more, but profiles of days merge to the profile of all of them.")]
    Profile(Profile),
    /// Merge saved profiles: the same bytes in any order.
    #[command(after_long_help = "Examples:
  driftgate merge shard-*.profile -o all.profile")]
    Merge(Merge),
    /// How well each model does by symbol, sector, regime and the segments you name.
    #[command(after_long_help = "Examples:
  driftgate segments logs/*.jsonl
  driftgate segments log.csv --segment country --segment country,device
  driftgate segments log.csv --lookback 90")]
    Segments(Segments),
    /// How often a plan alarms on a calm log of yours, and what it would find.
    #[command(after_long_help = "Examples:
  driftgate calibrate --reference logs/2023/
  driftgate calibrate --reference logs/202[2-4]/ --windows 5,20 --trailing 250 --gap 20 --plan plan.toml

Windows are moved day by day through the log and judged against its other days. Nothing is taken to have happened,
so every alarm counts as false; changes of known size are then put into the same windows. Looked at are columns,
predictions and regime, as --rolling does; errors and inputs together are not.")]
    Calibrate(Calibrate),
    /// The whole way on bundled logs of real market data, explained.
    #[command(after_long_help = "Examples:
  driftgate demo")]
    Demo,
    /// Every setting, its value and where that came from.
    #[command(after_long_help = "Examples:
  driftgate config
  driftgate config --plan plan.toml --alpha 0.02
  DRIFTGATE_FAIL_ON=critical driftgate config")]
    Config(Common),
    /// Look after components that others built.
    #[command(subcommand)]
    Plugin(Plugin),
}

#[derive(Subcommand)]
enum Plugin {
    /// What a component imports and exports, and whether it does its work within the limits.
    #[command(after_long_help = "Examples:
  driftgate plugin check target/driftgate.component.wasm")]
    Check {
        /// The component.
        file: PathBuf,
    },
}

#[derive(Args)]
struct Check {
    /// Logs of the window in question: files, globs, directories, - for stdin.
    #[arg(required = true, value_name = "LOGS")]
    logs: Vec<String>,
    /// What to compare with: logs, or a saved profile; with --lookback, by default, the days before.
    #[arg(long, num_args = 1.., value_name = "LOGS|PROFILE")]
    reference: Vec<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Gate {
    /// The candidate's logs.
    #[arg(long, num_args = 1.., required = true, value_name = "LOGS")]
    candidate: Vec<String>,
    /// The incumbent's logs on the same items.
    #[arg(long, num_args = 1.., value_name = "LOGS")]
    baseline: Vec<String>,
    /// The window the candidate was trained on: logs, or a saved profile.
    #[arg(long, num_args = 1.., value_name = "LOGS|PROFILE")]
    reference: Vec<String>,
    /// A policy file (TOML or JSON), or production, testing or development.
    #[arg(long, value_name = "FILE|NAME")]
    policy: Option<String>,
    /// Also write the report that the decision rests on, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Profile {
    /// Logs: files, globs, directories, - for stdin.
    #[arg(required = true, value_name = "LOGS")]
    logs: Vec<String>,
    /// Also keep a sample of cases, so that a gate can pair them with another model's.
    #[arg(long)]
    cases: bool,
    /// Only rows from this day on, such as 2008-09-01.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Only rows up to this day, included.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Merge {
    /// Saved profiles.
    #[arg(required = true, value_name = "FILE")]
    profiles: Vec<String>,
    /// Where to write the merged profile.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Args)]
struct Calibrate {
    /// A calm log: files, globs, directories, - for stdin, or a saved profile of a small log.
    #[arg(long, num_args = 1.., required = true, value_name = "LOGS|PROFILE")]
    reference: Vec<String>,
    /// Lengths of the windows in trading days.
    #[arg(long, value_name = "DAYS", value_delimiter = ',', default_value = "5,10,20")]
    windows: Vec<u32>,
    /// The reference of a window is so many trading days before it; by default all other days of the log.
    #[arg(long, value_name = "DAYS")]
    trailing: Option<u32>,
    /// Trading days between a window and its reference: as many as the longest input looks back.
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    gap: u32,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Segments {
    /// Logs or profiles.
    #[arg(required = true, value_name = "LOGS")]
    logs: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// What most commands take.
#[derive(Args)]
pub(crate) struct Common {
    /// A column's role, such as prediction=yhat; repeatable. An empty column takes the role away.
    #[arg(long, value_name = "ROLE=COLUMN")]
    map: Vec<String>,
    /// The model in question; by default the one with most rows.
    #[arg(long)]
    model: Vec<String>,
    /// The incumbent's model, where the baseline's log holds several.
    #[arg(long, value_name = "MODEL")]
    baseline_model: Vec<String>,
    /// regression or classification.
    #[arg(long)]
    task: Vec<String>,
    /// price_predictor, classifier, risk_assessor or generic: which thresholds of decay apply.
    #[arg(long)]
    kind: Vec<String>,
    /// A further segment: a column, or several separated by commas; repeatable.
    #[arg(long, value_name = "COL[,COL]")]
    segment: Vec<String>,
    /// What a calendar day is: UTC or an offset such as +05:30.
    #[arg(long, allow_hyphen_values = true)]
    timezone: Vec<String>,
    /// by_day (days are tested), rows, any (p < 0.05 or PSI >= 0.25) or window (KS > 0.15 against the latest 100 reference
    /// rows). The last two hold no rate of false alarms: on panels they alarm on nearly every window.
    #[arg(long)]
    rule: Vec<String>,
    /// The false-alarm rate over all columns.
    #[arg(long, allow_negative_numbers = true)]
    alpha: Vec<String>,
    /// Only these columns.
    #[arg(long, value_name = "COL[,COL]")]
    columns: Vec<String>,
    /// What is shown of each column beside the verdict's own ks or chi_square: psi, wasserstein, jensen_shannon, ...
    #[arg(long, value_name = "METHOD[,METHOD]")]
    method: Vec<String>,
    /// Whose convention a method follows, such as psi=evidently; repeatable.
    #[arg(long, value_name = "METHOD=NAME")]
    convention: Vec<String>,
    /// How p-values are adjusted over all columns: benjamini_hochberg, holm, bonferroni, benjamini_yekutieli or none.
    #[arg(long)]
    adjust: Vec<String>,
    /// Compare columns with the same weekday or hour of the reference: weekday or hour.
    #[arg(long)]
    season: Vec<String>,
    /// Also judge every column within each value of the segments.
    #[arg(long)]
    segment_drift: bool,
    /// The label that counts as positive.
    #[arg(long)]
    positive: Vec<String>,
    /// minor, moderate or critical: the least severity that is drift.
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Vec<String>,
    /// The share of bad rows above which a log is refused.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    max_bad_rows: Vec<String>,
    /// Also judge windows of this many trading days, moved day by day.
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    rolling: Vec<String>,
    /// As if this day were today: later rows and later outcomes are unknown, in every log.
    #[arg(long, value_name = "DATE")]
    as_of: Vec<String>,
    /// Look at the last days only: so many calendar days up to --as-of, or else up to the log's last row.
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    lookback: Vec<String>,
    /// Days until an outcome is known.
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    label_horizon: Vec<String>,
    /// Settings from a file, TOML or JSON.
    #[arg(long, value_name = "FILE")]
    plan: Option<String>,
    /// Files with outcomes that arrived later, joined by id.
    #[arg(long, num_args = 1.., value_name = "FILES")]
    outcomes: Vec<String>,
    /// Number of workers; by default one a processor.
    #[arg(long, allow_negative_numbers = true)]
    jobs: Vec<String>,
    /// text or json.
    #[arg(long)]
    format: Vec<String>,
    /// Write the answer to a file.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// No progress bar and no notes.
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

impl Common {
    /// The settings of this call.
    fn settings(&self, policy: Option<&String>) -> Result<Settings> {
        let call = [
            ("map", self.map.clone()),
            ("model", self.model.clone()),
            ("baseline", self.baseline_model.clone()),
            ("task", self.task.clone()),
            ("kind", self.kind.clone()),
            ("segments", self.segment.clone()),
            ("timezone", self.timezone.clone()),
            ("rule", self.rule.clone()),
            ("alpha", self.alpha.clone()),
            ("columns", self.columns.clone()),
            ("methods", self.method.clone()),
            ("conventions", self.convention.clone()),
            ("adjust", self.adjust.clone()),
            ("season", self.season.clone()),
            ("segment_drift", self.segment_drift.then(|| "true".to_owned()).into_iter().collect()),
            ("positive", self.positive.clone()),
            ("fail_on", self.fail_on.clone()),
            ("max_bad_rows", self.max_bad_rows.clone()),
            ("rolling", self.rolling.clone()),
            ("as_of", self.as_of.clone()),
            ("lookback", self.lookback.clone()),
            ("label_horizon", self.label_horizon.clone()),
            ("outcomes", self.outcomes.clone()),
            ("jobs", self.jobs.clone()),
            ("format", self.format.clone()),
            ("policy", policy.cloned().into_iter().collect()),
        ];
        Settings::resolve(&call, self.plan.as_deref())
    }
}

/// Parses the arguments, does the work, says what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output::note(&format!("driftgate: {error}"), false);
            ExitCode::from(match error.fault {
                Fault::Caller => 2,
                Fault::Internal => 4,
            })
        }
    }
}

fn run(command: Command) -> Result<u8> {
    match command {
        Command::Check(check) => {
            let settings = check.common.settings(None)?;
            let report = commands::check(&settings, check.common.quiet, &check.logs, &check.reference)?;
            give_report(&report, &settings, &check.common)
        }
        Command::Gate(gate) => {
            let settings = gate.common.settings(gate.policy.as_ref())?;
            let inputs = commands::GateInputs {
                candidate: &gate.candidate,
                baseline: &gate.baseline,
                reference: &gate.reference,
            };
            let answer = commands::gate(&settings, gate.common.quiet, &inputs)?;
            if let Some(path) = &gate.report {
                output::give_json(&answer.report, Some(path))?;
            }
            give_decision(&answer.decision, &settings, &gate.common)
        }
        Command::Profile(profile) => {
            let settings = profile.common.settings(None)?;
            let path = profile
                .common
                .output
                .as_ref()
                .ok_or_else(|| Error::caller("profile: where to? add -o FILE, such as -o june.profile"))?;
            let days = Days { from: profile.from, until: profile.until };
            let bytes = commands::profile(&settings, profile.common.quiet, &profile.logs, profile.cases, days)?;
            output::save(path, &bytes)?;
            let line = format!("{}: {} KiB", path.display(), bytes.len().div_ceil(1024));
            output::note(&line, profile.common.quiet);
            Ok(0)
        }
        Command::Merge(merge) => {
            let bytes = commands::merge(&merge.profiles)?;
            output::save(&merge.output, &bytes)?;
            Ok(0)
        }
        Command::Segments(segments) => {
            let settings = segments.common.settings(None)?;
            let report = commands::segments(&settings, segments.common.quiet, &segments.logs)?;
            let file = segments.common.output.as_deref();
            if settings.json() {
                output::give_json(&report, file)?;
            } else {
                output::give_text(&crate::text::segments(&crate::text::readable(&report)?), file)?;
            }
            Ok(0)
        }
        Command::Calibrate(calibrate) => {
            let settings = calibrate.common.settings(None)?;
            let options =
                CalibrationOptions { windows: calibrate.windows, trailing: calibrate.trailing, gap: calibrate.gap };
            let answer = commands::calibrate(&settings, calibrate.common.quiet, &calibrate.reference, &options)?;
            let file = calibrate.common.output.as_deref();
            if settings.json() {
                output::give_json(&answer, file)?;
            } else {
                output::give_text(&crate::text::calibration(&crate::text::readable(&answer)?), file)?;
            }
            Ok(0)
        }
        Command::Demo => demo::run().map(|()| 0),
        Command::Config(common) => {
            let settings = common.settings(None)?;
            output::give_text(&commands::config(&settings)?, common.output.as_deref()).map(|()| 0)
        }
        Command::Plugin(Plugin::Check { file }) => plugin::check(&file).map(|()| 0),
    }
}

fn give_report(json: &str, settings: &Settings, common: &Common) -> Result<u8> {
    let report: Report = crate::text::readable(json)?;
    if settings.json() {
        output::give_json(json, common.output.as_deref())?;
    } else {
        output::give_text(&crate::text::report(&report), common.output.as_deref())?;
    }
    Ok(match report.verdict {
        DriftVerdict::None => 0,
        DriftVerdict::Drift => 1,
        DriftVerdict::Inconclusive => 3,
    })
}

fn give_decision(decided: &crate::sandbox::Decided, settings: &Settings, common: &Common) -> Result<u8> {
    if settings.json() {
        output::give_json(&decided.json, common.output.as_deref())?;
    } else {
        let decision = crate::text::readable(&decided.json)?;
        output::give_text(&crate::text::decision(&decision), common.output.as_deref())?;
    }
    Ok(match decided.verdict {
        Verdict::Pass => 0,
        Verdict::Fail => 1,
        Verdict::Inconclusive => 3,
    })
}
