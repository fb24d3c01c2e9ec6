"""Metrics of small logs by scikit-learn and numpy: the log as JSON rows, and what every metric has to be (null: skipped)."""
import numpy as np
from sklearn import metrics as sk
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
write("metrics", {"metrics": cases})
