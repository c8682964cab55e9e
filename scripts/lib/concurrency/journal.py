"""The function's log beside what its callers were told: each pair is judged when both are there, and then forgotten."""

import collections
import json
import re
import threading
from typing import IO

from concurrency.findings import require
from concurrency.samples import PIPE_BYTES, Sample, faults

EMULATORS_OWN = re.compile(rb"(time=\S+ level=[A-Z]+ msg=|(START|END|REPORT) RequestId: )[^{}]*")
MOST_KEPT = 5


class Journal:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.answers: dict[str, tuple[Sample, object]] = {}
        """Right ones whose line has not come."""
        self.lines: dict[str, dict] = {}
        """Of decisions whose answer has not come."""
        self.events: collections.Counter[str] = collections.Counter()
        self.kinds: set[str] = set()
        self.pairs = self.long = self.longest = 0
        self.wrong: list[str] = []
        self.others: collections.deque[bytes] = collections.deque(maxlen=MOST_KEPT)

    def read(self, stream: IO[bytes]) -> None:
        """Until the end of the stream."""
        for line in stream:
            self.take(line.rstrip(b"\n"))

    def take(self, line: bytes) -> None:
        if not line.startswith(b"{"):
            self.others.append(line)
            if not EMULATORS_OWN.fullmatch(line):
                self.fault(f"a broken line in the log: {line[:200]!r}")
            return
        try:
            record = json.loads(line)
        except ValueError:
            self.fault(f"a broken line in the log: {line[:200]!r}")
            return
        self.longest = max(self.longest, len(line))
        self.long += len(line) > PIPE_BYTES
        if "decision" not in record:
            self.events[record.get("event", "")] += 1
            return
        with self.lock:
            if record["requestId"] in self.lines:
                self.fault(f"two decisions for {record['requestId']}")
            self.lines[record["requestId"]] = record
            self.pair(record["requestId"])

    def answered(self, request_id: str, sample: Sample, document: object) -> None:
        """A right answer, of which there is to be a line."""
        with self.lock:
            self.answers[request_id] = sample, document
            self.pair(request_id)

    def pair(self, request_id: str) -> None:
        if request_id not in self.lines or request_id not in self.answers:
            return
        record, (sample, document) = self.lines.pop(request_id), self.answers.pop(request_id)
        self.pairs += 1
        self.kinds.add(sample.path.name)
        for fault in faults(sample, document, record):
            self.fault(f"{sample.path.name}, its line: {fault}")

    def fault(self, message: str) -> None:
        if len(self.wrong) < MOST_KEPT:
            self.wrong.append(message)

    def require_right(self) -> None:
        require(not self.wrong, "; ".join(self.wrong))
