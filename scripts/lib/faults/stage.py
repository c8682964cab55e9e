"""One execution environment that a fault is done to: tokens, files, the Runtime API, and what must hold afterwards."""

import contextlib
import dataclasses
import functools
import json
import pathlib
import selectors
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from typing import IO

import sample_tokens
from execution.function import Function
from execution.key_server import KeyServer, key_set
from execution.runtime_api import Quiet, Request, RuntimeAPI
from joserfc.jwk import RSAKey

ISSUER = "https://issuer.example"
AUDIENCE = "https://api.example"
ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/prod/GET/orders"
FOREVER = sample_tokens.END_OF_2099
PAUSE_LIMIT_SECONDS = 1.5
"""Longer than any pause that the process makes on its own (EventLoop.pausesInMilliseconds)."""

ANSWER_LIMIT_SECONDS = 5.0
"""Longer than any fetch that a setting here allows."""


class Wrong(AssertionError):
    """What was seen is not what must be."""


KEYS = {
    name: RSAKey.generate_key(2048, {"kid": name, "alg": "RS256", "use": "sig"}) for name in ("k1", "k2", "unpublished")
}
"""Made once, before rows run beside each other."""


def public(*names: str) -> list[dict]:
    return [KEYS[name].as_dict(private=False) for name in names]


@functools.cache
def token(name: str = "k1", **claims: object) -> str:
    """One that is good from 2025 to 2099, signed with the key of this name; a claim that is None is left out."""
    all_claims = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "orders", "client_id": "orders", "iat": sample_tokens.ISSUED,
        "exp": FOREVER, "scope": "orders.read", **claims,
    }  # fmt: skip
    present = {claim: value for claim, value in all_claims.items() if value is not None}
    return sample_tokens.signed(KEYS[name], present)


@functools.cache
def event(credential: str, padding: int = 0) -> bytes:
    """A REQUEST event of a REST API with this credential."""
    document = {
        "type": "REQUEST", "resource": "/orders", "path": "/orders", "httpMethod": "GET", "methodArn": ARN,
        "headers": {"Authorization": f"Bearer {credential}"},
        "requestContext": {"apiId": "abcdef1234", "stage": "prod"},
    }  # fmt: skip
    if padding:
        document["body"] = "x" * padding
    return sample_tokens.compact_json(document)


def good() -> bytes:
    return event(token())


def forged() -> bytes:
    """A good token's header and signature, with claims that nobody signed."""
    return event(sample_tokens.tampered(token(), sub="somebody else"))


def is_allow(request: Request) -> bool:
    return b'"Effect":"Allow"' in request.body or b'"isAuthorized":true' in request.body


def answer(request: Request) -> str:
    """What was posted, in a word or two."""
    if request.kind == "response":
        return "Allow" if is_allow(request) else "Deny"
    return request.document()["errorType"].removeprefix("Authorizer.")


class Watched(RuntimeAPI):
    """Remembers every POST that came, whole, on any connection; and can be gone for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: list[Request] = []
        self.listen_at(socket.create_server(("127.0.0.1", 0), backlog=256, reuse_port=True))
        self.address = f"127.0.0.1:{self.port}"
        # Keeps the port while nobody listens: whoever works beside this one must not get it.
        self.reserve = socket.socket()
        self.reserve.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.reserve.bind(("127.0.0.1", self.port))

    @property
    def port(self) -> int:
        return self.listener.getsockname()[1]

    def listen_at(self, listener: socket.socket) -> None:
        if self.listener.fileno() >= 0:
            self.selector.unregister(self.listener)
            self.listener.close()
        self.listener = listener
        self.selector.register(listener, selectors.EVENT_READ)

    def request(self, *arguments: float) -> Request:
        request = super().request(*arguments)
        if request.method == "POST":
            self.posts.append(request)
        return request

    def hang_up(self) -> None:
        """Ends every connection and refuses new ones."""
        for connection in [entry.data for entry in self.selector.get_map().values() if entry.data]:
            self.end(connection)
        self.selector.unregister(self.listener)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def listen_again(self) -> None:
        self.reserve.listen(256)
        self.listen_at(self.reserve)

    def close(self) -> None:
        super().close()
        self.reserve.close()


@dataclasses.dataclass
class Setting:
    """What an execution environment is made of."""

    keys: dict[str, object] = dataclasses.field(default_factory=dict)
    url: str | None = None
    """Where the keys are; none for a file, which never ages."""
    snapshot: bool = False
    """Beside an address: the file is there too."""
    environment: dict[str, str] = dataclasses.field(default_factory=dict)
    configuration: dict[str, object] = dataclasses.field(default_factory=dict)
    wrapper: list[str] | None = None
    stdout: IO[bytes] | int | None = None
    broken: bool = False
    """There is no configuration: the start fails."""


class Stage:
    """A process under a Runtime API, from its start to its end."""

    def __init__(self, program: pathlib.Path, setting: Setting | None = None) -> None:
        self.setting = setting or Setting()
        self.program = program
        self.closing = contextlib.ExitStack()
        self.folder = pathlib.Path(self.closing.enter_context(tempfile.TemporaryDirectory(prefix="turnstile-")))
        self.api = self.closing.enter_context(Watched())
        self.function = self.start()

    def start(self) -> Function:
        path = self.folder / "authorizer.json"
        if not self.setting.broken:
            path.write_text(json.dumps(self.document()))
            (self.folder / "keys.json").write_text(json.dumps({"keys": public("k1")}))
        environment = {"AUTHORIZER_CONFIG": str(path), "SWIFT_BACKTRACE": "enable=no", **self.setting.environment}
        return self.closing.enter_context(
            Function(self.program, self.api.address, environment, self.setting.stdout, self.setting.wrapper)
        )

    def document(self) -> dict:
        issuer: dict[str, object] = {"name": "idp", "issuer": ISSUER, "audiences": [AUDIENCE]}
        if self.setting.url:
            issuer["jwksURL"] = self.setting.url
        if self.setting.snapshot or not self.setting.url:
            issuer["jwksFile"] = "keys.json"
        return {
            "issuers": [issuer], "routes": {"GET /orders": {}}, "keys": self.setting.keys, **self.setting.configuration,
        }  # fmt: skip

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.close()

    # Events

    def ask(self, text: bytes, deadline_in: float | None = 10_000) -> str:
        """Hands out an event and says what was posted for it."""
        return answer(self.api.invoke(text, deadline_in, seconds=ANSWER_LIMIT_SECONDS))

    def expect(self, text: bytes, *answers: str, deadline_in: float | None = 10_000) -> str:
        found = self.ask(text, deadline_in)
        if found not in answers:
            raise Wrong(f"{found} instead of {' or '.join(answers)}")
        return found

    def expect_life(self) -> None:
        """The next good event is allowed, the next forged one is not, and the next good one is allowed."""
        for text, expected in ((good(), "Allow"), (forged(), "Unauthorized"), (good(), "Allow")):
            self.expect(text, expected)

    def next_or_end(self, seconds: float = PAUSE_LIMIT_SECONDS) -> Request | None:
        """The next request; none where the process has ended, or nothing came in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                return self.api.request(0.02)
            except Quiet:
                if self.has_ended():
                    break
        with contextlib.suppress(Quiet):
            return self.api.request(0.001)
        return None

    # The process

    def has_ended(self) -> bool:
        return self.function.process.poll() is not None

    def reasons(self) -> list[str | None]:
        return [record.get("reason") for record in self.function.decisions()]

    def incidents(self) -> list[str]:
        return [record["event"] for record in self.function.records() if "event" in record]

    def expect_end(self, status: int, seconds: float = 20.0) -> str:
        """The process ends with this status, and says why in one line; the line."""
        try:
            found = self.function.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise Wrong(f"the process lives after {seconds:g} s") from error
        if found != status:
            raise Wrong(f"the process ended with {found} instead of {status}")
        lines = self.function.errors.read_text().splitlines()
        if status == 0 and lines or status == 1 and not (len(lines) == 1 and lines[0].startswith("bootstrap: ")):
            raise Wrong(f"the process ended with {status} and said {lines}")
        return lines[0] if lines else ""

    # What always holds

    def breaches(self) -> list[str]:
        """What must not be, whatever was done: an answer twice, a forged Allow, a torn line, a token in the log."""
        found = []
        targets = [post.target for post in self.api.posts]
        invocations = [post.request_id for post in self.api.posts if post.request_id]
        if len(invocations) != len(set(invocations)) or len(targets) != len(set(targets)):
            found.append(f"posted twice: {sorted(target for target in targets if targets.count(target) > 1)}")
        written = self.function.written()
        if self.setting.stdout is None:
            output = self.function.output.read_bytes()
            if output and not output.endswith(b"\n"):
                found.append(f"a torn log line: {output[-80:]!r}")
            found += [f"no object in the log: {line[:80]!r}" for line in output.splitlines() if not is_object(line)]
        if any(part.encode() in written for part in token().split(".")):
            found.append("a part of a token in the log")
        return found


class HeldKeys(KeyServer):
    """A server of keys that keeps whoever asks waiting, until it is told to answer."""

    def __init__(self, *names: str) -> None:
        self.released = threading.Event()
        super().__init__(lambda _: (self.released.wait(20), key_set(*public(*names)))[1])
        # Whoever is ended by a signal does not wait for its answer.
        self.http.handle_error = lambda *_: None  # type: ignore[method-assign]

    def await_request(self, seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not self.requests:
            if time.monotonic() > deadline:
                raise Wrong("no keys were fetched")
            time.sleep(0.001)

    def close(self) -> None:
        self.released.set()
        super().close()


def signal_name(status: int) -> str:
    """Of a process that a signal ended."""
    return signal.Signals(-status).name


def is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def attempt(faults: list[str], what: str, act: Callable[[], str]) -> str:
    """What an act says; a fault where it was wrong."""
    try:
        return act()
    except (AssertionError, Quiet, OSError, ValueError) as error:
        faults.append(f"{what}: {error}")
        return "wrong"
