"""Where programs meet events: each is shown every event once, its answers are judged, and from then on kept to."""

import dataclasses
import pathlib
from collections.abc import Sequence

from bench import attacks, judge
from bench.events import Event, Keys, Maker, read_pack, write_events
from bench.stopwatch import Failure, Program, Run, Scene, Stopwatch
from bench.world import World


@dataclasses.dataclass(frozen=True)
class Act:
    """Events in a world, which any program can be timed on."""

    name: str
    world: World
    events: Sequence[Event]
    scene: Scene


class Stage:
    def __init__(self, folder: pathlib.Path, stopwatch: Stopwatch) -> None:
        self.folder, self.stopwatch = folder, stopwatch
        self.known: dict[tuple[str, str], pathlib.Path] = {}
        """Judged answers, by act and program."""

    def act(self, name: str, world: World, keys: Keys, events: Sequence[Event]) -> Act:
        folder = self.folder / name.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        world.write(folder)
        path = write_events(folder / "events", events)
        return Act(name, world, events, Scene(path, len(events), keys.write(folder / "keys.json")))

    def configuration(self, act: Act) -> pathlib.Path:
        return act.scene.events.parent / "authorizer.json"

    def in_world(self, program: Program, act: Act) -> Program:
        return program.with_variables(AUTHORIZER_CONFIG=str(self.configuration(act)), **act.world.variables())

    def answers(self, program: Program, act: Act) -> pathlib.Path:
        """What the program answers to each event, once all of it has been found right."""
        if (act.name, program.name) in self.known:
            return self.known[act.name, program.name]
        path = act.scene.events.parent / f"{program.name.replace('/', '-')}.answers"
        log = path.with_suffix(".log")
        log.unlink(missing_ok=True)
        self.stopwatch.record(self.in_world(program, act), act.scene, path, log)
        for event, answer in zip(act.events, read_pack(path), strict=True):
            try:
                judge.judge(event, answer, act.world)
            except judge.Wrong as wrong:
                raise Failure(f"{program.name}: a wrong answer: {wrong}") from None
        lines = log.read_bytes().count(b"\n")
        if lines < len(act.events):
            raise Failure(f"{program.name}: {lines} lines in the log for {len(act.events)} invocations")
        self.known[act.name, program.name] = path
        return path

    def time(self, program: Program, act: Act, count: int, warmup: int = 0) -> Run:
        answers = self.answers(program, act)
        return self.stopwatch.time(self.in_world(program, act), act.scene, answers, count, warmup)

    def prove(self, program: Program, seed: int) -> int:
        """Shows the program what nobody may let through; how many events that were."""
        keys = Keys()
        act = self.act("attacks", World(), keys, attacks.attacks(Maker(keys, seed)))
        self.answers(program, act)
        del self.known[act.name, program.name]
        return len(act.events)
