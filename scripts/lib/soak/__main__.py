"""Soaks bootstrap and says what was seen: see scripts/soak."""

import argparse
import dataclasses
import json
import pathlib
import sys
import time

import tally
from soak import watch
from soak.findings import TELLING_RUN, Failure, Figures
from soak.run import Run
from soak.world import FIRST, SECOND, Profile
from words import Parser

LEAST = 200  # invocations: one of each kind
SECOND_SHARE = 20  # the second configuration gets a twentieth of the invocations
MOST_SHOWN_BYTES = 16_000  # of an event
TELL_EVERY_SECONDS = 0.2


def parsed(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog="scripts/soak", add_help=False)
    parser.add_argument("count", type=int)
    parser.add_argument("--bootstrap", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=20_261_128)
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check", action="store_true")  # the words alone, before anything is built
    given = parser.parse_args(words)
    if given.count < LEAST:
        parser.error(f"{given.count} invocations cannot hold one of each kind: give {LEAST} or more")
    if not given.bootstrap.is_file():
        parser.error(f"{given.bootstrap} is no file")
    if wrong := [one for one in given.env if "=" not in one]:
        parser.error(f"{wrong[0]} is not NAME=VALUE")
    return given


class Progress:
    """How far it is and how long it will take, where a person is looking."""

    def __init__(self, of: int) -> None:
        self.of = of
        self.is_shown = sys.stderr.isatty()
        self.started = self.told = time.monotonic()

    def tell(self, done: int) -> None:
        now = time.monotonic()
        if not self.is_shown or now - self.told < TELL_EVERY_SECONDS:
            return
        self.told = now
        left = (now - self.started) / done * (self.of - done)
        print(f"\r{done:,} of {self.of:,} invocations, {left:.0f} s to go  ", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.is_shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def soak(given: argparse.Namespace, profile: Profile, count: int) -> Figures:
    progress = Progress(count)
    environment = dict(one.split("=", 1) for one in given.env)
    try:
        return Run(given.bootstrap.resolve(), profile, count, given.seed, environment).go(progress.tell)
    finally:
        progress.end()


def faults(figures: Figures) -> list[str]:
    """The second run is a twentieth of the first, too short for memory to settle: that alone is not judged there."""
    found = watch.faults(figures.samples)
    if figures.profile != FIRST.name:
        return [one for one in found if "memory" not in one]
    if figures.invocations >= TELLING_RUN:
        found += [f"never came to pass: {one}" for one in figures.never_seen()]
    return found


def show(figures: Figures) -> None:
    microseconds = figures.seconds / figures.invocations * 1_000_000
    print(f"\n{figures.profile}")
    kinds = f"{figures.invocations:,} invocations of {figures.circumstances} kinds, all as they must be"
    print(f"  {kinds}; {figures.rotations} rotations of keys")
    own = f"{figures.processor_microseconds:.0f} µs of them the function's processor time"
    print(f"  {figures.seconds:.1f} s, {microseconds:.0f} µs an invocation in all, {own}")
    for name, times in sorted(figures.seen.items()):
        print(f"  {times:>9,}  {name}")
    print("  invocations   resident KiB  own KiB  descriptors  threads")
    for one in figures.samples:
        print(
            f"  {one.invocations:>11,}  {one.least_kib:>5} … {one.most_kib:>5}  {one.least_own_kib:>7}"
            f"  {one.descriptors:>11}  {one.threads:>7}"
        )
    most = watch.most_resident_kib(figures.samples[0], figures.samples[-1])
    bound = f"at most {most:.0f} KiB are allowed" if figures.profile == FIRST.name else "no bound of memory"
    print(f"  at the end {bound}; the most ever seen: {figures.most_kib} KiB")


def summary(done: list[Figures], wrong: int) -> str:
    """The last line, which is all that scripts/test shows of a run that ended well."""
    first, last = done[0].samples[0], done[0].samples[-1]
    of = f"{sum(one.invocations for one in done):,} invocations of {len(done)} configurations"
    verdict = f"{wrong} findings" if wrong else "all right"
    most = watch.most_resident_kib(first, last)
    memory = f"{first.least_kib:,} KiB resident after {first.invocations:,}, {last.least_kib:,} at the end"
    return f"{of}, {verdict}; {memory}, at most {most:,.0f}"


def show_failure(failure: Failure, given: argparse.Namespace, profile: Profile) -> None:
    print(f"wrong: {failure.message}")
    print(f"  in: {profile.name}; invocation {failure.index}, seed {given.seed}")
    if failure.case:
        event = failure.case.event
        print(f"  event: {failure.case.name}, {len(event)} bytes")
        print(f"  {event[:MOST_SHOWN_BYTES].decode(errors='replace')}")
        print(f"  right would be: {', '.join(failure.allowed) or 'see above'}")
        print(f"  answer: {failure.answer.decode(errors='replace')}")
        print(f"  log: {json.dumps(failure.record)}")
    print(f"  again: scripts/soak {given.count} --seed {given.seed} --bootstrap {given.bootstrap}")


def main() -> int:
    given = parsed(sys.argv[1:])
    if given.check:
        return 0
    done: list[Figures] = []
    wrong: list[str] = []
    for profile, count in ((FIRST, given.count), (SECOND, max(LEAST, given.count // SECOND_SHARE))):
        try:
            figures = soak(given, profile, count)
        except Failure as failure:
            show_failure(failure, given, profile)
            tally.record(failure.index, 1, "invocations of the soak")
            return 1
        done.append(figures)
        wrong += faults(figures)
        if not given.json:
            show(figures)
    if given.json:
        print(
            json.dumps(
                {"seed": given.seed, "wrong": wrong, "runs": [dataclasses.asdict(one) for one in done]}, indent=2
            )
        )
    for one in wrong:
        print(f"wrong: {one}", file=sys.stderr if given.json else sys.stdout)
    if not given.json:
        print(f"\n{summary(done, len(wrong))}")
    tally.record(sum(one.invocations for one in done), len(wrong), "invocations of the soak")
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
