//! The command line: what a person types, and the exit code that follows.
//!
//! 0 pass or no drift, 1 fail or drift, 2 a mistake in the call or in its files, 3 inconclusive, 4 internal.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand};
use driftgate_documents::{
    CalibrationOptions, ComparisonVerdict, Days, Decision, DriftVerdict, ModelComparison, Override, ReplayPlan, Report,
    Verdict,
};

use crate::{
    commands::{
        self,
        gate::{GateInputs, GateOptions},
    },
    demo,
    document::document,
    error::{Error, Fault, Result},
    experiment, follow, interrupt, output, plugin, replay,
    settings::{self, Format, Settings},
    text::{self, Order, Wanted},
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
  driftgate check live.jsonl --reference reference.profile --follow --format json

With --follow a report is given whenever whole records were added (JSON: one a line), also by a new file of a folder or after a
rotation; Ctrl-C ends it with the exit code of the last report.
With --lookback and without a reference the log is its own: the days before the last 30 are compared with those.
Logs are files, globs, directories with daily files, or - for stdin; a reference may be a saved profile.
Ends with 0 if nothing drifted, 1 if something did, 3 if there is too little data to say.")]
    Check(Check),
    /// Is the model healthy, and why? One page to read.
    #[command(after_long_help = "Examples:
  driftgate report today.jsonl --reference training.jsonl
  driftgate report logs/ --lookback 30 --detailed
  driftgate report verdicts.jsonl --outcomes outcomes.jsonl --export report.json
  driftgate report logs/ --as-of 2008-09-30 --target usage=0.9 --export page.txt

Without a reference the page still shows use, performance and errors, and says what is missing for the rest.
A page is no verdict: it ends with 0. `check` says the same by its exit code.")]
    Report(Page),
    /// Is one model really better than another?
    #[command(after_long_help = "Examples:
  driftgate compare log.jsonl --models incumbent,candidate
  driftgate compare prices/*.jsonl --models rf_v2,hgb_v2 --metric mape
  driftgate compare new.csv --baseline incumbent.csv
  driftgate compare traffic.csv --by variant --models control,new --split control=0.7,new=0.3
  driftgate compare traffic.csv --by variant --experiment checkout --arm control=0.7 --arm new=0.3 --unit symbol
  driftgate compare so-far.jsonl --models a,b --looks any

The first model is the incumbent. Cases that both answered (the same id) are compared one by one, disjoint traffic as two
groups. Rows of one day move together, so the verdict comes from days; the naive test stands beside it. With --looks the bounds
allow for looking again and again. Ends with 0 if the candidate is better, 1 if the incumbent is, 3 if there is no evidence.")]
    Compare(Box<Compare>),
    /// May the candidate be promoted?
    #[command(after_long_help = "Examples:
  driftgate gate --candidate new.csv --baseline incumbent.csv --reference training.csv
  driftgate gate --candidate new.csv --policy policy.toml --format json
  driftgate gate --candidate new/ --baseline old/ --policy testing && ./promote.sh
  driftgate gate --candidate new.csv --history gate.jsonl --format markdown
  driftgate gate --candidate new.csv --override-actor \"Ada\" --override-reason \"hotfix\" --override-expires 2026-12-01
  driftgate gate --replay decision.json --candidate new.csv --baseline incumbent.csv --reference training.csv

--replay makes a decision again and says `same` (0) or the first difference (1); options such as --map are to be given again.
The baseline is the incumbent's log on the same items; the reference is the window the candidate was trained on.
Ends with 0 if the candidate may be promoted, 1 if not, 3 if there is too little data to say.")]
    Gate(Gate),
    /// Summarise logs in a small file that can be merged and kept.
    #[command(after_long_help = "Examples:
  driftgate profile logs/2024-06/ -o june.profile
  driftgate profile shard-1.jsonl --cases -o shard-1.profile
  driftgate profile log.jsonl --from 2008-09-01 --until 2008-09-30 -o september.profile
  driftgate profile logs/ -o logs.profile --resume
  driftgate profile live.jsonl -o live.profile --resume --follow --every 5s

--resume reads only what is new since FILE was written: files that grew, new files, and the rest of a file that was rotated.
The result is that of all logs at once. A last line without line end is left for the next time; a compressed file that grew
is refused.
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
  driftgate segments log.csv --by regime,sector --sort accuracy:asc --top 10
  driftgate segments log.csv --lookback 90

Slices stand weakest first: by accuracy for labels, by percentage error for numbers; those with fewer than 30 rows are
marked and come last. --sort takes any metric of the report, rows or slice. --format json gives the whole report, whatever is sorted or left out here.")]
    Segments(Segments),
    /// The worst predictions, to be learnt from again.
    #[command(subcommand)]
    Replay(Replay),
    /// How often a plan alarms on a calm log of yours, and what it would find.
    #[command(after_long_help = "Examples:
  driftgate calibrate --reference logs/2023/
  driftgate calibrate --reference logs/202[2-4]/ --windows 5,20 --trailing 250 --gap 20 --plan plan.toml

Windows are moved day by day through the log and judged against its other days. Nothing is taken to have happened,
so every alarm counts as false; changes of known size are then put into the same windows. Looked at are columns,
predictions and regime, as --rolling does; errors and inputs together are not.")]
    Calibrate(Calibrate),
    /// Experiments on traffic that is divided between models.
    #[command(subcommand)]
    Experiment(Experiment),
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
enum Experiment {
    /// Which arm units belong to: always the same one for the same name, without a table.
    #[command(after_long_help = "Examples:
  driftgate experiment assign --name new-model --arm control=0.7 --arm new=0.3 user1 user2
  cut -d, -f1 users.csv | driftgate experiment assign --name new-model --arm control=0.5 --arm new=0.5 --coverage 0.2 -

A unit's bucket is GrowthBook's hash, version 2, of the experiment's name and the unit; letters beyond ASCII count as UTF-16.")]
    Assign(experiment::Assign),
}

#[derive(Subcommand)]
enum Replay {
    /// Write wrong predictions with their inputs and a weight, to be trained on.
    #[command(after_long_help = "Examples:
  driftgate replay export logs/*.jsonl -o replay.jsonl
  driftgate replay export log.csv --outcomes outcomes.csv -o replay.csv --batch 10000 --share 0.2 --weight 3
  driftgate replay export logs/ --lookback 90 --weakest 2 --format csv > replay.csv

One row a wrong prediction, in the order in which they should be taken: JSONL with the inputs under `features`, or CSV
with columns `feature.NAME`, by the file's name or --format jsonl|csv. `sample_weight` is what a row should weigh in
training, `score` how wrong it was. driftgate reads the file again like any log.")]
    Export(Export),
    /// What the wrong predictions are made of: models, regimes, sectors, labels.
    #[command(after_long_help = "Examples:
  driftgate replay stats logs/*.jsonl
  driftgate replay stats log.csv --outcomes outcomes.csv --lookback 90")]
    Stats {
        /// Logs or profiles.
        #[arg(required = true, value_name = "LOGS")]
        logs: Vec<PathBuf>,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Args)]
struct Export {
    /// Logs: files, globs, directories, - for stdin.
    #[arg(required = true, value_name = "LOGS")]
    logs: Vec<PathBuf>,
    /// Rows of the training batch the rows are mixed into; by default all wrong predictions kept are given.
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u64).range(1..))]
    batch: Option<u64>,
    /// The share of that batch that is replayed.
    #[arg(long, value_name = "SHARE", default_value = "0.2", value_parser = share, allow_negative_numbers = true)]
    share: f64,
    /// What each row should weigh in training.
    #[arg(long, value_name = "WEIGHT", default_value = "3", value_parser = weight, allow_negative_numbers = true)]
    weight: f64,
    /// Only rows of so many weakest sectors.
    #[arg(long, value_name = "SECTORS", value_parser = clap::value_parser!(u32).range(1..))]
    weakest: Option<u32>,
    #[command(flatten)]
    common: Common,
}

fn share(text: &str) -> std::result::Result<f64, String> {
    let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0);
    share.ok_or_else(|| "expected a share above 0 and at most 1, such as 0.2".into())
}

fn weight(text: &str) -> std::result::Result<f64, String> {
    let weight = text.parse().ok().filter(|weight: &f64| weight.is_finite() && *weight > 0.0);
    weight.ok_or_else(|| "expected a number above 0, such as 3".into())
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
    logs: Vec<PathBuf>,
    /// What to compare with: logs, or a saved profile; with --lookback, by default, the days before.
    #[arg(long, num_args = 1.., value_name = "LOGS|PROFILE")]
    reference: Vec<PathBuf>,
    /// Check again whenever the logs grew, until Ctrl-C.
    #[arg(long)]
    follow: bool,
    /// How often to look, such as 5s; by default every second.
    #[arg(long, value_name = "TIME", requires = "follow", value_parser = follow::every)]
    every: Option<Duration>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Page {
    /// Logs of the window in question: files, globs, directories, - for stdin.
    #[arg(required = true, value_name = "LOGS")]
    logs: Vec<PathBuf>,
    /// What to compare with: logs, or a saved profile; with --lookback, by default, the days before.
    #[arg(long, num_args = 1.., value_name = "LOGS|PROFILE")]
    reference: Vec<PathBuf>,
    /// Also the reliability curve, confusion, symbols, every finding, the worst predictions and lines over time.
    #[arg(long)]
    detailed: bool,
    /// Also write the page to a file: as JSON by the extension .json, else as text.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Compare {
    /// Logs with all models, or those of the challengers: files, globs, directories, - for stdin.
    #[arg(required = true, value_name = "LOGS")]
    logs: Vec<PathBuf>,
    /// The incumbent's logs, where they are not among the others.
    #[arg(long, num_args = 1.., value_name = "LOGS")]
    baseline: Vec<PathBuf>,
    /// The models or variants, the incumbent first; by default all, by name.
    #[arg(long, value_name = "NAME,NAME[,NAME]")]
    models: Vec<String>,
    /// What is compared: model, or variant (the arms of an experiment).
    #[arg(long)]
    by: Vec<String>,
    /// The metric that decides: accuracy, mae, mape, rmse, brier, mean_pnl, ...
    #[arg(long)]
    metric: Vec<String>,
    /// How sure a verdict has to be.
    #[arg(long, allow_negative_numbers = true)]
    confidence: Vec<String>,
    /// Fewer pairs, or rows of an arm, are inconclusive.
    #[arg(long, value_name = "ROWS", allow_negative_numbers = true)]
    min_rows: Vec<String>,
    /// Fewer days are called early.
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    min_days: Vec<String>,
    /// The chance with which a true difference shall be found.
    #[arg(long, allow_negative_numbers = true)]
    power: Vec<String>,
    /// The improvement on the baseline from which on a win is clear.
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    clear: Vec<String>,
    /// The planned shares of the traffic.
    #[arg(long, value_name = "ARM=SHARE,ARM=SHARE")]
    split: Vec<String>,
    /// How often one looks: any (bounds that always hold), or the number of planned looks.
    #[arg(long, value_name = "any|N", allow_negative_numbers = true)]
    looks: Vec<String>,
    /// Which of the planned looks this is, from 1.
    #[arg(long, value_name = "K", allow_negative_numbers = true)]
    look: Vec<String>,
    /// Draws of the bootstrap.
    #[arg(long, allow_negative_numbers = true)]
    draws: Vec<String>,
    /// Seed of the draws.
    #[arg(long, allow_negative_numbers = true)]
    seed: Vec<String>,
    #[command(flatten)]
    audit: experiment::Audit,
    #[command(flatten)]
    common: Common,
}

impl Compare {
    fn settings(&self) -> Result<Settings> {
        self.common.settings_with(&[
            ("arms", &self.models),
            ("by", &self.by),
            ("metric", &self.metric),
            ("confidence", &self.confidence),
            ("min_rows", &self.min_rows),
            ("min_days", &self.min_days),
            ("power", &self.power),
            ("clear", &self.clear),
            ("split", &self.split),
            ("looks", &self.looks),
            ("look", &self.look),
            ("draws", &self.draws),
            ("seed", &self.seed),
        ])
    }
}

#[derive(Args)]
struct Gate {
    /// The candidate's logs.
    #[arg(long, num_args = 1.., required = true, value_name = "LOGS")]
    candidate: Vec<PathBuf>,
    /// The incumbent's logs on the same items.
    #[arg(long, num_args = 1.., value_name = "LOGS")]
    baseline: Vec<PathBuf>,
    /// The window the candidate was trained on: logs, or a saved profile.
    #[arg(long, num_args = 1.., value_name = "LOGS|PROFILE")]
    reference: Vec<PathBuf>,
    /// A policy file (TOML or JSON), or production, testing or development.
    #[arg(long, value_name = "FILE|NAME")]
    policy: Option<String>,
    /// Also write the report that the decision rests on, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Earlier decisions, one a line: those on the same models and policy are earlier looks, and this one is added.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Make this decision again: policy, plan and facts are its own.
    #[arg(long, value_name = "DECISION", conflicts_with_all = ["policy", "report", "history", "override_actor"])]
    replay: Option<PathBuf>,
    #[command(flatten)]
    overruled: Overruled,
    #[command(flatten)]
    common: Common,
}

/// A person's override: all of it or none.
#[derive(Args)]
struct Overruled {
    /// Approve whatever the checks say: who does so. Goes with the reason and the end, and is kept in the decision.
    #[arg(long, value_name = "NAME", requires = "override_reason", requires = "override_expires")]
    override_actor: Option<String>,
    /// Why.
    #[arg(long, value_name = "TEXT", requires = "override_actor", requires = "override_expires")]
    override_reason: Option<String>,
    /// Until when, such as 2026-12-01T18:00:00Z; a date ends at its beginning, 00:00 UTC.
    #[arg(long, value_name = "TIME", requires = "override_actor", requires = "override_reason", value_parser = time)]
    override_expires: Option<String>,
}

impl Overruled {
    fn given(&self) -> Option<Override> {
        Some(Override {
            actor: self.override_actor.clone()?,
            reason: self.override_reason.clone()?,
            expires: self.override_expires.clone()?,
        })
    }
}

fn time(text: &str) -> std::result::Result<String, String> {
    let midnight = |day: jiff::civil::Date| day.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let instant = text.parse::<jiff::Timestamp>().ok().or_else(|| settings::date(text).and_then(midnight));
    // Core counts nanoseconds in 64 bits.
    let fits = instant.is_some_and(|instant| i64::try_from(instant.as_nanosecond()).is_ok());
    let expected = "expected a time before 2262 such as 2026-12-01T18:00:00Z, or a date such as 2026-12-01";
    if fits { Ok(text.to_owned()) } else { Err(expected.into()) }
}

#[derive(Args)]
struct Profile {
    /// Logs: files, globs, directories, - for stdin.
    #[arg(required = true, value_name = "LOGS")]
    logs: Vec<PathBuf>,
    /// Also keep a sample of cases, so that a gate can pair them with another model's.
    #[arg(long)]
    cases: bool,
    /// Only rows from this day on, such as 2008-09-01.
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Only rows up to this day, included.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Read the logs on from where FILE stops, and add what is new to it.
    #[arg(long)]
    resume: bool,
    /// Go on reading what is written to the logs, until Ctrl-C.
    #[arg(long)]
    follow: bool,
    /// How often to look, such as 5s; by default every second.
    #[arg(long, value_name = "TIME", requires = "follow", value_parser = follow::every)]
    every: Option<Duration>,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Merge {
    /// Saved profiles.
    #[arg(required = true, value_name = "FILE")]
    profiles: Vec<PathBuf>,
    /// Where to write the merged profile.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Args)]
struct Calibrate {
    /// A calm log: files, globs, directories, - for stdin, or a saved profile of a small log.
    #[arg(long, num_args = 1.., required = true, value_name = "LOGS|PROFILE")]
    reference: Vec<PathBuf>,
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
    logs: Vec<PathBuf>,
    /// Only the table by these columns.
    #[arg(long, value_name = "COL[,COL]", value_delimiter = ',')]
    by: Vec<String>,
    /// By what slices are sorted: a metric, rows or slice, and asc or desc; by default weakest first.
    #[arg(long, value_name = "METRIC|rows|slice[:asc|:desc]", value_parser = order)]
    sort: Option<Order>,
    /// At most so many slices a table.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    top: Option<u32>,
    #[command(flatten)]
    common: Common,
}

fn order(text: &str) -> std::result::Result<Order, String> {
    let (key, direction) = text.split_once(':').map_or((text, None), |(key, direction)| (key, Some(direction)));
    let descending = match direction {
        None => None,
        Some("asc") => Some(false),
        Some("desc") => Some(true),
        Some(_) => return Err(format!("expected {key}:asc or {key}:desc")),
    };
    Ok(Order { key: key.to_owned(), descending })
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
    /// What the confidence is the probability of: prediction, or one of two labels whatever is predicted.
    #[arg(long, value_name = "prediction|LABEL")]
    confidence_of: Vec<String>,
    /// Leave columns out: whatever they hold says nothing and stops nothing; repeatable.
    #[arg(long, value_name = "COL[,COL]")]
    ignore: Vec<String>,
    /// point or comma: what stands before the decimals, where a log does not tell (1,234 is 1234 or 1.234).
    #[arg(long, value_name = "point|comma")]
    decimal: Vec<String>,
    /// Read compressed logs that end early as far as they go.
    #[arg(long)]
    allow_truncated: bool,
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
    /// Labels of which a position is held, for outcomes and profit or loss.
    #[arg(long, value_name = "LABEL[,LABEL]")]
    buy_labels: Vec<String>,
    /// Labels that say to stay out.
    #[arg(long, value_name = "LABEL[,LABEL]")]
    avoid_labels: Vec<String>,
    /// Trading days a year, by which the Sharpe ratio is scaled.
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    days_per_year: Vec<String>,
    /// What usage, agreement or average_confidence should be above, such as usage=0.8; repeatable.
    #[arg(long, value_name = "NAME=SHARE")]
    target: Vec<String>,
    /// Count every column's values in at most so many bins, 2 to 200, or by level, for plots of the JSON report.
    #[arg(long, value_name = "BINS", allow_negative_numbers = true)]
    distributions: Vec<String>,
    /// Settings from a file, TOML or JSON.
    #[arg(long, value_name = "FILE")]
    plan: Option<String>,
    /// Files with outcomes that arrived later, joined by id.
    #[arg(long, num_args = 1.., value_name = "FILES")]
    outcomes: Vec<String>,
    /// Number of workers; by default one a processor.
    #[arg(long, allow_negative_numbers = true)]
    jobs: Vec<String>,
    /// text or json; of check, compare and gate also markdown (a pull request), of check and gate junit (a CI).
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
        let policy: Vec<String> = policy.cloned().into_iter().collect();
        self.settings_with(&[("policy", &policy)])
    }

    /// The same with those of the command's own flags.
    fn settings_with(&self, own: &[(&'static str, &Vec<String>)]) -> Result<Settings> {
        let mut call = vec![
            ("map", self.map.clone()),
            ("ignore", self.ignore.clone()),
            ("decimal", self.decimal.clone()),
            ("allow_truncated", self.allow_truncated.then(|| "true".to_owned()).into_iter().collect()),
            ("model", self.model.clone()),
            ("baseline", self.baseline_model.clone()),
            ("task", self.task.clone()),
            ("kind", self.kind.clone()),
            ("segments", self.segment.clone()),
            ("confidence_of", self.confidence_of.clone()),
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
            ("classes", self.classes()),
            ("days_per_year", self.days_per_year.clone()),
            ("targets", self.target.clone()),
            ("distributions", self.distributions.clone()),
            ("outcomes", self.outcomes.clone()),
            ("jobs", self.jobs.clone()),
            ("format", self.format.clone()),
        ];
        call.extend(own.iter().map(|(name, items)| (*name, (*items).clone())));
        Settings::resolve(&call, self.plan.as_deref())
    }

    /// Both lists of labels as items of one setting.
    fn classes(&self) -> Vec<String> {
        let lists = [("buy", &self.buy_labels), ("avoid", &self.avoid_labels)];
        let given = lists.into_iter().filter(|(_, labels)| !labels.is_empty());
        given.map(|(class, labels)| format!("{class}={}", labels.join(","))).collect()
    }
}

/// Parses the arguments, does the work, says what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    interrupt::listen();
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match output::refuse_inputs(&arguments).and_then(|()| run(cli.command)) {
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
            if check.follow {
                return followed(&check, &settings);
            }
            let report = commands::check(&settings, check.common.quiet, &check.logs, &check.reference)?;
            give_report(&report, &settings, &check.common)
        }
        Command::Compare(compare) => {
            let settings = compare.settings()?;
            let json = commands::compare(
                &settings,
                compare.common.quiet,
                &compare.logs,
                &compare.baseline,
                compare.audit.assignment(),
            )?;
            give_comparison(&json, &settings, &compare.common)
        }
        Command::Gate(gate) => {
            let settings = gate.common.settings(gate.policy.as_ref())?;
            let inputs =
                GateInputs { candidate: &gate.candidate, baseline: &gate.baseline, reference: &gate.reference };
            if let Some(document) = &gate.replay {
                return give_replayed(settings, &inputs, document, &gate.common);
            }
            let options = GateOptions { overruled: gate.overruled.given(), history: gate.history.as_deref() };
            let answer = commands::gate::gate(&settings, gate.common.quiet, &inputs, options)?;
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
            if profile.resume || profile.follow {
                let options = commands::profile_options(&settings, profile.cases, &days)?;
                let follow = profile.follow.then_some(profile.every);
                let quiet = profile.common.quiet;
                return follow::profile(&settings, quiet, &profile.logs, options, path, profile.resume, follow)
                    .map(|()| 0);
            }
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
            let columns: Vec<String> = segments.by.iter().filter(|column| *column != "model").cloned().collect();
            let json = commands::segments(&settings, segments.common.quiet, &segments.logs, &columns)?;
            let by = Some(segments.by).filter(|by| !by.is_empty());
            let top = segments.top.and_then(|top| usize::try_from(top).ok());
            // Also where JSON is wanted: a wrong name is an error there, too.
            let text = text::segments(&text::readable(&json)?, &Wanted { by, order: segments.sort, top })?;
            give(&json, text, &settings, &segments.common)
        }
        Command::Report(page) => give_page(&page),
        Command::Replay(Replay::Stats { logs, common }) => {
            let settings = common.settings(None)?;
            let json = commands::replay(&settings, common.quiet, &logs, None)?;
            let report: Report = text::readable(&json)?;
            replay::buffer(&report)?;
            give(&json, text::replay(&report), &settings, &common)
        }
        Command::Replay(Replay::Export(export)) => give_rows(export),
        Command::Calibrate(calibrate) => {
            let settings = calibrate.common.settings(None)?;
            let options =
                CalibrationOptions { windows: calibrate.windows, trailing: calibrate.trailing, gap: calibrate.gap };
            let answer = commands::calibrate(&settings, calibrate.common.quiet, &calibrate.reference, &options)?;
            give(&answer, text::calibration(&text::readable(&answer)?), &settings, &calibrate.common)
        }
        Command::Experiment(Experiment::Assign(asked)) => experiment::assign(asked).map(|()| 0),
        Command::Demo => demo::run().map(|()| 0),
        Command::Config(common) => {
            let settings = common.settings(None)?;
            output::give_text(&commands::config(&settings)?, common.output.as_deref()).map(|()| 0)
        }
        Command::Plugin(Plugin::Check { file }) => plugin::check(&file).map(|()| 0),
    }
}

/// A document, as JSON or as the text that was made of it.
fn give(json: &str, text: String, settings: &Settings, common: &Common) -> Result<u8> {
    let file = common.output.as_deref();
    match settings.format() {
        Format::Text => output::give_text(&text, file)?,
        Format::Json => output::give_json(json, file)?,
        Format::Markdown | Format::Junit => {
            return Err(Error::caller(
                "--format markdown is for `check`, `compare` and `gate`, junit for `check` and `gate`; here are text and json",
            ));
        }
    }
    Ok(0)
}

fn give_comparison(json: &str, settings: &Settings, common: &Common) -> Result<u8> {
    let comparison: ModelComparison = text::readable(json)?;
    match settings.format() {
        Format::Markdown => output::give_text(&text::markdown::comparison(&comparison), common.output.as_deref())?,
        _ => give(json, text::comparison(&comparison), settings, common).map(|_| ())?,
    }
    Ok(match comparison.verdict {
        ComparisonVerdict::CandidateBetter => 0,
        ComparisonVerdict::BaselineBetter => 1,
        ComparisonVerdict::NoEvidence | ComparisonVerdict::Inconclusive => 3,
    })
}

fn give_page(page: &Page) -> Result<u8> {
    let settings = page.common.settings(None)?;
    let json = commands::report(&settings, page.common.quiet, &page.logs, &page.reference)?;
    let text = text::dashboard(&text::readable(&json)?, page.detailed);
    match &page.export {
        Some(path) if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) => {
            output::give_json(&json, Some(path))?;
        }
        Some(path) => output::give_text(&text, Some(path))?,
        None => {}
    }
    give(&json, text, &settings, &page.common)
}

fn give_rows(mut export: Export) -> Result<u8> {
    let common = &mut export.common;
    // Here it is the rows' format, not the answer's.
    let asked = std::mem::take(&mut common.format).pop();
    let format = replay::format(asked.as_deref(), common.output.as_deref())?;
    let settings = common.settings(None)?;
    let wanted =
        ReplayPlan { batch: export.batch, share: export.share, weight: export.weight, weakest: export.weakest };
    let json = commands::replay(&settings, common.quiet, &export.logs, Some(wanted))?;
    // Not `readable`: a file keeps what the log holds.
    let report: Report = document(&json)?;
    let rows = replay::rows(replay::buffer(&report)?, format)?;
    match &common.output {
        None => output::print_bytes(rows.as_bytes())?,
        Some(path) => output::save(path, rows.as_bytes())?,
    }
    Ok(0)
}

fn followed(check: &Check, settings: &Settings) -> Result<u8> {
    if matches!(settings.format(), Format::Markdown | Format::Junit) && check.common.output.is_none() {
        return Err(Error::caller(
            "check --follow: --format markdown and junit are one document; add -o FILE, or take text or json (a report a line)",
        ));
    }
    let give = |report: &str| give_report(report, settings, &check.common);
    follow::check(settings, check.common.quiet, &check.logs, &check.reference, check.every, give)
}

fn give_report(json: &str, settings: &Settings, common: &Common) -> Result<u8> {
    let (report, file): (Report, _) = (text::readable(json)?, common.output.as_deref());
    match settings.format() {
        Format::Json => output::give_json(json, file)?,
        Format::Text => output::give_text(&text::report(&report), file)?,
        Format::Markdown => output::give_text(&text::markdown::report(&report), file)?,
        Format::Junit => output::give_text(&text::junit::report(&report)?, file)?,
    }
    Ok(match report.verdict {
        DriftVerdict::None => 0,
        DriftVerdict::Drift => 1,
        DriftVerdict::Inconclusive => 3,
    })
}

fn give_replayed(settings: Settings, inputs: &GateInputs<'_>, document: &Path, common: &Common) -> Result<u8> {
    let json = settings.format() == Format::Json;
    let difference = commands::gate::replay(settings, common.quiet, inputs, document)?;
    let file = common.output.as_deref();
    if json {
        let answer = serde_json::json!({"same": difference.is_none(), "difference": difference});
        output::give_json(&answer.to_string(), file)?;
    } else {
        let text = difference.as_ref().map_or_else(|| "same".into(), |difference| format!("different: {difference}"));
        output::give_text(&format!("{}\n", text::visible(&text)), file)?;
    }
    Ok(u8::from(difference.is_some()))
}

fn give_decision(json: &str, settings: &Settings, common: &Common) -> Result<u8> {
    let (decision, file): (Decision, _) = (text::readable(json)?, common.output.as_deref());
    match settings.format() {
        Format::Json => output::give_json(json, file)?,
        Format::Text => output::give_text(&text::decision(&decision), file)?,
        Format::Markdown => output::give_text(&text::markdown::decision(&decision), file)?,
        Format::Junit => output::give_text(&text::junit::decision(&decision)?, file)?,
    }
    Ok(match decision.verdict {
        _ if decision.approved => 0,
        Verdict::Pass => 0,
        Verdict::Fail => 1,
        Verdict::Inconclusive => 3,
    })
}
