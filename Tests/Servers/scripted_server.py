"""An HTTP/1.1 server that does exactly what a script says, rightly or wrongly.

The first line of standard input is the script, a JSON object:
  {"steps": [STEP...], "tls": {"certificate": PATH, "key": PATH, "maximumVersion": "1.1"},
   "port": NUMBER (default: a free one), "journal": PATH, "waits": true}
Every further line is one more step. The first line of standard output is the port, on 127.0.0.1. When standard input
ends, the requests that came are written, one JSON object a line, and the server ends. They are written to the journal
as they come, before they are answered.

Each request takes the next step, whatever its connection; where there is none, the last step serves it too, or, with
"waits", it waits for one. A step:
  status, headers ([[name, value]...]), body      the response; body is text
  bodyBytes        instead of body: so many bytes of JSON (a string)
  framing          "length" (default), "chunked" (a chunk of 1 byte, then the rest), "none"
  raw              instead of all these: the response as it is
  trailers         text behind the last chunk
  pieces           "whole" (default), "bytes" (one write for each byte), or an offset at which to cut in two writes
  millisecondsPerByte   the pause between the writes of "bytes"
  cutAfter         end the connection after so many bytes of the response
  ending           "keep" (default), "close" (in the same packet as the end of the response), "reset"
  answer           false: read the request and end the connection; "never": and wait for the client to end it
  tunnel           a port of 127.0.0.1: as a proxy answers CONNECT, and everything from there on to that port and back
"""

import json
import os
import socket
import ssl
import struct
import sys
import threading
import time


class Server:
    def __init__(self, script):
        self.steps = script["steps"]
        self.waits = script.get("waits", False)
        self.journal = open(script["journal"], "w") if script.get("journal") else None
        self.requests = []
        self.connections = 0
        self.lock = threading.Condition()
        self.tls = tls_context(script["tls"]) if script.get("tls") else None

    def serve(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # It was shut down.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.connections += 1
                number = self.connections
            threading.Thread(target=self.converse, args=(connection, number), daemon=True).start()

    def converse(self, connection, number):
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            reader = Reader(connection)
            while (request := reader.request()) is not None:
                request["connection"] = number
                if not answer(connection, self.step_for(request)):
                    return
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def step_for(self, request):
        request["at"] = time.monotonic_ns()
        with self.lock:
            index = len(self.requests)
            self.requests.append(request)
            if self.journal:
                print(json.dumps(request), file=self.journal, flush=True)
            while self.waits and index >= len(self.steps):
                self.lock.wait()
            return self.steps[min(index, len(self.steps) - 1)]

    def add(self, step):
        with self.lock:
            self.steps.append(step)
            self.lock.notify_all()


class Reader:
    """Reads requests, and counts the reads that each took."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""
        self.reads = 0

    def more(self):
        received = self.connection.recv(1 << 20)
        self.reads += 1
        self.buffer += received
        return bool(received)

    def request(self):
        self.reads = 0
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        method, target, version = line.split(" ")
        headers = [[name, value.strip()] for name, _, value in (line.partition(":") for line in lines)]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        while len(self.buffer) < length:
            if not self.more():
                return None
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return {
            "method": method, "target": target, "version": version, "headers": headers,
            "body": body[:4096].decode("latin-1"), "bodyBytes": len(body), "reads": self.reads,
        }


def response(step):
    if "raw" in step:
        return step["raw"].encode("latin-1")
    body = step.get("body", "").encode()
    if "bodyBytes" in step:
        body = b'"' + b"e" * (step["bodyBytes"] - 2) + b'"'
    head = f"HTTP/1.1 {step.get('status', 200)} Status\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in step.get("headers", []))
    framing = step.get("framing", "length")
    if framing == "length":
        head += f"Content-Length: {len(body)}\r\n"
    if framing == "chunked":
        head += "Transfer-Encoding: chunked\r\n"
        chunks = [chunk for chunk in (body[:1], body[1:]) if chunk]
        body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n"
        body += step.get("trailers", "").encode() + b"\r\n"
    return head.encode("latin-1") + b"\r\n" + body


def answer(connection, step):
    """Whether the connection goes on."""
    if "tunnel" in step:
        return tunnel(connection, step["tunnel"])
    how = step.get("answer", True)
    if how == "never":
        while connection.recv(1 << 16):
            pass
    if how is not True:
        return False
    whole = response(step)
    sent = whole[: step["cutAfter"]] if "cutAfter" in step else whole
    ending = "close" if "cutAfter" in step and step.get("ending", "keep") == "keep" else step.get("ending", "keep")
    if ending == "close":
        # The end of the connection then travels with the last byte: whoever has read this has seen both.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    if ending == "reset":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    for piece in pieces(sent, step.get("pieces", "whole")):
        connection.sendall(piece)
        time.sleep(step.get("millisecondsPerByte", 0) / 1000)
    return ending == "keep"


def tunnel(connection, port):
    """RFC 9110 section 9.3.6."""
    with socket.create_connection(("127.0.0.1", port)) as other:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=pass_on, args=(other, connection), daemon=True).start()
        pass_on(connection, other)
    return False


def pass_on(source, destination):
    try:
        while received := source.recv(1 << 16):
            destination.sendall(received)
        destination.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # Either end may be gone already.


def pieces(sent, how):
    if how == "bytes":
        return [sent[i : i + 1] for i in range(len(sent))]
    if how == "whole":
        return [sent]
    return [piece for piece in (sent[:how], sent[how:]) if piece]


def tls_context(options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if options.get("maximumVersion") == "1.1":
        # OpenSSL 3 offers TLS 1.1 only at its lowest level of security.
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.load_cert_chain(options["certificate"], options["key"])
    return context


def main():
    script = json.loads(sys.stdin.readline())
    server = Server(script)
    listener = socket.create_server(("127.0.0.1", script.get("port", 0)), backlog=64)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
    for line in sys.stdin:
        server.add(json.loads(line))
    # Nobody gets a connection any more once the report can be read.
    listener.shutdown(socket.SHUT_RDWR)
    with server.lock:
        report = "".join(json.dumps(request) + "\n" for request in server.requests)
    try:
        print(report, end="", flush=True)
    except BrokenPipeError:
        pass  # Nobody asked.
    os._exit(0)


if __name__ == "__main__":
    main()
