"""Answers, lines of the log and fetches, brought together in their order and taken to the oracle."""

import fcntl
import json
import os
import time
from typing import NamedTuple

from soak.events import Case
from soak.findings import Failure
from soak.oracle import Invocation, Oracle, Wrong
from soak.publisher import Fetch
from soak.timeline import Span
from soak.world import ENTRIES, SOURCES

PIPE_BYTES = 1 << 20
F_SETPIPE_SZ = 1031  # linux/fcntl.h
WALL_TOLERANCE_SECONDS = 0.005  # between the two clocks
FIRST_NAME = {source: next(entry.name for entry in ENTRIES if entry.source == source) for source in SOURCES}
LOGGED_AS = {"500": "http_status", "garbage": "not_a_key_set", "no keys": "no_usable_key"}


class Pending(NamedTuple):
    """An invocation whose line of the log has not been read yet."""

    index: int
    request_id: str
    case: Case
    span: Span
    kind: str
    body: bytes


class Log:
    """The function's standard output: a pipe that is read between invocations."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        fcntl.fcntl(self.writing, F_SETPIPE_SZ, PIPE_BYTES)
        os.set_blocking(self.reading, False)
        self.rest = b""

    def lines(self) -> list[bytes]:
        """The whole lines that came since."""
        parts = [self.rest]
        while True:
            try:
                part = os.read(self.reading, PIPE_BYTES)
            except BlockingIOError:
                break
            if not part:
                break
            parts.append(part)
        *lines, self.rest = b"".join(parts).split(b"\n")
        return lines

    def close(self) -> None:
        os.close(self.reading)
        os.close(self.writing)


class Settling:
    """`settle` is called while the function asks for the next event, so that all its lines are written."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.last_end = time.monotonic()
        self.settled = 0

    def settle(self, pending: list[Pending], lines: list[bytes], fetches: list[Fetch]) -> None:
        records = [self.parsed(line) for line in lines]
        decisions = [record for record in records if "decision" in record]
        self.check_fetch_lines([record for record in records if "decision" not in record], fetches)
        if len(decisions) != len(pending):
            raise Failure(f"{len(decisions)} lines of decisions for {len(pending)} invocations", self.settled)
        offset = time.time() - time.monotonic()
        position = 0
        for one, record in zip(pending, decisions, strict=True):
            position = self.settle_one(one, record, fetches, position, offset)
        asked = time.monotonic()
        for fetch in fetches[position:]:
            self.behind(fetch, asked)

    def settle_one(self, one: Pending, record: dict, fetches: list[Fetch], position: int, offset: float) -> int:
        """Takes the fetches before and during this invocation; comes back with the place of the next one."""
        span = one.span
        while position < len(fetches) and fetches[position].arrived < span.begin:
            self.behind(fetches[position], span.begin)
            position += 1
        first = position
        while position < len(fetches) and fetches[position].arrived <= span.end:
            position += 1
        wall = int(span.begin + offset - WALL_TOLERANCE_SECONDS), int(span.end + offset + WALL_TOLERANCE_SECONDS)
        invocation = Invocation(one.index, one.request_id, one.case, span, wall, one.kind, one.body)
        try:
            self.oracle.judge(invocation, record, fetches[first:position])
        except Wrong as wrong:
            allowed = sorted(map(str, wrong.allowed or ()))
            raise Failure(str(wrong), one.index, one.case, allowed, one.body, record) from None
        self.last_end = span.end
        self.settled += 1
        return position

    def behind(self, fetch: Fetch, asked: float) -> None:
        """A fetch between an answer and the moment at which the function had asked for the next event."""
        try:
            self.oracle.fetched_behind(fetch, self.last_end, asked)
        except Wrong as wrong:
            raise Failure(str(wrong), self.settled) from None

    def parsed(self, line: bytes) -> dict:
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise Failure(f"a line of the log is no JSON object: {line[:300]!r}", self.settled)
        return record

    def check_fetch_lines(self, records: list[dict], fetches: list[Fetch]) -> None:
        """One line for each fetch, in order, of its issuer and its outcome; and no other line."""
        said = [(record.get("event"), record.get("issuer"), record.get("outcome")) for record in records]
        if len(said) != len(fetches):
            raise Failure(f"{len(fetches)} fetches, and the log says {said}", self.settled)
        for (event, issuer, outcome), fetch in zip(said, fetches, strict=True):
            expected = "fetched" if fetch.is_well else LOGGED_AS.get(fetch.how)
            is_right = outcome == expected if expected else outcome not in ("fetched", "not_modified", None)
            if event != "key_fetch" or issuer != FIRST_NAME[fetch.source] or not is_right:
                raise Failure(f"{fetch} is logged as {event}, {issuer}, {outcome}", self.settled)
