"""What people use today, on the work of `driftgate check`: a pair of logs -> drift of each feature, errors of the model.

usage: peers.py duckdb|polars|pandas|nannyml|evidently REFERENCE CURRENT
"""
import sys

FEATURES = ["ret_1d", "ret_5d", "ret_20d", "vol_20d", "rsi_14", "macd", "bb_pos", "volume_z", "atr_14", "gap"]


def from_pandas(path):
    import pandas as pd

    if path.endswith(".csv"):
        return pd.read_csv(path).rename(columns={f"feature.{name}": name for name in FEATURES})
    log = pd.read_json(path, lines=True)
    return pd.concat([log, pd.json_normalize(log.pop("features"))], axis=1)


def from_polars(path):
    import polars as pl

    if path.endswith(".csv"):
        return pl.read_csv(path).rename({f"feature.{name}": name for name in FEATURES})
    return pl.read_ndjson(path).unnest("features")


def from_duckdb(path):
    import duckdb

    csv = path.endswith(".csv")
    source = f"read_csv('{path}')" if csv else f"read_json('{path}', format='newline_delimited')"
    prefix = lambda name: f'"feature.{name}"' if csv else f"features.{name}"
    columns = ", ".join(f"{prefix(name)} as {name}" for name in FEATURES)
    return duckdb.sql(f"select {columns}, prediction, actual from {source}").fetchnumpy()


def psi(reference, current):
    import numpy as np

    edges = np.quantile(reference, np.linspace(0, 1, 11))
    edges[0], edges[-1] = -np.inf, np.inf
    shares = [np.histogram(side, edges)[0] / len(side) for side in (reference, current)]
    expected, actual = (np.where(share == 0, 1e-4, share) for share in shares)
    return float(((actual - expected) * np.log(actual / expected)).sum())


def with_scipy(reference, current):
    import numpy as np
    from scipy.stats import ks_2samp, wasserstein_distance

    for name in FEATURES:
        r, c = np.asarray(reference[name]), np.asarray(current[name])
        ks = ks_2samp(r, c, method="asymp")
        print(name, ks.statistic, ks.pvalue, psi(r, c), wasserstein_distance(r, c))
    for side in (reference, current):
        error = np.asarray(side["prediction"]) - np.asarray(side["actual"])
        print("mae", abs(error).mean(), "rmse", (error**2).mean() ** 0.5)


def with_evidently(reference, current):
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    columns = FEATURES + ["prediction", "symbol", "regime"]
    definition = DataDefinition(numerical_columns=FEATURES + ["prediction"], categorical_columns=["symbol", "regime"])
    sides = [Dataset.from_pandas(side[columns], definition) for side in (current, reference)]
    print(len(Report([DataDriftPreset()]).run(*sides).json()))


def with_nannyml(reference, current):
    import nannyml

    methods = ["kolmogorov_smirnov", "jensen_shannon"]
    drift = nannyml.UnivariateDriftCalculator(column_names=FEATURES, continuous_methods=methods, chunk_number=10)
    print(len(drift.fit(reference).calculate(current).to_df()))


TOOLS = {
    "duckdb": (from_duckdb, with_scipy),
    "polars": (from_polars, with_scipy),
    "pandas": (from_pandas, with_scipy),
    "nannyml": (from_pandas, with_nannyml),
    "evidently": (from_pandas, with_evidently),
}
load, judge = TOOLS[sys.argv[1]]
judge(*(load(path) for path in sys.argv[2:4]))
