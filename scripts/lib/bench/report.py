"""The report in the terminal: tables, bars, and what was aimed at."""

from collections.abc import Iterator

from bench import https
from bench.headline import MEGABYTE, ratios, summaries
from bench.programs import EMBEDDED, FLOOR
from bench.results import Results
from bench.statistics import Summary
from bench.table import bar, table
from bench.targets import Verdict

MICROSECOND, MILLISECOND = 1_000, 1_000_000  # nanoseconds
NONE = "–"


def lines(results: Results, verdicts: list[Verdict]) -> Iterator[str]:
    machine = results.machine
    where = f"core {machine.pinned_to} of {machine.cores}" if machine.pinned_to is not None else "any core"
    yield f"bench of {results.date}: {machine.processor}, {machine.kernel}, {where}, load {machine.load:.1f} at the start"
    yield f"medians of {results.plan.rounds} rounds in turns (middle half); seed {results.seed}; each program has refused"
    yield f"{results.refused} forged or misused tokens, and every timed answer was compared"
    yield from (f"left out: {one}" for one in results.missing)
    for part in (programs, bars, shapes, calls, memory, fetches, growth_rows):
        yield ""
        yield from part(results)
    yield ""
    yield from targets(verdicts)


def span(found: Summary | None, unit: float, digits: int) -> str:
    if not found:
        return NONE
    one = found.scaled(1 / unit)
    return f"{one.median:.{digits}f} ({one.q1:.{digits}f}…{one.q3:.{digits}f})"


def times(found: Summary | None) -> str:
    return f"{found.median:.2f}" if found else NONE


def programs(results: Results) -> Iterator[str]:
    yield "programs: REST REQUEST events of 4.5 KB, RS256, distinct tokens; cold = exec to the first response"
    floor = results.figures[FLOOR]
    rows = []
    for name, figures in results.figures.items():
        found, ratio = summaries(figures), ratios(figures, floor)
        deployed = results.deployed.get(name)
        rows.append([
            name,
            f"{deployed.file_bytes / MEGABYTE:.2f}" if deployed else NONE,
            f"{deployed.archive_bytes / MEGABYTE:.2f}" if deployed else NONE,
            span(found["cold_ns"], MILLISECOND, 2), times(ratio["cold_ns"]),
            span(found.get("dropped_ns"), MILLISECOND, 1),
            span(found["warm_ns"], MICROSECOND, 1), times(ratio["warm_ns"]),
            span(found["warm_cpu_ns"], MICROSECOND, 1), times(ratio["warm_cpu_ns"]),
            f"{figures.peak_rss_bytes / MEGABYTE:.2f}",
        ])  # fmt: skip
    head = ["", "file MB", "zip MB", "cold ms", "× floor", "off cache ms", "warm µs", "× floor", "CPU µs", "× floor", "RSS MB"]
    yield from table(head, rows)


def bars(results: Results) -> Iterator[str]:
    for title, series, unit in (("cold ms", "cold_ns", MILLISECOND), ("warm µs", "warm_ns", MICROSECOND)):
        values = {name: summaries(one)[series].median / unit for name, one in results.figures.items()}
        most = max(values.values())
        width = max(map(len, values))
        yield title
        yield from (f"  {name:{width}}  {bar(value, most)} {value:.1f}" for name, value in values.items())


def shapes(results: Results) -> Iterator[str]:
    yield "warm time by event and algorithm, µs (and × floor)"
    if not results.shapes:
        return
    names = list(results.shapes[0].warm_ns)
    rows = [
        [cell.shape, cell.algorithm, f"{cell.bytes:,}"]
        + [f"{cell.warm_ns[name].median / MICROSECOND:.1f} ({times(cell.ratios[name])})" for name in names]
        for cell in results.shapes
    ]
    yield from table(["event", "algorithm", "bytes", *names], rows, left=2)


def calls(results: Results) -> Iterator[str]:
    yield "system calls"
    rows = [[name, str(one.until_response), str(one.per_invocation)] for name, one in results.calls.items()]
    yield from table(["", "to the first response", "an invocation more"], rows)
    ours, floor = results.calls.get(EMBEDDED), results.calls.get(FLOOR)
    if ours and floor:
        more = {name: count - floor.by_name.get(name, 0) for name, count in ours.by_name.items()}
        named = ", ".join(f"{name} {count}" for name, count in more.items() if count > 0)
        yield f"  beyond the floor's: {named or 'none'}"


def memory(results: Results) -> Iterator[str]:
    yield f"memory after {results.plan.memory:,} invocations, MB: the program's own, and pages of its file"
    rows = [
        [name, f"{one.own_rss_bytes / MEGABYTE:.2f}", f"{(one.peak_rss_bytes - one.own_rss_bytes) / MEGABYTE:.2f}"]
        for name, one in results.figures.items()
    ]
    yield from table(["", "own", "file"], rows)


def fetches(results: Results) -> Iterator[str]:
    yield "processor time of bootstrap until it asks for its first event, ms, by where its keys come from"
    without = results.https.get(https.NO_FETCH)
    rows = [
        [name, span(one, MILLISECOND, 2), f"{(one.median - without.median) / MILLISECOND:+.2f}" if without else NONE]
        for name, one in results.https.items()
    ]
    yield from table(["", "ms CPU", "the fetch"], rows)


def growth_rows(results: Results) -> Iterator[str]:
    yield "warm time of bootstrap as its input grows"
    rows = [
        [row.name, f"{row.size:,}", span(row.warm_ns, MICROSECOND, 1), span(row.ratio, 1, 3)] for row in results.growth
    ]
    yield from table(["", "how many", "µs", "× the smallest"], rows)


def targets(verdicts: list[Verdict]) -> Iterator[str]:
    words = {True: "met", False: "MISSED", None: "not measured"}
    yield "targets"
    rows = [
        [one.name, words[one.is_met], found(one), f"≤ {one.most:g} {one.unit}"] for one in verdicts
    ]  # fmt: skip
    yield from table(["", "", "found", "aimed at"], rows, left=2)
    missed = sum(one.is_met is False for one in verdicts)
    yield f"{sum(one.is_met is True for one in verdicts)} met, {missed} missed"


def found(one: Verdict) -> str:
    if one.found is None or one.q1 is None or one.q3 is None:
        return NONE
    if one.q1 == one.q3:
        return f"{one.found:.2f}".removesuffix(".00")
    return f"{one.found:.2f} ({one.q1:.2f}…{one.q3:.2f})"
