//! Further distances and tests on request: one finding more a column each, and nothing else changes.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use driftgate_core::door::{ProfileHandle, analyze, infer};
use driftgate_documents::{Finding, Inference, Report};

/// 400 rows a side, a number and a category, both moved; `days` gives them a time, ten rows a day.
fn log(current: bool, days: bool) -> String {
    let mut state = if current { 77_u64 } else { 1 };
    let mut uniform = || {
        state = (1_103_515_245 * state + 12_345) % (1 << 31);
        state as f64 / f64::from(1_u32 << 31)
    };
    let row = |i: u32| {
        let (x, share) = (uniform(), uniform());
        let x = if current { 0.3 + x } else { x };
        let kind = if share < if current { 0.3 } else { 0.6 } { "a" } else { "b" };
        let time = format!("\"timestamp\":\"20{:02}-01-{:02}T12:00:00Z\",", if current { 21 } else { 20 }, 1 + i / 16);
        let time = if days { time } else { String::new() };
        format!("{{{time}\"id\":\"{i}\",\"prediction\":{x},\"features\":{{\"x\":{x},\"kind\":\"{kind}\"}}}}\n")
    };
    (0..400).map(row).collect()
}

fn profile(log: &str) -> ProfileHandle {
    let inference: Inference = serde_json::from_str(&infer(log.as_bytes(), r#"{"name":"log"}"#).unwrap()).unwrap();
    let schema = serde_json::to_string(&inference.schema).unwrap();
    let mut profile = ProfileHandle::create(&schema, r#"{"name":"log"}"#, None).unwrap();
    log.as_bytes().chunks(200_000).for_each(|chunk| {
        profile.push(chunk).unwrap();
    });
    profile.finish().unwrap();
    profile
}

fn answer(plan: &str, days: bool) -> Result<String, String> {
    let (reference, current) = (profile(&log(false, days)), profile(&log(true, days)));
    analyze(plan, &[("reference", &reference), ("current", &current)]).map_err(|error| error.message)
}

fn report(plan: &str, days: bool) -> Report {
    serde_json::from_str(&answer(plan, days).unwrap()).unwrap()
}

/// The findings about the distribution of one column, in their order.
fn about<'a>(report: &'a Report, column: &str) -> Vec<&'a Finding> {
    let others = ["missing_share", "new_share", "presence", "outside_share"];
    let kinds = |finding: &&Finding| !others.contains(&finding.method.as_str());
    report.findings.iter().filter(|finding| finding.column.as_deref() == Some(column)).filter(kinds).collect()
}

fn methods<'a>(findings: &[&'a Finding]) -> Vec<&'a str> {
    findings.iter().map(|finding| finding.method.as_str()).collect()
}

const NUMBERS: [&str; 10] = [
    "ks",
    "psi",
    "jensen_shannon",
    "wasserstein",
    "hellinger",
    "kullback_leibler",
    "cramer_von_mises",
    "anderson_darling",
    "mann_whitney",
    "energy",
];
const CATEGORIES: [&str; 8] = [
    "chi_square",
    "psi",
    "jensen_shannon",
    "hellinger",
    "kullback_leibler",
    "cramers_v",
    "l_infinity",
    "total_variation",
];

fn everything() -> String {
    let mut all: Vec<&str> = NUMBERS.iter().chain(&CATEGORIES).copied().collect();
    all.sort_unstable();
    all.dedup();
    format!("\"methods\":{}", serde_json::to_string(&all).unwrap())
}

#[test]
fn by_default_there_are_the_verdicts_method_and_psi() {
    for days in [true, false] {
        let text = answer("{}", days).unwrap();
        let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
        for field in ["methods", "conventions", "adjust"] {
            assert!(plan["plan"].get(field).is_none(), "{field} was not asked for and stands in the plan");
        }
        let report = report("{}", days);
        assert_eq!(methods(&about(&report, "x")), ["ks", "psi"]);
        assert_eq!(methods(&about(&report, "kind")), ["chi_square", "psi"]);
    }
}

#[test]
fn each_method_is_one_finding_with_the_columns_verdict() {
    let report = report(&format!("{{{}}}", everything()), true);
    for (column, expected) in [("x", &NUMBERS[..]), ("kind", &CATEGORIES[..])] {
        let found = about(&report, column);
        assert_eq!(methods(&found), expected);
        for finding in &found {
            assert_eq!((finding.verdict, finding.p_value), (found[0].verdict, found[0].p_value), "{}", finding.method);
            assert!(finding.statistic.is_some() && !finding.convention.is_empty() && finding.severity.is_some());
            assert_eq!(finding.n_reference, 400);
        }
    }
    let plain = self::report("{}", true);
    assert_eq!(report.summary, plain.summary);
    assert_eq!((about(&report, "x")[0], report.verdict), (about(&plain, "x")[0], plain.verdict));
}

#[test]
fn tests_have_their_own_p_value_where_rows_are_the_observations() {
    let report = report(&format!("{{{},\"rule\":\"rows\"}}", everything()), false);
    let found = about(&report, "x");
    for finding in &found[1..] {
        let own = ["cramer_von_mises", "anderson_darling", "mann_whitney"].contains(&finding.method.as_str());
        assert_eq!(finding.p_value != found[0].p_value, own, "{}", finding.method);
        assert_eq!(finding.p_adjusted.is_none(), own, "{}", finding.method);
    }
}

#[test]
fn a_convention_is_named_with_its_number_and_skipped_where_it_has_none() {
    let asked = r#"{"methods":["psi","wasserstein","jensen_shannon"],
        "conventions":{"psi":"deepchecks","wasserstein":"raw","jensen_shannon":"evidently","chi_square":"exact"}}"#;
    let report = report(asked, false);
    let numbers = about(&report, "x");
    assert_eq!(methods(&numbers), ["ks", "jensen_shannon", "wasserstein"]);
    assert_eq!((numbers[1].convention.as_str(), numbers[2].convention.as_str()), ("evidently", "raw"));
    // Raw is in the column's units; the effect stays in standard deviations, as the bands are.
    let (raw, over_sd) = (numbers[2].statistic.unwrap(), numbers[2].effect.unwrap());
    assert!(
        (raw - 0.3).abs() < 0.05 && (over_sd / raw - driftgate_core::math::sqrt(12.0)).abs() < 0.2,
        "{raw} {over_sd}"
    );
    let skipped: Vec<&str> =
        report.skipped.iter().filter(|skip| skip.method == "psi").map(|skip| &*skip.reason).collect();
    assert!(skipped.iter().all(|reason| reason.contains("categories")) && !skipped.is_empty(), "{skipped:?}");
    let categories = about(&report, "kind");
    assert_eq!((categories[0].method.as_str(), categories[0].convention.as_str()), ("chi_square", "exact"));
    assert_eq!((categories[1].method.as_str(), categories[1].convention.as_str()), ("psi", "deepchecks"));
}

#[test]
fn p_values_are_adjusted_as_asked() {
    let adjusted = |how: &str| {
        let report = report(&format!("{{\"rule\":\"rows\",\"adjust\":\"{how}\"}}"), false);
        let found = about(&report, "kind");
        (found[0].p_value.unwrap(), found[0].p_adjusted.unwrap())
    };
    let (p, raw) = adjusted("none");
    assert_eq!(p, raw);
    // Three columns: x, kind and the prediction, of which `kind` is the least sure.
    let (bonferroni, holm, bh) = (adjusted("bonferroni").1, adjusted("holm").1, adjusted("benjamini_hochberg").1);
    assert!((bonferroni - 3.0 * p).abs() <= 1e-12 * p && holm == p && bh == p, "{p} {bonferroni} {holm} {bh}");
    let by = adjusted("benjamini_yekutieli").1;
    assert!((by - p * (1.0 + 1.0 / 2.0 + 1.0 / 3.0)).abs() <= 1e-12 * by);
}

#[test]
fn unknown_names_are_refused_with_the_nearest_known_one() {
    for (plan, words) in [
        (r#"{"methods":["wassersten"]}"#, ["unknown method `wassersten`", "did you mean `wasserstein`?"]),
        (r#"{"conventions":{"psii":"deciles"}}"#, ["unknown method `psii`", "did you mean `psi`?"]),
        (r#"{"conventions":{"psi":"evidentely"}}"#, ["unknown convention of psi", "did you mean `evidently`?"]),
        (r#"{"conventions":{"jensen_shannon":"scouter"}}"#, ["unknown convention of jensen_shannon", "`tfdv`"]),
        (r#"{"adjust":"homl"}"#, ["unknown variant `homl`", "did you mean `holm`?"]),
    ] {
        let message = answer(plan, false).unwrap_err();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
}
