//! Every distance and test that a plan can ask for: one table, by name.
//!
//! None of them gives a verdict: `ks` and `chi_square` do, together with the rule. What is asked for further is one
//! more finding a column, with its own statistic, effect, band and convention, and the column's verdict.

use alloc::{format, string::String, vec::Vec};

use driftgate_documents::{DriftVerdict, Finding, Plan, Rule};

use super::{Findings, Judge, Scale, at_least_minor};
use crate::{
    Error, Skip,
    distance::{self, JensenShannonConvention, PsiConvention},
    hypothesis, math,
    profile::ValueHistogram,
    words,
    words::nearest,
};

/// Two samples of one column.
#[derive(Clone, Copy)]
pub(super) enum Samples<'a> {
    Numbers(&'a ValueHistogram, &'a ValueHistogram),
    Categories(&'a [u64], &'a [u64]),
}

/// What a method says about two samples.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) statistic: f64,
    /// On the scale of the method's bands, or of its own where it has none.
    effect: Option<f64>,
    /// Of the test's own, over rows.
    p_value: Option<f64>,
    rank_error: f64,
}

impl Reading {
    /// A distance, which is its own effect.
    fn of(value: f64) -> Self {
        Self { statistic: value, effect: Some(value), p_value: None, rank_error: 0.0 }
    }

    fn test(statistic: f64, p_value: f64, rank_error: f64) -> Self {
        Self { statistic, effect: None, p_value: Some(p_value), rank_error }
    }
}

impl From<distance::Distance> for Reading {
    fn from(distance: distance::Distance) -> Self {
        Self { rank_error: distance.rank_error, ..Self::of(distance.value) }
    }
}

type OfNumbers = fn(&str, &ValueHistogram, &ValueHistogram) -> Result<Reading, Skip>;
type OfCategories = fn(&str, &[u64], &[u64]) -> Result<Reading, Skip>;

/// A distance or test.
pub(super) struct Method {
    /// In plans and reports.
    pub(super) name: &'static str,
    /// In sentences.
    title: &'static str,
    /// The default comes first.
    conventions: &'static [&'static str],
    scale: Option<Scale>,
    numbers: Option<OfNumbers>,
    categories: Option<OfCategories>,
}

const SCIPY: &[&str] = &["scipy-1.17"];

/// All of them, in the order of their findings. `ks` and `chi_square` stand here for their names and conventions: they
/// are read where the verdict is given.
static METHODS: [Method; 14] = [
    method("ks", "KS", SCIPY),
    method("chi_square", "chi-square", &["contingency", "exact"]),
    Method {
        scale: Some(Scale::PSI),
        numbers: Some(|convention, r, c| {
            let psi = distance::psi_by(psi_convention(convention), r, c)?;
            Ok(Reading { rank_error: psi.rank_error, ..Reading::of(psi.value) })
        }),
        categories: Some(|convention, r, c| {
            Ok(Reading::of(distance::psi_categories_by(psi_convention(convention), r, c)?.value))
        }),
        ..method("psi", "PSI", &["deciles", "evidently", "scouter", "frouros", "deepchecks"])
    },
    Method {
        scale: Some(Scale::JENSEN_SHANNON),
        numbers: Some(|convention, r, c| Ok(distance::jensen_shannon(js_convention(convention), r, c)?.into())),
        categories: Some(|convention, r, c| {
            distance::jensen_shannon_categories(js_convention(convention), r, c).map(Reading::of)
        }),
        ..method("jensen_shannon", "Jensen-Shannon", &["deciles", "nannyml", "evidently", "tfdv"])
    },
    Method {
        scale: Some(Scale::WASSERSTEIN),
        numbers: Some(|convention, r, c| {
            let moved = distance::wasserstein(r, c)?;
            let statistic = if convention == "raw" { moved.value } else { moved.over_sd };
            Ok(Reading { statistic, rank_error: moved.rank_error, ..Reading::of(moved.over_sd) })
        }),
        ..method("wasserstein", "Wasserstein", &["over_sd", "raw"])
    },
    Method {
        scale: Some(Scale::HELLINGER),
        numbers: Some(|_, r, c| Ok(distance::hellinger(r, c)?.into())),
        categories: Some(|_, r, c| distance::hellinger_categories(r, c).map(Reading::of)),
        ..method("hellinger", "Hellinger", &["deciles"])
    },
    Method {
        numbers: Some(|_, r, c| Ok(Reading { effect: None, ..distance::kullback_leibler(r, c)?.into() })),
        categories: Some(|_, r, c| {
            Ok(Reading { effect: None, ..Reading::of(distance::kullback_leibler_categories(r, c)?) })
        }),
        ..method("kullback_leibler", "Kullback-Leibler", &["evidently"])
    },
    Method {
        categories: Some(|_, r, c| distance::cramers_v(r, c).map(Reading::of)),
        ..method("cramers_v", "Cramer's V", &["bias_corrected"])
    },
    Method {
        scale: Some(Scale::KS),
        categories: Some(|_, r, c| distance::l_infinity(r, c).map(Reading::of)),
        ..method("l_infinity", "L-infinity", &["shares"])
    },
    Method {
        scale: Some(Scale::KS),
        categories: Some(|_, r, c| distance::total_variation(r, c).map(Reading::of)),
        ..method("total_variation", "total variation", &["shares"])
    },
    Method {
        numbers: Some(|_, r, c| {
            let test = hypothesis::cramer_von_mises(r, c)?;
            Ok(Reading::test(test.statistic, test.p_value, test.rank_error))
        }),
        ..method("cramer_von_mises", "Cramer-von Mises", SCIPY)
    },
    Method {
        numbers: Some(|_, r, c| {
            let test = hypothesis::anderson_darling(r, c)?;
            Ok(Reading::test(test.statistic, test.p_value, test.rank_error))
        }),
        ..method("anderson_darling", "Anderson-Darling", SCIPY)
    },
    Method {
        numbers: Some(|_, r, c| {
            let test = hypothesis::mann_whitney(r, c)?;
            // The rank-biserial correlation: 0 where neither side tends to be larger, 1 where one always is.
            let effect = Some(math::abs(2.0 * test.superiority - 1.0));
            Ok(Reading { effect, ..Reading::test(test.u, test.p_value, test.rank_error) })
        }),
        ..method("mann_whitney", "Mann-Whitney U", SCIPY)
    },
    Method {
        numbers: Some(|_, r, c| Ok(Reading { effect: None, ..distance::energy(r, c)?.into() })),
        ..method("energy", "energy distance", SCIPY)
    },
];

const fn method(name: &'static str, title: &'static str, conventions: &'static [&'static str]) -> Method {
    Method { name, title, conventions, scale: None, numbers: None, categories: None }
}

fn psi_convention(name: &str) -> PsiConvention {
    match name {
        "evidently" => PsiConvention::Evidently,
        "scouter" => PsiConvention::Scouter,
        "frouros" => PsiConvention::Frouros,
        "deepchecks" => PsiConvention::Deepchecks,
        _ => PsiConvention::Deciles,
    }
}

fn js_convention(name: &str) -> JensenShannonConvention {
    match name {
        "nannyml" => JensenShannonConvention::NannyMl,
        "evidently" => JensenShannonConvention::Evidently,
        "tfdv" => JensenShannonConvention::Tfdv,
        _ => JensenShannonConvention::Deciles,
    }
}

impl Method {
    fn convention(&self, judge: &Judge) -> &'static str {
        let asked = judge.conventions.get(self.name);
        let known = self.conventions.iter().find(|known| asked.is_some_and(|asked| asked == *known));
        known.or(self.conventions.first()).copied().unwrap_or_default()
    }

    fn applies_to(&self, samples: Samples<'_>) -> bool {
        match samples {
            Samples::Numbers(..) => self.numbers.is_some(),
            Samples::Categories(..) => self.categories.is_some(),
        }
    }

    fn read(&self, judge: &Judge, samples: Samples<'_>) -> Result<Reading, Skip> {
        let convention = self.convention(judge);
        match (samples, self.numbers, self.categories) {
            (Samples::Numbers(r, c), Some(read), _) => read(convention, r, c),
            (Samples::Categories(r, c), _, Some(read)) => read(convention, r, c),
            _ => Err(Skip::because(format!("{} is not defined for this kind of column", self.title))),
        }
    }
}

/// What is asked for in plans beside the verdict's own method, or by default PSI, and can be read on such a column.
fn asked(judge: &Judge, samples: Samples<'_>) -> impl Iterator<Item = &'static Method> {
    let is_asked = |name: &str| {
        if judge.methods.is_empty() { name == "psi" } else { judge.methods.iter().any(|asked| asked == name) }
    };
    METHODS.iter().filter(move |method| is_asked(method.name) && method.applies_to(samples))
}

/// Readings of one column: of each method that is asked for, and of PSI where a rule reads it.
pub(super) struct Readings {
    read: Vec<(&'static Method, Result<Reading, Skip>)>,
    /// PSI by its convention, for the rule `any`.
    pub(super) psi: Option<f64>,
}

impl Readings {
    pub(super) fn of(judge: &Judge, samples: Samples<'_>) -> Self {
        let read: Vec<_> = asked(judge, samples).map(|method| (method, method.read(judge, samples))).collect();
        let psi = METHODS.iter().find(|method| method.name == "psi" && judge.rule == Rule::Any);
        let psi = psi.and_then(|method| method.read(judge, samples).ok());
        Self { read, psi: psi.map(|reading| reading.statistic) }
    }

    /// One finding for each reading, beside the one that gives the column's verdict.
    pub(super) fn report(self, judge: &Judge, verdict: &Finding, findings: &mut Findings) {
        for (method, reading) in self.read {
            match reading {
                Ok(reading) => findings.found.push(finding(method, &reading, judge, verdict)),
                Err(Skip(reason)) => {
                    findings.skip(verdict.kind, verdict.column.as_deref(), &verdict.slice, method.name, reason);
                }
            }
        }
    }
}

/// The same column read by another method: its own statistic and band, the column's verdict.
fn finding(method: &Method, reading: &Reading, judge: &Judge, verdict: &Finding) -> Finding {
    let drifted = verdict.verdict == DriftVerdict::Drift;
    let banded = method.scale.zip(reading.effect);
    let severity = banded.map_or(verdict.severity, |(scale, effect)| at_least_minor(scale.band(effect)));
    // A p-value over rows is worth something only where rows are the observations; it is outside the adjusted family.
    let own_p = reading.p_value.filter(|_| matches!(judge.rule, Rule::Rows | Rule::Any));
    let sure = own_p.map_or(String::new(), |p| format!(", {}", words::p(p)));
    let column = verdict.column.as_deref().unwrap_or("");
    Finding {
        method: method.name.into(),
        convention: method.convention(judge).into(),
        statistic: Some(reading.statistic),
        p_value: own_p.or(verdict.p_value),
        p_adjusted: if own_p.is_some() { None } else { verdict.p_adjusted },
        effect: reading.effect,
        threshold: method.scale.map(|scale| scale.0[1]),
        rank_error: reading.rank_error.max(verdict.rank_error),
        severity: if drifted { severity } else { None },
        message: format!("{column}: {} {}{sure}", method.title, words::short(reading.statistic)),
        ..verdict.clone()
    }
}

/// The chi-square test's p-value over rows, by its convention, with the name of the one that was used: `exact` is
/// Fisher's test where the tables are few enough to walk through, else `contingency`.
pub(super) fn chi_square_p(judge: &Judge, reference: &[u64], current: &[u64], p_value: f64) -> (&'static str, f64) {
    let asked = judge.conventions.get("chi_square").is_some_and(|convention| convention == "exact");
    let exact = if asked { hypothesis::fisher_exact(reference, current).ok() } else { None };
    exact.map_or(("contingency", p_value), |test| ("exact", test.p_value))
}

/// Refuses names that are not in the table.
///
/// # Errors
/// A usage error with the nearest known name.
pub fn check_methods(plan: &Plan) -> Result<(), Error> {
    let names = || METHODS.iter().map(|method| method.name);
    for name in plan.methods.iter().chain(plan.conventions.keys()) {
        if !names().any(|known| known == name) {
            return Err(unknown("method", name, names()));
        }
    }
    for method in &METHODS {
        let known = || method.conventions.iter().copied();
        if let Some(asked) = plan.conventions.get(method.name).filter(|asked| !known().any(|known| known == *asked)) {
            return Err(unknown(&format!("convention of {}", method.name), asked, known()));
        }
    }
    Ok(())
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Error {
    let list = known.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let hint = nearest(name, known).map(|near| format!("; did you mean `{near}`?"));
    Error::usage(format!("plan: unknown {what} `{name}`, expected one of {list}{}", hint.unwrap_or_default()))
}
