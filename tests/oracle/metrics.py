"""Metrics of small logs by scikit-learn and numpy: the log as JSON rows, and what every metric has to be (null: skipped)."""
import datetime
import warnings
import numpy as np
from scipy import stats
from sklearn import metrics as sk
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint
from statsmodels.regression.linear_model import OLS
from common import uniforms, write

u = uniforms(4000)


def number(x):
    return isinstance(x, (int, float)) and np.isfinite(x)


def regression(name, predictions, actuals, bases=None):
    rows = [{"id": f"i{i}", "prediction": p, "actual": a} for i, (p, a) in enumerate(zip(predictions, actuals))]
    for i, row in enumerate(rows):
        if bases:
            row["base"] = bases[i]
    pairs = [r for r in rows if number(r["prediction"]) and number(r["actual"])]
    p, a = np.array([r["prediction"] for r in pairs], float), np.array([r["actual"] for r in pairs], float)
    names = ["mae", "rmse", "mape", "r2", "directional_accuracy", "naive_mae", "naive_mape", "skill"]
    expected = dict.fromkeys(names)
    percent = lambda p, a: 100 * sk.mean_absolute_percentage_error(a[a != 0], p[a != 0]) if (a != 0).any() else None
    if len(p):
        expected |= {"mae": sk.mean_absolute_error(a, p), "rmse": sk.root_mean_squared_error(a, p), "mape": percent(p, a)}
        if len(set(a)) > 1:
            expected["r2"] = sk.r2_score(a, p)
    based = [r for r in pairs if number(r.get("base"))]
    if based:
        p, a, b = (np.array([r[k] for r in based], float) for k in ("prediction", "actual", "base"))
        naive = sk.mean_absolute_error(a, b)
        expected |= {"directional_accuracy": float(np.mean((p > b) == (a > b))), "naive_mae": naive, "naive_mape": percent(b, a)}
        if naive > 0:
            expected["skill"] = sk.mean_absolute_error(a, p) / naive
    clean = {k: None if v is None else float(v) for k, v in expected.items()}
    return {"name": name, "task": "regression", "rows": rows, "pairs": len(pairs), "expected": clean}


def label(x):
    """Numbers in their shortest form: 1, 1.0 and "1" are one label."""
    return x if isinstance(x, str) else str(int(x)) if float(x) == int(x) else repr(x)


def share(pairs):
    known = [(label(x), label(y)) for x, y in pairs if x is not None and y is not None]
    return float(np.mean([x == y for x, y in known])) if known else None


def classification(name, predictions, actuals, positive=None, rules=None, finals=None, sources=None):
    columns = {"prediction": predictions, "actual": actuals, "rule_prediction": rules, "final_prediction": finals,
               "source": sources}
    rows = [{"id": f"i{i}"} | {k: v[i] for k, v in columns.items() if v} for i in range(len(predictions))]
    pairs = [(label(p), label(a)) for p, a in zip(predictions, actuals) if p is not None and a is not None]
    expected, confusion = dict.fromkeys(["accuracy", "precision", "recall", "f1"]), {}
    if pairs:
        p, a = [x for x, _ in pairs], [y for _, y in pairs]
        labels = sorted(set(p) | set(a))
        how = {"average": "macro"} if len(labels) > 2 else {"average": "binary", "pos_label": positive or labels[-1]}
        if len(labels) < 3:  # scikit-learn wants the positive label to occur: precision of one label among those
            how = {"average": "macro", "labels": [positive or labels[-1]]}
        precision, recall, f1, _ = sk.precision_recall_fscore_support(a, p, zero_division=0, **how)
        expected = {"accuracy": sk.accuracy_score(a, p), "precision": precision, "recall": recall, "f1": f1}
        matrix = sk.confusion_matrix(a, p, labels=labels)
        confusion = {x: {y: int(n) for y, n in zip(labels, row) if n} for x, row in zip(labels, matrix) if row.any()}
    if rules:
        expected |= {"agreement": share(zip(predictions, rules)), "rule_accuracy": share(zip(rules, actuals))}
    if finals:
        expected["final_accuracy"] = share(zip(finals, actuals))
    if sources:
        said = [s.lower() == "ml" for s in sources if s is not None]
        expected["usage"] = float(np.mean(said))
    clean = {k: None if v is None else float(v) for k, v in expected.items()}
    return {"name": name, "task": "classification", "positive": positive, "rows": rows, "pairs": len(pairs), "expected": clean,
            "confusion": confusion}


def confident(name, predictions, actuals, confidences):
    """A classifier with confidences: Brier and ECE of the verdict; log loss and AUC of the later label, where there are two."""
    case = classification(name, predictions, actuals)
    for row, confidence in zip(case["rows"], confidences):
        row["confidence"] = confidence
    known = [(label(p), label(a), c) for p, a, c in zip(predictions, actuals, confidences)
             if p is not None and a is not None and number(c)]
    sure = [c for p, c in zip(predictions, confidences) if p is not None and number(c)]
    case["expected"] |= dict.fromkeys(["brier", "ece", "log_loss", "auc"])
    if not known or any(not 0 <= c <= 1 for c in sure):
        return case
    right, c = np.array([p == a for p, a, _ in known]), np.array([c for *_, c in known])
    tenth = np.minimum(np.floor(c * 10).astype(int), 9)
    gaps = [abs(c[tenth == t].mean() - right[tenth == t].mean()) * (tenth == t).sum() for t in set(tenth)]
    case["expected"] |= {"brier": float(np.mean((c - right) ** 2)), "ece": float(sum(gaps) / len(c))}
    labels = sorted({x for x in predictions + actuals if x is not None}, key=label)
    if len(labels) <= 2:
        positive = label(labels[-1])
        happened = np.array([a == positive for _, a, _ in known])
        chance = np.array([x if p == positive else 1 - x for p, _, x in known])
        case["expected"]["log_loss"] = float(sk.log_loss(happened, chance, labels=[False, True]))
        if len(set(happened)) == 2:
            case["expected"]["auc"] = float(sk.roc_auc_score(happened, chance))
    return case


BUY, AVOID = ["buy", "strong_buy"], ["avoid", "sell", "strong_sell"]


def money(name, task, columns, days=None, plan=None):
    """Outcomes and P&L. Columns: prediction, rule_prediction, final_prediction, outcome, pnl. Days count from 2024-01-01."""
    n = len(columns["prediction"])
    rows = [{"id": f"i{i}"} | {k: v[i] for k, v in columns.items()} for i in range(n)]
    for row, day in zip(rows, days or []):
        row["timestamp"] = (datetime.date(2024, 1, 1) + datetime.timedelta(day)).isoformat() + "T12:00:00Z"
    plan = plan or {}
    buy, avoid = (plan.get("classes", {}).get(k, v) for k, v in [("buy", BUY), ("avoid", AVOID)])
    lower = lambda x: x.lower() if isinstance(x, str) else x
    is_of = lambda label, names: lower(label) in [lower(x) for x in names]
    texts = [r[k] for r in rows for k in ("prediction", "rule_prediction", "final_prediction", "actual") if isinstance(r.get(k), str)]
    known = any(is_of(x, buy) or is_of(x, avoid) for x in texts)
    expected, counts = {}, {}
    if "rule_prediction" in columns:
        expected["agreement"] = share(zip(columns["prediction"], columns["rule_prediction"]))
    for role, prefix in [("prediction", ""), ("rule_prediction", "rule_"), ("final_prediction", "final_")]:
        said = [r for r in rows if r.get(role) is not None and (lower(r.get("outcome")) in ("profit", "loss", "neutral") or number(r.get("pnl")))]
        if not said:
            continue
        outcome = [r for r in said if lower(r.get("outcome")) in ("profit", "loss", "neutral")]
        if outcome:
            expected[prefix + "outcome_accuracy"] = None
        if outcome and known:
            judged = [r for r in outcome if lower(r["outcome"]) != "neutral" and (is_of(r[role], buy) or is_of(r[role], avoid))]
            counts[prefix + "outcome_accuracy_excluded"] = len(outcome) - len(judged)
            if judged:
                expected[prefix + "outcome_accuracy"] = np.mean([is_of(r[role], buy) == (lower(r["outcome"]) == "profit") for r in judged])
        held = [r for r in said if not known or not isinstance(r[role], str) or is_of(r[role], buy)]
        counts[prefix + "positions"] = len(held)
        pnl = [r["pnl"] for r in held if number(r.get("pnl"))]
        if any(number(r.get("pnl")) for r in said):
            expected[prefix + "mean_pnl"] = np.mean(pnl) if pnl else None
        if outcome:
            ended = [lower(r["outcome"]) == "profit" for r in held if r in outcome]
            expected[prefix + "profit_rate"] = np.mean(ended) if ended else None
        if prefix == "" and any(number(r.get("pnl")) for r in said):
            expected["hit_rate"] = np.mean(np.array(pnl) > 0) if pnl else None
            expected |= {"sharpe": None, "max_drawdown": None}
            by_day = {}
            for r in held:
                if number(r.get("pnl")) and "timestamp" in r:
                    by_day.setdefault(r["timestamp"], []).append(r["pnl"])
            means = np.array([np.mean(by_day[day]) for day in sorted(by_day)])
            if len(means) > 1 and len(set(means)) > 1:
                expected["sharpe"] = means.mean() / means.std(ddof=1) * np.sqrt(plan.get("days_per_year", 252))
            if len(means):
                worth = np.cumprod(np.concatenate([[1], np.maximum(1 + means / 100, 0)]))
                expected["max_drawdown"] = 100 * np.max(1 - worth / np.maximum.accumulate(worth))
    clean = {k: None if v is None else float(v) for k, v in expected.items()}
    return {"name": name, "task": task, "positive": None, "plan": plan, "rows": rows, "pairs": sum(r.get("actual") is not None for r in rows),
            "expected": clean, "counts": counts}


def intervals(name, shares, means, days):
    """95 % intervals: a share by Wilson on as many rows as its clustered standard error is worth, a mean by Student's t."""
    days = np.array(days)
    clusters = len(set(days))

    def clustered(values):
        fit = OLS(np.asarray(values, float), np.ones(len(values)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # G / (G - 1) alone: statsmodels also multiplies by (n - 1) / (n - 1) here.
            return float(fit.fit(cov_type="cluster", cov_kwds={"groups": days}).bse[0]) if clusters > 1 else None

    expected = {}
    for metric, values in shares.items():
        p, n, error = np.mean(values), len(values), clustered(values)
        rows = min(n, p * (1 - p) / error**2) if error and 0 < p < 1 else n
        low, high = proportion_confint(p * rows, rows, method="wilson")
        expected[metric] = [max(0.0, float(low)), min(1.0, float(high))]
    for metric, values in means.items():
        error = clustered(values)
        if error is None:
            continue
        value = float(np.mean(values))
        if metric == "rmse":
            value, error = value**0.5, error / (2 * value**0.5)
        margin = float(stats.t.ppf(0.975, clusters - 1)) * error
        expected[metric] = [value - margin, value + margin]
    return {"name": name, "expected": expected}


def with_intervals(case, shares, means, days):
    """The rows of a case at given days, and its intervals."""
    for row, day in zip(case["rows"], days):
        row["timestamp"] = (datetime.date(2024, 1, 1) + datetime.timedelta(day)).isoformat() + "T12:00:00Z"
    keep = {k: case[k] for k in ("task", "rows")}
    return keep | intervals(case["name"], shares, means, days)


def exact_or_not(a, b):
    """McNemar: statistic as R (0 for equal counts), p exact below 25 cases."""
    statistic = max(abs(a - b) - 1, 0) ** 2 / (a + b)
    p = mcnemar([[0, a], [b, 0]], exact=True).pvalue if a + b < 25 else stats.chi2.sf(statistic, 1)
    if abs(a - b) > 0:
        assert np.isclose(mcnemar([[0, a], [b, 0]], exact=False, correction=True).statistic, statistic)
    return {"a": a, "b": b, "statistic": float(statistic), "p_value": float(p)}


walk = list(100 + np.cumsum(np.array(u[:100]) - 0.5))
guess = [b + (x - 0.5) for b, x in zip(walk, u[300:400])]
after = walk[1:] + [walk[-1] + 0.25]
pick = lambda at, n, labels: [labels[int(x * len(labels))] for x in u[at:at + n]]
holes = lambda values, every: [None if i % every == 0 else v for i, v in enumerate(values)]
cases = [
    regression("a walk", guess, after, walk),
    regression("without a base", guess, after),
    regression("some bases missing", guess, after, holes(walk, 3)),
    regression("some predictions and actuals missing", holes(guess, 7), holes(after, 5), walk),
    regression("NaN predictions are no pairs", [1.5, "NaN", 2.5, "Infinity", 3.0], [1.0, 2.0, 3.0, 4.0, 2.5]),
    regression("constant actuals", [1.0, 2.0, 4.0], [3.0, 3.0, 3.0], [1.0, 3.5, 3.0]),
    regression("zero actuals", [1.0, 2.0, -4.0, 0.5], [0.0, 3.0, 0.0, -2.0], [0.5, 0.5, 0.5, 0.5]),
    regression("only zero actuals", [1.0, 2.0], [0.0, 0.0], [0.0, 0.0]),
    regression("the naive forecast is right", [1.5, 2.5], [1.0, 2.0], [1.0, 2.0]),
    regression("no move is a direction of its own", [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.5, 3.5], [1.0, 2.0, 3.0, 3.5]),
    regression("one pair", [1.25], [1.5], [1.0]),
    regression("no pairs", [1.25, None], [None, 1.5], [1.0, 1.0]),
    regression("a large offset", [1e9 + x for x in guess], [1e9 + x for x in after], [1e9 + x for x in walk]),
    classification("two labels, the later is positive", pick(0, 200, ["low", "high"]), pick(200, 200, ["low", "high"])),
    classification("two labels, the other one", pick(0, 200, ["low", "high"]), pick(200, 200, ["low", "high"]), "high"),
    classification("four labels", pick(600, 300, list("abcd")), pick(900, 300, list("abcc"))),
    classification("a label never predicted and one that never happens", list("aabba"), list("abccb")),
    classification("one label, always right", ["yes"] * 4, ["yes"] * 4),
    classification("the positive one is never predicted", ["a"] * 5, list("aabba")),
    classification("nothing is right", list("ababab"), list("bababa")),
    classification("numbers as labels", [1, 0, "1", 1.0, 0.0, "0"], ["1", 0.0, 1, 1, "1", 1.0]),
    classification("holes on either side", holes(pick(0, 60, ["x", "y"]), 4), holes(pick(100, 60, ["x", "y"]), 5)),
    classification("no pairs", ["a", None], [None, "b"]),
    classification("a rule beside the model", pick(600, 90, list("abc")), holes(pick(900, 90, list("abc")), 6), None,
                   holes(pick(1200, 90, list("abc")), 4), pick(1500, 90, list("abc")), pick(1800, 90, ["ml", "rule", "ML"])),
]
pnl = [round(8 * x - 4, 2) for x in u[2400:2600]]
words = [None if x < 0.1 else "profit" if p > 0.5 else "loss" if p < -0.5 else "Neutral" for p, x in zip(pnl, u[2600:2800])]
verdicts = ["strong_buy", "buy", "watch", "avoid", "SELL"]
tens = [i // 10 for i in range(200)]
cases += [
    confident("confidences of two labels, many ties", pick(0, 200, ["no", "yes"]), pick(200, 200, ["no", "yes"]),
              [round(0.5 + x / 2, 1) for x in u[400:600]]),
    confident("confidences of two labels, no ties", pick(0, 200, ["no", "yes"]), pick(200, 200, ["no", "yes"]), u[400:600]),
    confident("a good model", [["no", "yes"][x > 0.5] for x in u[:300]], [["no", "yes"][x + y / 4 > 0.625] for x, y in zip(u[:300], u[300:600])],
              [max(x, 1 - x) for x in u[:300]]),
    confident("only one label happens", list("abab"), list("aaaa"), [0.5, 0.75, 0.8, 0.9]),
    confident("one label on both sides", ["yes"] * 4, ["yes"] * 4, [0.5, 1.0, 0.25, 0.0]),
    confident("all right", list("abab"), list("abab"), [0.9, 0.8, 0.7, 1.0]),
    confident("constant confidence", list("abba"), list("aabb"), [0.75] * 4),
    confident("confidence 0 and 1, right and wrong", list("abba"), list("abab"), [1.0, 0.0, 1.0, 0.0]),
    confident("confidences at the edges of tenths", list("ab") * 6, list("aab") * 4, [i / 10 for i in range(11)] + [0.95]),
    confident("no pairs with a confidence", ["a", "b"], [None, "b"], [0.5, None]),
    confident("confidences that are no numbers", list("abab"), list("abba"), [0.5, "NaN", None, 0.75]),
    confident("a confidence in percent", list("abab"), list("abba"), [0.5, 0.6, 0.5, 75.0]),
    confident("four labels have no log loss", pick(600, 300, list("abcd")), pick(900, 300, list("abcc")), u[1200:1500]),
    money("verdicts of three deciders", "classification", {"prediction": pick(600, 200, verdicts), "rule_prediction": pick(900, 200, verdicts),
          "final_prediction": pick(1200, 200, verdicts), "outcome": words, "pnl": holes(pnl, 9)}, tens),
    money("classes of one's own", "classification", {"prediction": pick(600, 200, ["Long", "flat", "short"]), "outcome": words, "pnl": pnl}, tens,
          {"classes": {"buy": ["long"], "avoid": ["SHORT"]}, "days_per_year": 365}),
    money("labels of no class", "classification", {"prediction": pick(600, 200, ["up", "down"]), "outcome": words, "pnl": pnl}, tens),
    money("a regressor", "regression", {"prediction": u[:200], "actual": u[200:400], "pnl": pnl}, tens),
    money("a regressor with a final verdict", "regression", {"prediction": u[:200], "actual": u[200:400], "final_prediction": pick(600, 200, verdicts),
          "outcome": words, "pnl": pnl}, tens),
    money("no times", "classification", {"prediction": pick(600, 50, verdicts), "pnl": pnl[:50]}),
    money("one day", "classification", {"prediction": ["buy"] * 3, "pnl": [1.5, -2.0, 0.25]}, [0, 0, 0]),
    money("every day alike", "classification", {"prediction": ["buy"] * 3, "pnl": [0.1] * 3}, [0, 1, 2]),
    money("never down", "classification", {"prediction": ["buy"] * 3, "pnl": [0.1, 0.0, 2.0]}, [0, 1, 2]),
    money("all is lost", "classification", {"prediction": ["buy"] * 4, "pnl": [5.0, -150.0, 20.0, 3.0]}, [0, 1, 2, 3]),
    money("nothing was bought", "classification", {"prediction": ["avoid", "watch"], "outcome": ["loss", "neutral"], "pnl": [1.0, -1.0]}, [0, 1]),
    money("only outcomes", "classification", {"prediction": ["buy", "avoid", "watch", "buy"], "outcome": ["profit", "profit", "loss", "neutral"]}, [0, 1, 1, 2]),
    money("P&L that is no number", "classification", {"prediction": ["buy"] * 3, "pnl": ["NaN", None, 2.0]}, [0, 1, 2]),
]
long, short = pick(600, 200, verdicts), [str(x) for x in pick(0, 200, ["no", "yes"])]
happened, sure = pick(200, 200, ["no", "yes"]), [round(0.5 + x / 2, 2) for x in u[400:600]]
right = [p == a for p, a in zip(short, happened)]
chances = np.clip([c if r else 1 - c for c, r in zip(sure, right)], np.finfo(float).eps, 1 - np.finfo(float).eps)
errors = np.array(guess) - np.array(after)
bases = walk
spans = [
    with_intervals(confident("a classifier", short, happened, sure), {"accuracy": right},
                   {"brier": [(c - r) ** 2 for c, r in zip(sure, right)], "log_loss": [-np.log(x) for x in chances]}, tens),
    with_intervals(confident("one day", short, happened, sure), {"accuracy": right}, {}, [3] * 200),
    with_intervals(confident("always right", ["a"] * 6, ["a"] * 6, [0.5] * 6), {"accuracy": [True] * 6},
                   {"brier": [0.25] * 6, "log_loss": [np.log(2)] * 6}, [0, 1, 2, 3, 4, 5]),
    with_intervals(regression("a regressor", guess, after, bases),
                   {"directional_accuracy": (np.array(guess) > bases) == (np.array(after) > bases)},
                   {"mae": abs(errors), "rmse": errors**2, "mape": 100 * abs(errors) / np.abs(after)}, [i // 7 for i in range(100)]),
    with_intervals(classification("beside a rule", pick(600, 90, list("abc")), pick(900, 90, list("abc")), None, pick(1200, 90, list("abc")),
                                  pick(1500, 90, list("abc")), pick(1800, 90, ["ml", "rule", "ML"])),
                   {"accuracy": [x == y for x, y in zip(pick(600, 90, list("abc")), pick(900, 90, list("abc")))],
                    "rule_accuracy": [x == y for x, y in zip(pick(1200, 90, list("abc")), pick(900, 90, list("abc")))],
                    "final_accuracy": [x == y for x, y in zip(pick(1500, 90, list("abc")), pick(900, 90, list("abc")))],
                    "agreement": [x == y for x, y in zip(pick(1200, 90, list("abc")), pick(600, 90, list("abc")))],
                    "usage": [x.lower() == "ml" for x in pick(1800, 90, ["ml", "rule", "ML"])]}, {}, [i // 9 for i in range(90)]),
]
held = [x in BUY for x in long]
profits = [p > 0 for p in pnl]
earned = money("earnings", "classification", {"prediction": long, "pnl": pnl}, tens)
of_held = lambda values: [x for x, yes in zip(values, held) if yes]
verdict_rows = [i for i, (v, w) in enumerate(zip(long, words)) if v.lower() in BUY + AVOID and w in ("profit", "loss")]
ended_rows = [i for i, (v, w) in enumerate(zip(long, words)) if v in BUY and w is not None]
told = with_intervals(money("outcomes", "classification", {"prediction": long, "outcome": words}, tens), {}, {}, tens)
at = lambda metric, values, rows: intervals("", {metric: values}, {}, [tens[i] for i in rows])["expected"]
told["expected"] = (at("outcome_accuracy", [(long[i] in BUY) == (words[i] == "profit") for i in verdict_rows], verdict_rows)
                    | at("profit_rate", [words[i] == "profit" for i in ended_rows], ended_rows))
spans.append(told)
spans.append(with_intervals(earned, {}, {}, tens) | intervals("earnings", {"hit_rate": of_held(profits)}, {"mean_pnl": of_held(pnl)}, of_held(tens)))
quantiles = [{"df": df, "t": float(stats.t.ppf(0.975, df))} for df in (1, 2, 3, 5, 10, 29, 30, 99, 250, 1000, 65535)]
tests = [exact_or_not(a, b) for a, b in [(1, 0), (3, 1), (5, 5), (12, 12), (13, 11), (24, 0), (25, 0), (13, 12), (30, 10), (1705, 1790), (2447, 1136), (100000, 99000)]]
write("metrics", {"metrics": cases, "intervals": spans, "t_quantiles": quantiles, "mcnemar": tests})
