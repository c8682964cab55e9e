"""What a burst of requests makes API Gateway and Lambda do, millisecond by millisecond.

A request is answered from API Gateway's cache, by an environment that is idle, by one that is started for it, or it is
refused: 429 by API Gateway's own limit, 500 where Lambda throttles the authorizer. An environment has one event at a
time, and what it does after its answer (fetching keys) keeps it from the next. Nobody tries again.
"""

import dataclasses
import math
import random
from collections import Counter, defaultdict, deque

from scale import facts
from scale.dice import binomial, poisson

TICKS = 1_000  # a second


@dataclasses.dataclass(frozen=True)
class Authorizer:
    """Milliseconds of an environment's life."""

    name: str
    start: int
    """Until it can take an event; a fetch of keys included, where it makes one first."""
    work: int
    """For an event."""
    after_first: int = 0
    """After its first answer: where a snapshot is refreshed."""
    fetch_at: int | None = 0
    """When in the start the fetch begins; none where there is a snapshot."""


@dataclasses.dataclass(frozen=True)
class Traffic:
    rate: float
    """Requests a second, from one moment to the next, all at random times."""
    clients: int
    """Each with one token, and an equal part of the requests."""
    ttl: int
    """Seconds that API Gateway keeps an answer; 0 is never."""
    seconds: int


@dataclasses.dataclass(frozen=True)
class Quotas:
    concurrency: int = int(facts.CONCURRENCY.value)
    gateway_rate: float = facts.GATEWAY_RATE.value
    gateway_burst: float = facts.GATEWAY_BURST.value


@dataclasses.dataclass
class Outcome:
    arrived: int = 0
    cached: int = 0
    warm: int = 0
    """Answered by an environment that was there."""
    cold: int = 0
    """Answered by one that was started for it."""
    throttled: int = 0
    """500: Lambda took no further invocation of the authorizer."""
    refused: int = 0
    """429: API Gateway took no further request."""
    environments: int = 0
    most_at_once: int = 0
    fetches: Counter[int] = dataclasses.field(default_factory=Counter)
    """By millisecond."""
    fetches_before_an_answer: int = 0
    throttled_in: Counter[int] = dataclasses.field(default_factory=Counter)
    """By second."""

    @property
    def answered(self) -> int:
        return self.cached + self.warm + self.cold + self.throttled + self.refused

    @property
    def most_fetches_in_a_second(self) -> int:
        seconds: Counter[int] = Counter()
        for tick, count in self.fetches.items():
            seconds[tick // TICKS] += count
        return max(seconds.values(), default=0)


class Bucket:
    """Tokens that come at a rate, up to a depth."""

    def __init__(self, depth: float) -> None:
        self.depth = self.tokens = depth

    def fill(self, tokens: float) -> None:
        self.tokens = min(self.depth, self.tokens + tokens)

    def take(self, wanted: int) -> int:
        taken = min(wanted, int(self.tokens))
        self.tokens -= taken
        return taken


class ResultCache:
    """API Gateway's: an answer is kept under its token from when it was given. Two misses are two invocations."""

    def __init__(self, traffic: Traffic) -> None:
        self.ttl = traffic.ttl * TICKS
        self.clients = traffic.clients
        self.unknown = list(range(traffic.clients))
        self.place: dict[int, int] = {client: client for client in self.unknown}
        self.kept: deque[tuple[int, int]] = deque()

    @property
    def share_of_misses(self) -> float:
        return len(self.unknown) / self.clients

    def expire(self, now: int) -> None:
        while self.kept and self.kept[0][0] <= now:
            client = self.kept.popleft()[1]
            self.place[client] = len(self.unknown)
            self.unknown.append(client)

    def keep(self, client: int, now: int) -> None:
        if (place := self.place.pop(client, None)) is None:
            return
        last = self.unknown.pop()
        if last != client:
            self.unknown[place] = last
            self.place[last] = place
        self.kept.append((now + self.ttl, client))


class Simulation:
    def __init__(self, authorizer: Authorizer, traffic: Traffic, quotas: Quotas, seed: int) -> None:
        self.authorizer, self.traffic, self.quotas = authorizer, traffic, quotas
        self.dice = random.Random(seed)
        self.outcome = Outcome()
        self.cache = ResultCache(traffic) if traffic.ttl else None
        self.gateway = Bucket(quotas.gateway_burst)
        self.starts = Bucket(facts.SCALING_ENVIRONMENTS.value)
        self.invocations = Bucket(self.invocation_rate(0))
        self.idle = self.busy = 0
        self.becoming_idle: defaultdict[int, int] = defaultdict(int)
        self.answers: defaultdict[int, list[int]] = defaultdict(list)

    def invocation_rate(self, tick: int) -> float:
        """How many invocations a second Lambda takes by now."""
        rate, period = facts.SCALING_REQUESTS.value, facts.SCALING_SECONDS.value
        most = facts.REQUESTS_OF_AN_ENVIRONMENT.value * self.quotas.concurrency
        return min(most, rate + rate / period * tick / TICKS)

    def run(self) -> Outcome:
        last = self.traffic.seconds * TICKS
        for tick in range(last):
            self.end_work(tick)
            self.admit(tick)
        for tick in range(last, max(self.becoming_idle, default=last) + 1):
            self.end_work(tick)
        return self.outcome

    def end_work(self, tick: int) -> None:
        if ended := self.becoming_idle.pop(tick, 0):
            self.idle += ended
            self.busy -= ended
        if self.cache:
            self.cache.expire(tick)
            for client in self.answers.pop(tick, ()):
                self.cache.keep(client, tick)

    def admit(self, tick: int) -> None:
        outcome = self.outcome
        arrived = poisson(self.dice, self.traffic.rate / TICKS)
        outcome.arrived += arrived
        self.gateway.fill(self.quotas.gateway_rate / TICKS)
        taken = self.gateway.take(arrived)
        outcome.refused += arrived - taken
        misses = binomial(self.dice, taken, self.cache.share_of_misses) if self.cache else taken
        outcome.cached += taken - misses
        if throttled := misses - self.invoke(misses, tick):
            outcome.throttled += throttled
            outcome.throttled_in[tick // TICKS] += throttled

    def invoke(self, wanted: int, tick: int) -> int:
        """How many of these invocations Lambda takes."""
        self.starts.fill(self.starts.depth / facts.SCALING_SECONDS.value / TICKS)
        rate = self.invocations.depth = self.invocation_rate(tick)
        self.invocations.fill(rate / TICKS)
        warm = min(wanted, int(self.invocations.tokens), self.idle)
        room = min(int(self.invocations.tokens) - warm, self.quotas.concurrency - self.busy - warm)
        cold = self.starts.take(min(wanted - warm, max(0, room)))
        self.invocations.tokens -= warm + cold
        self.idle -= warm
        self.busy += warm + cold
        self.outcome.most_at_once = max(self.outcome.most_at_once, self.busy)
        if warm:
            self.answer(warm, tick + self.authorizer.work, idle_after=0)
            self.outcome.warm += warm
        if cold:
            self.start(cold, tick)
        return warm + cold

    def start(self, count: int, tick: int) -> None:
        one, outcome = self.authorizer, self.outcome
        answered = tick + one.start + one.work
        outcome.environments += count
        outcome.cold += count
        if one.fetch_at is None:
            outcome.fetches[answered] += count
        else:
            outcome.fetches[tick + one.fetch_at] += count
            outcome.fetches_before_an_answer += count
        self.answer(count, answered, idle_after=one.after_first)

    def answer(self, count: int, at: int, idle_after: int) -> None:
        self.becoming_idle[at + idle_after] += count
        if self.cache:
            unknown = self.cache.unknown
            self.answers[at] += (unknown[self.dice.randrange(len(unknown))] for _ in range(count))


def processor_ms(cpu_ms: float, memory_mb: int) -> float:
    """How long so much processor time takes with the share that this memory has, outside of the start."""
    return cpu_ms / min(1.0, memory_mb / facts.VCPU_MEMORY.value)


def fetch_after_an_answer(cpu_ms: float, memory_mb: int) -> int:
    """Milliseconds for which an environment takes no event."""
    return math.ceil(facts.FETCH_NETWORK.value + processor_ms(cpu_ms, memory_mb))


def turnstile(memory_mb: int, work_ms: int, has_snapshot: bool, has_few_roots: bool) -> Authorizer:
    """The start has a whole processor; what is done after an answer has the share of the memory."""
    cpu = (facts.FIRST_FETCH_CPU_FEW_ROOTS if has_few_roots else facts.FIRST_FETCH_CPU).value
    start, network = int(facts.START_STATIC.value), facts.FETCH_NETWORK.value
    name = {(0, 0): "Turnstile", (0, 1): "+ six roots", (1, 0): "+ snapshot", (1, 1): "+ both"}[
        has_snapshot, has_few_roots
    ]
    if has_snapshot:
        after = fetch_after_an_answer(cpu, memory_mb)
        return Authorizer(name, start, work_ms, after_first=after, fetch_at=None)
    return Authorizer(name, start + math.ceil(network + cpu / facts.START_PROCESSORS.value), work_ms, fetch_at=start)


def peer(name: str, start_ms: float, work_ms: int) -> Authorizer:
    """Another authorizer that fetches keys while it starts, as Turnstile does with all roots."""
    fetch = math.ceil(facts.FETCH_NETWORK.value + facts.FIRST_FETCH_CPU.value)
    return Authorizer(name, int(start_ms) + fetch, work_ms, fetch_at=int(start_ms))
