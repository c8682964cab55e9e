"""Turnstile's own judgement: the real bootstrap, handed REST TOKEN events by a Runtime API.

Every case is an issuer of its own in one configuration. Where the key set may hold no usable key, bootstrap fetches it
from a server; the others are files.
"""

import json
import os
import pathlib
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from execution.function import Function
from execution.key_server import KeyServer
from execution.runtime_api import Quiet, Request, RuntimeAPI

from differential.case import Case

METHOD_ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/GET/orders"
ROUTES = {"GET /orders": {}}
# The longest that a fetch may take before an invocation's deadline: on a busy machine, too, a good set must come.
KEYS = {"timeoutMilliseconds": 9_000}
PATIENCE_SECONDS = 20.0
FILE_FAULT = re.compile(r"issuers\[(\d+)\]\.jwksFile")
# Some hundred key files are written for each start: in memory, where there is such a place.
MEMORY = next((folder for folder in ["/dev/shm"] if os.access(folder, os.W_OK)), None)
NO_KEYS = "no_usable_key"
"""In place of a reason where the key set, in a file, ends the start."""


class Broken(Exception):
    """bootstrap gives no answer, or one that is not what it logs."""

    def __init__(self, what: str, case: Case) -> None:
        super().__init__(what, case)
        self.case = case

    def __str__(self) -> str:
        return f"bootstrap is broken: {self.args[0]}"


@dataclass(frozen=True)
class Verdict:
    accepts: bool
    reason: str | None = None


class Judge:
    """Judges many cases with one process."""

    def __init__(self, bootstrap: pathlib.Path) -> None:
        self.bootstrap = bootstrap
        self.cases: Sequence[Case] = []
        self.server = KeyServer(lambda path: (200, {}, self.cases[int(path[1:])].jwks))

    def verdicts(self, cases: Sequence[Case]) -> list[Verdict]:
        """In the order of the cases."""
        self.cases = cases
        left = list(range(len(cases)))
        with tempfile.TemporaryDirectory(prefix="turnstile-differential-", dir=MEMORY) as folder:
            found: dict[int, Verdict] = {}
            while left and not found:
                outcome = self.run(cases, left, self.configured(cases, left, pathlib.Path(folder)))
                if isinstance(outcome, dict):
                    found = outcome
                else:
                    left.remove(outcome)
        return [found.get(index, Verdict(False, NO_KEYS)) for index in range(len(cases))]

    def configured(self, cases: Sequence[Case], left: list[int], folder: pathlib.Path) -> pathlib.Path:
        """The configuration of all cases, and the files of their keys."""
        entries = []
        for index in left:
            entry = cases[index].policy.entry(f"case-{index}")
            if cases[index].may_be_keyless:
                entry["jwksURL"] = f"{self.server.url}/{index}"
            else:
                (folder / f"{index}.json").write_bytes(cases[index].jwks)
                entry["jwksFile"] = f"{index}.json"
            entries.append(entry)
        configuration = folder / "authorizer.json"
        configuration.write_text(json.dumps({"issuers": entries, "routes": ROUTES, "keys": KEYS}))
        return configuration

    def run(self, cases: Sequence[Case], left: list[int], configuration: pathlib.Path) -> dict[int, Verdict] | int:
        """The verdicts by index; or the one case whose key file ends the start."""
        environment = {"AUTHORIZER_CONFIG": str(configuration), "SWIFT_BACKTRACE": "enable=no"}
        with RuntimeAPI() as api, Function(self.bootstrap, api.address, environment) as function:
            try:
                request = api.request(PATIENCE_SECONDS)
            except Quiet as silence:
                raise Broken(f"{silence}: it does not start", cases[left[0]]) from silence
            if not request.is_next:
                return left[unusable_entry(request)]
            api.waiting.append(request)
            answers = {index: ask(api, cases[index]) for index in left}
            records = {record["requestId"]: record for record in function.await_decisions(len(left))}
        return {index: verdict(cases[index], answer, records) for index, answer in answers.items()}


def unusable_entry(request: Request) -> int:
    message = request.document().get("errorMessage", "")
    if (entry := FILE_FAULT.search(message)) is None:
        raise AssertionError(f"bootstrap does not start: {message}")
    return int(entry[1])


def ask(api: RuntimeAPI, case: Case) -> Request:
    event = {"type": "TOKEN", "methodArn": METHOD_ARN, "authorizationToken": f"Bearer {case.token}"}
    try:
        return api.invoke(json.dumps(event).encode(), seconds=PATIENCE_SECONDS)
    except Quiet as silence:
        raise Broken(f"{silence}: it may have ended", case) from silence


def verdict(case: Case, answer: Request, records: dict[str, dict]) -> Verdict:
    """What API Gateway would do with the answer, for the reason that is in the log."""
    record = records[str(answer.request_id)]
    accepts = answer.kind == "response" and permits(answer.document())
    if accepts != (record["decision"] == "allow"):
        raise Broken(f"it answers {answer.body.decode(errors='replace')} and logs {record}", case)
    return Verdict(accepts, record.get("reason"))


def permits(answer: dict) -> bool:
    return any(statement["Effect"] == "Allow" for statement in answer["policyDocument"]["Statement"])
