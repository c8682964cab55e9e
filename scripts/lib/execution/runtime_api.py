"""The Lambda Runtime API, version 2018-06-01, as a server that does what its user says, rightly or wrongly.

One thread, any number of connections: `request` hands out what comes, whoever sends it, and its user replies. `invoke`
is the whole of one invocation. Standard library only.
"""

import contextlib
import ctypes
import dataclasses
import json
import selectors
import socket
import struct
import time
from collections import deque

PREFIX = "/2018-06-01/runtime/"
NEXT = f"{PREFIX}invocation/next"
INIT_ERROR = f"{PREFIX}init/error"
ACCEPTED = b'{"status":"OK"}'
DEADLINE_MILLISECONDS = 10_000
PATIENCE_SECONDS = 20.0
NO_ADDRESS = struct.pack("=H14x", socket.AF_UNSPEC)
"""Whoever connects to it dissolves a connection (connect(2)); of TCP, by RST."""

libc = ctypes.CDLL(None, use_errno=True)


class Quiet(Exception):
    """Nothing came in time."""


@dataclasses.dataclass(eq=False)
class Connection:
    socket: socket.socket
    number: int
    buffer: bytes = b""

    def take_request(self) -> tuple[str, str, bytes, bytes] | None:
        """The first whole request that lies in the buffer: method, target, head, body."""
        head, separator, rest = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = content_length(head)
        if len(rest) < length:
            return None
        self.buffer = rest[length:]
        words = head.partition(b"\r\n")[0].decode("ascii").split(" ")
        if len(words) != 3:
            raise ValueError(f"the connection carries what is no request: {head[:120]!r}")
        return words[0], words[1], head, rest[:length]


def content_length(head: bytes) -> int:
    position = head.lower().find(b"\r\ncontent-length:")
    if position < 0:
        return 0
    return int(head[position + 17 :].split(b"\r\n", 1)[0])


def rendered(status: int, body: bytes, **headers: str) -> bytes:
    """A well-formed reply. Header names are given with `_` for `-`."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", "Content-Type: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclasses.dataclass(eq=False)
class Request:
    connection: Connection
    method: str
    target: str
    head: bytes
    body: bytes
    at: float
    """By the monotonic clock, in seconds."""

    @property
    def is_next(self) -> bool:
        return self.method == "GET" and self.target == NEXT

    @property
    def kind(self) -> str:
        """The last part of the target: `next`, `response` or `error`."""
        return self.target.rpartition("/")[2]

    @property
    def request_id(self) -> str | None:
        """Of the invocation that is answered."""
        parts = self.target.removeprefix(PREFIX).split("/")
        return parts[1] if len(parts) == 3 and parts[0] == "invocation" else None

    def header(self, name: str) -> str | None:
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            found, _, value = line.partition(":")
            if found.lower() == name.lower():
                return value.strip()
        return None

    def document(self) -> dict:
        return json.loads(self.body)


class RuntimeAPI:
    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.connections = 0
        self.arrived: deque[Request] = deque()
        self.waiting: deque[Request] = deque()
        """The requests for an event that `invoke` has seen and not yet answered."""
        self.invocations = 0

    def close(self) -> None:
        for key in [*self.selector.get_map().values()]:
            key.fileobj.close()  # type: ignore[union-attr]
        self.selector.close()

    def __enter__(self) -> "RuntimeAPI":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What comes

    def request(self, seconds: float = PATIENCE_SECONDS) -> Request:
        """The next request of any connection. Raises Quiet where none comes in time."""
        deadline = time.monotonic() + seconds
        while not self.arrived:
            self.listen(deadline - time.monotonic(), seconds)
        return self.arrived.popleft()

    def listen(self, left: float, of: float) -> None:
        if left <= 0:
            raise Quiet(f"no request in {of:g} s")
        for key, _ in self.selector.select(left):
            if key.fileobj is self.listener:
                self.accept()
            else:
                self.receive(key.data)

    def accept(self) -> None:
        accepted, _ = self.listener.accept()
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections += 1
        self.selector.register(accepted, selectors.EVENT_READ, Connection(accepted, self.connections))

    def receive(self, connection: Connection) -> None:
        try:
            received = connection.socket.recv(1 << 20)
        except OSError:
            received = b""
        if not received:
            self.end(connection)
            return
        connection.buffer += received
        while (found := connection.take_request()) is not None:
            self.arrived.append(Request(connection, *found, time.monotonic()))

    def end(self, connection: Connection) -> None:
        """Ends a connection, and forgets what it waits for."""
        try:
            self.selector.unregister(connection.socket)
        except (KeyError, ValueError):
            return
        # Closing alone would wait for a child that another thread has begun, and that has a copy until its exec.
        with contextlib.suppress(OSError):
            connection.socket.shutdown(socket.SHUT_RDWR)
        connection.socket.close()
        self.waiting = deque(request for request in self.waiting if request.connection is not connection)
        self.arrived = deque(
            request for request in self.arrived if request.connection is not connection or not request.is_next
        )

    # What is replied

    def reply(self, request: Request, status: int = 202, body: bytes = ACCEPTED, **headers: str) -> None:
        """A well-formed reply; see `rendered`."""
        self.send(request, rendered(status, body, **headers))

    def send(self, request: Request, raw: bytes) -> None:
        """A reply as it is. Where the other end is gone, so is the connection."""
        try:
            request.connection.socket.sendall(raw)
        except OSError:
            self.end(request.connection)

    def cut(self, request: Request, raw: bytes = b"", by_reset: bool = False) -> None:
        """A reply of which no more comes than this: the connection is closed behind it, or reset."""
        self.send(request, raw)
        if by_reset:
            libc.connect(request.connection.socket.fileno(), NO_ADDRESS, len(NO_ADDRESS))
        self.end(request.connection)

    def deliver(
        self, request: Request, event: bytes, request_id: str, deadline_in: float | None = DEADLINE_MILLISECONDS,
        **headers: str,
    ) -> None:
        """Replies to `next` with an event, whose deadline is so many milliseconds from now."""
        if deadline_in is not None:
            headers["Lambda_Runtime_Deadline_Ms"] = str(int(time.time() * 1_000 + deadline_in))
        self.reply(request, 200, event, Lambda_Runtime_Aws_Request_Id=request_id, **headers)

    # One invocation

    def next_waiting(self, seconds: float = PATIENCE_SECONDS) -> Request:
        """A request for an event; what else comes before it is an error of whoever calls this."""
        if self.waiting:
            return self.waiting.popleft()
        request = self.request(seconds)
        if not request.is_next:
            raise AssertionError(f"{request.method} {request.target} instead of a request for an event: {request.body!r}")
        return request

    def new_id(self) -> str:
        self.invocations += 1
        return f"{self.invocations:08x}-0000-4000-8000-000000000000"

    def invoke(
        self, event: bytes, deadline_in: float | None = DEADLINE_MILLISECONDS, seconds: float = PATIENCE_SECONDS,
        **headers: str,
    ) -> Request:
        """Hands out one event and takes its answer, of kind `response` or `error`."""
        request_id = self.new_id()
        self.deliver(self.next_waiting(seconds), event, request_id, deadline_in, **headers)
        while True:
            request = self.request(seconds)
            if request.is_next:
                self.waiting.append(request)
                continue
            if request.request_id != request_id:
                raise AssertionError(f"{request.target} is no answer to {request_id}")
            self.reply(request)
            return request
