"""When the environments of a function ask the issuer for its keys, and what callers get meanwhile.

Each environment has a key cache of its own, which is the product's rule (`keycache`). Its callers come at random; of
those, only they are looked at who make a fetch, or are refused for want of a key: between them nothing changes.
"""

import bisect
import dataclasses
import heapq
import random
from collections import Counter
from collections.abc import Sequence

from scale.dice import poisson
from scale.keycache import Answer, KeyCache, KeyTimes

OLD, NEW = "old", "new"


class Rotation:
    """From second 0 on, tokens are signed under a new key; each client has one when it next needs a token.

    `hazard` is how many callers with a token under this key are expected between two moments, for one a second.
    """

    def __init__(self, switches: Sequence[float]) -> None:
        self.switches = sorted(switches)
        self.sums = [0.0]
        for switch in self.switches:
            self.sums.append(self.sums[-1] + switch)

    def new_until(self, moment: float) -> float:
        """The integral of the share of clients that have a new token."""
        if not self.switches:
            return 0.0
        switched = bisect.bisect_right(self.switches, moment)
        return (switched * moment - self.sums[switched]) / len(self.switches)

    def hazard(self, key: str, start: float, end: float) -> float:
        new = self.new_until(end) - self.new_until(start)
        return new if key == NEW else end - start - new

    def first(self, key: str, start: float, amount: float, limit: float) -> float:
        """When `hazard` since `start` reaches `amount`; the limit, where it does not before."""
        if not self.switches:
            return min(limit, start + amount) if key == OLD else limit
        if self.hazard(key, start, limit) <= amount:
            return limit
        low, high = start, limit
        while high - low > 1e-6 * max(1.0, high):
            middle = (low + high) / 2
            low, high = (middle, high) if self.hazard(key, start, middle) < amount else (low, middle)
        return high


@dataclasses.dataclass(frozen=True)
class Issuer:
    """What its server of keys does."""

    limit: int | None = None
    """Fetches that it answers in a second; the others get 429."""
    down: tuple[float, float] = (0.0, 0.0)
    published: float = 0.0
    """When the new key came into its set: second 0, or before."""


@dataclasses.dataclass(frozen=True)
class Fleet:
    starts: Sequence[float]
    """When each environment is started, in seconds; one that starts before 0 has been there, with keys of any age."""
    rate: float
    """Requests a second that come to the authorizer, evenly to its environments."""
    until: float
    times: KeyTimes = KeyTimes()
    has_jitter: bool = True
    has_snapshot: bool = False
    fetch_seconds: float = 0.05


@dataclasses.dataclass
class Seen:
    fetches: list[float] = dataclasses.field(default_factory=list)
    """When each began."""
    failures: list[float] = dataclasses.field(default_factory=list)
    by: Counter[str] = dataclasses.field(default_factory=Counter)
    """Who made it: the start, a caller who waits, or nobody, after an answer."""
    callers: Counter[Answer] = dataclasses.field(default_factory=Counter)
    last_refusal: float = 0.0

    def most_in_a_second(self, after: float = 0.0) -> int:
        return max(in_seconds([moment for moment in self.fetches if moment >= after]).values(), default=0)


def in_seconds(moments: Sequence[float]) -> dict[int, int]:
    return dict(sorted(Counter(map(int, moments)).items()))


@dataclasses.dataclass
class Environment:
    cache: KeyCache
    now: float
    """Until here everything is told."""


class Herd:
    def __init__(self, fleet: Fleet, issuer: Issuer, rotation: Rotation, seed: int) -> None:
        self.fleet, self.issuer, self.rotation = fleet, issuer, rotation
        self.dice = random.Random(seed)
        self.rate = fleet.rate / len(fleet.starts)
        self.seen = Seen()
        self.asked: Counter[int] = Counter()
        self.order: list[tuple[float, int, str]] = []
        self.environments: list[Environment] = []

    def run(self) -> Seen:
        for start in sorted(self.fleet.starts):
            self.environments.append(self.started(start))
        for number in range(len(self.environments)):
            self.plan(number)
        while self.order:
            moment, number, key = heapq.heappop(self.order)
            self.call(self.environments[number], key, moment)
            self.plan(number)
        return self.seen

    def started(self, start: float) -> Environment:
        spread = self.dice.randrange(1_000) if self.fleet.has_jitter else 0
        cache = KeyCache(dataclasses.replace(self.fleet.times, spread=spread))
        if start < 0:
            age = self.dice.random() * cache.times.refresh_after
            cache.replace(self.set_at(-age), -age, -age + self.fleet.fetch_seconds)
            return Environment(cache, 0.0)
        if self.fleet.has_snapshot:
            cache.use_snapshot(frozenset({OLD}), start)
            return Environment(cache, start)
        return Environment(cache, self.fetch(cache, start, "the start"))

    def set_at(self, moment: float) -> frozenset[str]:
        return frozenset({OLD, NEW}) if moment >= self.issuer.published else frozenset({OLD})

    def fetch(self, cache: KeyCache, start: float, by: str) -> float:
        """Makes one, and says when it has ended."""
        self.seen.fetches.append(start)
        self.seen.by[by] += 1
        end = start + self.fleet.fetch_seconds
        self.asked[int(start)] += 1
        is_over = self.issuer.limit is not None and self.asked[int(start)] > self.issuer.limit
        if is_over or self.issuer.down[0] <= start < self.issuer.down[1]:
            self.seen.failures.append(start)
            cache.note_failure(end)
        else:
            cache.replace(self.set_at(start), start, end)
        return end

    def plan(self, number: int) -> None:
        """The next caller who changes something: any, once a fetch is due; before that, one whose key is not known."""
        one, until = self.environments[number], self.fleet.until
        due = one.cache.next_due(one.now)
        moments = {key: self.next_call(key, due) for key in (OLD, NEW)}
        cool = min(until, one.cache.cool_from(one.now))
        if one.cache.keys is not None and NEW not in one.cache.keys:
            moments[NEW] = min(moments[NEW], self.next_call(NEW, cool))
        key = min(moments, key=lambda name: moments[name])
        self.refuse(one, min(cool, moments[key]))
        if moments[key] < until:
            heapq.heappush(self.order, (moments[key], number, key))

    def next_call(self, key: str, after: float) -> float:
        until = self.fleet.until
        if after >= until:
            return until
        return self.rotation.first(key, after, self.dice.expovariate(1.0) / self.rate, until)

    def refuse(self, one: Environment, until: float) -> None:
        """Who calls in vain before then, because there is no fetch within a cooldown."""
        cache = one.cache
        for key in (OLD, NEW):
            start, answer = one.now, Answer.UNAVAILABLE
            if cache.keys is not None and key in cache.keys:
                start = max(start, cache.as_of + cache.times.max_age + cache.times.stale_if_error)
            elif cache.keys is not None and not cache.did_last_attempt_fail:
                answer = Answer.UNKNOWN
            if start < until:
                self.count(answer, poisson(self.dice, self.rate * self.rotation.hazard(key, start, until)), until)

    def call(self, one: Environment, key: str, moment: float) -> None:
        now = moment
        answer = one.cache.look_up(key, now, may_fetch=True)
        if answer is Answer.FETCH_FIRST:
            now = self.fetch(one.cache, now, "a caller")
            answer = one.cache.look_up(key, now, may_fetch=False)
        self.count(answer, 1, now)
        if one.cache.is_refresh_due(now):
            now = self.fetch(one.cache, now, "nobody")
        one.now = now

    def count(self, answer: Answer, callers: int, moment: float) -> None:
        if not callers:
            return
        self.seen.callers[answer] += callers
        if answer is not Answer.KEY:
            self.seen.last_refusal = max(self.seen.last_refusal, moment)


def run(fleet: Fleet, issuer: Issuer = Issuer(), switches: Sequence[float] = (), seed: int = 1) -> Seen:
    return Herd(fleet, issuer, Rotation(switches), seed).run()
