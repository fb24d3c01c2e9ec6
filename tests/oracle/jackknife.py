"""Delete-one-cluster jackknife of metrics that are no means (scikit-learn, numpy), and clustered errors of paired changes
(statsmodels): of one side, and of candidate - baseline on the same cases."""
import numpy as np
import statsmodels.api as sm
from common import uniforms, write
from sklearn.metrics import f1_score, precision_score, r2_score, recall_score, roc_auc_score

u = iter(uniforms(60000))


def ece(right, confidence):
    tenth = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(confidence[tenth == b].mean() - right[tenth == b].mean()) * (tenth == b).sum() for b in set(tenth)]
    return sum(gaps) / len(right)


def labels_of(positive, average):
    options = {"average": average, "zero_division": 0}
    if average == "binary":
        options["pos_label"] = positive

    def metrics(s):
        found = {name: f(s["actual"], s["prediction"], **options)
                 for name, f in [("precision", precision_score), ("recall", recall_score), ("f1", f1_score)]}
        if "confidence" in s:
            c, right = s["confidence"], (s["prediction"] == s["actual"]).astype(float)
            found |= {"ece": ece(right, c), "average_confidence": c.mean()}
            if average == "binary":
                chance = np.where(s["prediction"] == positive, c, 1 - c)
                found["auc"] = roc_auc_score(s["actual"] == positive, chance)
        if "pnl" in s:
            held = s["prediction"] == "buy"
            days = [s["pnl"][held & (s["day"] == d)].mean() for d in sorted(set(s["day"][held]))]
            found["sharpe"] = np.mean(days) / np.std(days, ddof=1) * np.sqrt(252)
        return found
    return metrics


def numbers(s):
    p, a, b = s["prediction"], s["actual"], s["base"]
    return {"r2": r2_score(a, p), "naive_mae": abs(b - a).mean(), "naive_mape": 100 * (abs(b - a) / abs(a)).mean(),
            "skill": abs(p - a).mean() / abs(b - a).mean()}


def per_row(s, task):
    """Metric -> (which rows count, their values)."""
    every = np.ones(len(s["day"]), bool)
    p, a = s["prediction"], s["actual"]
    if task == "regression":
        e = abs(p - a)
        return {"mae": (every, e), "mape": (every, 100 * e / abs(a)), "rmse": (every, e**2),
                "directional_accuracy": (every, ((p > s["base"]) == (a > s["base"])).astype(float))}
    right = (p == a).astype(float)
    found = {"accuracy": (every, right)}
    if "confidence" in s:
        found["brier"] = (every, (s["confidence"] - right) ** 2)
    if "pnl" in s:
        held = p == "buy"
        found |= {"mean_pnl": (held, s["pnl"]), "hit_rate": (held, (s["pnl"] > 0).astype(float))}
    return found


def take(s, rows):
    return {name: column[rows] for name, column in s.items()}


def spread(replicates):
    x = np.array(replicates)
    return float(np.sqrt((len(x) - 1) / len(x) * ((x - x.mean()) ** 2).sum()))


def jackknife(sides, metrics, horizon):
    """Name -> (value, standard error) of side 0, and of side 0 - side 1."""
    cluster = sides[0]["day"] // horizon
    all_, rest = [metrics(s) for s in sides], []
    for g in sorted(set(cluster)):
        rest.append([metrics(take(s, cluster != g)) for s in sides])
    one = {n: [float(all_[0][n]), spread([r[0][n] for r in rest])] for n in all_[0]}
    two = {n: [float(all_[0][n] - all_[1][n]), spread([r[0][n] - r[1][n] for r in rest])] for n in all_[0]}
    return one, two


def change(sides, name, task, horizon):
    """A difference of two means as a stacked regression, clustered by time; a root by the delta method."""
    rows = [per_row(s, task)[name] for s in sides]
    y = np.concatenate([v[held] for held, v in rows])
    x = np.zeros((len(y), 2))
    first = int(rows[0][0].sum())
    x[:first, 0], x[first:, 1] = 1, 1
    groups = np.concatenate([s["day"][held] // horizon for s, (held, _) in zip(sides, rows)])
    fit = sm.OLS(y, x).fit()
    # Statsmodels also multiplies by (n - 1) / (n - k).
    cov = fit.get_robustcov_results(cov_type="cluster", groups=groups).cov_params() * (len(y) - 2) / (len(y) - 1)
    means = fit.params
    slopes = np.array([1.0, -1.0])
    values = means
    if name == "rmse":
        values = np.sqrt(means)
        slopes = slopes / (2 * values)
    return [float(values[0] - values[1]), float(np.sqrt(slopes @ cov @ slopes))]


def classifier(name, days, a_day, labels, confidence, pnl, positive=None):
    n = days * a_day
    day = np.repeat(np.arange(days), a_day)
    hard = [next(u) for _ in range(days)]
    actual = np.array([labels[int(next(u) * len(labels))] for _ in range(n)])
    sides = []
    for skill in (0.75, 0.6):
        s = {"day": day, "actual": actual}
        right = np.array([next(u) < skill - 0.4 * hard[day[i]] + 0.2 for i in range(n)])
        other = np.array([labels[int(next(u) * len(labels))] for _ in range(n)])
        s["prediction"] = np.where(right, actual, other)
        if confidence:
            # To two digits, so that there are ties.
            s["confidence"] = np.array([round(0.5 + 0.5 * next(u) * (0.6 + 0.4 * right[i]), 2) for i in range(n)])
        sides.append(s)
    if pnl:
        gain = np.array([round(4 * next(u) - 1.8 + hard[day[i]], 3) for i in range(n)])
        for s in sides:
            s["pnl"] = gain
    average = "binary" if len(labels) == 2 else "macro"
    return name, "classification", sides, labels_of(positive or sorted(labels)[-1], average), 1


def regressor(name, days, a_day, horizon):
    n = days * a_day
    day = np.repeat(np.arange(days), a_day)
    move = [2 * next(u) - 1 for _ in range(days)]
    base = np.array([round(50 + 50 * next(u), 3) for _ in range(n)])
    actual = np.array([round(base[i] + 2 * move[day[i]] + next(u) - 0.5, 3) for i in range(n)])
    sides = []
    for noise in (1.0, 1.6):
        prediction = np.array([round(base[i] + move[day[i]] + noise * (next(u) - 0.5), 3) for i in range(n)])
        sides.append({"day": day, "actual": actual, "base": base, "prediction": prediction})
    return name, "regression", sides, numbers, horizon


cases = []
for name, task, sides, metrics, horizon in [
        classifier("two labels, confidences with ties, P&L", 12, 20, ["avoid", "buy"], True, True),
        classifier("three labels", 9, 15, ["a", "b", "c"], False, False),
        regressor("numbers, days", 10, 12, 1),
        regressor("numbers, blocks of three days", 20, 6, 3)]:
    one, two = jackknife(sides, metrics, horizon)
    means = {metric: change(sides, metric, task, horizon) for metric in per_row(sides[0], task)}
    rows = [{column: values.tolist() for column, values in s.items()} for s in sides]
    cases.append({"name": name, "task": task, "horizon": horizon, "candidate": rows[0], "baseline": rows[1],
                  "values": one, "changes": two | means})
write("jackknife", {"cases": cases})
