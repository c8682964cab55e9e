"""The pictures of docs/scale.md, drawn from the results."""

import pathlib

from scale import svg

MINUTE = 60


def environments(found: dict) -> dict[str, str]:
    series: dict[str, list[tuple[float, float]]] = {}
    for row in found["first"]:
        if row["ttl"] == 0:
            series.setdefault(row["authorizer"], []).append((row["rate"], row["environments"]))
    title = "Environments started in the first 10 s, no result cache"
    return {"environments": svg.lines(title, ("requests a second", "environments"), series)}


def most_of_each_minute(in_seconds: dict[int, int]) -> dict[int, int]:
    most: dict[int, int] = {}
    for second, count in in_seconds.items():
        most[second // MINUTE] = max(count, most.get(second // MINUTE, 0))
    return most


def keys(found: dict) -> dict[str, str]:
    without, with_ = found["refresh"]
    refreshes = {
        "no jitter": most_of_each_minute(without["inSeconds"]),
        "70 to 90 % of maxAge": most_of_each_minute(with_["inSeconds"]),
    }
    plain = found["limited"][0]
    answered = {second: count - plain["failedInSeconds"].get(second, 0) for second, count in plain["inSeconds"].items()}
    limited = {"refused by the issuer": plain["inSeconds"], "answered": answered}
    end = max(plain["inSeconds"]) + 10
    until = max(minute for one in refreshes.values() for minute in one) + 2
    return {
        "refreshes": svg.over_time(
            "Fetches of keys after a mass cold start: the most in one second of each minute",
            ("minutes", "fetches in 1 s"), refreshes, until, is_log=True,
        ),
        "retries": svg.over_time(
            "Fetches of keys after a mass cold start, where the issuer answers few of them",
            ("seconds", "fetches in 1 s"), limited, end, is_log=False,
        ),
    }  # fmt: skip


def cost(found: dict) -> dict[str, str]:
    api = found["api"]
    rows = {"HTTP API, its own JWT authorizer": [api["HTTP"]], "REST API, its own JWT authorizer": [api["REST"]]}
    for row in found["whole"]:
        for name, words in (("uncached", "no cache"), ("cached", "cache")):
            one = row[name]
            parts = [one["invocations"], one["duration"] + one["starts"], one["logs"]]
            rows[f"REST, {row['authorizer']}, {words}"] = [api["REST"], *parts]
    parts_of = ("API requests", "invocations", "duration and starts", "logs")
    return {"cost": svg.side_by_side("A million API requests", "US dollars", rows, parts_of, is_stacked=True)}


def revocation(found: dict) -> dict[str, str]:
    rows = {
        f"{row['case']}, TTL {row['ttl']}": [row["longest"] / MINUTE, row["bound"] / MINUTE]
        for row in found["rows"] if row["bound"] <= 86_400
    }  # fmt: skip
    title = "How long somebody still gets in"
    return {"revocation": svg.side_by_side(title, "minutes", rows, ("longest seen", "bound"), is_stacked=False)}


DRAWN = {"environments": environments, "keys": keys, "cost": cost, "revocation": revocation}


def write(results: dict, folder: pathlib.Path) -> list[pathlib.Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for part, draw in DRAWN.items():
        if part in results:
            for name, document in draw(results[part]).items():
                path = folder / f"{name}.svg"
                path.write_text(document)
                written.append(path)
    return written
