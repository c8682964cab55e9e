"""Simulates an API with this authorizer, at any rate: see scripts/scale."""

import argparse
import json
import pathlib
import sys
from collections.abc import Callable

import tally
from scale import facts, pictures, show
from scale.experiments import PARTS, Settings, wrong
from scale.keycache import KeyTimes
from words import USAGE, Parser

USAGE, CANNOT_CREATE = 64, 73  # sysexits.h
LEAST_MEMORY, MOST_MEMORY = 128, 10_240  # MB; Lambda's own bounds
HIGHEST_RATE = 1_000_000  # requests a second
MOST_ENVIRONMENTS = 10_000  # that fetch keys: some 20 s


def between(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text.replace(",", "").replace("_", ""))
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{value:,} is not between {low:,} and {high:,}")
        return value

    return number


def parsed(words: list[str]) -> argparse.Namespace:
    one, parser = Settings(), Parser(prog="scripts/scale", add_help=False)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--rate", type=between(1, HIGHEST_RATE), action="append", metavar="N")
    parser.add_argument("--clients", type=between(1, 1_000_000), default=one.clients)
    parser.add_argument("--ttl", type=between(0, int(facts.LONGEST_TTL.value)), default=one.ttl)
    parser.add_argument("--memory", type=between(LEAST_MEMORY, MOST_MEMORY), default=one.memory)
    parser.add_argument("--fleet", type=between(1, MOST_ENVIRONMENTS), default=one.fleet)
    parser.add_argument("--issuer-limit", type=between(1, 1_000_000), default=one.endpoint_limit)
    parser.add_argument("--token-life", type=between(int(facts.SHORTEST_TOKEN.value), 86_400), default=one.token_life)
    parser.add_argument("--max-age", type=between(1, 86_400), default=one.times.max_age)
    parser.add_argument("--stale-if-error", type=between(0, 604_800), default=one.times.stale_if_error)
    parser.add_argument("--cooldown", type=between(1, 3_600), default=one.times.cooldown)
    parser.add_argument("--seed", type=int, default=one.seed)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--svg", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--facts", action="store_true")
    given = parser.parse_args(words)
    if unknown := [part for part in given.parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}: it is one of {', '.join(PARTS)}")
    return given


def settings(given: argparse.Namespace) -> Settings:
    return Settings(
        rates=tuple(sorted(set(given.rate))) if given.rate else Settings().rates,
        clients=given.clients, ttl=given.ttl, memory=given.memory, fleet=given.fleet,
        endpoint_limit=given.issuer_limit, token_life=given.token_life, seed=given.seed,
        times=KeyTimes(given.max_age, given.stale_if_error, given.cooldown),
    )  # fmt: skip


def tell(what: str) -> None:
    """What is being simulated, where a person is looking."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def main() -> int:
    given = parsed(sys.argv[1:])
    if given.facts:
        print(show.all_facts())
        return 0
    chosen = settings(given)
    results = {name: run(chosen, tell) for name, run in PARTS.items() if not given.parts or name in given.parts}
    tell("")
    faults = wrong(results)
    if given.json:
        print(json.dumps({"seed": chosen.seed, "wrong": faults, **results}, indent=2))
    else:
        for name, found in results.items():
            print("\n\n".join([f"\n== {name}", *show.SHOWN[name](found)]))
    if given.svg:
        try:
            written = pictures.write(results, given.svg)
        except OSError as error:
            print(f"error: cannot write into {given.svg}: {error.strerror}", file=sys.stderr)
            return CANNOT_CREATE
        print(f"{len(written)} pictures in {given.svg}", file=sys.stderr)
    for fault in faults:
        print(f"wrong: {fault}", file=sys.stderr)
    tally.record(len(results), len(faults), "parts of the model of scale")
    return 1 if faults else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
