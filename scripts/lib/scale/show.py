"""The results for a person at a terminal: aligned tables, and bars."""

from collections.abc import Callable, Iterable, Sequence

from scale import facts

BAR = 44  # characters


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The first column to the left, numbers to the right."""
    cells = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  " + "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in cells
    )


def bars(rows: dict[str, float], unit: str = "") -> str:
    most, width = max(rows.values(), default=0) or 1, max(map(len, rows), default=0)

    def drawn(value: float) -> str:
        return "█" * max(1 if value else 0, round(value / most * BAR))

    return "\n".join(f"  {name.ljust(width)}  {drawn(value)} {value:,.0f}{unit}" for name, value in rows.items())


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "–"


def environments(found: dict) -> list[str]:
    first = found["first"]
    names = list(dict.fromkeys(row["authorizer"] for row in first))
    ttls = sorted({row["ttl"] for row in first})
    out = []
    for ttl in ttls:
        by = {(row["rate"], row["authorizer"]): row for row in first if row["ttl"] == ttl}
        rates = list(dict.fromkeys(rate for rate, _ in by))
        out.append(f"Environments started in the first 10 s from nothing, TTL {ttl} s, and requests throttled (500)")
        rows = [[f"{rate:,}/s", *(started(by[rate, name]) for name in names)] for rate in rates]
        out.append(table(["", *names], rows))
        if not ttl:
            rate = min(rates, key=lambda one: abs(one - 1_000))
            out.append(f"At {rate:,} requests/s:")
            out.append(bars({name: by[rate, name]["environments"] for name in names}))
    out.append("What must be asked for, once the cache is warm")
    out.append(table(
        ["", "TTL", "to the authorizer", "invocations/s", "Lambda concurrency", "busy at once", "API Gateway"],
        [
            [f"{row['rate']:,}/s", f"{ttl} s", percent(one["misses"], 1), f"{one['invocations']:,.1f}",
             f"{one['concurrency']:,}", f"{one['busy']:,.2f}", f"{row['gatewayRate']:,}/s"]
            for row in found["quotas"] for ttl, one in row["ttl"].items()
        ],
    ))  # fmt: skip
    out.append("From nothing to the highest rate, 120 s")
    out.append(table(
        ["quotas", "TTL", "arrived", "answered", "429", "500", "500 until"],
        [
            [row["quotas"], f"{row['ttl']} s", f"{row['arrived']:,}",
             percent(row["cached"] + row["warm"] + row["cold"], row["arrived"]),
             percent(row["refused"], row["arrived"]), percent(row["throttled"], row["arrived"]),
             f"{row['throttledUntil']} s"]
            for row in found["ramp"]
        ],
    ))  # fmt: skip
    return out


def started(row: dict) -> str:
    return f"{row['environments']:,}" + (f" ({row['throttled']:,})" if row["throttled"] else "")


def keys(found: dict) -> list[str]:
    rows = [
        [
            row["name"], f"{row['fetches']:,}", f"{row['failed']:,}", f"{row['mostInASecond']:,}",
            f"{row['by'].get('a caller', 0):,}", f"{row['callers'].get('unknown_key', 0):,}",
            f"{row['callers'].get('keys_unavailable', 0):,}", f"{row['lastRefusal']} s" if row["lastRefusal"] else "–",
        ]
        for name, group in found.items() if name != "busy" for row in group
    ]  # fmt: skip
    head = ["", "fetches", "failed", "most in 1 s *", "a caller waits", "unknown_key", "keys_unavailable", "until"]
    out = ["Fetches of keys, and callers refused for want of one", table(head, rows)]
    out += [
        f"A fetch after an answer keeps an environment busy, with {roots}: {one['first']} ms; later {one['later']} ms"
        for roots, one in found["busy"].items()
    ]
    without, with_ = (row["inSeconds"] for row in found["refresh"])
    out.append("* of refreshes: behind those of the start")
    out.append("Most fetches in one second, by part of the time, without jitter and with it")
    span = max([*without, *with_]) // 12 + 1
    parts = range(0, max([*without, *with_]) + 1, span)

    def most(of: dict[int, int], start: int) -> int:
        return max((count for second, count in of.items() if start <= second < start + span), default=0)

    out += [
        bars({f"{label}, {start // 60:>3} min": most(of, start) for start in parts})
        for label, of in (("no jitter", without), ("jitter", with_))
    ]
    return out


def cost(found: dict) -> list[str]:
    api = found["api"]
    out = [
        "US dollars for a million API requests, every one judged (TTL 0), without the API's own price and without logs"
    ]
    out.append(table(
        ["", "MB", "", "billed ms", "invocations", "duration", "starts", "sum"],
        [
            [row["authorizer"], str(row["memory"]), row["processor"], f"{row['billedMs'][0]}–{row['billedMs'][1]}",
             f"{row['invocations']:.4f}", f"{row['duration']:.4f}", f"{row['starts']:.4f}", f"{row['sum']:.4f}"]
            for row in found["uncached"]
        ],
    ))  # fmt: skip
    logs = found["logs"]
    out.append(f"Logs of a million invocations: {logs['lines']:.2f}; with metrics in the lines {logs['metrics']:.2f}")
    out.append("Part of one client's requests that come to the authorizer")
    ttls = [name for name in found["misses"][0] if name != "rate"]
    out.append(table(
        ["its rate", *(f"TTL {ttl} s" for ttl in ttls)],
        [[f"{row['rate']}/s", *(percent(row[ttl], 1) for ttl in ttls)] for row in found["misses"]],
    ))  # fmt: skip
    out.append("With API and logs:")
    whole = {"HTTP API, its own JWT authorizer": api["HTTP"], "REST API, its own JWT authorizer": api["REST"]}
    for row in found["whole"]:
        for name in ("uncached", "cached"):
            one = row[name]
            sum_ = sum(one[part] for part in ("invocations", "duration", "starts", "logs"))
            whole[f"REST API, {row['authorizer']}, {name}"] = api["REST"] + sum_
    out.append("\n".join(f"  {name.ljust(46)} {value:.3f}" for name, value in whole.items()))
    return out


def metering(found: dict) -> list[str]:
    regions = ", ".join(f"{int(clients):,}: {count}" for clients, count in found["regions"].items())
    return [
        f"{found['keys']:,} keys, made in {found['minutesToMakeThem']:.0f} minutes; {found['plans']} usage plans",
        f"Accounts or regions for a key per client: {regions}",
        "Clients hashed into buckets, 10 of them too loud",
        table(
            ["clients", "buckets", "alone in theirs", "most in one", "hit by another"],
            [
                [f"{row['clients']:,}", f"{row['buckets']:,}", percent(row["alone"], 1), str(row["mostInOne"]),
                 percent(row["hitByOthers"], 1)]
                for row in found["shared"]
            ],
        ),
    ]  # fmt: skip


def revocation(found: dict) -> list[str]:
    rows = [
        [row["case"], *(f"{row[name]:,.0f} s" for name in ("ttl", "median", "longest", "bound")), row["made"]]
        for row in found["rows"]
    ]
    return [
        "How long somebody still gets in",
        table(["", "TTL", "median", "longest", "at most", "which is"], rows),
        *(
            f"The {api}'s own JWT authorizer: a withdrawn key up to {one['key']:,.0f} s, a client {one['client']:,} s"
            for api, one in found["native"].items()
        ),
        "Invocations of each new environment that still take a withdrawn key of its jwksFile: "
        f"{found['acceptedFromSnapshot']}",
    ]


SHOWN: dict[str, Callable[[dict], list[str]]] = {
    "environments": environments, "keys": keys, "cost": cost, "metering": metering, "revocation": revocation,
}  # fmt: skip


def all_facts() -> str:
    rows = [
        [name.lower(), f"{fact.value:g}", fact.unit, fact.seen, fact.what, fact.source]
        for name, fact in facts.all_facts().items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{row[0].ljust(widths[0])}  {row[1].rjust(widths[1])} {row[2].ljust(widths[2])}  {row[3].ljust(widths[3])}  "
        f"{row[4]}\n{' ' * (widths[0] + 2)}{row[5]}"
        for row in rows
    )
