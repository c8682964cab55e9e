"""A name server on a loopback address of its own, and a process that asks no other. Linux; needs root.

Answers one question in one datagram (RFC 1035 section 4). The process gets a mount namespace in which resolv.conf is
another file, so that nothing outside it changes.
"""

import itertools
import pathlib
import socket
import struct
import threading

PORT = 53
"""Where every resolver asks: resolv.conf has no port."""
RESPONSE, RECURSION_AVAILABLE = 0x8000, 0x0080
SERVFAIL, NXDOMAIN = 2, 3
TYPE_A, CLASS_IN = 1, 1
HEADER_BYTES = 12
POINTER_TO_QUESTION = 0xC00C

numbers = itertools.count(1)
"""Rows run side by side, each with an address of 127.53.0.0/16."""


class Resolver:
    """`rcode` is the answer's code; `None` is silence. With 0, every name is this machine."""

    def __init__(self) -> None:
        number = next(numbers)
        self.address = f"127.53.{number >> 8}.{number & 0xFF}"
        self.rcode: int | None = 0
        self.is_closed = False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.address, PORT))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            question, sender = self.socket.recvfrom(1 << 12)
            if self.is_closed:
                self.socket.close()
                return
            if self.rcode is not None:
                self.socket.sendto(self.answer(question, self.rcode), sender)

    def answer(self, question: bytes, rcode: int) -> bytes:
        end = question.index(b"\0", HEADER_BYTES) + 5
        asked_type, _ = struct.unpack("!HH", question[end - 4 : end])
        has_address = rcode == 0 and asked_type == TYPE_A
        flags = RESPONSE | RECURSION_AVAILABLE | (int.from_bytes(question[2:4]) & 0x0100) | rcode
        head = question[:2] + struct.pack("!HHHHH", flags, 1, int(has_address), 0, 0)
        record = struct.pack("!HHHIH", POINTER_TO_QUESTION, TYPE_A, CLASS_IN, 0, 4) + socket.inet_aton("127.0.0.1")
        return head + question[HEADER_BYTES:end] + (record if has_address else b"")

    def wrapper(self, folder: pathlib.Path) -> list[str]:
        """A command that starts another, which then asks here."""
        file = folder / "resolv.conf"
        file.write_text(f"nameserver {self.address}\n")
        mount = 'mount --bind "$0" "$(readlink -f /etc/resolv.conf)" && exec "$@"'
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", mount, str(file)]

    def __enter__(self) -> "Resolver":
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would leave the thread in its call; so would shutting down a socket that has no peer.
        self.is_closed = True
        self.socket.sendto(b"", (self.address, PORT))
