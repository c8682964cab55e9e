"""When an environment asks for keys: Sources/AuthorizerService/KeyCache.swift, rule for rule.

Times are seconds. A fetch that is told of here has ended.
"""

import dataclasses
import enum


class Answer(enum.StrEnum):
    KEY = "key"
    UNKNOWN = "unknown_key"
    UNAVAILABLE = "keys_unavailable"
    FETCH_FIRST = "fetch first"


@dataclasses.dataclass(frozen=True)
class KeyTimes:
    """docs/configuration.md, `keys`."""

    max_age: int = 3_600
    stale_if_error: int = 86_400
    cooldown: int = 30
    spread: int = 0
    """0…999, drawn once for a process."""

    @property
    def refresh_after(self) -> int:
        return self.max_age * (700 + min(max(self.spread, 0), 999) // 5) // 1_000


MOST_ABSENT = 64


class AbsentKeys:
    """The ids that a fetch was made for in vain; each may be asked for again after a pause that doubles."""

    def __init__(self, times: KeyTimes) -> None:
        self.first, self.longest = times.cooldown, max(times.cooldown, times.max_age)
        self.asked: dict[str, tuple[float, int]] = {}

    def may_be_asked_for(self, key: str, now: float) -> bool:
        if key not in self.asked:
            return True
        last, pause = self.asked[key]
        return now - last >= pause

    def note(self, key: str, now: float) -> None:
        if key in self.asked:
            self.asked[key] = now, min(self.asked[key][1] * 2, self.longest)
            return
        if len(self.asked) == MOST_ABSENT:
            del self.asked[next(iter(self.asked))]
        self.asked[key] = now, self.first


class KeyCache:
    def __init__(self, times: KeyTimes) -> None:
        self.times = times
        self.keys: frozenset[str] | None = None
        self.as_of = 0.0
        self.last_attempt: float | None = None
        self.did_last_attempt_fail = False
        self.is_snapshot = False
        self.absent = AbsentKeys(times)

    def look_up(self, key: str, now: float, may_fetch: bool) -> Answer:
        """`may_fetch` is false once the caller's fetch was made."""
        can_fetch = may_fetch and not self.is_cooling_down(now)
        if self.keys is None or not self.is_usable(now):
            return Answer.FETCH_FIRST if can_fetch else Answer.UNAVAILABLE
        if can_fetch and now - self.as_of >= self.times.max_age:
            return Answer.FETCH_FIRST
        if key in self.keys:
            return Answer.KEY
        if can_fetch and self.absent.may_be_asked_for(key, now):
            return Answer.FETCH_FIRST
        if self.did_last_attempt_fail:
            return Answer.UNAVAILABLE
        if not may_fetch:
            self.absent.note(key, now)
        return Answer.UNKNOWN

    def is_refresh_due(self, now: float) -> bool:
        """Asked when an answer is posted, and nobody waits."""
        if self.is_cooling_down(now):
            return False
        return self.keys is None or self.is_snapshot or now - self.as_of >= self.times.refresh_after

    def is_cooling_down(self, now: float) -> bool:
        return self.last_attempt is not None and now - self.last_attempt < self.times.cooldown

    def is_usable(self, now: float) -> bool:
        return now - self.as_of < self.times.max_age + self.times.stale_if_error

    def replace(self, keys: frozenset[str], started: float, ended: float) -> None:
        self.keys, self.as_of, self.last_attempt = keys, started, ended
        self.did_last_attempt_fail = self.is_snapshot = False

    def note_failure(self, ended: float) -> None:
        self.last_attempt, self.did_last_attempt_fail = ended, True

    def use_snapshot(self, keys: frozenset[str], now: float) -> None:
        self.keys, self.as_of, self.is_snapshot = keys, now, True

    def next_due(self, now: float) -> float:
        """From when on the next caller's invocation makes a fetch, whatever key they have."""
        cool = self.cool_from(now)
        if self.keys is None or self.is_snapshot:
            return cool
        return max(cool, self.as_of + min(self.times.refresh_after, self.times.max_age))

    def cool_from(self, now: float) -> float:
        return now if self.last_attempt is None else max(now, self.last_attempt + self.times.cooldown)
