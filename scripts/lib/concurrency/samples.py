"""The sample events, and some whose log lines are longer than a pipe takes whole; what must come of them."""

import dataclasses
import functools
import json
import pathlib
import random

import sample_tokens as mint
from concurrency.findings import Setting
from execution.key_server import Answer
from joserfc.jwk import OKPKey
from outcomes import RECORD_MEMBERS, differences, expected_path
from run_emulator import environment_file
from sample_requests import rest_token

PIPE_BYTES = 4_096  # PIPE_BUF of pipe(7): a longer line may be written in parts
ESCAPED = "\x01"  # JSON needs six bytes for it
LONGEST_MEMBER = 256  # of a kid, and of what is logged at all
LONG_ROUTE = "/long/" + "x" * 246  # with "GET " as much as is logged
FUNCTION_NAME = "f" * 64  # Lambda's longest
LONG = "long-lines"


@dataclasses.dataclass(frozen=True)
class Sample:
    path: pathlib.Path
    event: bytes


class Samples:
    """Events, the function's configuration for them, and the answers of their key servers."""

    def __init__(self, setting: Setting, folder: pathlib.Path) -> None:
        self.environment = environment_file(setting.events / "environment")
        self.environment["AWS_LAMBDA_FUNCTION_NAME"] = FUNCTION_NAME
        self.sets = {path.name: json.loads(path.read_text()) for path in (setting.events / "keys").glob("*.json")}
        configuration = json.loads((setting.events / "authorizer.json").read_text())
        found = [path for path in sorted(setting.events.glob("*.json")) if expected_path(path).exists()]
        found += self.long_ones(folder, configuration)
        self.all = [Sample(path, path.read_bytes()) for path in found]
        self.configuration = json.dumps(configuration | {"metrics": "emf"})

    def long_ones(self, folder: pathlib.Path, configuration: dict) -> list[pathlib.Path]:
        """Their issuer is one more entry of the configuration. One is allowed, one is signed with another's key."""
        issuer, key_id, client = "https://long.example/", ESCAPED * LONGEST_MEMBER, ESCAPED * LONGEST_MEMBER
        keys = [OKPKey.generate_key("Ed25519", {"kid": key_id, "alg": "EdDSA", "use": "sig"}) for _ in range(2)]
        self.sets[f"{LONG}.json"] = {"keys": [keys[0].as_dict(private=False)]}
        configuration["issuers"].append({
            "name": "l" * 64, "issuer": issuer, "jwksURL": f"${{TURNSTILE_KEYS_URL}}/{LONG}.json", "audiences": "any",
            "algorithms": ["EdDSA"],
        })  # fmt: skip
        configuration["routes"][f"GET {LONG_ROUTE}"] = {"issuers": ["l" * 64]}
        claims = {"iss": issuer, "exp": mint.END_OF_2099, "iat": mint.ISSUED, "sub": "caller", "client_id": client}
        record = {"issuer": "l" * 64, "client": client, "route": f"GET {LONG_ROUTE}"}
        right = {"decision": "allow", "reason": None, **record, "policy": {
            "principalId": "caller", "context": {"issuer": "l" * 64, "sub": "caller"},
            "requests": {f"GET {LONG_ROUTE}": True, "GET /": False, "GET /external/orders": False},
        }}  # fmt: skip
        wrong = {"decision": "reject", "reason": "invalid_signature", "error": {"errorMessage": "Unauthorized"}}
        written = []
        for name, key, expected in (("allowed", keys[0], right), ("forged", keys[1], wrong)):
            path = folder / f"{LONG}-{name}.json"
            path.write_text(json.dumps(rest_token(mint.signed(key, claims), "GET", LONG_ROUTE)))
            expected_path(path).write_text(json.dumps(expected))
            written.append(path)
        return written

    def serve(self, path: str) -> Answer:
        return 200, {"Content-Type": "application/json"}, json.dumps(self.sets[path[1:]]).encode()

    def pick(self, chance: random.Random) -> Sample:
        return chance.choice(self.all)


def faults(sample: Sample, document: object, record: dict | None) -> list[str]:
    """What is not as expected, one line each. Without a record, only the answer is judged."""
    said = None if record is None else tuple(record.get(name) for name in RECORD_MEMBERS)
    return judged(sample.path, json.dumps(document), said)


@functools.cache
def judged(path: pathlib.Path, text: str, said: tuple | None) -> list[str]:
    document = json.loads(text)
    kind = "error" if isinstance(document, dict) and "errorMessage" in document else "answer"
    if said is None:
        expected = json.loads(expected_path(path).read_text())
        said = tuple(expected.get(name) for name in RECORD_MEMBERS)
    return differences(path, {**dict(zip(RECORD_MEMBERS, said)), kind: document})
