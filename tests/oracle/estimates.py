"""What performance is estimated from: isotonic and Poisson regression by scikit-learn and statsmodels, expected AUCs pair by pair, bands by their
formula, and whole logs estimated with these."""
import math
import numpy as np
import statsmodels.api as sm
from scipy import stats
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import roc_auc_score
from common import uniforms, write

draw = iter(uniforms(40000))
many = lambda count: np.array([next(draw) for _ in range(count)])

critical = [{"p": p, "df": df, "t": float(stats.t.isf(p / 2, df))} for p in (0.05, 0.01, 1e-9, 0.5, 0.999) for df in (1, 1.5, 6.5, 83.7, 1e5)]


def isotonic(values, weights):
    return IsotonicRegression().fit_transform(np.arange(len(values)), values, sample_weight=weights)


pools = []
for n in (1, 2, 7, 20):
    values, weights = many(n).round(2), 1 + np.floor(many(n) * 50)
    pools.append({"values": values.tolist(), "weights": weights.tolist(), "isotonic": isotonic(values, weights).tolist()})
for values in ([0.5] * 4, [1.0, 1.0, 1.0], [3.0, 2.0, 1.0], [1.0, 2.0, 3.0], [0.0, 1.0, 0.0]):
    pools.append({"values": values, "weights": [1.0] * len(values), "isotonic": isotonic(values, [1.0] * len(values)).tolist()})


def twentieth(c):
    return min(math.floor(c * 20), 19)


def curves(rows):
    """Rows (label, confidence, right) -> a function of label and confidence."""
    overall, points = np.mean([right for *_, right in rows]), {}
    for label in {row[0] for row in rows}:
        own = [(c, right) for name, c, right in rows if name == label]
        mean = (sum(right for _, right in own) + 20 * overall) / (len(own) + 20)
        bins = sorted({twentieth(c) for c, _ in own})
        of = [[(c, right) for c, right in own if twentieth(c) == b] for b in bins]
        drawn = [(sum(right for _, right in rows) + 20 * mean) / (len(rows) + 20) for rows in of]
        points[label] = [np.mean([c for c, _ in rows]) for rows in of], isotonic(drawn, [len(rows) for rows in of])
    return lambda label, c: float(np.interp(c, *points[label])) if label in points else float(overall)


def rows_of(labels, n, low):
    names = [labels[int(x * len(labels))] for x in many(n)]
    confidences = [float(c) for c in (low + (1 - low) * many(n)).round(3)]
    return [(name, c, bool(u < 0.2 + 0.6 * c * (1 if name == labels[0] else 0.7))) for name, c, u in zip(names, confidences, many(n))]


calibrations = []
for rows in (rows_of("ab", 300, 0.5), rows_of("abcd", 60, 0.25), [("a", 0.7, True)] * 5, [("a", 0.7, True), ("a", 0.7, False)],
             [("a", 0.05, True), ("a", 1.0, False), ("b", 0.0, False)]):
    curve = curves(rows)
    asked = [(label, c) for label in "abz" for c in (0.0, 0.3, 0.5, 0.71, 0.9, 1.0)]
    calibrations.append({"rows": rows, "asked": asked, "chances": [curve(*ask) for ask in asked]})


def score(positive, c):
    return twentieth(c) if positive else 19 - twentieth(c)


def expected_auc(scores, chances):
    """All ordered pairs of two different rows, the first positive and the second negative."""
    s, p = np.array(scores), np.array(chances)
    weight = np.outer(p, 1 - p)
    np.fill_diagonal(weight, 0)
    higher = (s[:, None] > s[None, :]) + 0.5 * (s[:, None] == s[None, :])
    return float((weight * higher).sum() / weight.sum())


aucs = []
for groups in ([(True, 0.62, 30, 0.6), (True, 0.9, 20, 0.85), (False, 0.55, 25, 0.5), (False, 0.97, 40, 0.9)], [(True, 0.8, 2, 0.7)],
               [(True, 0.8, 3, 1.0), (False, 0.8, 4, 1.0)], [(True, 0.3, 10, 0.4), (False, 0.7, 10, 0.4)], [(True, 0.5, 1, 1.0), (True, 0.5, 1, 0.0)]):
    scores = [score(positive, c) for positive, c, n, _ in groups for _ in range(n)]
    chances = [right if positive else 1 - right for positive, _, n, right in groups for _ in range(n)]
    aucs.append({"groups": [[positive, twentieth(c), n, right] for positive, c, n, right in groups], "auc": expected_auc(scores, chances)})

known = [("b" if x < 0.5 else "a", float(c), bool(u < c)) for x, c, u in zip(many(200), (0.5 + 0.5 * many(200)).round(3), many(200))]
positive = np.array([(label == "b") == right for label, _, right in known])
scores = np.array([score(label == "b", c) for label, c, _ in known])
auc = roc_auc_score(positive, scores)


def placement(s, others, sign):
    return np.mean((sign * (s - others) > 0) + 0.5 * (s == others))


rise = [(placement(s, scores[~positive], 1) - auc) * len(known) / positive.sum() - (placement(s, scores[positive], -1) - auc) * len(known) / (~positive).sum()
        for s in range(20)]
known_auc = {"rows": known, "auc": float(auc), "rise": rise}

poissons = []
for n, width, ridge, scale in ((50, 1, 0.0, 1.0), (200, 3, 0.01, 1.0), (200, 3, 0.01, 1e-6), (400, 6, 0.0, 30.0), (300, 4, 0.1, 2.0)):
    x = np.column_stack([np.ones(n)] + [4 * many(n) - 2 for _ in range(width - 1)])
    y = scale * np.exp(x @ np.array([0.3, 0.8, -0.5, 0.2, 0.1, -0.3][:width])) * -np.log(1 - many(n))
    y[0] = 0.0
    unit = y / y.mean()
    if ridge == 0:
        b = sm.GLM(unit, x, family=sm.families.Poisson()).fit(tol=1e-14, maxiter=200, tol_criterion="params").params
    else:
        model = PoissonRegressor(alpha=ridge, solver="newton-cholesky", tol=1e-13, max_iter=500).fit(x[:, 1:], unit)
        b = np.concatenate([[model.intercept_], model.coef_])
    b[0] += math.log(y.mean())
    poissons.append({"width": width, "x": x.ravel().tolist(), "y": y.tolist(), "ridge": ridge, "coefficients": b.tolist()})


def noise(days):
    n, c = len(days), np.asarray(days) - np.mean(days)
    variance, most = np.mean(c * c), math.isqrt(len(days))
    lags = [np.sum(c[:-k] * c[k:]) / (n * variance) for k in range(1, most + 2)]
    rho = min(max(lags[0] + (1 + 4 * lags[0]) / n, 0), 0.99)
    first, later = sum(lags[:-1]), sum(lags[1:])
    decay = min(max(later / first if first > 0 and later > 0 else 0, rho), 0.99)
    worth = lambda length: length / (1 + 2 * sum((1 - k / length) * rho * decay ** (k - 1) for k in range(1, length)))
    n_eff = worth(n)
    return variance / max(1 - 1 / n_eff, 0.2), n_eff, worth, max(1 / (1 / n + 2 / n_eff), 1)


def half_width(surprises, pairs, rows, level=0.95):
    surprises, pairs, rows = np.asarray(surprises), np.asarray(pairs), np.asarray(rows)
    variance, n_eff, worth, df = noise(surprises / pairs.mean())
    current = worth(len(rows)) * rows.sum() ** 2 / (rows**2).sum() / len(rows)
    thin = max(pairs.mean() / rows.mean(), 1)
    return float(stats.t.ppf(0.5 + level / 2, df) * math.sqrt(variance * (1 / n_eff + thin / current)))


bands = []
for n, phi, pairs, rows in ((60, 0.0, [10] * 60, [10] * 20), (200, 0.7, [31] * 200, [31] * 21), (100, 0.3, list(range(1, 101)), [5, 5, 50]), (40, 0.95, [7] * 40, [7]),
                            (30, 0.0, [100] * 30, [1] * 20), (30, 0.0, [1] * 30, [100] * 20)):
    level, surprises = 0.0, []
    for u in many(n):
        level = phi * level + u - 0.5
        surprises.append(level)
    bands.append({"surprises": surprises, "pairs": pairs, "rows": rows, "half_width": half_width(surprises, pairs, rows)})



def tried(days, learn, surprise):
    """Surprises of each fifth of the days under what the others say."""
    stretch = [place * 5 // len(days) for place in range(len(days))]
    found = []
    for left_out in range(5):
        model = learn([day for day, s in zip(days, stretch) if s != left_out])
        found += [surprise(model, day) for day, s in zip(days, stretch) if s == left_out]
    return found


REFERENCE, MONTHS = 56, [range(84, 112), range(112, 124)]

# A regressor of six rows a day.
regression = [{"day": day, "a": None if blank < 0.03 else round(a * 10, 3), "w": "xyz"[int(w * 3)], "prediction": round(20 + 60 * p, 2), "error": e, "scale": a}
              for day in [*range(REFERENCE), *MONTHS[0], *MONTHS[1]] for a, w, p, e, blank in [many(5) for _ in range(6)]]
for row in regression:
    row["actual"] = round(row["prediction"] * (1 + 0.1 * (0.2 + row.pop("scale")) * (row.pop("error") - 0.5)), 3)
in_reference = [row["day"] < REFERENCE for row in regression]


def column(name, log=False):
    x = np.array([np.nan if row[name] is None else row[name] for row in regression], float)
    x = np.log(np.abs(x)) if log else x
    own = x[in_reference]
    own = own[~np.isnan(own)]
    return np.nan_to_num((np.clip(x, own.min(), own.max()) - own.mean()) / own.std())


a = column("a")
x = np.column_stack([a, np.abs(a), column("prediction", True)] + [[row["w"] == level for row in regression] for level in "xyz"]).astype(float)
day_of, reference = np.array([row["day"] for row in regression]), list(range(REFERENCE))
errors = {"mae": np.array([abs(row["prediction"] - row["actual"]) for row in regression])}
errors["mape"] = 100 * errors["mae"] / np.array([abs(row["actual"]) for row in regression])
expected = []
for metric, y in errors.items():
    def learn(days):
        rows = np.isin(day_of, days)
        model = PoissonRegressor(alpha=0.01, solver="newton-cholesky", tol=1e-13, max_iter=500).fit(x[rows], y[rows] / y[rows].mean())
        return lambda at: model.predict(x[at]) * y[rows].mean()

    def surprise(model, day):
        rows = day_of == day
        return float(rows.sum() * (y[rows].sum() / model(rows).sum() - 1))
    surprises, model = tried(reference, learn, surprise), learn(reference)
    for days in [[*MONTHS[0], *MONTHS[1]], *MONTHS]:
        value = float(model(np.isin(day_of, days)).mean())
        half = half_width(surprises, [6] * REFERENCE, [6] * len(days)) * value
        expected.append({"metric": metric, "first": days[0], "last": days[-1], "value": value, "lower": value - half, "upper": value + half,
                         "reference": float(y[in_reference].mean())})
regressor = {"reference_days": REFERENCE, "rows": regression, "estimates": expected}

# A classifier of two labels, twelve rows a day, more confident in the second month.
classified = []
for day in [*range(REFERENCE), *MONTHS[0], *MONTHS[1]]:
    for label, c, right in [many(3) for _ in range(12)]:
        c = round(0.5 + 0.5 * (c if day < 112 else math.sqrt(c)), 3)
        classified.append({"day": day, "prediction": "down" if label < 0.4 else "up", "confidence": c, "right": bool(right < 0.3 + 0.6 * c)})
by_day = {}
for row in classified:
    by_day.setdefault(row["day"], []).append(row)
of_days = lambda days: [row for day in days for row in by_day[day]]
learn_labels = lambda days: curves([(row["prediction"], row["confidence"], row["right"]) for row in of_days(days)])


def by_bin(rows):
    """(day, label, bin) -> its rows: a day's bin has one chance, that of its mean confidence."""
    found = {}
    for row in rows:
        found.setdefault((row["day"], row["prediction"], twentieth(row["confidence"])), []).append(row)
    return found


def chances(curve, rows):
    return [(label, b, own, curve(label, np.mean([row["confidence"] for row in own]))) for (_, label, b), own in by_bin(rows).items()]


is_positive = lambda row: (row["prediction"] == "up") == row["right"]
score_of = lambda row: score(row["prediction"] == "up", row["confidence"])
rows = of_days(reference)
positive = np.array([is_positive(row) for row in rows])
scores = np.array([score_of(row) for row in rows])
auc = roc_auc_score(positive, scores)
rise = [(placement(s, scores[~positive], 1) - auc) * len(rows) / positive.sum() - (placement(s, scores[positive], -1) - auc) * len(rows) / (~positive).sum()
        for s in range(20)]


def surprise_accuracy(curve, day):
    return sum(sum(row["right"] for row in own) - len(own) * chance for _, _, own, chance in chances(curve, by_day[day]))


def surprise_auc(curve, day):
    return sum((sum(map(is_positive, own)) - len(own) * (chance if label == "up" else 1 - chance)) * rise[b if label == "up" else 19 - b]
               for label, b, own, chance in chances(curve, by_day[day]))


def accuracy(curve, rows):
    return sum(len(own) * chance for _, _, own, chance in chances(curve, rows)) / len(rows)


def auc_of(curve, rows):
    groups = chances(curve, rows)
    return expected_auc([score_of(row) for _, _, own, _ in groups for row in own], [chance if label == "up" else 1 - chance for label, _, own, chance in groups for _ in own])


expected, curve = [], learn_labels(reference)
for metric, surprise, value_of, truth in (("accuracy", surprise_accuracy, accuracy, np.mean([row["right"] for row in rows])), ("auc", surprise_auc, auc_of, auc)):
    surprises = tried(reference, learn_labels, surprise)
    for days in [[*MONTHS[0], *MONTHS[1]], *MONTHS]:
        value = float(value_of(curve, of_days(days)))
        half = half_width(surprises, [12] * REFERENCE, [12] * len(days))
        expected.append({"metric": metric, "first": days[0], "last": days[-1], "value": value, "lower": max(value - half, 0), "upper": min(value + half, 1),
                         "reference": float(truth)})
classifier = {"reference_days": REFERENCE, "rows": classified, "estimates": expected}

write("estimates", {"critical": critical, "isotonic": pools, "calibrations": calibrations, "aucs": aucs, "known_auc": known_auc, "poisson": poissons,
                    "bands": bands, "regressor": regressor, "classifier": classifier})
