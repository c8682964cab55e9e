"""Holds the instructions of one invocation to what is written down: see scripts/instructions."""

import argparse
import collections
import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile

import tally
from bench import callgrind, link_order, native, programs
from bench.events import SHAPES, Keys, Maker
from bench.stage import Act, Stage
from bench.stopwatch import Failure, Program, Stopwatch
from bench.world import RS256
from words import Parser

WRITTEN = pathlib.Path(__file__).with_name("instructions.json")
ORDER = pathlib.Path(__file__).parents[1] / "link_order.txt"
MOST_MORE = 0.05
SEED = 20_261_129
EVENTS = 100
FEW, MANY = 100, 400  # invocations: what one costs is the difference by 300, without the start
PATIENCE_SECONDS = 60.0  # callgrind makes a program fifty times as slow
VALGRIND = "/usr/bin/valgrind"
KEPT = 60  # functions of each shape, those that cost most
SHOWN = 8
# Of these the calls are counted: which of their code runs depends on the processor, and no change here is to blame.
FOREIGN = ("libcrypto.a", "libssl.a")

# Function → how many, of one invocation.
Profile = dict[str, int]


@dataclasses.dataclass(frozen=True)
class Cost:
    """Of one invocation."""

    instructions: Profile
    """Of bootstrap's and libcurl's functions."""
    calls: Profile
    """Of functions of OpenSSL and the C library, by bootstrap and libcurl."""

    def kinds(self) -> dict[str, Profile]:
        return {"instructions": self.instructions, "calls": self.calls}


def measured(stage: Stage, program: Program, act: Act, others: set[str]) -> Cost:
    few, many = (total(stage, program, act, count) for count in (FEW, MANY))
    return Cost(
        own(each(few.instructions, many.instructions), others), each(outward(few, others), outward(many, others))
    )


def each(few: Profile, many: Profile) -> Profile:
    return {name: round((many[name] - few.get(name, 0)) / (MANY - FEW)) for name in many}


def total(stage: Stage, program: Program, act: Act, count: int) -> callgrind.Counts:
    answers = stage.answers(program, act)
    output = stage.folder / f"callgrind-{count}"
    watched = stage.in_world(program, act).under(VALGRIND, "--tool=callgrind", f"--callgrind-out-file={output}")
    stage.stopwatch.run(watched, act.scene, count, 0, ["--answers", str(answers), "--gently"], None)
    return callgrind.counts(output)


def foreign(libraries: pathlib.Path) -> set[str]:
    """The names of all functions of OpenSSL and of the C library."""
    return defined(*(libraries / "lib" / name for name in FOREIGN), standard_library())


def standard_library() -> pathlib.Path:
    found = subprocess.run(["gcc", "-print-file-name=libc.a"], capture_output=True, text=True, check=True)
    return pathlib.Path(found.stdout.strip())


def defined(*archives: pathlib.Path) -> set[str]:
    """The names in archives of objects."""
    listed = subprocess.run(["nm", "--defined-only", *map(str, archives)], capture_output=True, text=True, check=True)
    return {words[2] for words in map(str.split, listed.stdout.splitlines()) if len(words) == 3}


def is_of(others: set[str], name: str) -> bool:
    """A function that was cut in two is `name'2` or `name.part.0`."""
    return name.split("'")[0].split(".")[0] in others


def own(profile: Profile, others: set[str]) -> Profile:
    """Bootstrap's and libcurl's."""
    return {name: cost for name, cost in profile.items() if not is_of(others, name)}


def outward(counts: callgrind.Counts, others: set[str]) -> Profile:
    """How often which of the others was called by who is none of them."""
    found: collections.Counter[str] = collections.Counter()
    for (caller, callee), calls in counts.calls.items():
        if is_of(others, callee) and not is_of(others, caller):
            found[callee] += calls
    return found


def demangled(names: list[str]) -> list[str]:
    done = subprocess.run(
        ["swift", "demangle", "--simplified", "--compact"], input="\n".join(names), capture_output=True, text=True
    )
    shown = done.stdout.splitlines()
    return shown if len(shown) == len(names) else names


def growth(now: Profile, before: Profile) -> list[str]:
    """Where most of the new instructions went, a line each."""
    grown = {name: cost - before.get(name, 0) for name, cost in now.items()}
    most = sorted(grown, key=lambda name: -grown[name])[:SHOWN]
    shown = zip(demangled(most), most, strict=True)
    return [f"    {grown[name]:>+8,}  {text}" for text, name in shown if grown[name] > 0]


def verdict(shape: str, kind: str, now: Profile, written: dict) -> tuple[bool, list[str]]:
    """Whether a shape costs no more than it may, and what to say of it."""
    count, before = sum(now.values()), written["sum"]
    line = f"  {shape:<14}{kind:<13}{count:>9,}  {before:>9,} written down  {count / before - 1:>+6.1%}"
    if count > before * (1 + MOST_MORE):
        return False, [f"{line}: TOO MANY, of {MOST_MORE:.0%} more that are allowed", *growth(now, written["functions"])]
    if count < before * (1 - MOST_MORE):
        line += ": fewer, which scripts/instructions --update writes down"
    return True, [line]


def kept(profile: Profile) -> dict:
    most = sorted(profile, key=lambda name: -profile[name])[:KEPT]
    return {"sum": sum(profile.values()), "functions": {name: profile[name] for name in most}}


def spelled(written: dict[str, dict[str, dict]]) -> str:
    """As JSON, a line for each kind of each shape."""
    shapes = []
    for shape, kinds in written.items():
        lines = [f"  {json.dumps(kind)}: {json.dumps(figures, sort_keys=True)}" for kind, figures in kinds.items()]
        shapes.append(f" {json.dumps(shape)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(shapes) + "\n}\n"


def parsed(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog="scripts/instructions", add_help=False)
    parser.add_argument("--bootstrap", type=pathlib.Path, required=True)
    parser.add_argument("--tools", type=pathlib.Path, required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--order", action="store_true")
    return parser.parse_args(words)


def costs(given: argparse.Namespace) -> dict[str, Cost]:
    others = foreign(given.tools / "libcurl")
    with tempfile.TemporaryDirectory(prefix="turnstile-instructions-") as name:
        folder = pathlib.Path(name)
        stage = Stage(folder, Stopwatch(native.stopwatch(given.tools / "bench"), None, PATIENCE_SECONDS))
        program = programs.ours(programs.EMBEDDED, given.bootstrap.resolve(), folder)
        keys = Keys()
        maker = Maker(keys, SEED)
        found = {}
        seen: list[str] = []
        for shape in SHAPES:
            act = stage.act(f"instructions {shape}", maker.world, keys, maker.events(EVENTS, shape, RS256))
            found[shape] = measured(stage, program, act, others)
            seen += link_order.called(stage.folder / f"callgrind-{FEW}")
        if given.order:
            print(f"{link_order.rewrite(ORDER, seen)} functions in {ORDER.name}", file=sys.stderr)
        return found


def main() -> int:
    given = parsed(sys.argv[1:])
    try:
        found = costs(given)
    except (Failure, native.CannotCompile) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if given.update:
        written = {
            shape: {kind: kept(profile) for kind, profile in cost.kinds().items()} for shape, cost in found.items()
        }
        WRITTEN.write_text(spelled(written))
    written = json.loads(WRITTEN.read_text())
    if given.json:
        sums = {
            shape: {kind: sum(profile.values()) for kind, profile in cost.kinds().items()}
            for shape, cost in found.items()
        }
        print(json.dumps(sums, indent=2))
    too_many = 0
    for shape, cost in found.items():
        for kind, profile in cost.kinds().items():
            is_kept, lines = verdict(shape, kind, profile, written[shape][kind])
            too_many += not is_kept
            print("\n".join(lines), file=sys.stderr if given.json else sys.stdout)
    tally.record(2 * len(found) - too_many, too_many, "instructions of an event")
    said = f"{len(found)} shapes of events, {too_many} figures of them more than is written down"
    print(said, file=sys.stderr if given.json else sys.stdout)
    return 1 if too_many else 0


if __name__ == "__main__":
    sys.exit(main())
