"""Sums, means and centred squares with fractions, rounded once by Python's true division of whole numbers."""
from fractions import Fraction
from common import uniforms, write

u = uniforms(400)
TINY, HUGE = 5e-324, 1.7976931348623157e308
SERIES = {
    "nothing": [],
    "one": [0.1],
    "tenths": [0.1] * 10,
    "cancels": [1e16, 1.0, -1e16],
    "cancels to nothing": [1e308, 1e-308, -1e308, -1e-308],
    "tie to even, down": [2.0**53, 1.0],
    "tie to even, up": [2.0**53 + 2, 1.0],
    "tie broken far below": [2.0**53, 1.0, TINY],
    "tie broken far below, negative": [-(2.0**53), -1.0, -TINY],
    "subnormal": [TINY, TINY, TINY],
    "subnormal and back": [2.2250738585072014e-308, -TINY],
    "huge": [HUGE, -HUGE, HUGE],
    "beyond f64 and back": [HUGE, HUGE, -HUGE, -HUGE, 3.0],
    "smallest and largest": [HUGE, TINY, -1.0],
    "negative": [-3.5, -1e-9, 2.0],
    "offset 1e12": [1e12 + x for x in u],
    "offset -1e15": [x - 1e15 for x in u],
    "wide": [(x - 0.5) * 10.0 ** (i % 200 - 100) for i, x in enumerate(u)],
    "prices": [round(100 * x, 2) for x in u],
    "constant": [0.1] * 7,
}


def rounded(fraction):
    try:
        return float(fraction)
    except OverflowError:
        return None


cases = []
for name, values in SERIES.items():
    exact = [Fraction(x) for x in values]
    n, total, squares = len(values), sum(exact, Fraction(0)), sum((x * x for x in exact), Fraction(0))
    cases.append({
        "name": name, "values": values, "sum": rounded(total), "squares": rounded(squares),
        "mean": rounded(total / n) if n else None,
        "centred_squares": rounded((n * squares - total * total) / n) if n else 0.0,
    })
write("sums", {"cases": cases})
