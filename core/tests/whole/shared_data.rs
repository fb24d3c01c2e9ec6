//! The development logs of this machine, if it has them, against what numpy, scipy and river said of them.
//!
//! The logs are not part of the project (see `support::shared`); without them each test says so and ends.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use crate::support;

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use driftgate_core::door::{OutcomesHandle, ProfileHandle};
use driftgate_documents::{ComparisonVerdict, FindingKind, InferOptions, Policy, Report, Verdict};
use serde_json::{Value, json};
use support::{close, comparison, decide, entry, finding, profile_of, report, schema_with, shared, test_of};

/// A folder of the shared data.
fn folder(name: &str) -> Option<PathBuf> {
    let found = shared().map(|shared| shared.join("data").join(name));
    if found.is_none() {
        println!("no shared data here: {name} is not read");
    }
    found
}

fn read(path: PathBuf) -> Vec<u8> {
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn expected(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&read(folder.join(name))).unwrap()
}

/// The files of a folder whose name begins so, in order.
fn files(folder: &Path, begin: &str) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begin));
    let mut paths: Vec<PathBuf> = entries.filter(is).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{begin} in {}", folder.display());
    paths.into_iter().map(read).collect()
}

fn of(files: &[Vec<u8>], schema: &str, outcomes: Option<&OutcomesHandle>) -> ProfileHandle {
    profile_of(&files.iter().map(Vec::as_slice).collect::<Vec<_>>(), schema, outcomes)
}

/// Equal in all the decimals that are printed.
fn printed(value: f64, expected: &Value, what: &str) {
    let expected = expected.as_f64().unwrap_or_else(|| panic!("{what}: nothing expected"));
    let decimals = format!("{expected}").split_once('.').map_or(0, |(_, digits)| digits.len()).max(4);
    let half = (0..decimals).fold(0.500_001, |half, _| half / 10.0);
    assert!((value - expected).abs() <= half, "{what}: {value} is not {expected}");
}

/// Every two-sample and categorical number of the golden vectors that core computes.
mod golden {
    use driftgate_core::{
        distance::{
            JensenShannonConvention as Js, PsiConvention as Psi, cramers_v, energy, hellinger_categories,
            jensen_shannon, jensen_shannon_categories, kullback_leibler, l_infinity, psi_by, psi_categories_by,
            total_variation, wasserstein,
        },
        hypothesis::{anderson_darling, chi_square, cramer_von_mises, ks, mann_whitney},
        math::{kstwo_sf, ln},
        profile::ValueHistogram,
    };

    use super::*;

    fn golden() -> Option<Value> {
        let found = shared().map(|shared| shared.join("golden/vectors.json")).filter(|path| path.is_file());
        if found.is_none() {
            println!("no golden vectors here");
        }
        found.map(|path| serde_json::from_slice(&read(path)).unwrap())
    }

    /// The pairs A, B and C.
    fn pairs() -> [[ValueHistogram; 2]; 3] {
        let step = |x: &mut u64| {
            *x = (1_103_515_245 * *x + 12_345) % (1 << 31);
            Some(*x as f64 / f64::from(1_u32 << 31))
        };
        let u: Vec<f64> = (0..3000).scan(1, |x, _| step(x)).collect();
        let (r, c) = u.split_at(2000);
        let of = |values: &[f64], f: fn(f64) -> f64| {
            ValueHistogram::from_values(&values.iter().map(|x| f(*x)).collect::<Vec<_>>())
        };
        [
            [of(r, |x| x), of(c, |x| 0.1 + 0.9 * x)],
            [of(r, |x| -ln(1.0 - x)), of(c, |x| -1.2 * ln(1.0 - x))],
            [of(r, |x| x), of(c, |x| x)],
        ]
    }

    /// What core says of two samples by the vectors' names, with the tolerance.
    fn numbers([r, c]: &[ValueHistogram; 2]) -> Vec<(&'static str, f64, f64)> {
        let (ks, ad, cvm) = (ks(r, c).unwrap(), anderson_darling(r, c).unwrap(), cramer_von_mises(r, c).unwrap());
        let (mw, w) = (mann_whitney(r, c).unwrap(), wasserstein(r, c).unwrap());
        let psi = |convention| psi_by(convention, r, c).unwrap().value;
        let js = |convention| jensen_shannon(convention, r, c).unwrap().value;
        vec![
            ("ks_statistic", ks.statistic, 1e-12),
            ("ks_p_exact", ks.p_value, 1e-9),
            ("ks_p_asymptotic", kstwo_sf(ks.statistic, 667.0), 1e-9),
            ("anderson_darling_midrank", ad.statistic, 1e-12),
            // scipy takes 444.4 from a number as large, which costs C's 0.0415 its last four digits, and ends the series of
            // p at 1e-7. Ours are held to fractions and forty digits in `tests/vectors/distances.json`.
            ("cramer_von_mises_t", cvm.statistic, 2e-12),
            ("cramer_von_mises_p", cvm.p_value, 1e-6),
            ("mann_whitney_u_ref", mw.u, 0.0),
            ("mann_whitney_p", mw.p_value, 1e-9),
            ("wasserstein_raw", w.value, 1e-12),
            ("wasserstein_over_sd_ref", w.over_sd, 1e-12),
            ("energy_distance", energy(r, c).unwrap().value, 1e-12),
            ("psi_deciles_floor_1e-4", psi(Psi::Deciles), 1e-12),
            ("psi_evidently", psi(Psi::Evidently), 1e-12),
            ("psi_frouros", psi(Psi::Frouros), 1e-12),
            ("psi_scouter", psi(Psi::Scouter), 1e-12),
            ("kl_evidently", kullback_leibler(r, c).unwrap().value, 1e-12),
            ("js_evidently", js(Js::Evidently), 1e-12),
            ("js_nannyml", js(Js::NannyMl), 1e-12),
            ("js_divergence_tfdv", js(Js::Tfdv), 1e-12),
        ]
    }

    fn all_are_seen(names: &[&str], expected: &Value) {
        let known = |name: &&String| names.contains(&name.as_str());
        let unknown: Vec<&String> = expected.as_object().unwrap().keys().filter(|name| !known(name)).collect();
        assert!(unknown.is_empty(), "not held to the vectors: {unknown:?}");
    }

    #[test]
    fn two_samples() {
        let Some(golden) = golden() else { return };
        let expected = &golden["two_sample"];
        for (at, pair) in pairs().iter().enumerate() {
            let numbers = numbers(pair);
            all_are_seen(&numbers.iter().map(|(name, ..)| *name).collect::<Vec<_>>(), expected);
            for (name, value, tolerance) in numbers {
                close(
                    value,
                    expected[name][at].as_f64().unwrap(),
                    tolerance,
                    &format!("{name} of {}", ["A", "B", "C"][at]),
                );
            }
        }
    }

    fn counts(side: &Value) -> Vec<u64> {
        side.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect()
    }

    #[test]
    fn categories() {
        let Some(golden) = golden() else { return };
        let expected = &golden["categorical"];
        let (r, c) = (&counts(&expected["ref"]), &counts(&expected["cur"]));
        let test = chi_square(r, c).unwrap();
        let psi = |convention| psi_categories_by(convention, r, c).unwrap().value;
        let js = |convention| jensen_shannon_categories(convention, r, c).unwrap();
        let numbers = [
            ("chi2_contingency", test.statistic, 1e-12),
            ("dof", test.df, 0.0),
            ("p", test.p_value, 1e-9),
            ("js_e", js(Js::Evidently), 1e-12),
            ("js_2", js(Js::Deciles), 1e-12),
            ("js_divergence_2", js(Js::Tfdv), 1e-12),
            ("l_infinity", l_infinity(r, c).unwrap(), 1e-12),
            ("total_variation", total_variation(r, c).unwrap(), 1e-12),
            ("hellinger", hellinger_categories(r, c).unwrap(), 1e-12),
            ("psi_evidently", psi(Psi::Evidently), 1e-12),
            ("psi_deepchecks", psi(Psi::Deepchecks), 1e-12),
            ("psi_scouter", psi(Psi::Scouter), 1e-12),
            ("cramers_v_corrected", cramers_v(r, c).unwrap(), 1e-12),
        ];
        let inputs = ["ref", "cur", "unseen_category"];
        all_are_seen(&numbers.iter().map(|(name, ..)| *name).chain(inputs).collect::<Vec<_>>(), expected);
        numbers.iter().for_each(|(name, value, tolerance)| {
            close(*value, expected[*name].as_f64().unwrap(), *tolerance, name);
        });
        let unseen = &expected["unseen_category"];
        let test = chi_square(&counts(&unseen["ref"]), &counts(&unseen["cur"])).unwrap();
        close(test.p_value, unseen["p"].as_f64().unwrap(), 1e-9, "unseen category");
    }
}

mod prices {
    use super::*;

    fn prices(folder: &Path, begins: &[&str]) -> Vec<Vec<u8>> {
        let of = |begin: &&str| {
            let daily = begin.len() == "predictions_2008-10".len() && begin.ends_with("-10");
            files(&folder.join(if daily { "daily_jsonl" } else { "jsonl" }), begin)
        };
        begins.iter().flat_map(of).collect()
    }

    fn quarter(name: &str) -> Vec<String> {
        let begin = format!("predictions_{name}");
        if name == "2008Q4" { vec!["predictions_2008-10".into(), "predictions_2008-11".into()] } else { vec![begin] }
    }

    fn year(folder: &Path, year: &str) -> Vec<Vec<u8>> {
        let begins: Vec<String> = (1..=4).flat_map(|q| quarter(&format!("{year}Q{q}"))).collect();
        prices(folder, &begins.iter().map(String::as_str).collect::<Vec<_>>())
    }

    const ERRORS: [(&str, &str); 3] = [("mae", "mae"), ("rmse", "rmse"), ("mape", "mape_pct")];
    const NAIVE: [(&str, &str); 2] = [("naive_mape", "mape_naive_pct"), ("directional_accuracy", "direction_accuracy")];

    fn compare(report: &Report, slice: &[(&str, &str)], names: &[(&str, &str)], expected: &Value) {
        let entry = entry(report, "current", slice);
        assert_eq!(entry.pairs, expected["n"].as_u64().unwrap(), "{slice:?}");
        for (metric, key) in names {
            let what = format!("{metric} {slice:?}");
            close(entry.metrics[*metric], expected[*key].as_f64().unwrap(), 1e-12, &what);
        }
    }

    #[test]
    fn errors_of_all_slices() {
        let Some(folder) = folder("prices_2006_2009") else { return };
        let facts = expected(&folder, "expected_facts.json");
        let years = ["2007", "2008", "2009"].map(|name| (name, year(&folder, name)));
        let schema = schema_with(&years[0].1[0], &InferOptions::default());
        let all: Vec<Vec<u8>> = years.iter().flat_map(|(_, files)| files.clone()).collect();
        let whole = report("{}", &[("current", &of(&all, &schema, None))]);
        for model in ["rf_v2", "hgb_v2"] {
            let facts = &facts["metrics"][model];
            compare(&whole, &[("model", model)], &ERRORS, &facts["all"]);
            for (regime, expected) in facts["by_regime"].as_object().unwrap() {
                let slice = [("model", model), ("regime", regime.as_str())];
                compare(&whole, &slice, &ERRORS, expected);
                // The first row of a symbol has no previous actual: not where the log begins.
                if regime != "normal" {
                    compare(&whole, &slice, &NAIVE, expected);
                }
            }
            for (sector, expected) in facts["by_sector"].as_object().unwrap() {
                compare(&whole, &[("model", model), ("sector", sector)], &ERRORS, expected);
            }
        }
        // 756 days are kept as weeks, so days are counted year by year.
        let mut days = std::collections::BTreeMap::new();
        for (name, files) in &years {
            let report = report("{}", &[("current", &of(files, &schema, None))]);
            for model in ["rf_v2", "hgb_v2"] {
                compare(&report, &[("model", model)], &ERRORS, &facts["metrics"][model]["by_year"][name]);
            }
            for (regime, count) in &report.current.as_ref().unwrap().regimes {
                *days.entry(regime.clone()).or_insert(0) += count;
            }
        }
        assert_eq!(serde_json::to_value(days).unwrap(), facts["regime_days"]);
    }

    #[test]
    fn psi_and_ks_of_every_quarter() {
        let Some(folder) = folder("prices_2006_2009") else { return };
        let facts = expected(&folder, "expected_facts.json");
        let half = prices(&folder, &["predictions_2007Q1", "predictions_2007Q2"]);
        let schema = schema_with(&half[0], &InferOptions::default());
        let reference = of(&half, &schema, None);
        for (name, expected) in facts["psi"]["Q"].as_object().unwrap() {
            let begins = quarter(name);
            let logs = prices(&folder, &begins.iter().map(String::as_str).collect::<Vec<_>>());
            let report =
                report(r#"{"model":"rf_v2"}"#, &[("reference", &reference), ("current", &of(&logs, &schema, None))]);
            features(&report, expected, name);
        }
    }

    #[test]
    fn the_crash_is_a_shift_and_a_calm_month_is_not() {
        let Some(folder) = folder("prices_2006_2009") else { return };
        let half = prices(&folder, &["predictions_2007Q1", "predictions_2007Q2"]);
        let schema = schema_with(&half[0], &InferOptions::default());
        let crash = of(&prices(&folder, &["predictions_2008-10"]), &schema, None);
        let report = report("{}", &[("reference", &of(&half, &schema, None)), ("current", &crash)]);
        let regime = finding(&report, FindingKind::RegimeDrift, "regime", "total_variation");
        assert!(regime.message.contains("normal -> crash"), "{}", regime.message);
        let volatility = finding(&report, FindingKind::FeatureDrift, "vol_20d", "ks");
        assert_eq!(serde_json::to_value(volatility.severity).unwrap(), "critical", "{}", volatility.message);
    }

    /// Expected: scipy 1.17 `ttest_1samp` on hgb - rf; statsmodels 0.14 `OLS(d, 1).fit(cov_type="cluster", use_t=True)` by day, by
    /// symbol and by both.
    #[test]
    fn by_rows_one_model_looks_better_and_by_days_there_is_no_evidence() {
        let Some(folder) = folder("prices_2006_2009") else { return };
        let logs = ["2007", "2008", "2009"].iter().flat_map(|of| year(&folder, of)).collect::<Vec<_>>();
        let schema = schema_with(&logs[0], &InferOptions::default());
        let all = of(&logs, &schema, None);
        for (metric, expected) in [
            (
                "mape",
                [
                    ("paired_t", -4.224557513949609, 2.4031488846545716e-05),
                    ("clustered_by_day", -1.671921733765313, 0.09495410139047866),
                    ("by_symbol", -4.2809361716104855, 0.0001755234953671014),
                    ("two_way", -1.6753583382796935, f64::NAN),
                ],
            ),
            (
                "mae",
                [
                    ("paired_t", -2.3133714573565505, 0.020710836743542245),
                    ("clustered_by_day", -1.2354681470473294, 0.2170406145957065),
                    ("by_symbol", -2.961994567683912, 0.005929260582507552),
                    ("two_way", -1.3105045836817464, f64::NAN),
                ],
            ),
        ] {
            let options = json!({"arms": ["rf_v2", "hgb_v2"], "metric": metric}).to_string();
            let answer = comparison("{}", &options, &[("current", &all)]);
            assert_eq!(answer.verdict, ComparisonVerdict::NoEvidence, "{}", answer.summary);
            let of = &answer.challenges[0].metric;
            assert_eq!((of.n, of.days), (23_435, 756));
            for (method, statistic, p_value) in expected {
                let test = test_of(of, method);
                close(test.statistic.unwrap(), statistic, 1e-8, method);
                if !p_value.is_nan() {
                    close(test.p_value.unwrap(), p_value, 1e-7, method);
                }
            }
            let decides: Vec<&str> =
                of.tests.iter().filter(|test| test.decides).map(|test| test.method.as_str()).collect();
            assert_eq!(decides, ["by_day"]);
            assert!(
                answer.summary.contains("taken as independent rows it would look sure (paired_t t = "),
                "{}",
                answer.summary
            );
        }
    }

    #[test]
    fn the_errors_of_2009_are_the_worlds() {
        let Some(folder) = folder("prices_2006_2009") else { return };
        let facts = expected(&folder, "expected_facts.json");
        let (calm, later) = (year(&folder, "2007"), year(&folder, "2009"));
        let schema = schema_with(&calm[0], &InferOptions::default());
        let report = report("{}", &[("reference", &of(&calm, &schema, None)), ("current", &of(&later, &schema, None))]);
        for model in ["rf_v2", "hgb_v2"] {
            let is = |f: &&driftgate_documents::Finding| f.method == "mape" && f.slice["model"] == model;
            let found = report.findings.iter().find(is).unwrap();
            let [before, now] =
                ["2007", "2009"].map(|year| facts["metrics"][model]["by_year"][year]["mape_pct"].as_f64().unwrap());
            close(found.reference.unwrap(), before, 1e-12, model);
            close(found.current.unwrap(), now, 1e-12, model);
            assert!(found.message.contains("the world changed, not the model"), "{}", found.message);
            assert_eq!(serde_json::to_value(found.severity).unwrap(), "minor", "{}", found.message);
            println!("{} since {:?} {:?}", found.message, found.since, found.state);
        }
    }

    #[test]
    fn after_the_crash_values_are_out_of_range_and_residuals_wide() {
        let Some(folder) = folder("prices_2006_2009") else { return };
        let half = prices(&folder, &["predictions_2007Q1", "predictions_2007Q2"]);
        let schema = schema_with(&half[0], &InferOptions::default());
        let winter = of(&prices(&folder, &["predictions_2008-11"]), &schema, None);
        let report = report(r#"{"model":"hgb_v2"}"#, &[("reference", &of(&half, &schema, None)), ("current", &winter)]);
        // Counted by numpy: rows outside of 1,271.
        for (column, outside, severity) in [
            ("macd", 443, json!("critical")),
            ("atr_14", 1252, json!("critical")),
            ("ret_20d", 216, json!(null)),
            ("volume_z", 45, json!(null)),
        ] {
            let found = finding(&report, FindingKind::OutOfRange, column, "outside_share");
            close(found.effect.unwrap(), f64::from(outside) / 1271.0, 1e-12, &found.message);
            assert_eq!(serde_json::to_value(found.severity).unwrap(), severity, "{}", found.message);
        }
        assert!(
            !report.findings.iter().any(|f| f.kind == FindingKind::OutOfRange && f.column.as_deref() == Some("rsi_14"))
        );
        // numpy: relative residuals of 124 and 41 days, early and late 20 and 21 of these.
        for (method, effect, severity) in [
            ("residual_level", 0.121_925_133_911_482_05, json!(null)),
            ("residual_spread", 3.195_890_933_284_424_3, json!("critical")),
            ("early_late_level", 0.225_834_385_009_235_5, json!(null)),
            ("early_late_spread", 1.0 / 0.586_530_143_173_832_2, json!(null)),
        ] {
            let is = |f: &&driftgate_documents::Finding| f.method == method && f.slice["model"] == "hgb_v2";
            let found = report.findings.iter().find(is).unwrap_or_else(|| panic!("{method}"));
            close(found.effect.unwrap(), effect, 1e-9, &found.message);
            assert_eq!(serde_json::to_value(found.severity).unwrap(), severity, "{}", found.message);
            println!("{}", found.message);
        }
    }
}

/// PSI and KS of all inputs; a category has no KS.
fn features(report: &Report, expected: &Value, what: &str) {
    for (column, expected) in expected["features"].as_object().unwrap() {
        let psi = finding(report, FindingKind::FeatureDrift, column, "psi");
        printed(psi.statistic.unwrap(), &expected["psi"], &format!("{what} {column} psi"));
        if expected.get("ks").is_some() {
            let ks = finding(report, FindingKind::FeatureDrift, column, "ks");
            printed(ks.statistic.unwrap(), &expected["ks"], &format!("{what} {column} ks"));
        }
    }
}

mod verdicts {
    use super::*;

    #[test]
    fn accuracies_with_late_outcomes_joined() {
        let Some(folder) = folder("verdicts_2012_2014") else { return };
        let facts = expected(&folder, "expected_facts.json");
        let mut logs = files(&folder, "verdicts_2012");
        let schema = schema_with(&logs[0], &InferOptions::default());
        let first = report("{}", &[("current", &of(&logs, &schema, None))]);
        for model in ["clf_v1", "clf_v2"] {
            let year = &facts["models"][model]["ml_accuracy_by_year"]["2012"];
            printed(entry(&first, "current", &[("model", model)]).metrics["accuracy"], year, model);
        }
        logs.extend(files(&folder, "verdicts_2013Q1"));
        logs.extend(files(&folder, "verdicts_2013Q2"));
        logs.extend(files(&folder, "verdicts_2013Q3"));
        logs.extend(files(&folder, "verdicts_2013Q4.jsonl"));
        logs.extend(files(&folder, "verdicts_2014"));
        let outcomes = outcomes(&schema, &files(&folder, "outcomes_2"));
        let report = report("{}", &[("current", &of(&logs, &schema, Some(&outcomes)))]);
        // 200 ids never get an outcome: the counts are those of a few lines of Python over the same files.
        for (model, right, final_right) in [("clf_v1", RIGHT[0], FINAL[0]), ("clf_v2", RIGHT[1], FINAL[1])] {
            let entry = entry(&report, "current", &[("model", model)]);
            assert_eq!((entry.rows, entry.pairs), (23_374, 23_174), "{model}");
            close(entry.metrics["accuracy"], f64::from(right) / 23_174.0, 1e-12, model);
            close(entry.metrics["final_accuracy"], f64::from(final_right) / 23_174.0, 1e-12, model);
            close(entry.metrics["rule_accuracy"], f64::from(RULE) / 23_174.0, 1e-12, model);
            // Usage and confidence need no outcome.
            let facts = &facts["models"][model];
            printed(entry.metrics["usage"], &facts["share_source_ml"], model);
            printed(entry.metrics["average_confidence"], &facts["mean_confidence"], model);
        }
    }

    /// The outcomes that never came, from what followed: the next row of the symbol says the day's return. The two of the
    /// last day are from the closes of 2015-01-02: GE 25.27 -> 25.06, JNJ 104.57 -> 104.52.
    fn never_came(logs: &[Vec<u8>], known: &[Vec<u8>]) -> Vec<u8> {
        let text = |file: &Vec<u8>| {
            let mut text = String::new();
            if file.starts_with(&[0x1f, 0x8b]) {
                flate2::read::MultiGzDecoder::new(file.as_slice()).read_to_string(&mut text).unwrap();
            } else {
                text.push_str(std::str::from_utf8(file).unwrap());
            }
            text
        };
        let parsed = |files: &[Vec<u8>]| -> Vec<Value> {
            let of = |file| text(file).lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
            files.iter().flat_map(of).collect()
        };
        let known: std::collections::BTreeSet<String> =
            parsed(known).iter().map(|row| row["id"].as_str().unwrap().to_string()).collect();
        let mut symbols: std::collections::BTreeMap<String, Vec<Value>> = std::collections::BTreeMap::new();
        for row in parsed(logs).into_iter().filter(|row| row["model"] == "clf_v1") {
            symbols.entry(row["symbol"].as_str().unwrap().into()).or_default().push(row);
        }
        let mut lines = String::new();
        for rows in symbols.values() {
            for (at, row) in rows.iter().enumerate().filter(|(_, row)| !known.contains(row["id"].as_str().unwrap())) {
                let percent = match (rows.get(at + 1), row["symbol"].as_str().unwrap()) {
                    (Some(next), _) => 100.0 * next["features"]["ret_1d"].as_f64().unwrap(),
                    (None, "GE") => 100.0 * (25.06 / 25.27 - 1.0),
                    (None, _) => 100.0 * (104.52 / 104.57 - 1.0),
                };
                let actual = match percent {
                    r if r >= 1.0 => "strong_buy",
                    r if r >= 0.2 => "buy",
                    r if r > -0.5 => "watch",
                    _ => "avoid",
                };
                let outcome = if percent > 0.1 {
                    "profit"
                } else if percent < -0.1 {
                    "loss"
                } else {
                    "neutral"
                };
                let line = json!({"id": row["id"], "actual": actual, "outcome": outcome, "pnl_pct": percent});
                lines.push_str(&format!("{line}\n"));
            }
        }
        assert_eq!(lines.lines().count(), 200);
        lines.into_bytes()
    }

    fn outcomes(schema: &str, files: &[Vec<u8>]) -> OutcomesHandle {
        let mut outcomes = OutcomesHandle::create(schema).unwrap();
        for file in files {
            outcomes.source("{}").unwrap();
            file.chunks(256 * 1024).for_each(|chunk| assert!(outcomes.push(chunk).unwrap() < 1_000_000));
        }
        outcomes.finish().unwrap();
        outcomes
    }

    /// The metrics of verdicts: of the model, the rule, or the final prediction.
    fn earnings(entry: &driftgate_documents::Performance, prefix: &str, expected: &Value, what: &str) {
        let named = |metric: &str| format!("{prefix}{metric}");
        printed(entry.metrics[&named("accuracy")], &expected["accuracy"], what);
        assert_eq!(entry.counts[&named("positions")], expected["buy_side_n"].as_u64().unwrap(), "{what}");
        printed(entry.metrics[&named("mean_pnl")], &expected["buy_side_mean_pnl_pct"], what);
        printed(entry.metrics[&named("profit_rate")], &expected["buy_side_win_rate"], what);
    }

    #[test]
    fn every_figure_with_every_outcome_known() {
        let Some(folder) = folder("verdicts_2012_2014") else { return };
        let facts = expected(&folder, "expected_facts.json");
        let years = ["2012", "2013", "2014"].map(|year| {
            let begins = [1, 2, 3, 4].map(|quarter| format!("verdicts_{year}Q{quarter}.jsonl"));
            (year, begins.iter().flat_map(|begin| files(&folder, begin)).collect::<Vec<_>>())
        });
        let logs: Vec<Vec<u8>> = years.iter().flat_map(|(_, logs)| logs.clone()).collect();
        let mut known = files(&folder, "outcomes_");
        known.push(never_came(&logs, &known));
        let schema = schema_with(&logs[0], &InferOptions::default());
        let outcomes = outcomes(&schema, &known);
        let all = of(&logs, &schema, Some(&outcomes));
        let plan = r#"{"model":"clf_v2","baseline":"clf_v1"}"#;
        let whole = report(plan, &[("current", &all), ("baseline", &all)]);
        let rule = &facts["rule"];
        for model in ["clf_v1", "clf_v2"] {
            let (facts, of_model) = (&facts["models"][model], entry(&whole, "current", &[("model", model)]));
            assert_eq!((of_model.rows, of_model.pairs), (23_374, 23_374), "{model}");
            earnings(of_model, "", &facts["ml"], model);
            earnings(of_model, "final_", &facts["final"], model);
            earnings(of_model, "rule_", rule, "rule");
            for (metric, key) in [
                ("usage", "share_source_ml"),
                ("average_confidence", "mean_confidence"),
                ("ece", "ece_10_equal_width_bins"),
                ("brier", "brier_top_label"),
            ] {
                printed(of_model.metrics[metric], &facts[key], &format!("{model} {metric}"));
            }
            assert_eq!(
                serde_json::to_value(&of_model.confusion).unwrap(),
                facts["confusion_rows_actual_cols_predicted"],
                "{model}"
            );
            for (label, share) in facts["prediction_share"].as_object().unwrap() {
                printed(of_model.predictions[label], share, label);
            }
            let at = |column: &str, value: &str, metric: &str| {
                entry(&whole, "current", &[("model", model), (column, value)]).metrics[metric]
            };
            printed(at("source", "ml", "accuracy"), &facts["accuracy_where_source_ml"], model);
            printed(at("source", "rule", "rule_accuracy"), &facts["rule_accuracy_where_source_rule"], model);
            for (sector, accuracy) in facts["ml_accuracy_by_sector"].as_object().unwrap() {
                printed(at("sector", sector, "accuracy"), accuracy, sector);
            }
            // The clustered interval is wider than that of as many independent rows (sqrt(0.22 / 23,374) = 0.003068), and holds the value.
            let [low, high] = of_model.intervals["accuracy"];
            let accuracy = of_model.metrics["accuracy"];
            assert!(low < accuracy && accuracy < high && high - low > 2.0 * 1.96 * 0.003_068);
        }
        for (year, logs) in &years {
            let report = report("{}", &[("current", &of(logs, &schema, Some(&outcomes)))]);
            for model in ["clf_v1", "clf_v2"] {
                let expected = &facts["models"][model]["ml_accuracy_by_year"][year];
                printed(entry(&report, "current", &[("model", model)]).metrics["accuracy"], expected, year);
            }
        }
        let mcnemar = &facts["mcnemar_clf_v1_vs_clf_v2"];
        let replay = whole.comparisons.iter().find(|found| found.metric == "replay_improvement").unwrap();
        assert_eq!(Some(replay.details["fixed"]), mcnemar["only_v2_right"].as_f64());
        assert_eq!(Some(replay.details["newly_wrong"]), mcnemar["only_v1_right"].as_f64());
        printed(replay.details["mcnemar"], &mcnemar["chi2_cc"], "McNemar");
        assert!(replay.details["mcnemar_p_value"] > 0.05);
        let compared = comparison("{}", r#"{"arms": ["clf_v1", "clf_v2"]}"#, &[("current", &all)]);
        assert_eq!(compared.verdict, ComparisonVerdict::NoEvidence);
        let test = test_of(&compared.challenges[0].metric, "mcnemar");
        printed(test.statistic.unwrap(), &mcnemar["chi2_cc"], "McNemar");
        assert_eq!(test.note, "only the candidate right 1705, only the baseline 1790; rows, taken as independent");
    }

    const RIGHT: [u32; 2] = [7_514, 7_422];
    const FINAL: [u32; 2] = [6_654, 6_952];
    const RULE: u32 = 6_158;

    #[test]
    fn psi_and_ks_of_every_quarter() {
        let Some(folder) = folder("verdicts_2012_2014") else { return };
        let facts = expected(&folder, "expected_facts.json");
        let half = [files(&folder, "verdicts_2012Q1"), files(&folder, "verdicts_2012Q2")].concat();
        let schema = schema_with(&half[0], &InferOptions::default());
        let reference = of(&half, &schema, None);
        for (name, expected) in facts["psi_quarters_vs_2012H1"].as_object().unwrap() {
            let log = files(&folder, &format!("verdicts_{name}.jsonl"));
            let report =
                report(r#"{"model":"clf_v1"}"#, &[("reference", &reference), ("current", &of(&log, &schema, None))]);
            features(&report, expected, name);
        }
    }
}

mod gates {
    use super::*;

    fn gate(folder: &Path, candidate: &str, reference: &str, incumbent: &str) -> Report {
        gate_with("{}", folder, candidate, reference, incumbent)
    }

    fn gate_with(plan: &str, folder: &Path, candidate: &str, reference: &str, incumbent: &str) -> Report {
        let logs = [candidate, reference, incumbent].map(|name| vec![read(folder.join(name))]);
        let schema = schema_with(&logs[0][0], &InferOptions::default());
        let [candidate, reference, incumbent] = logs.map(|log| of(&log, &schema, None));
        report(plan, &[("current", &candidate), ("reference", &reference), ("baseline", &incumbent)])
    }

    fn accuracies(report: &Report, expected: &Value, by: &str, name: &str) {
        for (value, expected) in expected[by].as_object().unwrap() {
            let key = by.trim_start_matches("by_");
            let model = report.current.as_ref().unwrap().model.clone().unwrap();
            let entry = entry(report, "current", &[("model", &model), (key, value)]);
            let (n, accuracy) = if expected.is_array() {
                (&expected[0], &expected[1])
            } else {
                (&expected["n"], &expected["accuracy"])
            };
            assert_eq!(entry.pairs, n.as_u64().unwrap(), "{name} {value}");
            printed(entry.metrics["accuracy"], accuracy, &format!("{name} {value}"));
        }
    }

    #[test]
    fn four_candidates_are_decided_as_they_should() {
        let Some(folder) = folder("promotion") else { return };
        let facts = expected(&folder, "expected_gate.json");
        let policy = serde_json::to_string(&Policy::preset("production").unwrap()).unwrap();
        for (name, fails) in [
            ("good", ""),
            ("bad_crash", "accuracy where regime=crash"),
            ("bad_sector", "accuracy where sector=Energy"),
            ("bad_drift", "drift_score"),
        ] {
            let report =
                gate(&folder, &format!("candidate_{name}.jsonl.gz"), "reference.jsonl.gz", "incumbent.jsonl.gz");
            let facts = &facts["candidates"][name];
            accuracies(&report, facts, "by_regime", name);
            accuracies(&report, facts, "by_sector", name);
            let replay = report.comparisons.iter().find(|found| found.metric == "replay_improvement").unwrap();
            for (key, expected) in
                [("fixed", "fixed"), ("newly_wrong", "newly_wrong"), ("incumbent_errors", "incumbent_errors")]
            {
                assert_eq!(Some(replay.details[key]), facts["replay"][expected].as_f64(), "{name} {key}");
            }
            printed(replay.value.unwrap(), &facts["replay"]["improvement"], name);
            printed(replay.details["mcnemar"], &facts["replay"]["mcnemar_chi2_cc"], name);
            let features = json!({"features": facts["drift"]["psi"].as_object().unwrap().iter().map(|(column, psi)| {
                let ks = facts["drift"]["ks"].get(column);
                (column.clone(), ks.map_or_else(|| json!({"psi": psi}), |ks| json!({"psi": psi, "ks": ks})))
            }).collect::<serde_json::Map<_, _>>()});
            super::features(&report, &features, name);
            let decision = decide(&policy, &report, "{}");
            assert_eq!(decision.verdict == Verdict::Pass, fails.is_empty(), "{name}: {:?}", decision.checks_failed);
            assert!(
                decision.checks_failed.iter().all(|failed| failed == fails),
                "{name}: {:?}",
                decision.checks_failed
            );
        }
    }

    /// What is predicted is the risk of the next five days, so outcomes of five days overlap: rows of five days are one cluster.
    #[test]
    fn a_sector_that_seems_good_enough_is_open_when_days_are_counted() {
        let Some(folder) = folder("promotion") else { return };
        let plan = r#"{"label_horizon": 5}"#;
        let report =
            gate_with(plan, &folder, "candidate_bad_crash.jsonl.gz", "reference.jsonl.gz", "incumbent.jsonl.gz");
        let check =
            json!({"metric": "accuracy", "each": "sector", "at_least": 0.55, "min_rows": 30, "confidence": 0.95});
        let decision = decide(&json!({"check": [check]}).to_string(), &report, "{}");
        let energy = decision.checks.iter().find(|check| check.slice["sector"] == "Energy").unwrap();
        assert_eq!((energy.n, energy.verdict), (642, Verdict::Inconclusive), "{}", energy.reason);
        printed(energy.value.unwrap(), &json!(0.5872), "Energy");
        assert!(energy.rows_needed.is_some_and(|rows| rows > 0), "{energy:?}");
        // As if rows were independent: 0.5872 - 1.6449 sqrt(0.5872 x 0.4128 / 642) = 0.5872 - 0.0320 = 0.5552 would pass.
        // numpy: sandwich of 117 clusters, Student's t of scipy 1.17.
        close(energy.interval.unwrap()[0], 0.533_206_873_429_613_3, 1e-9, "the cautious end");
    }

    #[test]
    fn inputs_of_the_same_cases_are_the_same_whatever_the_time() {
        let Some(folder) = folder("promotion") else { return };
        for (name, verdict) in [("good", Verdict::Pass), ("bad_crash", Verdict::Pass), ("bad_drift", Verdict::Fail)] {
            let report =
                gate(&folder, &format!("candidate_{name}.jsonl.gz"), "reference.jsonl.gz", "incumbent.jsonl.gz");
            let policy = json!({"check": [{"metric": "input_change", "below": 0.2}]}).to_string();
            let decision = decide(&policy, &report, "{}");
            assert_eq!(decision.verdict, verdict, "{name}: {}", decision.checks[0].reason);
        }
    }

    /// With 921 reference rows the deciles are values of the log, and which bin such a value belongs to shows: expected.json
    /// was computed with bins [lo, hi), its README and ours say (lo, hi]. These are numpy's with (lo, hi].
    const PSI_OF_TRAINING: [(&str, f64); 10] = [
        ("ret_1d", 0.0168),
        ("ret_5d", 0.0405),
        ("ret_20d", 0.0083),
        ("vol_20d", 0.0161),
        ("rsi_14", 0.0155),
        ("macd", 0.0348),
        ("bb_pos", 0.0298),
        ("price_to_sma50", 0.014),
        ("vol_rel", 0.0124),
        ("range_rel", 0.0185),
    ];

    #[test]
    fn the_example_logs_say_what_their_expected_json_says() {
        let Some(folder) = folder("example") else { return };
        let facts = expected(&folder, "expected.json");
        let policy = serde_json::to_string(&Policy::preset("production").unwrap()).unwrap();
        for (name, failed) in [("candidate_good", vec![]), ("candidate_bad", vec!["accuracy", "replay_improvement"])] {
            let report = gate(&folder, &format!("{name}.csv"), "training.csv", "incumbent.csv");
            accuracies(&report, &facts[name], "by_regime", name);
            accuracies(&report, &facts[name], "by_sector", name);
            let decision = decide(&policy, &report, "{}");
            assert_eq!(decision.checks_failed, failed, "{name}");
            let replay = report.comparisons.iter().find(|found| found.metric == "replay_improvement").unwrap();
            printed(replay.value.unwrap(), &facts[name]["replay_improvement"], name);
            for (column, psi) in PSI_OF_TRAINING {
                let ks = &facts["drift_vs_training"][column]["ks"];
                features(&report, &json!({"features": {column: {"psi": psi, "ks": ks}}}), name);
            }
        }
        let [calm, crash] = ["reference.jsonl", "crash.jsonl"].map(|name| vec![read(folder.join(name))]);
        let schema = schema_with(&calm[0], &InferOptions::default());
        let report = report("{}", &[("reference", &of(&calm, &schema, None)), ("current", &of(&crash, &schema, None))]);
        features(&report, &json!({"features": facts["crash_vs_reference"]}), "crash");
        for model in ["rf_v2", "hgb_v2"] {
            for (window, key) in [("reference", "mae_reference"), ("current", "mae_crash")] {
                printed(entry(&report, window, &[("model", model)]).metrics["mae"], &facts[key][model], model);
            }
        }
    }
}
