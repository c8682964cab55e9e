"""Small pictures in SVG: lines, bars over time, and bars beside each other. Readable on light and on dark ground."""

import dataclasses
import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 34, 44, 52
COLOURS = ("#2563c9", "#c2410c", "#15803d", "#9333ea", "#6b7280", "#a16207")
COLOURS_ON_DARK = ("#6ea8fe", "#fb923c", "#4ade80", "#c084fc", "#9ca3af", "#facc15")


def style() -> str:
    def rules(colours: Sequence[str], ink: str, grid: str) -> str:
        of = "".join(f".f{place}{{fill:{one}}}.s{place}{{stroke:{one}}}" for place, one in enumerate(colours))
        return f"text{{fill:{ink}}}.g{{stroke:{grid}}}{of}"

    plain = rules(COLOURS, "#6e7781", "#8c959f55")  # for whoever does not say which ground they have
    light, dark = "text{fill:#1f2328}", rules(COLOURS_ON_DARK, "#e6edf3", "#3d444d")
    base = "text{font:12px sans-serif}.t{font-size:14px;font-weight:bold}.l{fill:none;stroke-width:2}"
    by_ground = f"@media(prefers-color-scheme:light){{{light}}}@media(prefers-color-scheme:dark){{{dark}}}"
    return f"<style>{base}{plain}{by_ground}</style>"


@dataclasses.dataclass(frozen=True)
class Axis:
    """From a value to a place; logarithmic, or from 0."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def at(self, value: float) -> float:
        if self.is_log:
            share = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        if self.is_log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**power for power in range(first, last + 1)]
        step = 10 ** math.floor(math.log10(self.high - self.low))
        step = next(step * part for part in (0.1, 0.2, 0.5, 1) if (self.high - self.low) / (step * part) <= 8)
        return [self.low + step * count for count in range(int((self.high - self.low) / step + 1e-9) + 1)]


class Picture:
    def __init__(self, title: str, height: int = HEIGHT) -> None:
        self.height = height
        self.parts = [f'<text class="t" x="{LEFT}" y="20">{escape(title)}</text>']
        self.title = title

    def text(self, x: float, y: float, text: str, anchor: str = "start") -> None:
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')

    def rule(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self.parts.append(f'<path class="g" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>')

    def bar(self, x: float, y: float, width: float, height: float, colour: int) -> None:
        size = f'width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
        self.parts.append(f'<rect class="f{colour}" x="{x:.1f}" y="{y:.1f}" {size}/>')

    def line(self, points: Sequence[tuple[float, float]], colour: int) -> None:
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path class="l s{colour}" d="M{path}"/>')
        self.parts += (f'<circle class="f{colour}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)

    def legend(self, names: Sequence[str]) -> None:
        x = float(LEFT)
        for place, name in enumerate(names):
            self.bar(x, 28, 10, 10, place)
            self.text(x + 14, 37, name)
            x += 26 + 6.3 * len(name)

    def document(self) -> str:
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" role="img">'
        return "\n".join([head, f"<title>{escape(self.title)}</title>", style(), *self.parts, "</svg>", ""])


def short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def axes(picture: Picture, across: Axis, up: Axis, names: tuple[str, str]) -> None:
    for value in up.ticks():
        picture.rule(across.start, up.at(value), across.end, up.at(value))
        picture.text(across.start - 6, up.at(value) + 4, short(value), "end")
    for value in across.ticks():
        picture.text(across.at(value), up.start + 18, short(value), "middle")
    picture.text((across.start + across.end) / 2, up.start + 38, names[0], "middle")
    picture.text(LEFT - 62, TOP + 14, names[1])


def plot(across: tuple[float, float], up: tuple[float, float], logs: tuple[bool, bool]) -> tuple[Axis, Axis]:
    return (
        Axis(*across, LEFT, WIDTH - RIGHT, logs[0]),
        Axis(*up, HEIGHT - BOTTOM, TOP + 26, logs[1]),
    )


def lines(title: str, names: tuple[str, str], series: dict[str, list[tuple[float, float]]]) -> str:
    """Both axes logarithmic."""
    points = [point for one in series.values() for point in one]
    across, up = plot(
        (min(x for x, _ in points), max(x for x, _ in points)), (1, max(y for _, y in points) * 1.3), (True, True)
    )
    picture = Picture(title)
    axes(picture, across, up, names)
    for place, one in enumerate(series.values()):
        picture.line([(across.at(x), up.at(y)) for x, y in one], place)
    picture.legend(list(series))
    return picture.document()


def over_time(title: str, names: tuple[str, str], series: dict[str, dict[int, int]], until: int, is_log: bool) -> str:
    """A bar for each moment that has any; the later series stand before the earlier."""
    most = max(count for one in series.values() for count in one.values())
    across, up = plot((0, until), (0.8 if is_log else 0, most * 1.1), (False, is_log))
    picture = Picture(title)
    axes(picture, across, up, names)
    width = max(1.5, (across.end - across.start) / until * 0.8)
    for place, one in enumerate(series.values()):
        for moment, count in one.items():
            picture.bar(across.at(moment), up.at(count), width, up.start - up.at(count), place)
    picture.legend(list(series))
    return picture.document()


def side_by_side(title: str, unit: str, rows: dict[str, list[float]], parts: Sequence[str], is_stacked: bool) -> str:
    """Horizontal bars: the parts of a row on end, or, of what is measured twice, one under the other."""
    names_end, thick, gap = 250, 13, 9
    of_a_row = 1 if is_stacked else len(parts)
    height = TOP + 20 + len(rows) * (of_a_row * thick + gap) + 34
    most = max(sum(row) if is_stacked else max(row) for row in rows.values())
    across = Axis(0, most * 1.02, names_end, WIDTH - RIGHT - 60)
    picture = Picture(title, height)
    y = TOP + 10.0
    for value in across.ticks():
        picture.rule(across.at(value), y, across.at(value), height - 34)
        picture.text(across.at(value), height - 18, short(value), "middle")
    picture.text(WIDTH - RIGHT, height - 18, unit, "end")
    for name, row in rows.items():
        y += gap / 2
        picture.text(names_end - 8, y + of_a_row * thick / 2 + 4, name, "end")
        x = float(names_end)
        for place, value in enumerate(row):
            width = across.at(value) - names_end
            picture.bar(x if is_stacked else names_end, y, width, thick - 1, place)
            if not is_stacked:
                picture.text(across.at(value) + 5, y + 10, f"{value:,.0f}")
                y += thick
            x += width
        if is_stacked:
            picture.text(x + 5, y + 10, f"{sum(row):.2f}")
            y += thick
        y += gap / 2
    picture.legend(list(parts))
    return picture.document()
