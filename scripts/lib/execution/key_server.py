"""A server of key sets over plain HTTP on loopback, whose answers its user decides. Standard library only."""

import http.server
import json
import sys
import threading
from collections.abc import Callable

POLL_SECONDS = 0.05  # how soon `close` comes back
Answer = tuple[int, dict[str, str], bytes]


def key_set(*public_keys: dict) -> Answer:
    """The answer of a server that is well."""
    return 200, {"Content-Type": "application/json"}, json.dumps({"keys": list(public_keys)}).encode()


class Cut(Exception):
    """Raised by `answer`: the connection ends in the middle of the body, of which this much is sent."""

    def __init__(self, sent: bytes, of: int) -> None:
        self.sent = sent
        self.of = of


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *where: object) -> None:
        """Whoever asked may be gone: it was ended, or has no more time."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*where)  # type: ignore[arg-type]


class KeyServer:
    """`answer` gets the path of each request and says what is answered: status, headers, body; or raises `Cut`."""

    def __init__(self, answer: Callable[[str], Answer]) -> None:
        self.answer = answer
        self.paths: list[str] = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.paths.append(self.path)
                try:
                    status, headers, body = server.answer(self.path)
                except Cut as cut:
                    self.close_connection = True
                    self.say(200, {}, cut.sent, cut.of)
                else:
                    if status == 200 and self.headers.get("If-None-Match", "") == headers.get("ETag"):
                        status, body = 304, b""  # RFC 9110 section 13.1.2
                    self.say(status, headers, body, len(body))

            def say(self, status: int, headers: dict[str, str], body: bytes, length: int) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(length)}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except ConnectionError:
                    self.close_connection = True  # whoever asked has gone

            def log_message(self, *_: object) -> None:
                """Says nothing: the run has its own lines."""

        self.http = Listener(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, args=(POLL_SECONDS,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    @property
    def requests(self) -> int:
        return len(self.paths)

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def __enter__(self) -> "KeyServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
