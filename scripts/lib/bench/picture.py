"""The same as a picture: four panels of bars, as SVG that fits light and dark pages."""

import html
from collections.abc import Iterator

from bench.headline import MEGABYTE, ratios, summaries
from bench.programs import EMBEDDED, FLOOR
from bench.results import Results

WIDTH, MARGIN, LABEL, VALUE = 880, 16, 92, 132
ROW, BAR, HEAD, GAP = 24, 15, 30, 18
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.value { font-variant-numeric: tabular-nums }
.note { fill: #57606a }
.floor { fill: #8c959f } .ours { fill: #0969da } .peer { fill: #d0a215 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #9198a1 } .ours { fill: #4493f8 } .floor { fill: #7d8590 }
}
"""
Panel = tuple[str, str, dict[str, float], dict[str, float]]
"""Title, unit, each program's value, and how many times the floor's that is."""


def panels(results: Results) -> list[Panel]:
    floor = results.figures[FLOOR]
    series = (
        ("Cold start: exec to the first response", "ms", "cold_ns", 1e6),
        ("Warm: time of an invocation", "µs", "warm_ns", 1e3),
        ("Warm: processor time of an invocation", "µs", "warm_cpu_ns", 1e3),
    )
    found = [
        (
            title, unit,
            {name: summaries(one)[which].median / by for name, one in results.figures.items()},
            {name: ratios(one, floor)[which].median for name, one in results.figures.items()},
        )
        for title, unit, which, by in series
    ]  # fmt: skip
    memory = {name: one.peak_rss_bytes / MEGABYTE for name, one in results.figures.items()}
    to_floor = {name: value / memory[FLOOR] for name, value in memory.items()}
    return [*found, (f"Peak memory after {results.plan.memory:,} invocations", "MB", memory, to_floor)]


def svg(results: Results) -> str:
    found = panels(results)
    height = MARGIN * 2 + sum(HEAD + ROW * len(values) + GAP for _, _, values, _ in found) + 4
    title = f"Authorizers beside the floor, {results.date}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        f' role="img" aria-label="{html.escape(title)}">'
    )
    return "\n".join([head, f"<style>{STYLE}</style>", *body(found, results), "</svg>", ""])


def body(found: list[Panel], results: Results) -> Iterator[str]:
    top = MARGIN
    for title, unit, values, to_floor in found:
        yield text(MARGIN, top + 14, title, "title")
        top += HEAD
        for name, value in values.items():
            times = "" if name == FLOOR else f" (× {to_floor[name]:.2f})"
            yield from row(top, name, value / max(values.values()), f"{value:.1f} {unit}{times}")
            top += ROW
        top += GAP
    machine = results.machine
    where = f"{results.date}, {machine.processor}, one core"
    yield text(MARGIN, top, f"{where}; medians of {results.plan.rounds} rounds", "note")


def row(top: int, name: str, share: float, said: str) -> Iterator[str]:
    """`share` of the longest bar."""
    length = max(2.0, share * (WIDTH - MARGIN * 2 - LABEL - VALUE))
    kind = {FLOOR: "floor", EMBEDDED: "ours"}.get(name, "peer")
    yield text(MARGIN, top + 12, name)
    yield f'<rect class="{kind}" x="{MARGIN + LABEL}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2"/>'
    yield text(MARGIN + LABEL + length + 8, top + 12, said, "value")


def text(x: float, y: float, said: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}">{html.escape(said)}</text>'
