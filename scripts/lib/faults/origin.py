"""A server of keys on loopback that can be broken and mended while it runs, and says what it saw.

On top of Tests/Servers/scripted_server.py, which answers as a step says, rightly or wrongly.
"""

import json
import pathlib
import socket
import sys
import threading
import time
from collections.abc import Callable

from faults.credentials import public_set

sys.path.append(str(pathlib.Path(__file__).parents[3] / "Tests" / "Servers"))

from scripted_server import Server, tls_context  # noqa: E402 -- it lies beside the tests that it was made for

METADATA = "/.well-known/openid-configuration"
KEYS = "/keys"

Step = dict
Behaviour = Callable[[dict], Step]
"""Given a request, the step that answers it; `brings` names the keys that a client gets by it."""


class Origin(Server):
    def __init__(self, tls: dict | None = None, host: str = "127.0.0.1") -> None:
        super().__init__({"steps": [], "tls": tls})
        self.host = host
        self.behaviour: Behaviour = serving()
        self.accepted: list[float] = []
        """When connections were accepted, by the monotonic clock."""
        self.brought: list[tuple[float, frozenset[str]]] = []
        """When a key set was handed out, or confirmed by 304, and what was in it."""
        self.fillers: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        self.scheme = "https" if tls else "http"
        self.listen()

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    def show(self, tls: dict | None) -> None:
        """From the next connection on: another certificate, another version, or no TLS at all."""
        self.tls = tls_context(tls) if tls else None

    def listen(self) -> None:
        threading.Thread(target=self.serve, args=(self.listener,), daemon=True).start()

    # What the scripted server asks of its own

    def converse(self, connection: socket.socket, number: int) -> None:
        self.accepted.append(time.monotonic())
        super().converse(connection, number)

    def step_for(self, request: dict) -> Step:
        with self.lock:
            self.requests.append(request)
        step = self.behaviour(request)
        if "brings" in step:
            self.brought.append((time.monotonic(), step["brings"]))
        return step

    # Breaking and mending

    def refuse(self) -> None:
        """Nobody listens; whoever connects is refused."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def swallow(self) -> None:
        """The port is there, but its queue is full: SYNs are dropped without an answer."""
        self.refuse()
        self.listener = self.bound()
        self.listener.listen(0)
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
            self.fillers.append(filler)

    def reopen(self) -> None:
        for filler in self.fillers:
            filler.close()
        self.fillers.clear()
        self.listener.close()
        self.listener = self.bound()
        self.listener.listen(64)
        self.listen()

    def bound(self) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        return listener

    def close(self) -> None:
        for filler in self.fillers:
            filler.close()
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # It was refused already.
        self.listener.close()

    def __enter__(self) -> "Origin":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def fetches(self) -> int:
        """Fetches as they were seen here. One by discovery asks for the metadata first, on a connection of its own."""
        return len(self.accepted) - sum(request.get("follows", False) for request in self.requests)


# Behaviours


def serving(*key_ids: str, tag: str | None = None) -> Behaviour:
    """A server that is well. With an entity tag, whoever has the set already is told so."""
    brings = frozenset(key_ids)

    def answer(request: dict) -> Step:
        headers = [["Content-Type", "application/json"], *([["ETag", tag]] if tag else [])]
        if tag and header(request, "If-None-Match") == tag:
            return {"status": 304, "headers": headers, "framing": "none", "brings": brings}
        return {"headers": headers, "body": public_set(*key_ids), "brings": brings}

    return answer


def discovered(origin: Origin, issuer: str, keys: Behaviour) -> Behaviour:
    """An issuer whose metadata say where the keys are, and a server of these."""
    document = json.dumps({"issuer": issuer, "jwks_uri": f"{origin.url}{KEYS}"})

    def answer(request: dict) -> Step:
        if request["target"].endswith(METADATA):
            return {"body": document}
        request["follows"] = True
        return keys(request)

    return answer


def always(step: Step) -> Behaviour:
    return lambda _: step


def header(request: dict, name: str) -> str | None:
    return next((value for found, value in request["headers"] if found.lower() == name.lower()), None)
