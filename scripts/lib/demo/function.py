"""The authorizer itself: bootstrap under AWS's Runtime Interface Emulator, asked as API Gateway asks."""

import dataclasses
import json
import pathlib

import sample_requests
from demo.story import Failed
from outcomes import Policy, arn_of, elsewhere, stage_of
from run_emulator import Emulator

VERBS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


class RecordingEmulator(Emulator):
    """Keeps what the emulator and bootstrap print, to be searched for secrets."""

    def __init__(self, emulator: pathlib.Path, bootstrap: pathlib.Path, environment: dict[str, str]) -> None:
        self.printed: list[str] = []
        super().__init__(emulator, bootstrap, environment)

    def read_lines(self) -> None:
        for line in self.process.stdout or ():
            self.printed.append(line)
            self.lines.put(line)

    def records(self) -> list[dict]:
        """The lines of bootstrap's log; the emulator's own are no JSON."""
        found = []
        for line in [*self.printed]:
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the authorizer said to one request, and what API Gateway would make of it."""

    decision: str | None
    reason: str | None
    issuer: str | None
    client: str | None
    route: str | None
    answer: dict | None
    error: dict | None
    arn: str

    @property
    def usage_key(self) -> str | None:
        return (self.answer or {}).get("usageIdentifierKey")

    @property
    def is_unauthorized(self) -> bool:
        """The one error that API Gateway turns into 401."""
        return self.answer is None and (self.error or {}).get("errorMessage") == "Unauthorized"

    @property
    def policy(self) -> Policy:
        if self.answer is None:
            raise Failed(f"there is no policy but {self.error!r}")
        return Policy(self.answer["policyDocument"])

    def statements(self) -> list[str]:
        """What the policy says, without the part of each ARN that is the same everywhere."""
        whole = f"{stage_of(self.arn)}/"
        listed = self.answer["policyDocument"]["Statement"]
        texts = [(one["Effect"], one["Resource"]) for one in listed]
        return [
            f"{effect:<5} {resource.removeprefix(whole)}"
            for effect, resources in texts
            for resource in ([resources] if isinstance(resources, str) else resources)
        ]

    def allowed(self, paths: list[str]) -> set[str]:
        """The requests, of every verb with every path, that IAM lets through under this policy."""
        policy, stage = self.policy, stage_of(self.arn)
        requests = [f"{verb} {path}" for verb in VERBS for path in paths]
        return {request for request in requests if policy.allows(arn_of(stage, request))}

    def allowed_elsewhere(self, paths: list[str]) -> set[str]:
        """The same, of another API and another stage."""
        policy = self.policy
        arns = [arn_of(o, f"{verb} {path}") for o in elsewhere(stage_of(self.arn)) for verb in VERBS for path in paths]
        return {arn for arn in arns if policy.allows(arn)}


class Function:
    """One configuration in one or more builds of bootstrap, which must agree in everything."""

    def __init__(self, emulators: dict[str, RecordingEmulator], api: str, folder: pathlib.Path) -> None:
        self.emulators = emulators
        self.api = api
        self.event = folder / "event.json"

    def ask(self, token: str | None, verb: str, path: str, resource: str | None = None) -> Verdict:
        """Sends a REST REQUEST event: `resource` is the template that API Gateway resolved the path to."""
        return self.send(sample_requests.rest_request(token, verb, resource or path, path, api=self.api))

    def ask_by_token(self, token: str, verb: str, path: str) -> Verdict:
        """Sends a REST TOKEN event, which knows nothing but the path."""
        return self.send(sample_requests.rest_token(token, verb, path, api=self.api))

    def fetches(self, issuer: str) -> list[dict]:
        """What the log says of the fetches of an issuer's keys, in every build."""
        records = [record for emulator in self.emulators.values() for record in emulator.records()]
        return [record for record in records if is_fetch(record) and record.get("issuer") == issuer]

    def fetched_first(self) -> bool:
        """Whether every build fetched keys before it decided anything."""
        firsts = [next((r for r in e.records() if is_fetch(r) or "decision" in r), {}) for e in self.emulators.values()]
        return all(is_fetch(record) for record in firsts)

    def send(self, event: dict) -> Verdict:
        self.event.write_text(json.dumps(event))
        verdicts = {build: emulator.invoke(self.event) for build, emulator in self.emulators.items()}
        (first, said), *others = verdicts.items()
        for build, other in others:
            if other != said:
                raise Failed(f"the {first} said {said!r}, and the {build} {other!r}")
        members = ("decision", "reason", "issuer", "client", "route", "answer", "error")
        return Verdict(**{member: said.get(member) for member in members}, arn=event["methodArn"])


def is_fetch(record: dict) -> bool:
    return record.get("event") == "key_fetch"
