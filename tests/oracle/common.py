"""What all oracles share: the generator, and where vectors go."""
import json
import pathlib


def uniforms(count):
    """x0 = 1, x = (1103515245 x + 12345) mod 2^31, u = x / 2^31."""
    x, values = 1, []
    for _ in range(count):
        x = (1103515245 * x + 12345) % 2**31
        values.append(x / 2**31)
    return values


def write(name, vectors):
    """Writes vectors, one case per line."""
    path = pathlib.Path(__file__).parent.parent / "vectors" / f"{name}.json"
    lines = []
    for key, cases in vectors.items():
        if isinstance(cases, list) and cases and isinstance(cases[0], (list, dict)):
            body = "[\n" + ",\n".join("  " + json.dumps(case) for case in cases) + "\n ]"
        else:
            body = json.dumps(cases)
        lines.append(f" {json.dumps(key)}: {body}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
