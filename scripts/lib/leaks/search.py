"""Finds any twelve bytes in a row of a secret, in whichever way they are spelled."""

import base64
import dataclasses
import json
import urllib.parse
from collections.abc import Iterator

WINDOW_BYTES = 12
MOST_FINDINGS_OF_A_PLACE = 5
LEAST_DISTINCT_BYTES = 6  # a signature of zeros hides nothing, and zeros are everywhere


@dataclasses.dataclass(frozen=True)
class Finding:
    place: str
    secret: str
    offset: int

    def __str__(self) -> str:
        """Without the bytes that were found: whoever reads this need not know them."""
        return f"{self.place}: {self.secret}, at byte {self.offset}"


@dataclasses.dataclass(frozen=True)
class Written:
    """Something that a program wrote. `may_hold` are the kinds that belong there."""

    place: str
    data: bytes
    may_hold: frozenset[str] = frozenset()


def spellings(value: bytes) -> Iterator[bytes]:
    """The value, and as JSON, URLs, forms, hexadecimal and base64 have it, wherever it stands in a longer text."""
    yield value
    text = value.decode("utf-8", errors="surrogateescape")
    escaped = json.dumps(text, ensure_ascii=False)[1:-1]
    for spelled in (
        escaped, escaped.replace("/", "\\/"), json.dumps(text)[1:-1], "".join(f"\\u{ord(one):04x}" for one in text),
        urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value), "".join(f"%{one:02X}" for one in value),
        value.hex(), value.hex().upper(), value.hex(" "), value.hex(":"), repr(value)[2:-1],
    ):  # fmt: skip
        yield spelled.encode("utf-8", errors="surrogateescape")
    for shift in range(3):
        # What stands before it fills the first characters; what is after it, the last.
        encoded = base64.b64encode(bytes(shift) + value)
        inner = encoded[(0, 2, 3)[shift] : len(encoded) - 4 if encoded.endswith(b"=") else len(encoded)]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))


class Search:
    def __init__(self) -> None:
        self.windows: dict[bytes, tuple[str, str]] = {}
        """Kind and name, by twelve bytes."""
        self.count = 0
        self.clean: set[tuple[int, frozenset[str]]] = set()

    def add(self, kind: str, name: str, value: bytes | str, *texts: bytes) -> None:
        """Hides a value in every spelling; or, where `texts` are given, in these only."""
        raw = value.encode() if isinstance(value, str) else value
        if len(raw) < WINDOW_BYTES or len(set(raw)) < LEAST_DISTINCT_BYTES:
            return
        self.count += 1
        self.clean.clear()
        what = kind, f"{kind} {name}"
        for text in texts or set(spellings(raw)):
            for start in range(len(text) - WINDOW_BYTES + 1):
                self.windows.setdefault(text[start : start + WINDOW_BYTES], what)

    def add_token(self, name: str, token: str) -> None:
        """The token as it is, and its signature also as base64 with other letters and as hexadecimal."""
        raw = token.encode("utf-8", errors="surrogateescape")
        self.add("token", name, raw, raw)
        signature = token.rpartition(".")[2]
        if token.count(".") == 2 and len(signature) >= WINDOW_BYTES:
            try:
                data = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
            except ValueError:
                return
            self.add("token", f"{name}, its signature", data, base64.b64encode(data), data.hex().encode(), data)

    def findings(self, written: Written) -> list[Finding]:
        known = hash(written.data), written.may_hold
        if known in self.clean:
            return []
        found: dict[str, Finding] = {}
        data, windows = written.data, self.windows
        for start in range(len(data) - WINDOW_BYTES + 1):
            what = windows.get(data[start : start + WINDOW_BYTES])
            if what is not None and what[0] not in written.may_hold and what[1] not in found:
                found[what[1]] = Finding(written.place, what[1], start)
                if len(found) == MOST_FINDINGS_OF_A_PLACE:
                    break
        if not found:
            self.clean.add(known)
        return [*found.values()]
