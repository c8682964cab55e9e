"""Measures bootstrap, the floor and others side by side, and says what was found: see scripts/bench."""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile

from bench import calls, growth, headline, https, native, picture, programs, report, shapes, sizes, targets
from bench.events import REQUEST, Keys, Maker
from bench.plan import FULL, QUICK, Plan
from bench.progress import Progress
from bench.results import Deployed, Results, this_machine
from bench.stage import Stage
from bench.stopwatch import Failure, Program, Stopwatch
from bench.world import RS256, World
from words import Parser



def parsed(words: list[str]) -> argparse.Namespace:
    parser = Parser(prog="scripts/bench", add_help=False)
    parser.add_argument("--bootstrap", type=pathlib.Path, required=True)
    parser.add_argument("--ordinary", type=pathlib.Path)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--seed", type=int, default=20_261_129)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--svg", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--tools", type=pathlib.Path, required=True)  # where scripts/bench has installed what it needs
    parser.add_argument("--check", action="store_true")  # the words alone, before anything is built
    given = parser.parse_args(words)
    given.tools = given.tools.resolve()  # programs are started in other folders
    for path in (given.bootstrap, given.ordinary):
        if path and not path.is_file():
            parser.error(f"{path} is no file")
    if given.core not in os.sched_getaffinity(0):
        parser.error(f"--core {given.core}: this process may use {sorted(os.sched_getaffinity(0))}")
    return given


def measure(given: argparse.Namespace, folder: pathlib.Path, plan: Plan, progress: Progress) -> Results:
    stage = Stage(folder, Stopwatch(native.stopwatch(given.tools / "bench"), given.core, is_first=given.first))
    floor = programs.floor(given.tools / "bench", given.tools / "libcurl", folder)
    ours = programs.ours(programs.EMBEDDED, given.bootstrap, folder)
    own = [floor, ours]
    if given.ordinary:
        own.append(programs.ours(programs.ORDINARY, given.ordinary, folder))
    peers = programs.Peers((), ()) if given.no_peers else programs.peers(given.tools)
    date = datetime.date.today().isoformat()
    results = Results(date, given.seed, this_machine(given.core, given.first), plan, peers.missing)
    results.refused = min(stage.prove(one, given.seed) for one in (*own, *peers.programs))
    results.deployed = {one.name: deployed(one) for one in own}
    measure_headline(results, stage, own, list(peers.programs), progress)
    results.shapes = shapes.measure(stage, own, Keys(), given.seed, plan, progress.of("shapes"))
    results.https = https.measure(stage, ours, given.seed, plan, progress.of("HTTPS"))
    results.growth = growth.measure(stage, ours, given.seed, plan, progress.of("growth"))
    return results


def measure_headline(
    results: Results, stage: Stage, own: list[Program], peers: list[Program], progress: Progress
) -> None:
    keys = Keys()
    events = Maker(keys, results.seed).events(results.plan.events, REQUEST, RS256)
    act = stage.act("headline", World(), keys, events)
    if shutil.which(calls.STRACE):
        results.calls = {one.name: calls.count(stage, one, act) for one in own}
    results.figures = headline.measure(stage, act, own, peers, results.plan, progress.of("cold and warm"))


def deployed(program: Program) -> Deployed:
    assert program.file
    return Deployed(sizes.of_file(program.file), sizes.of_archive(program.file))


def write(given: argparse.Namespace, results: Results, verdicts: list[targets.Verdict]) -> None:
    if given.json:
        found = dataclasses.asdict(results)
        found["ratios"] = {
            name: {series: dataclasses.asdict(one) for series, one in to_floor.items()}
            for name, figures in results.figures.items()
            if (to_floor := headline.ratios(figures, results.figures[programs.FLOOR]))
        }
        found["targets"] = [{**dataclasses.asdict(one), "met": one.is_met} for one in verdicts]
        given.json.write_text(json.dumps(found, indent=2) + "\n")
    if given.markdown:
        given.markdown.write_text("\n".join(report.markdown(results, verdicts)) + "\n")
    if given.svg:
        given.svg.write_text(picture.svg(results))


def main() -> int:
    given = parsed(sys.argv[1:])
    if given.check:
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # so that the folder of the run goes with it
    progress = Progress()
    (given.tools / "bench").mkdir(parents=True, exist_ok=True)
    try:
        # Not in /tmp, which may be in memory: there is nothing to take out of the page cache then.
        with tempfile.TemporaryDirectory(prefix="run-", dir=given.tools / "bench") as folder:
            results = measure(given, pathlib.Path(folder), QUICK if given.quick else FULL, progress)
    except (Failure, native.CannotCompile) as error:
        progress.end()
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        progress.end()
    verdicts = targets.verdicts(results)
    write(given, results, verdicts)
    print("\n".join(report.text(results, verdicts)))
    return 1 if given.gate and not all(one.is_met for one in verdicts) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
