"""bootstrap under every attack, level and format of the log: all that it writes and posts."""

import itertools
import json
import pathlib
import tempfile
from collections.abc import Iterator

from execution.function import Function
from execution.key_server import Answer, KeyServer, key_set
from execution.runtime_api import RuntimeAPI
from leaks.attacks import Attack
from leaks.keysets import KeyAttack
from leaks.search import Written
from leaks.settings import ANY_ALGORITHM, Settings
from soak.publisher import Ring

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
FORMATS = ("JSON", "Text")
METRICS = ("none", "emf")
THIRDS = 3
KEY_TIMES = {"maxAgeSeconds": 1, "staleIfErrorSeconds": 1, "cooldownSeconds": 1, "timeoutMilliseconds": 200}
WITH_KEYS = frozenset({"key"})


def sets(settings: Settings, rings: dict[str, Ring]) -> dict[str, list[dict]]:
    found = {source: [key.jwk for key in ring.published()] for source, ring in rings.items()}
    return found | {ANY_ALGORITHM: [key.as_dict(private=False) for key in settings.keys]}


def well(published: dict[str, list[dict]], path: str) -> Answer:
    return key_set(*published[path.strip("/").removesuffix(".json")])


def split(answer: bytes, place: str) -> Iterator[Written]:
    """An answer, and apart from it the one member in which a usage key belongs."""
    try:
        document = json.loads(answer)
    except ValueError:
        document = None
    if isinstance(document, dict) and isinstance(document.get("usageIdentifierKey"), str):
        yield Written(f"{place}, usageIdentifierKey", document.pop("usageIdentifierKey").encode(), WITH_KEYS)
        answer = json.dumps(document, ensure_ascii=False).encode()
    yield Written(place, answer)


class Functions:
    """One program; what it writes is kept with the place in which it was written."""

    def __init__(self, program: pathlib.Path, settings: Settings, rings: dict[str, Ring]) -> None:
        self.program, self.settings = program, settings
        self.published = sets(settings, rings)
        self.name = f"{program.parent.name}/{program.name}"
        self.invocations = 0

    def under_all_settings(self, attacks: list[Attack]) -> Iterator[Written]:
        """Every attack at TRACE, in both formats, with metrics and without; at the other levels a third in turn."""
        with KeyServer(lambda path: well(self.published, path)) as server:
            for turn, (level, form, metrics) in enumerate(itertools.product(LEVELS, FORMATS, METRICS)):
                document = self.settings.document(
                    server.url, metrics=metrics, policy="request" if form == "Text" else "token",
                    unauthenticated="deny" if metrics == "emf" else "unauthorized",
                    httpAPIResponse="policy" if metrics == "emf" else "simple",
                )  # fmt: skip
                logs = {"AWS_LAMBDA_LOG_LEVEL": level, "AWS_LAMBDA_LOG_FORMAT": form}
                sent = attacks if level == "TRACE" else attacks[turn % THIRDS :: THIRDS]
                yield from self.asked(f"{level} {form} metrics {metrics}", document, sent, logs)

    def under_all_sets(self, key_attacks: list[KeyAttack], attacks: list[Attack]) -> Iterator[Written]:
        current: list[KeyAttack] = []
        with KeyServer(lambda _: current[-1].answer()) as server:
            document = self.settings.document(server.url, keys=KEY_TIMES)
            document["issuers"] = [one for one in document["issuers"] if one["name"] in ("machines", "partner")]
            document["routes"] = {"GET /orders": {}}
            for attack in key_attacks:
                current.append(attack)
                yield from self.asked(f"keys: {attack.name}", document, attacks, {"AWS_LAMBDA_LOG_LEVEL": "TRACE"})

    def asked(self, place: str, document: dict, attacks: list[Attack], logs: dict[str, str]) -> Iterator[Written]:
        place = f"{self.name}, {place}"
        heads: set[bytes] = set()
        with tempfile.TemporaryDirectory(prefix="turnstile-leaks-") as name, RuntimeAPI() as api:
            path = self.settings.write(pathlib.Path(name), document)
            environment = {**self.settings.environment, **logs, "AUTHORIZER_CONFIG": str(path)}
            with Function(self.program, api.address, environment) as function:
                for attack in attacks:
                    answer = api.invoke(attack.event)
                    self.invocations += 1
                    yield from split(answer.body, f"{place}, answer to {attack.name}")
                    heads.add(answer.head.replace((answer.request_id or "").encode(), b""))
                if not api.waiting:
                    api.waiting.append(api.next_waiting())
                yield Written(f"{place}, heads of requests to the Runtime API", b"\n".join(sorted(heads)))
                yield Written(f"{place}, standard output", function.output.read_bytes())
                yield Written(f"{place}, standard error", function.errors.read_bytes())
            yield from files_in(pathlib.Path(name), place, {path, path.with_name("usage-keys.json")})


def files_in(folder: pathlib.Path, place: str, ours: set[pathlib.Path]) -> Iterator[Written]:
    """What a program left behind beside what it was given."""
    for path in folder.rglob("*"):
        if path.is_file() and path not in ours:
            yield Written(f"{place}, file {path.name}", path.read_bytes())
