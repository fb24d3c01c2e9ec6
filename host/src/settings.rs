//! Settings: what each may be, where a value came from (call > environment > file > default), and the documents they
//! become.

use std::{collections::BTreeMap, env, fs, path::Path};

use driftgate_documents::{ComparisonOptions, InferOptions, Plan, Policy, ReplayPlan, Role};
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{
    document::{document, to_json},
    error::{Error, Result},
    nearest::{nearest, suggestion},
};

/// What values a setting takes.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    OneOf(&'static [&'static str]),
    /// A number that the function accepts, and the range in words.
    Number(fn(f64) -> bool, &'static str),
    /// A whole number of at least 1.
    Count,
    /// A calendar date.
    Date,
    /// Yes or no.
    Flag,
    /// Words.
    List,
    /// Segment keys: each one or more columns.
    Keys,
    /// ROLE=COLUMN pairs.
    Roles,
    /// Name = value pairs.
    Pairs,
    /// Some of these names, each with a share.
    Shares(&'static [&'static str]),
    /// Some of these names, each with words: `buy=buy,strong_buy`.
    Groups(&'static [&'static str]),
    /// Arms, each with its share of the traffic.
    Split,
    /// `any`, or a number of planned looks.
    Looks,
}

/// One setting.
pub struct Setting {
    /// Its name in files and in `driftgate config`.
    pub name: &'static str,
    /// Its flag on the command line.
    pub flag: &'static str,
    kind: Kind,
    /// The default, in words.
    pub default: &'static str,
    document: Document,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Document {
    Plan,
    Infer,
    Both,
    Compare,
    Run,
}

const fn setting(
    name: &'static str,
    flag: &'static str,
    kind: Kind,
    document: Document,
    default: &'static str,
) -> Setting {
    Setting { name, flag, kind, default, document }
}

/// Every setting.
pub const SETTINGS: [Setting; 47] = [
    setting("map", "--map", Kind::Roles, Document::Infer, "from the names of the columns"),
    setting("ignore", "--ignore", Kind::List, Document::Infer, "none"),
    setting("decimal", "--decimal", Kind::OneOf(&["point", "comma"]), Document::Infer, "from the log"),
    setting("allow_truncated", "--allow-truncated", Kind::Flag, Document::Run, "false"),
    setting("timezone", "--timezone", Kind::Text, Document::Infer, "UTC"),
    setting(
        "confidence_of",
        "--confidence-of",
        Kind::Text,
        Document::Infer,
        "prediction, or a label if the values say so",
    ),
    setting("segments", "--segment", Kind::Keys, Document::Infer, "model, symbol, sector, regime"),
    setting("task", "--task", Kind::OneOf(&["regression", "classification"]), Document::Both, "from the log"),
    setting(
        "kind",
        "--kind",
        Kind::OneOf(&["price_predictor", "classifier", "risk_assessor", "generic"]),
        Document::Plan,
        "classifier for labels, generic for numbers",
    ),
    setting("model", "--model", Kind::Text, Document::Plan, "the one with most rows"),
    setting("baseline", "--baseline-model", Kind::Text, Document::Plan, "the only one in the baseline's log"),
    setting(
        "rule",
        "--rule",
        Kind::OneOf(&["by_day", "rows", "any", "window"]),
        Document::Plan,
        "by_day where rows have a time, else rows",
    ),
    setting(
        "alpha",
        "--alpha",
        Kind::Number(|x| x > 0.0 && x <= 0.5, "a number above 0 and at most 0.5"),
        Document::Plan,
        "0.05",
    ),
    setting("columns", "--columns", Kind::List, Document::Plan, "all"),
    setting("methods", "--method", Kind::List, Document::Plan, "psi"),
    setting("conventions", "--convention", Kind::Pairs, Document::Plan, "deciles, contingency"),
    setting(
        "adjust",
        "--adjust",
        Kind::OneOf(&["benjamini_hochberg", "holm", "bonferroni", "benjamini_yekutieli", "none"]),
        Document::Plan,
        "benjamini_hochberg",
    ),
    setting("season", "--season", Kind::OneOf(&["weekday", "hour"]), Document::Plan, "none"),
    setting("segment_drift", "--segment-drift", Kind::Flag, Document::Plan, "false"),
    setting("positive", "--positive", Kind::Text, Document::Plan, "the later label in sort order"),
    setting("fail_on", "--fail-on", Kind::OneOf(&["minor", "moderate", "critical"]), Document::Plan, "moderate"),
    setting(
        "max_bad_rows",
        "--max-bad-rows",
        Kind::Number(|x| (0.0..=1.0).contains(&x), "a share between 0 and 1"),
        Document::Plan,
        "0.01",
    ),
    setting("rolling", "--rolling", Kind::Count, Document::Plan, "the window as a whole"),
    setting("label_horizon", "--label-horizon", Kind::Count, Document::Plan, "1"),
    setting("as_of", "--as-of", Kind::Date, Document::Plan, "the last row of each log"),
    setting("lookback", "--lookback", Kind::Count, Document::Plan, "all days of the logs"),
    setting(
        "classes",
        "--buy-labels, --avoid-labels",
        Kind::Groups(&["buy", "avoid"]),
        Document::Plan,
        "buy=buy,strong_buy; avoid=avoid,sell,strong_sell",
    ),
    setting("days_per_year", "--days-per-year", Kind::Count, Document::Plan, "252"),
    setting(
        "targets",
        "--target",
        Kind::Shares(&["usage", "agreement", "average_confidence"]),
        Document::Plan,
        "usage=0.8,agreement=0.6,average_confidence=0.75",
    ),
    setting("distributions", "--distributions", Kind::Count, Document::Plan, "none"),
    setting("arms", "--models", Kind::List, Document::Compare, "all of the log, by name"),
    setting("by", "--by", Kind::OneOf(&["model", "variant"]), Document::Compare, "model"),
    setting("metric", "--metric", Kind::Text, Document::Compare, "accuracy of labels, mae of numbers"),
    setting(
        "confidence",
        "--confidence",
        Kind::Number(|x| (0.5..1.0).contains(&x), "a number from 0.5 to below 1, such as 0.95"),
        Document::Run,
        "0.95, or 1 - alpha",
    ),
    setting("min_rows", "--min-rows", Kind::Count, Document::Compare, "30"),
    setting("min_days", "--min-days", Kind::Count, Document::Compare, "14"),
    setting(
        "power",
        "--power",
        Kind::Number(|x| x > 0.0 && x < 1.0, "a number above 0 and below 1, such as 0.8"),
        Document::Compare,
        "0.8",
    ),
    setting(
        "clear",
        "--clear",
        Kind::Number(|x| x >= 0.0 && x.is_finite(), "a share of at least 0, such as 0.1"),
        Document::Compare,
        "0.1",
    ),
    setting("split", "--split", Kind::Split, Document::Compare, "equal shares"),
    setting("looks", "--looks", Kind::Looks, Document::Compare, "this once"),
    setting("look", "--look", Kind::Count, Document::Compare, "none"),
    setting("draws", "--draws", Kind::Count, Document::Compare, "2000"),
    setting("seed", "--seed", Kind::Count, Document::Compare, "1"),
    setting("policy", "--policy", Kind::Text, Document::Run, "production"),
    setting("outcomes", "--outcomes", Kind::List, Document::Run, "none"),
    setting("jobs", "--jobs", Kind::Count, Document::Run, "the number of processors"),
    setting("format", "--format", Kind::OneOf(&["text", "json", "markdown", "junit"]), Document::Run, "text"),
];

/// Names from other tools that people have in their environment, and the settings they are read for.
const ALIASES: [(&str, &str); 2] = [("AB_MIN_SAMPLES", "min_rows"), ("AB_CONFIDENCE_LEVEL", "confidence")];

/// Further ones, and what they set there.
pub const NAMES_IN_USE: [(&str, &str); 10] = [
    ("DRIFT_CHECK_FREQUENCY", "how often a scheduled check runs"),
    ("DRIFT_PSI_THRESHOLD", "the PSI that triggers a retraining"),
    ("DRIFT_PERF_THRESHOLD", "the loss of performance that triggers a retraining"),
    ("AB_DEFAULT_DURATION_DAYS", "the length of an experiment"),
    ("ALERT_EMAIL", "who is told by e-mail"),
    ("ALERT_SLACK_WEBHOOK", "which channel is told"),
    ("ML_RETRAINING_INTERVAL_HOURS", "the least time between retrainings"),
    ("ML_AUTO_BACKUP", "whether a model is backed up before retraining"),
    ("ML_DRIFT_CONFIDENCE_THRESHOLD", "the drop of confidence that counts"),
    ("ML_DRIFT_AGREEMENT_THRESHOLD", "the drop of agreement that counts"),
];

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a person at a terminal.
    Text,
    /// The document.
    Json,
    /// For a pull request; of `gate` and `check`.
    Markdown,
    /// For the test page of a CI; of `gate` and `check`.
    Junit,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag.
    Call(&'static str),
    /// A variable.
    Environment(String),
    /// The file of `--plan`.
    File(String),
}

/// The settings that were given, with their origin.
#[derive(Debug, Default)]
pub struct Settings(BTreeMap<&'static str, (Value, Origin)>);

impl Setting {
    /// The name of its environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("DRIFTGATE_{}", self.name.to_uppercase())
    }

    /// The value in the environment and the name it has there: its own, or that of another tool.
    fn in_environment(&self) -> Option<(String, String)> {
        let aliases = ALIASES.iter().filter(|(_, setting)| *setting == self.name).map(|(name, _)| (*name).to_owned());
        let mut names = std::iter::once(self.variable()).chain(aliases);
        names.find_map(|name| Some((env::var(&name).ok().filter(|text| !text.is_empty())?, name)))
    }
}

impl Settings {
    /// Resolves flags (name and items, as written), the environment and the file.
    ///
    /// # Errors
    /// If a value is not allowed, or the file cannot be read.
    pub fn resolve(call: &[(&'static str, Vec<String>)], file: Option<&str>) -> Result<Self> {
        let mut settings = Self::default();
        let file = file.map(str::to_owned).or_else(|| env::var("DRIFTGATE_PLAN").ok());
        if let Some(path) = file {
            settings.read_file(&path)?;
        }
        for setting in &SETTINGS {
            let given = call.iter().find(|(name, items)| *name == setting.name && !items.is_empty());
            if let Some((_, items)) = given {
                let value =
                    setting.kind.parse(items).map_err(|why| Error::caller(format!("{} {why}", setting.flag)))?;
                settings.0.insert(setting.name, (value, Origin::Call(setting.flag)));
            } else if let Some((text, variable)) = setting.in_environment() {
                let items = setting.kind.items(&text);
                let value = setting.kind.parse(&items).map_err(|why| Error::caller(format!("{variable} {why}")))?;
                settings.0.insert(setting.name, (value, Origin::Environment(variable)));
            }
        }
        Ok(settings)
    }

    fn read_file(&mut self, path: &str) -> Result<()> {
        for (key, value) in read_document::<Map<String, Value>>(path)? {
            let Some(setting) = SETTINGS.iter().find(|setting| setting.name == key) else {
                let near = nearest(&key, SETTINGS.iter().map(|setting| setting.name));
                let hint = near.map_or_else(
                    || format!("known are {}", SETTINGS.map(|setting| setting.name).join(", ")),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(Error::caller(format!("{path}: unknown key `{key}`; {hint}")));
            };
            let value =
                setting.kind.accept(value).map_err(|why| Error::caller(format!("{path}: {} {why}", setting.name)))?;
            self.0.insert(setting.name, (value, Origin::File(path.to_owned())));
        }
        Ok(())
    }

    /// A given value with its origin; `None` is the default.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&(Value, Origin)> {
        self.0.get(name)
    }

    /// A given text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.0.as_str()
    }

    /// Given words.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        let words = self.get(name).and_then(|(value, _)| value.as_array());
        words.into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
    }

    /// Number of workers.
    #[must_use]
    pub fn jobs(&self) -> usize {
        let given = self.get("jobs").and_then(|(value, _)| value.as_u64()).and_then(|jobs| usize::try_from(jobs).ok());
        given.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into)).min(256)
    }

    /// The day that is taken for today.
    #[must_use]
    pub fn as_of(&self) -> Option<Date> {
        self.text("as_of").and_then(date)
    }

    /// Calendar days of the current window.
    #[must_use]
    pub fn lookback(&self) -> Option<i64> {
        self.get("lookback").and_then(|(value, _)| value.as_i64())
    }

    /// How answers are written.
    #[must_use]
    pub fn format(&self) -> Format {
        match self.text("format") {
            Some("json") => Format::Json,
            Some("markdown") => Format::Markdown,
            Some("junit") => Format::Junit,
            _ => Format::Text,
        }
    }

    /// These settings with everything a plan says as that plan says it, which came from `file`.
    ///
    /// # Errors
    /// If the plan has no JSON form.
    pub fn planned(mut self, plan: &Plan, file: &str) -> Result<Self> {
        let fields: Value = document(&to_json(plan)?)?;
        let of_plan = SETTINGS.iter().filter(|setting| matches!(setting.document, Document::Plan | Document::Both));
        for setting in of_plan {
            match fields.get(setting.name).filter(|value| !value.is_null()) {
                Some(value) => self.0.insert(setting.name, (value.clone(), Origin::File(file.to_owned()))),
                None => self.0.remove(setting.name),
            };
        }
        Ok(self)
    }

    /// The plan, as JSON.
    ///
    /// # Errors
    /// If a value does not fit.
    pub fn plan(&self) -> Result<String> {
        self.plan_with(None)
    }

    /// The plan, as JSON, that also asks for rows to train on.
    ///
    /// # Errors
    /// If a value does not fit.
    pub fn plan_with(&self, replay: Option<ReplayPlan>) -> Result<String> {
        let plan: Plan = self.document(&[Document::Plan, Document::Both])?;
        to_json(&Plan { replay, ..plan })
    }

    /// What `infer` is told.
    ///
    /// # Errors
    /// If a value does not fit.
    pub fn infer_options(&self) -> Result<InferOptions> {
        self.document(&[Document::Infer, Document::Both])
    }

    /// Whether a compressed log that ends early is read as far as it goes.
    #[must_use]
    pub fn allow_truncated(&self) -> bool {
        self.get("allow_truncated").is_some_and(|(value, _)| value == &json!(true))
    }

    /// What a comparison is asked beside the plan.
    ///
    /// # Errors
    /// If a value does not fit.
    pub fn comparison_options(&self) -> Result<ComparisonOptions> {
        self.document(&[Document::Compare])
    }

    /// The plan of a comparison, as JSON: its level is that of `alpha`, else of `confidence`.
    ///
    /// # Errors
    /// If a value does not fit.
    pub fn comparison_plan(&self) -> Result<String> {
        let plan: Plan = self.document(&[Document::Plan, Document::Both])?;
        let confidence = self.get("confidence").and_then(|(value, _)| value.as_f64());
        // Shortened to what was typed: 1 - 0.95 is 0.05000000000000004.
        let alpha = confidence.map(|confidence| ((1.0 - confidence) * 1e12).round() / 1e12);
        to_json(&Plan { alpha: plan.alpha.or(alpha), ..plan })
    }

    fn document<T: DeserializeOwned>(&self, documents: &[Document]) -> Result<T> {
        let wanted = SETTINGS.iter().filter(|setting| documents.contains(&setting.document));
        let fields = wanted.filter_map(|setting| Some((setting.name.to_owned(), self.get(setting.name)?.0.clone())));
        serde_json::from_value(Value::Object(fields.collect())).map_err(|error| Error::caller(error.to_string()))
    }
}

/// The pairs in one argument: `prediction=p,actual=y`. A comma before what is no role belongs to a column's name.
fn role_pairs(item: &str) -> Vec<String> {
    let mut pairs: Vec<String> = Vec::new();
    for part in item.split(',') {
        let is_pair = part.split_once('=').is_some_and(|(name, _)| Role::from_name(name.trim()).is_some());
        match pairs.last_mut().filter(|_| !is_pair) {
            Some(last) => {
                last.push(',');
                last.push_str(part);
            }
            None => pairs.push(part.to_owned()),
        }
    }
    pairs
}

const COUNT: &str = "a whole number, at least 1 and below 2^32";

impl Kind {
    /// The items in one text from the environment.
    fn items(self, text: &str) -> Vec<String> {
        let separator = match self {
            Self::Keys | Self::Groups(_) => ';',
            // Names of columns may hold commas: what begins another pair is told when the pairs are read.
            Self::Roles => return vec![text.to_owned()],
            Self::Pairs | Self::Shares(_) | Self::Split | Self::List => ',',
            _ => return vec![text.to_owned()],
        };
        text.split(separator).map(|item| item.trim().to_owned()).collect()
    }

    /// Items as written to a value; the error is the end of a sentence that begins with the setting's name.
    fn parse(self, items: &[String]) -> std::result::Result<Value, String> {
        let last = items.last().map_or("", String::as_str);
        let words = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
        match self {
            Self::Text | Self::OneOf(_) | Self::Date => self.accept(json!(last)),
            Self::Number(_, range) => {
                let number: f64 = last.parse().map_err(|_| format!("{last}: expected {range}"))?;
                self.accept(json!(number))
            }
            Self::Count => {
                let number: u32 = last.parse().map_err(|_| format!("{last}: expected {COUNT}"))?;
                self.accept(json!(number))
            }
            Self::Looks => self.accept(last.parse::<u32>().map_or_else(|_| json!(last), |number| json!(number))),
            Self::Flag => self.accept(match last {
                "true" => json!(true),
                "false" => json!(false),
                _ => json!(last),
            }),
            Self::List => self.accept(json!(items.iter().flat_map(|item| words(item)).collect::<Vec<_>>())),
            Self::Keys => self.accept(json!(items.iter().map(|item| words(item)).collect::<Vec<_>>())),
            Self::Roles | Self::Pairs | Self::Shares(_) | Self::Split | Self::Groups(_) => {
                let mut pairs = Map::new();
                // Shares may stand in one argument: a=0.7,b=0.3.
                let split = |item: &String| item.split(',').map(str::to_owned).collect::<Vec<_>>();
                let apart: Vec<String> = match self {
                    Self::Split => items.iter().flat_map(split).collect(),
                    Self::Roles => items.iter().flat_map(|item| role_pairs(item)).collect(),
                    _ => items.to_vec(),
                };
                for item in &apart {
                    let (name, text) =
                        item.split_once('=').ok_or_else(|| format!("{item}: expected {}", self.example()))?;
                    let value = match self {
                        Self::Shares(_) | Self::Split => {
                            text.trim().parse::<f64>().map_or_else(|_| json!(text), |share| json!(share))
                        }
                        Self::Groups(_) => json!(words(text)),
                        _ => json!(text.trim()),
                    };
                    pairs.insert(name.trim().to_owned(), value);
                }
                self.accept(Value::Object(pairs))
            }
        }
    }

    /// Checks a value, and brings it into the one form its document takes.
    fn accept(self, value: Value) -> std::result::Result<Value, String> {
        match (self, value) {
            (Self::Text, Value::String(text)) if !text.is_empty() => Ok(Value::String(text)),
            (Self::Date, Value::String(text)) if date(&text).is_some() => Ok(Value::String(text)),
            (Self::OneOf(allowed), Value::String(text)) if allowed.contains(&text.as_str()) => Ok(Value::String(text)),
            (Self::OneOf(allowed), value) => Err(format!("{}: expected one of {}", shown(&value), allowed.join(", "))),
            (Self::Number(fits, range), value) => match value.as_f64().filter(|number| fits(*number)) {
                Some(number) => Ok(json!(number)),
                None => Err(format!("{}: expected {range}", shown(&value))),
            },
            (Self::Count, value) => match value.as_u64().filter(|number| (1..=u64::from(u32::MAX)).contains(number)) {
                Some(number) => Ok(json!(number)),
                None => Err(format!("{}: expected {COUNT}", shown(&value))),
            },
            (Self::Flag, Value::Bool(flag)) => Ok(json!(flag)),
            (Self::Flag, value) => Err(format!("{}: expected true or false", shown(&value))),
            (Self::List, Value::String(word)) => Ok(json!([word])),
            (Self::List, Value::Array(words)) if words.iter().all(Value::is_string) => Ok(Value::Array(words)),
            (Self::Keys, Value::Array(keys)) => {
                let key = |key: Value| if key.is_string() { json!([key]) } else { key };
                Ok(Value::Array(keys.into_iter().map(key).collect()))
            }
            (Self::Roles, Value::Object(roles)) => {
                names_known(&roles, "role", &Role::ALL.map(Role::name)).map(|()| Value::Object(roles))
            }
            (Self::Shares(names), Value::Object(shares)) => {
                names_known(&shares, "target", names)?;
                let is_share = |value: &Value| value.as_f64().is_some_and(|share| (0.0..=1.0).contains(&share));
                match shares.iter().find(|(_, value)| !is_share(value)) {
                    None => Ok(Value::Object(shares)),
                    Some((name, value)) => Err(format!("{name}={}: expected a share between 0 and 1", shown(value))),
                }
            }
            (Self::Groups(names), Value::Object(groups)) => {
                names_known(&groups, "class", names)?;
                let is_labels = |value: &Value| {
                    let labels = value.as_array().filter(|labels| !labels.is_empty());
                    labels
                        .is_some_and(|labels| labels.iter().all(|label| label.as_str().is_some_and(|l| !l.is_empty())))
                };
                match groups.iter().find(|(_, value)| !is_labels(value)) {
                    None => Ok(Value::Object(groups)),
                    Some((name, value)) => Err(format!("{name}={}: expected a list of labels", shown(value))),
                }
            }
            (Self::Pairs, Value::Object(pairs)) => Ok(Value::Object(pairs)),
            (Self::Split, Value::Object(shares)) => {
                match shares.iter().find(|(_, share)| !share.as_f64().is_some_and(|x| x > 0.0 && x <= 1.0)) {
                    None => Ok(Value::Object(shares)),
                    Some((name, value)) => {
                        Err(format!("{name}={}: expected a share above 0 and at most 1", shown(value)))
                    }
                }
            }
            (Self::Looks, Value::String(word)) if word == "any" => Ok(json!("any")),
            (Self::Looks, Value::Object(planned)) if planned.len() == 1 && planned.contains_key("planned") => {
                Ok(Value::Object(planned))
            }
            (Self::Looks, value) => match value.as_u64().filter(|looks| (1..=200).contains(looks)) {
                Some(looks) => Ok(json!({ "planned": looks })),
                None => Err(format!("{}: expected `any`, or the number of planned looks, 1 to 200", shown(&value))),
            },
            (Self::Date, value) => Err(format!("{}: expected a calendar date such as 2008-09-30", shown(&value))),
            (Self::Text, value) => Err(format!("{}: expected a text", shown(&value))),
            (Self::List, value) => Err(format!("{}: expected a list of names", shown(&value))),
            (Self::Keys, value) => Err(format!("{}: expected a list of columns or lists of columns", shown(&value))),
            (Self::Roles | Self::Pairs | Self::Shares(_) | Self::Split | Self::Groups(_), value) => {
                Err(format!("{}: expected {}", shown(&value), self.example()))
            }
        }
    }

    /// What is expected of names with values.
    const fn example(self) -> &'static str {
        match self {
            Self::Shares(_) => "NAME=SHARE, such as usage=0.8",
            Self::Split => "ARM=SHARE, such as control=0.7,new=0.3",
            Self::Groups(_) => "labels by class, such as buy=buy,strong_buy",
            _ => "NAME=VALUE, such as prediction=yhat or psi=evidently",
        }
    }
}

/// Refuses a name that is not one of `known`.
fn names_known(pairs: &Map<String, Value>, what: &str, known: &[&str]) -> std::result::Result<(), String> {
    let Some(unknown) = pairs.keys().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let near = nearest(unknown, known.iter().copied());
    let near = near.map_or_else(|| ".".to_owned(), |near| format!("; did you mean `{near}`?"));
    Err(format!("{unknown}: not a {what}{near} Known are {}", known.join(", ")))
}

/// A calendar date as the core reads it: in one way, without a time that would be dropped.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok())
}

/// A value as a person would write it.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(","),
        Value::Object(fields) => {
            let separator = if fields.values().any(Value::is_array) { "; " } else { "," };
            fields.iter().map(|(key, value)| format!("{key}={}", shown(value))).collect::<Vec<_>>().join(separator)
        }
        other => other.to_string(),
    }
}

/// The policy of that name: a built-in one, or a file.
///
/// # Errors
/// If it is neither, or the file is no policy.
pub fn policy(name: &str) -> Result<Policy> {
    if let Some(preset) = Policy::preset(name) {
        return Ok(preset);
    }
    if !Path::new(name).exists() {
        let presets = Policy::PRESETS.join(", ");
        let near = nearest(name, Policy::PRESETS.into_iter());
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(Error::caller(format!(
            "--policy {name}: neither a file nor one of the built-in policies ({presets}){hint}"
        )));
    }
    let mut policy: Policy = read_document(name)?;
    if policy.name.is_empty() {
        policy.name = Path::new(name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    }
    Ok(policy)
}

/// Reads a document that a person wrote: JSON by its extension, else TOML.
fn read_document<T: DeserializeOwned>(path: &str) -> Result<T> {
    let text = fs::read_to_string(path).map_err(|error| Error::file(path, &error))?;
    let wrong = |message: String| Error::caller(format!("{path}: {}{}", message.trim_end(), suggestion(&message)));
    if Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))
    } else {
        let table: toml::Table = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        // JSON, in which documents go on from here, has no such number: it would be as if nothing had been said.
        if let Some((key, value)) = not_finite(&toml::Value::Table(table)) {
            return Err(wrong(format!("{key} = {value}: expected a finite number")));
        }
        toml::from_str(&text).map_err(|error| wrong(error.to_string()))
    }
}

/// The first number that is none, or infinite, with its key.
fn not_finite(value: &toml::Value) -> Option<(String, f64)> {
    match value {
        toml::Value::Table(table) => table.iter().find_map(|(key, value)| match value {
            toml::Value::Float(number) if !number.is_finite() => Some((key.clone(), *number)),
            inner => not_finite(inner),
        }),
        toml::Value::Array(items) => items.iter().find_map(|item| match item {
            toml::Value::Float(number) if !number.is_finite() => Some((String::new(), *number)),
            inner => not_finite(inner),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn parse(name: &str, items: &[&str]) -> std::result::Result<Value, String> {
        let setting = SETTINGS.iter().find(|setting| setting.name == name).unwrap();
        setting.kind.parse(&items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn values_are_checked_where_they_are_written() {
        assert_eq!(parse("alpha", &["0.05"]), Ok(json!(0.05)));
        assert_eq!(parse("alpha", &["2"]), Err("2.0: expected a number above 0 and at most 0.5".into()));
        assert_eq!(parse("rule", &["daily"]), Err("daily: expected one of by_day, rows, any, window".into()));
        assert_eq!(parse("segments", &["sector,regime", "symbol"]), Ok(json!([["sector", "regime"], ["symbol"]])));
        assert_eq!(
            parse("map", &["prediction=yhat,id=", "actual=y,really"]),
            Ok(json!({"prediction": "yhat", "id": "", "actual": "y,really"}))
        );
        assert_eq!(parse("map", &["prediction=yhat", "id="]), Ok(json!({"prediction": "yhat", "id": ""})));
        assert_eq!(parse("targets", &["usage=0.9"]), Ok(json!({"usage": 0.9})));
        assert_eq!(parse("targets", &["usage=90"]), Err("usage=90.0: expected a share between 0 and 1".into()));
        assert_eq!(
            parse("targets", &["usge=0.9"]),
            Err("usge: not a target; did you mean `usage`? Known are usage, agreement, average_confidence".into())
        );
        let classes = json!({"buy": ["long", "add"], "avoid": ["flat"]});
        assert_eq!(parse("classes", &["buy=long, add", "avoid=flat"]), Ok(classes.clone()));
        assert_eq!(shown(&classes), "avoid=flat; buy=long,add");
        assert_eq!(parse("classes", &["buy="]), Err("buy=: expected a list of labels".into()));
        assert_eq!(parse("as_of", &["2008-09-30"]), Ok(json!("2008-09-30")));
        for text in ["30.09.2008", "20080930", "2008-09-31", "2008-09-30T21:00:00Z"] {
            let expected = format!("{text}: expected a calendar date such as 2008-09-30");
            assert_eq!(parse("as_of", &[text]), Err(expected));
        }
        assert!(parse("map", &["predicton=yhat"]).unwrap_err().contains("did you mean `prediction`?"));
    }

    #[test]
    fn every_setting_belongs_to_a_document() {
        let call: Vec<(&'static str, Vec<String>)> = vec![
            ("alpha", vec!["0.02".into()]),
            ("fail_on", vec!["critical".into()]),
            ("timezone", vec!["+05:30".into()]),
            ("task", vec!["regression".into()]),
        ];
        let settings = Settings::resolve(&call, None).unwrap();
        assert!(settings.plan().unwrap().contains(r#""alpha":0.02"#));
        assert_eq!(settings.infer_options().unwrap().timezone.as_deref(), Some("+05:30"));
    }
}
