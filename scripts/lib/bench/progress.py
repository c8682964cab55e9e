"""One line on how far it is, where a person is looking."""

import sys
import time
from collections.abc import Callable

TELL_EVERY_SECONDS = 0.2


class Progress:
    def __init__(self) -> None:
        self.is_shown = sys.stderr.isatty()
        self.started = time.monotonic()
        self.told = 0.0

    def tell(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if not self.is_shown or now - self.told < TELL_EVERY_SECONDS and done < of:
            return
        self.told = now
        seconds = f"{now - self.started:.0f} s"
        print(f"\r\033[K{what}: {done} of {of} rounds, {seconds}", end="", file=sys.stderr, flush=True)

    def of(self, what: str) -> Callable[[int, int], None]:
        return lambda done, of: self.tell(what, done, of)

    def end(self) -> None:
        if self.is_shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
