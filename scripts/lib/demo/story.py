"""What happened, told as it happens, and every sentence of it checked."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

SHORTEST_SECRET = 8  # shorter ones would be found in honest words


class Failed(Exception):
    """A sentence that is not true."""


class Story:
    """Chapters of checked sentences. Told to standard output line by line, unless it is to be silent."""

    def __init__(self, is_silent: bool) -> None:
        self.is_silent = is_silent
        self.started = time.monotonic()
        self.chapters: list[dict] = []
        self.network = ""
        self.text: list[str] = []
        self.secrets: set[str] = set()

    def begin(self, title: str, network: str) -> None:
        self.network = network
        self.line(title)
        self.line(f"network: {network}")

    @contextmanager
    def chapter(self, title: str) -> Iterator[None]:
        self.chapters.append({"title": title, "notes": [], "steps": []})
        self.line("")
        self.line(f"{len(self.chapters)}. {title}")
        yield

    def check(self, what: str, holds: object, otherwise: object = "") -> None:
        """Says the sentence, and ends the story where it is not true."""
        step = {"what": what, "holds": bool(holds)}
        self.chapters[-1]["steps"].append(step)
        if holds:
            self.line(f"   ✓ {what}")
            return
        step["instead"] = str(otherwise)
        self.line(f"   ✗ {what}")
        raise Failed(f"not so: {what}. {otherwise}".rstrip())

    def place(self) -> str:
        return f"chapter {len(self.chapters)}, {self.chapters[-1]['title']}" if self.chapters else "the beginning"

    def same(self, what: str, found: object, wanted: object) -> None:
        self.check(what, found == wanted, f"Found {found!r} instead of {wanted!r}")

    def note(self, what: str) -> None:
        """Something to know that is not checked here."""
        self.chapters[-1]["notes"].append(what)
        self.line(f"     {what}")

    def line(self, text: str) -> None:
        self.text.append(text)
        if not self.is_silent:
            print(text, flush=True)

    def hide(self, secret: str) -> str:
        """Remembers a secret, which must then be found nowhere."""
        if len(secret) < SHORTEST_SECRET:
            raise ValueError("too short to be looked for")
        self.secrets.add(secret)
        return secret

    def told_secrets(self, others: list[str]) -> int:
        """How many secrets stand in what was told, or in other texts."""
        whole = "\n".join([*self.text, *others])
        return sum(secret in whole for secret in self.secrets)

    def count(self) -> tuple[int, int]:
        steps = [step for chapter in self.chapters for step in chapter["steps"]]
        passed = sum(step["holds"] for step in steps)
        return passed, len(steps) - passed

    def seconds(self) -> int:
        return round(time.monotonic() - self.started)

    def write_record(self, failure: str | None) -> None:
        passed, failed = self.count()
        record = {"passed": passed, "failed": failed, "failure": failure, "seconds": self.seconds()}
        record |= {"network": self.network, "chapters": self.chapters}
        json.dump(record, sys.stdout, indent=2, ensure_ascii=False)
        print()
