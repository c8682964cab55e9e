"""What was found, as sections of a table each, and the sections as text for a terminal or in Markdown."""

import dataclasses
from collections.abc import Iterator, Sequence

from bench import https
from bench.headline import MEGABYTE, ratios, summaries
from bench.programs import EMBEDDED, FLOOR
from bench.results import Results
from bench.statistics import Summary
from bench.table import bar, table
from bench.targets import Verdict

MICROSECOND, MILLISECOND = 1_000, 1_000_000  # nanoseconds
NONE = "–"


@dataclasses.dataclass(frozen=True)
class Section:
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: int = 1
    """How many columns are words; the others are numbers."""
    notes: Sequence[str] = ()


def sections(results: Results, verdicts: list[Verdict]) -> list[Section]:
    return [
        targets(verdicts), programs(results), shapes(results), calls(results), memory(results), fetches(results),
        growth(results),
    ]  # fmt: skip


def headings(results: Results) -> list[str]:
    machine = results.machine
    where = f"core {machine.pinned_to} of {machine.cores}" if machine.pinned_to is not None else "any core"
    where += " before all else" if machine.went_first else ""
    return [
        f"{results.date}: {machine.processor}, {machine.kernel}, {where}, load {machine.load:.1f} at first",
        f"medians (and middle halves) of {results.plan.rounds} rounds in turns; seed {results.seed}",
        f"each program has refused {results.refused} forged or misused tokens, and every timed answer was compared",
        *(f"left out: {one}" for one in results.missing),
    ]


def text(results: Results, verdicts: list[Verdict]) -> Iterator[str]:
    yield from headings(results)
    first, *others = sections(results, verdicts)
    for section in (*others, first):
        yield from ["", section.title, *table(section.head, section.rows, section.left)]
        yield from (f"  {note}" for note in section.notes)
        if section is others[0]:
            yield from bars(results)


def markdown(results: Results, verdicts: list[Verdict]) -> Iterator[str]:
    yield from ["# Figures of scripts/bench", ""]
    yield from ["Written by `scripts/bench --markdown`; [performance.md](performance.md) says how to read them.", ""]
    yield from (f"- {line[0].upper()}{line[1:]}." for line in headings(results))
    for section in sections(results, verdicts):
        yield from ["", f"## {section.title[0].upper()}{section.title[1:]}", ""]
        yield row(section.head)
        yield row([":--" if column < section.left else "--:" for column in range(len(section.head))])
        yield from (row(cells) for cells in section.rows)
        yield from (line for note in section.notes for line in ("", f"{note[0].upper()}{note[1:]}."))


def row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


# ---- numbers ----


def span(found: Summary | None, unit: float, digits: int) -> str:
    if not found:
        return NONE
    one = found.scaled(1 / unit)
    return f"{one.median:.{digits}f} ({one.q1:.{digits}f}…{one.q3:.{digits}f})"


def times(found: Summary | None) -> str:
    return f"{found.median:.2f}" if found else NONE


def megabytes(count: float) -> str:
    return f"{count / MEGABYTE:.2f}"


# ---- sections ----


def targets(verdicts: list[Verdict]) -> Section:
    words = {True: "met", False: "MISSED", None: "not measured"}
    rows = [[one.name, words[one.is_met], found(one), f"≤ {one.most:g} {one.unit}"] for one in verdicts]
    met, missed = (sum(one.is_met is wanted for one in verdicts) for wanted in (True, False))
    return Section("targets", ["", "", "found", "aimed at"], rows, 2, [f"{met} met, {missed} missed"])


def found(one: Verdict) -> str:
    if one.found is None or one.q1 is None or one.q3 is None:
        return NONE
    if one.q1 == one.q3:
        return f"{one.found:.2f}".removesuffix(".00")
    return f"{one.found:.2f} ({one.q1:.2f}…{one.q3:.2f})"


def programs(results: Results) -> Section:
    floor = results.figures[FLOOR]
    rows = []
    for name, figures in results.figures.items():
        spans, ratio = summaries(figures), ratios(figures, floor)
        deployed = results.deployed.get(name)
        sizes = [megabytes(deployed.file_bytes), megabytes(deployed.archive_bytes)] if deployed else [NONE, NONE]
        cold = [span(spans["cold_ns"], MILLISECOND, 2), times(ratio["cold_ns"])]
        dropped = [span(spans.get("dropped_ns"), MILLISECOND, 1)]
        warm = [span(spans["warm_ns"], MICROSECOND, 1), times(ratio["warm_ns"])]
        processor = [span(spans["warm_cpu_ns"], MICROSECOND, 1), times(ratio["warm_cpu_ns"])]
        rows.append([name, *sizes, *cold, *dropped, *warm, *processor, megabytes(figures.peak_rss_bytes)])
    of_times = ["cold ms", "× floor", "off cache ms", "warm µs", "× floor", "CPU µs", "× floor", "RSS MB"]
    notes = ["cold: exec to the first response, files in the page cache; off cache: once posix_fadvise took them out"]
    if not floor.dropped_ns:
        notes.append("off cache is left out: posix_fadvise takes nothing out of this file system's cache")
    title = "programs, with REST REQUEST events of 4.5 KB and distinct RS256 tokens"
    return Section(title, ["", "file MB", "zip MB", *of_times], rows, 1, notes)


def bars(results: Results) -> Iterator[str]:
    for title, series, unit in (("cold ms", "cold_ns", MILLISECOND), ("warm µs", "warm_ns", MICROSECOND)):
        values = {name: summaries(one)[series].median / unit for name, one in results.figures.items()}
        most = max(values.values())
        width = max(map(len, values))
        yield f"  {title}"
        yield from (f"    {name:{width}}  {bar(value, most)} {value:.1f}" for name, value in values.items())


def shapes(results: Results) -> Section:
    names = list(results.shapes[0].warm_ns) if results.shapes else []
    rows = [
        [cell.shape, cell.algorithm, f"{cell.bytes:,}"]
        + [f"{cell.warm_ns[name].median / MICROSECOND:.1f} ({times(cell.ratios[name])})" for name in names]
        for cell in results.shapes
    ]
    return Section("warm time by event and algorithm, µs (and × floor)", ["", "", "bytes", *names], rows, 2)


def calls(results: Results) -> Section:
    ours, floor = results.calls.get(EMBEDDED), results.calls.get(FLOOR)
    rows = [
        [
            name, str(one.until_response), f"{one.until_response / floor.until_response:.2f}" if floor else NONE,
            str(one.per_invocation),
        ]
        for name, one in results.calls.items()
    ]  # fmt: skip
    notes = []
    if ours and floor:
        more = {name: count - floor.by_name.get(name, 0) for name, count in ours.by_name.items()}
        named = ", ".join(f"{name} {count}" for name, count in more.items() if count > 0)
        notes = [f"beyond the floor's to the first response: {named or 'none'}"]
    return Section("system calls", ["", "to the first response", "× floor", "an invocation more"], rows, 1, notes)


def memory(results: Results) -> Section:
    rows = [
        [name, megabytes(one.own_rss_bytes), megabytes(one.peak_rss_bytes - one.own_rss_bytes)]
        for name, one in results.figures.items()
    ]
    title = f"memory after {results.plan.memory:,} invocations, MB"
    return Section(title, ["", "its own", "pages of files"], rows)


def fetches(results: Results) -> Section:
    without = results.https.get(https.NO_FETCH)
    rows = [
        [name, span(one, MILLISECOND, 2), f"{(one.median - without.median) / MILLISECOND:+.2f}" if without else NONE]
        for name, one in results.https.items()
    ]
    notes = []
    if https.SYSTEM not in results.https:
        notes.append("the system's roots are left out: this machine has none, or does not permit unshare(1) a mount")
    title = "processor time of bootstrap until it asks for its first event, by where its keys come from"
    return Section(title, ["", "ms CPU", "the fetch"], rows, notes=notes)


def growth(results: Results) -> Section:
    rows = [
        [row.name, f"{row.size:,}", span(row.warm_ns, MICROSECOND, 1), span(row.ratio, 1, 3)] for row in results.growth
    ]
    return Section("warm time of bootstrap as its input grows", ["", "how many", "µs", "× the smallest"], rows)
