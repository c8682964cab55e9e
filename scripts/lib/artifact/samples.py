"""The sample events, answered in an empty root, each as its .expected.json says; and the bytes of the answers."""

import dataclasses
import json
import pathlib
import re

import outcomes
from artifact.emulation import machine
from artifact.files import Artifact
from artifact.roots import EmptyRoot
from artifact.rows import LeftOut, Seen
from artifact.running import started
from execution.key_server import Answer, KeyServer
from run_emulator import environment_file

ROOT = pathlib.Path(__file__).parents[3]
EVENTS = ROOT / "events"
VARIABLES = re.compile(r"\$\{(\w+)\}")
Answers = dict[str, tuple[str, bytes]]
"""Of each event: `response` or `error`, and the body as it was posted."""


def events() -> list[pathlib.Path]:
    return [path for path in sorted(EVENTS.glob("*.json")) if outcomes.expected_path(path).exists()]


def published(path: str) -> Answer:
    return 200, {"Content-Type": "application/json"}, (EVENTS / "keys" / pathlib.PurePosixPath(path).name).read_bytes()


@dataclasses.dataclass
class Samples:
    """What each artifact answered, so that they can be held against each other."""

    answers: dict[str, Answers] = dataclasses.field(default_factory=dict)

    def run(self, artifact: Artifact) -> Seen:
        computer = machine(artifact.arch)
        with EmptyRoot(artifact, computer) as root, KeyServer(published) as server:
            path = root.put("tmp/authorizer.json", (EVENTS / "authorizer.json").read_bytes())
            variables = environment_file(EVENTS / "environment") | {"TURNSTILE_KEYS_URL": server.url}
            with started(root, variables | {"AUTHORIZER_CONFIG": path}) as (api, function):
                posted = {event: api.invoke(event.read_bytes()) for event in events()}
                records = function.await_decisions(len(posted))
        self.answers[artifact.arch] = {event.name: (post.kind, post.body) for event, post in posted.items()}
        faults = []
        for (event, post), record in zip(posted.items(), records, strict=True):
            kind = "answer" if post.kind == "response" else "error"
            found = {name: record.get(name) for name in outcomes.RECORD_MEMBERS}
            outcome = {"event": str(event), kind: post.document(), **found}
            faults += [f"{event.stem}: {one}" for one in outcomes.differences(event, outcome)]
        return Seen(f"{len(posted)} sample events as expected{computer.said}", faults)

    def alike(self, arches: list[str]) -> Seen:
        """All that answered, against the first of them."""
        if missing := [arch for arch in arches if arch not in self.answers]:
            raise LeftOut(f"there are no answers of {', '.join(missing)}")
        first, *others = arches
        faults = []
        for other in others:
            theirs, ours = self.answers[other], self.answers[first]
            faults += [f"{name}: {other} answers otherwise" for name in ours if theirs.get(name) != ours[name]]
        size = sum(len(body) for _, body in self.answers[first].values())
        return Seen(f"{len(self.answers[first])} answers, {size:,} bytes, the same in {' and '.join(arches)}", faults)


def own_configuration(artifact: Artifact) -> Seen:
    """Starts with the authorizer.json that is packed beside it, and turns away whoever brings no token."""
    named = set(VARIABLES.findall((artifact.folder / "authorizer.json").read_text()))
    known = environment_file(ROOT / "stack" / "environment")
    if unknown := sorted(named - known.keys()):
        raise LeftOut(f"stack/environment does not say what {', '.join(unknown)} stands for")
    computer = machine(artifact.arch)
    event = EVENTS / "rest-request-rejected-no-token.json"
    with EmptyRoot(artifact, computer) as root, started(root, known) as (api, function):
        answer = api.invoke(event.read_bytes())
        (record,) = function.await_decisions(1)
    is_refused = (record["decision"], record["reason"]) == ("reject", "missing_token")
    faults = [] if is_refused and b'"Effect":"Allow"' not in answer.body else [f"no refusal, but {json.dumps(record)}"]
    return Seen(f"starts, and rejects an event without a token{computer.said}", faults)
