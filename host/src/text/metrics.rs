//! The metrics that texts show: their order, which way is better, and in a few words what they say.

/// A metric as it is shown.
pub struct Metric {
    /// Its name in reports.
    pub name: &'static str,
    /// Whether a larger value is worse.
    pub larger_is_worse: bool,
    /// What a person has to know who sees it the first time; empty where the name says it.
    pub meaning: &'static str,
}

const fn better(name: &'static str, meaning: &'static str) -> Metric {
    Metric { name, larger_is_worse: false, meaning }
}

const fn worse(name: &'static str, meaning: &'static str) -> Metric {
    Metric { name, larger_is_worse: true, meaning }
}

/// Metrics of a model or a slice worth a line, in this order.
pub const METRICS: [Metric; 23] = [
    better("accuracy", "share of right labels"),
    better("f1", "harmonic mean of precision and recall"),
    better("precision", "share of right ones among the predicted"),
    better("recall", "share of found ones among the actual"),
    better("auc", "chance that a positive row gets a higher probability than a negative one"),
    worse("mape", "mean absolute error in percent of the actual"),
    worse("mae", "mean absolute error"),
    worse("rmse", "root of the mean squared error"),
    better("directional_accuracy", "share of rows whose direction came true"),
    worse("skill", "error over that of the naive forecast; below 1 beats it"),
    worse("ece", "how far confidence is from the share of right ones, on average; 0 is best"),
    worse("brier", "mean squared gap between confidence and being right; 0 is best"),
    worse("log_loss", "mean surprise at what happened; 0 is best"),
    better("outcome_accuracy", "share of profits where bought and of losses where avoided"),
    better("mean_pnl", "mean profit or loss of what was bought, in percent"),
    better("profit_rate", "share of bought ones that ended in a profit"),
    better("hit_rate", "share of bought ones that gained"),
    better("sharpe", "yearly return over its spread"),
    worse("max_drawdown", "deepest fall from a peak, in percent"),
    better("usage", "share of rows decided by the model"),
    better("agreement", "share of rows on which model and rule agree"),
    better("average_confidence", "mean confidence"),
    worse("naive_mae", "mean absolute error if nothing changed"),
];

/// The metric by which slices are ranked, the first that is there.
pub const PRIMARY: [&str; 3] = ["accuracy", "mape", "mae"];

/// The metric of that name.
pub fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// What the names in a table mean, in lines.
pub fn legend<'a>(shown: impl Iterator<Item = &'a str>) -> String {
    let known = shown.filter_map(find).filter(|metric| !metric.meaning.is_empty());
    known.map(|metric| format!("{}: {}", metric.name, metric.meaning)).collect::<Vec<_>>().join("; ")
}
