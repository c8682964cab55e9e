"""The quick way through the Runtime API: one connection, one invocation after another, and only what matters of each.

`execution.RuntimeAPI` takes the first request; from then on the run talks over that connection itself, since a general
server costs several times what the function does.
"""

import contextlib
import socket
import time

from execution.runtime_api import NEXT, PREFIX, Quiet, RuntimeAPI

GET_NEXT = f"GET {NEXT} HTTP/1.1\r\n".encode()
TAKEN = b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"status":"OK"}'
HEAD = (
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: {}\r\n"
    "Lambda-Runtime-Deadline-Ms: {}\r\nContent-Length: {}\r\n\r\n"
)
PATIENCE_SECONDS = 30.0
POST = f"POST {PREFIX}invocation/".encode()


class Lost(Exception):
    """The function did not do what comes next: it hangs, has gone, or says something else."""


class Lane:
    socket: socket.socket

    def __init__(self, api: RuntimeAPI) -> None:
        self.api = api
        self.ends = contextlib.ExitStack()

    def close(self) -> None:
        self.ends.close()

    def await_first(self) -> None:
        """Comes back when the function has started and asks for its first event."""
        try:
            request = self.api.next_waiting(PATIENCE_SECONDS)
        except (Quiet, AssertionError) as error:
            raise Lost(f"the function did not start: {error}") from None
        self.api.selector.unregister(request.connection.socket)
        self.socket = self.ends.enter_context(request.connection.socket)
        self.socket.settimeout(PATIENCE_SECONDS)

    def invoke(self, request_id: str, event: bytes, deadline_in: int) -> tuple[str, bytes, float, float]:
        """Gives out an event; its answer's kind and body, and when the event was sent and the answer there."""
        head = HEAD.format(request_id, int(time.time() * 1_000) + deadline_in, len(event))
        begin = time.monotonic()
        self.socket.sendall(head.encode() + event)
        target, body = self.request()
        end = time.monotonic()
        expected = POST + request_id.encode() + b"/"
        if not target.startswith(expected):
            raise Lost(f"{target!r} instead of the answer to {request_id}")
        self.socket.sendall(TAKEN)
        kind = target[len(expected) : target.index(b" ", len(expected))].decode()
        return kind, body, begin, end

    def await_next(self) -> None:
        """Comes back when the function asks for the next event."""
        target, _ = self.request()
        if not target.startswith(GET_NEXT[:-2]):
            raise Lost(f"{target!r} instead of a request for an event")

    def request(self) -> tuple[bytes, bytes]:
        """The first line and the body of what comes next."""
        data = self.received()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self.received()
        position = data.find(b"Content-Length:", 0, end)
        length = int(data[position + 15 : data.index(b"\r\n", position)]) if position >= 0 else 0
        body = data[end + 4 :]
        while len(body) < length:
            body += self.received()
        if len(body) != length:
            raise Lost(f"{len(body) - length} bytes behind a request")
        return data[: data.index(b"\r\n")], body

    def received(self) -> bytes:
        try:
            data = self.socket.recv(1 << 16)
        except TimeoutError:
            raise Lost(f"nothing came in {PATIENCE_SECONDS:g} s") from None
        if not data:
            raise Lost("the function closed its connection")
        return data
