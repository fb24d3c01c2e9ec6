"""Small logs as Parquet, written by pyarrow and polars, with the same log as JSONL: ../logs/parquet/.

Every file holds the rows of the text of its name, else of log.jsonl. What a type cannot hold (zones, nanoseconds) the log does not
ask for. more_rows.parquet was made by hand: its footer says 24 rows where the pages hold 40.
"""

import datetime
import decimal
import json
import math
import pathlib
import uuid

import polars
import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent.parent / "logs" / "parquet"
ROWS = 120


def numbers():
    x = 1
    while True:
        x = (1103515245 * x + 12345) % 2**31
        yield x / 2**31


def row(index, draw):
    day = datetime.datetime(2024, 3, 4, 21, tzinfo=datetime.timezone.utc) + datetime.timedelta(days=index // 4)
    prediction = round(100 + 20 * next(draw), 2)
    return {
        "timestamp": day + datetime.timedelta(milliseconds=250 * (index % 4)),
        "id": 9_007_199_254_740_993 + index,
        "model": "rf_v2" if index % 3 else "hgb_v1",
        "symbol": ["SPX", "NDX", "DJI", "Ünïcode"][index % 4],
        "prediction": prediction,
        "actual": None if index % 7 == 6 else round(prediction + 4 * next(draw) - 2, 2),
        "confidence": round(next(draw), 3),
        "vol_20d": None if index % 11 == 5 else round(0.05 * next(draw), 6),
        "volume": None if index % 13 == 1 else int(1e6 * next(draw)),
        "weekday": None if index % 17 == 2 else day.strftime("%a"),
        "is_open": index % 5 != 0,
        "since": day.date() - datetime.timedelta(days=index % 9),
        "small": round(next(draw), 2),
        "odd": [1.5, math.nan, math.inf, -0.0, None][index % 5],
        "constant": 7,
    }


def main():
    draw = numbers()
    rows = [row(index, draw) for index in range(ROWS)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    features = ["vol_20d", "volume", "weekday", "is_open", "since", "small", "odd", "constant"]
    with open(FOLDER / "log.jsonl", "w", encoding="utf-8") as file:
        for one in rows:
            plain = {key: value for key, value in one.items() if key not in features}
            plain["timestamp"] = one["timestamp"].isoformat().replace("+00:00", "Z")
            plain["features"] = {key: one[key] for key in features} | {"since": one["since"].isoformat()}
            file.write(json.dumps(plain, ensure_ascii=False) + "\n")

    utc = pa.timestamp("ms", tz="UTC")
    types = {"timestamp": utc, "id": pa.int64(), "small": pa.float32(), "volume": pa.int32(), "constant": pa.int8()}
    flat = pa.table({
        (key if key not in features else f"features.{key}"): pa.array([one[key] for one in rows], types.get(key))
        for key in rows[0]
    })

    def write(name, table=flat, **options):
        pq.write_table(table, FOLDER / f"{name}.parquet", store_schema=False, **options)

    write("snappy", compression="snappy")
    write("zstd_v2", compression="zstd", data_page_version="2.0", row_group_size=100)
    write("gzip", compression="gzip", data_page_size=256, write_batch_size=16)
    write("brotli", compression="brotli", use_dictionary=False)
    write("lz4", compression="lz4")
    write("plain", compression="none", use_dictionary=False)
    write("old", compression="none", use_deprecated_int96_timestamps=True, version="1.0")
    write("checksums_v2", compression="none", write_page_checksum=True, data_page_version="2.0")
    delta = {"timestamp": "DELTA_BINARY_PACKED", "id": "DELTA_BINARY_PACKED", "model": "DELTA_LENGTH_BYTE_ARRAY",
             "symbol": "DELTA_BYTE_ARRAY", "prediction": "BYTE_STREAM_SPLIT", "features.small": "BYTE_STREAM_SPLIT",
             "features.is_open": "RLE"}
    write("delta_v2", compression="zstd", use_dictionary=False, column_encoding=delta, data_page_version="2.0")

    # The features in a struct of their own, some of which are absent altogether.
    struct = pa.StructArray.from_arrays([flat[f"features.{key}"].combine_chunks() for key in features], features)
    nested = flat.drop_columns([f"features.{key}" for key in features]).append_column("features", struct)
    write("nested", nested, compression="snappy", data_page_version="2.0")

    # Other types of the same values: decimals, unsigned numbers, days, nanoseconds, categories.
    other = flat
    other_types = {
        "timestamp": pa.timestamp("ns", tz="UTC"), "id": pa.uint64(), "prediction": pa.decimal128(10, 2),
        "model": pa.dictionary(pa.int8(), pa.string()), "features.volume": pa.uint32(),
    }
    for key, kind in other_types.items():
        values = [one[key.removeprefix("features.")] for one in rows]
        if pa.types.is_decimal(kind):
            values = [decimal.Decimal(f"{value:.2f}") for value in values]
        other = other.set_column(other.column_names.index(key), key, pa.array(values, kind))
    write("types", other, compression="zstd")

    polars.from_arrow(flat).write_parquet(FOLDER / "polars.parquet", row_group_size=100)

    # Outcomes that come later, and the log before they do.
    write("open", flat.drop_columns(["actual"]), compression="zstd")
    known = [one for one in rows if one["actual"] is not None]
    outcomes = {"id": pa.array([one["id"] for one in known]), "actual": pa.array([one["actual"] for one in known])}
    write("outcomes", pa.table(outcomes), compression="zstd")

    # Few bytes that stand for many: one page of 128 MiB.
    zeros = pa.table({"prediction": pa.repeat(pa.scalar(0, pa.int64()), 2**24)})
    write("bomb", zeros, compression="zstd", use_dictionary=False, data_page_size=2**30, write_batch_size=2**24,
          max_rows_per_page=2**24, row_group_size=2**24)

    rows = pa.table({"prediction": pa.repeat(pa.scalar(0, pa.int8()), 2**27)})
    write("bomb_of_rows", rows, compression="zstd", row_group_size=2**26, max_rows_per_page=2**26)

    # For what no text has: values that only their own test reads.
    values = pa.table({
        "id": pa.array(["a", "b", "c"]),
        "prediction": pa.array([1.0, 2.0, 3.0]),
        "half": pa.array([0.5, None, 2.0], pa.float16()),
        "uuid": pa.array([uuid.UUID(int=n).bytes for n in (0, 1, 2**128 - 1)], pa.uuid()),
        "clock": pa.array([datetime.time(9, 30), None, datetime.time(23, 59, 59, 500_000)], pa.time64("us")),
        "large": pa.array([0, 1, 2**64 - 1], pa.uint64()),
        "cents": pa.array([decimal.Decimal("-0.01"), None, decimal.Decimal("12345678901234567890.12")], pa.decimal128(38, 2)),
        "naive": pa.array([datetime.datetime(1969, 12, 31), None, datetime.datetime(2024, 2, 29)], pa.timestamp("us")),
        "bytes": pa.array([b"\x00" * 4, None, b"\xff" * 4], pa.binary(4)),
    })
    write("values", values, compression="zstd")
    with open(FOLDER / "values.jsonl", "w", encoding="utf-8") as file:
        for index, line in enumerate([
            {"half": 0.5, "uuid": "00000000-0000-0000-0000-000000000000", "clock": "09:30:00", "large": 0, "cents": -0.01,
             "naive": "1969-12-31T00:00:00Z", "bytes": "0x00000000"},
            {"uuid": "00000000-0000-0000-0000-000000000001", "large": 1},
            {"half": 2.0, "uuid": "ffffffff-ffff-ffff-ffff-ffffffffffff", "clock": "23:59:59.5", "large": 2**64 - 1,
             "cents": 12345678901234567890.12, "naive": "2024-02-29T00:00:00Z", "bytes": "0xffffffff"},
        ]):
            file.write(json.dumps({"id": "abc"[index], "prediction": index + 1.0} | line) + "\n")

    beyond()
    paths()
    fixed()


def lines(name, rows):
    with open(FOLDER / f"{name}.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def beyond():
    """Dates that 64 bits of nanoseconds do not hold, in every type that holds them."""
    days = [datetime.date(2024, 6, 1), datetime.date(9999, 12, 31), None, datetime.date(1, 1, 1)]
    whole = [day and datetime.datetime(day.year, day.month, day.day) for day in days]
    times = [time and time.replace(microsecond=250_000) for time in whole]
    kinds = {
        "day": (days, pa.date32(), lambda day: day.isoformat()),
        "seconds": (whole, pa.timestamp("s", tz="UTC"), lambda time: time.isoformat() + "Z"),
        "ms": (times, pa.timestamp("ms", tz="UTC"), lambda time: time.isoformat()[:-4] + "Z"),
        "us": (times, pa.timestamp("us"), lambda time: time.isoformat()[:-4] + "Z"),
    }
    # A row group without such a date, and one with some: they are the same column.
    pick = [0 if row < 300 else row % 4 for row in range(600)]
    predictions = [row % 7 + 0.5 for row in range(600)]
    columns = {name: pa.array([values[at] for at in pick], kind) for name, (values, kind, _) in kinds.items()}
    table = pa.table({"prediction": predictions} | columns)
    options = {"compression": "zstd", "store_schema": False, "row_group_size": 300}
    pq.write_table(table, FOLDER / "beyond.parquet", **options)
    pq.write_table(table, FOLDER / "beyond_old.parquet", use_deprecated_int96_timestamps=True, **options)
    lines("beyond", ({"prediction": prediction} | {
        name: None if values[at] is None else text(values[at]) for name, (values, _, text) in kinds.items()
    } for at, prediction in zip(pick, predictions)))


def paths():
    """Structs of any name and depth, lists of numbers, and what is not read: other lists, lists that are too long, maps."""
    draw, rows = numbers(), []

    def number():
        return round(next(draw), 3)

    for row in range(ROWS):
        rows.append({
            "prediction": number(),
            "actual": number(),
            "inputs": None if row % 10 == 3 else {"age": row * 7 % 60, "geo": {"city": "abc"[row % 3], "at": [number(), number()]}},
            "vector": [None, [], [number()], [number(), None, number()]][row % 4],
            "whole": [row * 3 % 11, 2**40 + row],
            "long": [number() for _ in range(65 if row % 5 == 4 else 3)],
            "words": [None, [], ["a", "b"], ["c"]][row % 4],
            "items": None if row % 2 else [{"sku": "x", "n": row}],
            "grid": [[number()], [number()]],
        })
    decimals, words = pa.float64(), pa.string()
    geo = pa.struct([("city", words), ("at", pa.list_(decimals))])
    types = {
        "prediction": decimals, "actual": decimals, "inputs": pa.struct([("age", pa.int32()), ("geo", geo)]),
        "vector": pa.list_(decimals), "whole": pa.list_(pa.int64(), 2), "long": pa.large_list(decimals), "words": pa.list_(words),
        "items": pa.list_(pa.struct([("sku", words), ("n", pa.int64())])), "grid": pa.list_(pa.list_(decimals)),
    }
    table = pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()})
    pq.write_table(table, FOLDER / "paths.parquet", compression="snappy", data_page_size=128, write_batch_size=8, row_group_size=50)
    pq.write_table(table, FOLDER / "paths_v2.parquet", compression="zstd", data_page_version="2.0", use_dictionary=False)
    polars.from_arrow(table).write_parquet(FOLDER / "paths_polars.parquet")
    lines("paths", rows)


def fixed():
    """Bytes of a fixed length, as old writers have texts: a column, and a part of a struct."""
    draw = numbers()
    rows = [
        {"prediction": round(next(draw), 3), "code": None if row % 9 == 4 else ["hot", "cld"][row % 2], "inputs": {"kind": ["a1", "b2", "c3"][row % 3]}}
        for row in range(ROWS)
    ]
    types = {"prediction": pa.float64(), "code": pa.binary(3), "inputs": pa.struct([("kind", pa.binary(2))])}
    table = pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in types.items()})
    pq.write_table(table, FOLDER / "fixed.parquet", store_schema=False)
    lines("fixed", rows)


main()
