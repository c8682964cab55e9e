"""Tells the story, or checks it in silence: see scripts/demo."""

import argparse
import pathlib
import signal
import sys
import tempfile
import traceback

import tally
from demo import callers, changes, keys, machines, network
from demo.processes import NotReady
from demo.scene import Programs, Scene
from demo.story import Failed, Story
from demo.web import NotAnswered

CHAPTERS = (
    machines.tell_of_the_pool,
    keys.tell_of_keys,
    machines.tell_of_tokens,
    machines.tell_of_answers,
    callers.tell_of_a_person,
    callers.tell_of_a_partner,
    changes.tell_of_attacks,
    changes.tell_of_rotation,
    changes.tell_of_a_leaving_client,
    changes.tell_of_secrets,
)


def parsed(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo")
    parser.add_argument("--turnstile", type=pathlib.Path, required=True)
    parser.add_argument("--emulator", type=pathlib.Path, required=True)
    parser.add_argument("--bootstrap", action="append", required=True, metavar="NAME=FILE")
    parser.add_argument("--glewlwyd", type=pathlib.Path)
    parser.add_argument("--folder", type=pathlib.Path, help=argparse.SUPPRESS)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true")
    how.add_argument("--json", action="store_true")
    return parser.parse_args(words)


def tell(story: Story, programs: Programs, folder: pathlib.Path) -> None:
    with Scene(story, programs, folder) as scene:
        story.begin("Turnstile end to end, on one machine, with real parts", scene.network.description())
        for chapter in CHAPTERS:
            chapter(scene)


def play(arguments: argparse.Namespace, folder: pathlib.Path) -> int:
    builds = dict(bootstrap.split("=", 1) for bootstrap in arguments.bootstrap)
    programs = Programs(
        arguments.turnstile.resolve(),
        arguments.emulator.resolve(),
        {name: pathlib.Path(file).resolve() for name, file in builds.items()},
        arguments.glewlwyd and arguments.glewlwyd.resolve(),
    )
    story = Story(is_silent=arguments.check or arguments.json)
    failure = None
    try:
        tell(story, programs, folder)
    except (Failed, NotReady, NotAnswered) as error:
        failure = f"{story.place()}: {error}"
    except Exception as error:
        traceback.print_exc()
        failure = f"{story.place()}: {type(error).__name__}: {error}"
    end(story, failure, as_json=arguments.json)
    return 1 if failure else 0


def end(story: Story, failure: str | None, as_json: bool) -> None:
    passed, failed = story.count()
    failed = max(failed, 1 if failure else 0)
    tally.record(passed, failed, "steps of the whole path")
    if as_json:
        story.write_record(failure)
    else:
        print(f"\n{passed} steps as told, {failed} not, {story.seconds()} s", flush=True)
    if failure:
        print(f"failed: {failure}", file=sys.stderr)


def main() -> int:
    words = sys.argv[1:]
    arguments = parsed(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if network.is_inside():
        return play(arguments, arguments.folder)
    with tempfile.TemporaryDirectory(prefix="turnstile-demo-") as folder:
        status = network.run_isolated([*words, "--folder", folder])
        return play(arguments, pathlib.Path(folder)) if status is None else status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
