//! The promotion policy: which checks a candidate has to pass.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use serde::{Deserialize, Serialize};

use crate::{Looks, Spread, find_metric};

/// One or several column names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Each {
    /// `each = "sector"`
    One(String),
    /// `each = ["sector", "regime"]`
    Many(Vec<String>),
}

impl Each {
    /// The column names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => core::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

/// What a change is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// The incumbent's log on the same items.
    Baseline,
}

/// A margin: `"2%"` of |baseline|, or an absolute number in the metric's own unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Margin {
    /// In the metric's own unit.
    Absolute(f64),
    /// A percentage of |baseline|, such as `"2%"`.
    Relative(String),
}

/// One check. Exactly one of `above`, `at_least`, `below`, `at_most` (a value check) or of `no_worse_than`, `better_by`
/// (a change check, with `against = "baseline"`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What to call it; by default the metric and its slice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The metric's name, such as `accuracy`, `mae`, `drift_score`.
    pub metric: String,
    /// The slice: column -> value.
    #[serde(default, rename = "where", skip_serializing_if = "BTreeMap::is_empty")]
    pub slice: BTreeMap<String, String>,
    /// Every value of this column (or combination of columns) is a slice of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
    /// Pass if value > threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Pass if value >= threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Pass if value < threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Pass if value <= threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Fewer rows than this are inconclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_rows: Option<u64>,
    /// What a change is measured against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
    /// Pass if the candidate is worse than the baseline by at most this margin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_worse_than: Option<Margin>,
    /// Pass if the candidate is better than the baseline by at least this margin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better_by: Option<Margin>,
    /// Decide on the one-sided confidence bound of this level, in (0.5, 1), instead of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
}

impl Check {
    /// The segment key this check reads: the sorted names of `where` and `each`.
    #[must_use]
    pub fn segment(&self) -> Vec<String> {
        let each = self.each.iter().flat_map(|each| each.names().iter().cloned());
        let mut names: Vec<String> = self.slice.keys().cloned().chain(each).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// A promotion policy: all checks must pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What to call it.
    #[serde(default)]
    pub name: String,
    /// The checks; at least one.
    #[serde(default)]
    pub check: Vec<Check>,
    /// How often a candidate is judged on data that grow; bounds (`confidence`) are then so wide that looking often does not
    /// promote by chance. By default each decision stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks: Option<Looks>,
}

/// What logs have to be read and analysed with before a policy can be decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Needs {
    /// The segment keys of its checks: `wanted_segments` of [`InferOptions`](crate::InferOptions).
    pub segments: Vec<Vec<String>>,
    /// Those of them whose metrics need errors that come from leaving out clusters: the `jackknife` of a
    /// [`GatePlan`](crate::GatePlan).
    pub jackknife: Vec<Vec<String>>,
}

impl Policy {
    /// What has to be known before it can be decided; each key once, sorted.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let keys = |is_meant: &dyn Fn(&Check) -> bool| {
            let mut keys: Vec<Vec<String>> =
                self.check.iter().filter(|check| is_meant(check)).map(Check::segment).collect();
            keys.sort();
            keys.dedup();
            keys
        };
        let is_jackknifed = |check: &Check| {
            let spread = find_metric(&check.metric).map(|metric| metric.spread);
            spread == Some(Spread::Jackknife) && (check.confidence.is_some() || check.against.is_some())
        };
        Needs { segments: keys(&|_| true), jackknife: keys(&is_jackknifed) }
    }

    /// The built-in policy of that name: `production`, `testing` (stricter) or `development` (softer).
    #[must_use]
    pub fn preset(name: &str) -> Option<Self> {
        // (accuracy, accuracy in a crash, every sector, drift score, confidence)
        let (overall, crash, sector, drift, confidence) = match name {
            "production" => (0.65, 0.65, 0.55, 0.20, None),
            "testing" => (0.70, 0.70, 0.60, 0.15, Some(0.95)),
            "development" => (0.60, 0.60, 0.50, 0.30, None),
            _ => return None,
        };
        let check = |metric: &str| Check { metric: metric.into(), ..Check::default() };
        let accuracy = || Check { confidence, ..check("accuracy") };
        Some(Self {
            name: name.into(),
            check: alloc::vec![
                Check { above: Some(overall), ..accuracy() },
                Check { above: Some(crash), slice: BTreeMap::from([("regime".into(), "crash".into())]), ..accuracy() },
                Check {
                    at_least: Some(sector),
                    each: Some(Each::One("sector".into())),
                    min_rows: Some(30),
                    ..accuracy()
                },
                Check { below: Some(drift), ..check("drift_score") },
                Check {
                    above: Some(if name == "testing" {
                        0.05
                    } else if name == "development" {
                        -0.05
                    } else {
                        0.0
                    }),
                    ..check("replay_improvement")
                },
            ],
            looks: None,
        })
    }

    /// The names of the built-in policies.
    pub const PRESETS: [&'static str; 3] = ["production", "testing", "development"];
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn keys(keys: &[&[&str]]) -> Vec<Vec<String>> {
        keys.iter().map(|key| key.iter().map(|name| String::from(*name)).collect()).collect()
    }

    #[test]
    fn the_built_in_policy_asks_for_its_slices_and_no_jackknife() {
        let needs = Policy::preset("production").unwrap().needs();
        assert_eq!(needs.segments, keys(&[&[], &["regime"], &["sector"]]));
        assert!(needs.jackknife.is_empty(), "its checks compare values, not bounds");
    }

    #[test]
    fn only_metrics_that_are_no_means_are_jackknifed_and_only_for_errors() {
        let check = |metric: &str, confidence, against| Check {
            metric: metric.into(),
            slice: BTreeMap::from([("sector".into(), "Energy".into()), ("regime".into(), "crash".into())]),
            confidence,
            against,
            ..Check::default()
        };
        let needs = |check| Policy { name: String::new(), check: alloc::vec![check], looks: None }.needs().jackknife;
        let slice = keys(&[&["regime", "sector"]]);
        assert_eq!(needs(check("f1", Some(0.95), None)), slice);
        assert_eq!(needs(check("f1", None, Some(Against::Baseline))), slice);
        assert!(needs(check("f1", None, None)).is_empty(), "a value alone has no error");
        assert!(needs(check("accuracy", Some(0.95), None)).is_empty(), "a share's error follows from its rows");
        assert!(needs(check("acuracy", Some(0.95), None)).is_empty(), "an unknown metric is the gate's to refuse");
    }
}
