"""What may be known of a source's keys at a moment, from what the server answered when (docs/configuration.md, `keys`).

Ages are counted from the moment at which a fetch was begun. That lies between the last thing that the run saw of the
function before the request and the request's arrival, so a moment is a pair of bounds, and where a limit falls between
them two outcomes are right.
"""

import dataclasses
from typing import NamedTuple

from soak.publisher import Fetch
from soak.world import COOLDOWN, MAX_AGE, STALE_IF_ERROR

HELD, UNKNOWN, UNAVAILABLE, TOO_NEAR = "held", "unknown_key", "keys_unavailable", "deadline_too_near"
EXPIRY = MAX_AGE + STALE_IF_ERROR


@dataclasses.dataclass(frozen=True)
class Moment:
    earliest: float
    latest: float

    def age(self, begin: float, end: float) -> tuple[float, float]:
        """How long ago it was at some time between begin and end."""
        return max(0.0, begin - self.latest), end - self.earliest


class Span(NamedTuple):
    """One invocation: the event was given out at `begin`, its answer was there at `end`."""

    begin: float
    end: float
    has_time: bool = True
    """Whether its deadline leaves time for a fetch."""


class Breach(Exception):
    """The function did with its keys what the contract does not allow."""


class Timeline:
    """One source, as the function must know it."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.kids: frozenset[str] | None = None
        self.as_of = self.last_try = Moment(0.0, 0.0)
        self.was_tried = False
        self.has_failed = False
        self.asked_in_vain: set[str | None] = set()

    def fetched(self, fetch: Fetch, not_before: float, ended_by: float) -> None:
        """A request came, which was begun after `not_before`, and with which the function was done at `ended_by`."""
        begun = Moment(not_before, fetch.arrived)
        if self.was_tried and fetch.arrived - self.last_try.earliest < COOLDOWN:
            after = fetch.arrived - self.last_try.earliest
            raise Breach(f"{self.source}: a fetch {after:.3f} s after another, within the cooldown of {COOLDOWN} s")
        # The cooldown is counted from the fetch's end.
        ended = Moment(fetch.arrived, ended_by)
        self.was_tried, self.last_try, self.has_failed = True, ended, not fetch.is_well
        if fetch.is_well:
            self.kids, self.as_of = fetch.kids, begun

    def waited(self, kid: str | None, span: Span, fetch: Fetch) -> None:
        """A fetch was made while the caller of this `kid` waited: there must have been no other way."""
        oldest = self.as_of.age(span.begin, span.end)[1]
        if self.kids is not None and kid in self.kids and oldest < MAX_AGE:
            raise Breach(f"{self.source}: a caller waited for a fetch, though {kid} was known and {oldest:.3f} s old")
        if not span.has_time:
            raise Breach(f"{self.source}: a fetch though the deadline was too near")
        self.fetched(fetch, span.begin, span.end)
        if self.kids is not None and kid not in self.kids:
            self.asked_in_vain.add(kid)

    def outcomes(self, kid: str | None, span: Span, has_fetched: bool) -> set[str]:
        """What may have become of the search for this key."""
        if has_fetched:
            return self.found(kid, span)
        tried = self.last_try.age(span.begin, span.end)
        can = not self.was_tried or tried[1] >= COOLDOWN
        must = not self.was_tried or tried[0] >= COOLDOWN
        need = self.need(kid, span)
        if must and need and span.has_time:
            raise Breach(f"{self.source}: no fetch was made, though {need} and the last one was {tried[0]:.3f} s ago")
        found = self.found(kid, span)
        if can and not span.has_time:
            return self.without_time(kid, span, found, bool(must and need))
        return found

    def need(self, kid: str | None, span: Span) -> str | None:
        """Why a fetch is needed for certain; None where it may be done without."""
        if self.kids is None:
            return "nothing was known"
        age = self.as_of.age(span.begin, span.end)[0]
        if age >= MAX_AGE:
            return f"the keys were {age:.3f} s old"
        if kid not in self.kids and kid not in self.asked_in_vain:
            return f"{kid} was never asked for"
        return None

    def found(self, kid: str | None, span: Span) -> set[str]:
        if self.kids is None:
            return {UNAVAILABLE}
        youngest, oldest = self.as_of.age(span.begin, span.end)
        known = HELD if kid in self.kids else UNAVAILABLE if self.has_failed else UNKNOWN
        return ({known} if youngest < EXPIRY else set()) | ({UNAVAILABLE} if oldest >= EXPIRY else set())

    def without_time(self, kid: str | None, span: Span, found: set[str], certainly: bool) -> set[str]:
        """A fetch may have been due, and there was no time for one. Keys that are only stale serve."""
        youngest, oldest = self.as_of.age(span.begin, span.end)
        is_known = self.kids is not None and kid in self.kids
        if is_known and oldest < EXPIRY:
            return found
        if certainly and (not is_known or youngest >= EXPIRY):
            return {TOO_NEAR}
        return found | {TOO_NEAR}

    def key_ages(self, span: Span) -> range:
        """The whole seconds that the log may say the keys are old."""
        youngest, oldest = self.as_of.age(span.begin, span.end)
        return range(int(youngest), int(oldest) + 1)
