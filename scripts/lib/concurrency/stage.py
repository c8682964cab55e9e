"""bootstrap with workers on the stand-in of the Runtime API, where every connection is in the checks' hands."""

import json
import os
import pathlib
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from typing import IO

from concurrency import kernel
from concurrency.findings import NO_BACKTRACE, Setting, Wrong, require
from concurrency.issuers import ROUTE, Issuer
from execution.function import Function
from execution.key_server import Answer, KeyServer
from execution.runtime_api import INIT_ERROR, Quiet, Request, RuntimeAPI
from outcomes import Policy
from sample_requests import method_arn

PATIENCE_SECONDS = 15.0
AT_ONCE_SECONDS = 1.0  # the longest until a worker is replaced, or an error posted for it
ALLOWED = "allow"
REFUSED = "Authorizer.Unauthorized"
DIED = "Authorizer.WorkerDied"
NO_KEYS = "Authorizer.KeysUnavailable"
GONE = 400  # what Lambda answers to a second answer
ACCEPTED = 202


class Stage:
    """The function, its Runtime API and its servers of keys; all of it ends with this context."""

    def __init__(
        self, setting: Setting, workers: int | str, *, times: dict[str, int] | None = None,
        wrapper: list[str] | None = None, environment: dict[str, str] | None = None,
        stdout: IO[bytes] | int | None = None, metrics: str = "none",
        prepare: Callable[["Stage"], None] = lambda _: None,
    ) -> None:
        """`prepare` is called before the function starts."""
        self.workers = workers if isinstance(workers, int) else 0
        self.issuers = {name: Issuer(name) for name in ("first", "second")}
        self.issuer = self.issuers["first"]
        self.folder = tempfile.TemporaryDirectory(prefix="turnstile-")
        os.chmod(self.folder.name, 0o755)
        self.api = RuntimeAPI()
        self.server = KeyServer(self.serve)
        self.waiting: list[Request] = []
        self.posted: dict[str, list[Request]] = {}
        self.failed_starts: list[Request] = []
        self.refusal: Callable[[Request], int | None] = lambda _: None
        """The status that a request for an event is refused with, at once."""
        self.withheld: Callable[[Request], bool] = lambda _: False
        """Whether an answer gets no reply."""
        self.refused = 0
        self.delivered = 0
        prepare(self)
        configuration = pathlib.Path(self.folder.name, "authorizer.json")
        configuration.write_text(json.dumps(self.configuration(times or {}, metrics)))
        given = {"AUTHORIZER_CONFIG": str(configuration), "AWS_LAMBDA_MAX_CONCURRENCY": str(workers), **NO_BACKTRACE}
        self.function = Function(setting.program, self.api.address, given | (environment or {}), stdout, wrapper)

    def configuration(self, times: dict[str, int], metrics: str) -> dict:
        entries = [issuer.entry(self.server.url) for issuer in self.issuers.values()]
        return {"issuers": entries, "routes": {" ".join(ROUTE): {}}, "keys": times, "metrics": metrics}

    def serve(self, path: str) -> Answer:
        return self.issuers[path[1:]].answer()

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        for issuer in self.issuers.values():
            issuer.open.set()
        self.function.__exit__()
        self.server.close()
        self.api.close()
        self.folder.cleanup()

    # Processes

    @property
    def supervisor(self) -> int:
        return self.function.pid

    def processes(self) -> list[int]:
        return kernel.workers(self.supervisor)

    def worker_of(self, request: Request) -> int:
        """The process that asks; on a busy machine /proc may show it later than its request comes."""
        port = request.connection.socket.getpeername()[1]
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            found = kernel.owner(port, self.processes())
            if found is not None:
                return found
            time.sleep(0.01)
        seen = f"{kernel.connection(port)}; workers {self.processes()}; it {'stands' if stands(request) else 'has ended'}"
        raise Wrong(f"a request for an event whose process is not found: {seen}")

    # What comes

    def pump(self, seconds: float) -> None:
        """Takes one request, if one comes in time, and replies as Lambda would."""
        try:
            request = self.api.request(seconds)
        except Quiet:
            return
        if request.is_next:
            self.take_next(request)
        elif request.target == INIT_ERROR:
            self.failed_starts.append(request)
            self.api.reply(request)
        else:
            before = self.posted.setdefault(request.request_id or "", [])
            before.append(request)
            if not self.withheld(request):
                self.api.reply(request, GONE if len(before) > 1 else ACCEPTED)

    def take_next(self, request: Request) -> None:
        status = self.refusal(request)
        if status is None:
            self.waiting.append(request)
            return
        self.refused += 1
        self.api.reply(request, status, b'{"errorType":"Refused"}')

    def until(self, condition: Callable[[], object], seconds: float, what: str) -> float:
        """Returns after how many seconds it came true."""
        started = time.monotonic()
        while not condition():
            left = started + seconds - time.monotonic()
            if left <= 0:
                raise Wrong(f"not within {seconds:g} s: {what}")
            self.pump(min(left, 0.01))
        return time.monotonic() - started

    def rest(self, seconds: float) -> None:
        """Goes on taking what comes for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.pump(left)

    def idle(self) -> list[Request]:
        """The requests for an event whose connections stand."""
        self.waiting = [request for request in self.waiting if stands(request)]
        return self.waiting

    def all_wait(self, seconds: float = PATIENCE_SECONDS) -> float:
        return self.until(lambda: len(self.idle()) == self.workers, seconds, f"{self.workers} workers wait")

    # What is sent

    def deliver(self, event: bytes, to: Request | None = None, deadline_in: float = 10_000, **headers: str) -> str:
        """Hands an event to a worker that waits. Returns the invocation's id."""
        if to is None:
            self.until(self.idle, PATIENCE_SECONDS, "a worker waits for an event")
        request = to or self.idle()[0]
        self.waiting.remove(request)
        self.delivered += 1
        request_id = f"{self.delivered:08x}-0000-4000-8000-000000000000"
        self.api.deliver(request, event, request_id, deadline_in, **headers)
        return request_id

    def outcome(self, request_id: str, seconds: float = PATIENCE_SECONDS) -> str:
        """What the first answer says: ALLOWED, or an error's type."""
        self.until(lambda: request_id in self.posted, seconds, f"an answer to {request_id}")
        return verdict(self.posted[request_id][0])

    def ask(self, event: bytes, deadline_in: float = 10_000, seconds: float = PATIENCE_SECONDS) -> str:
        return self.outcome(self.deliver(event, None, deadline_in), seconds)

    def ask_all(self, event: bytes) -> list[str]:
        """Each worker once, at the same time."""
        self.all_wait()
        ids = [self.deliver(event, request) for request in [*self.idle()]]
        outcomes = [self.outcome(one) for one in ids]
        self.all_wait()
        return outcomes

    # Ends

    def kill(self, process: int, how: signal.Signals = signal.SIGKILL) -> None:
        os.kill(process, how)

    def replaced(self, victims: list[int], before: list[int]) -> float:
        """Returns how long it took until all wait again; no other process may have ended."""
        seconds = self.until(
            lambda: len(set(self.processes()) - set(victims)) == len(self.idle()) == self.workers,
            AT_ONCE_SECONDS, f"{len(victims)} killed workers are replaced and wait",
        )  # fmt: skip
        require(not kernel.zombies(self.supervisor), "a process that ended was not waited for")
        missing = set(before) - set(victims) - set(self.processes())
        require(not missing, f"other workers ended too: {sorted(missing)}")
        return seconds

    def events(self, name: str) -> list[dict]:
        return [record for record in self.function.records() if record.get("event") == name]


def stands(request: Request) -> bool:
    """Whether the other end of a connection over which nothing is to come is still there."""
    try:
        return request.connection.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def verdict(answer: Request) -> str:
    document = answer.document()
    if answer.kind == "error":
        return document.get("errorType") or document["errorMessage"]
    if not Policy(document["policyDocument"]).allows(method_arn(*ROUTE)):
        return "deny"
    return ALLOWED
