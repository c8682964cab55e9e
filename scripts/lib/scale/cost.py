"""What a million API requests cost: US dollars, first tiers, us-east-1, without data transfer and the backend."""

import dataclasses
import math
import random

from scale import facts
from scale.environments import processor_ms

MILLION = 1_000_000
MB_OF_A_GB = 1_024


@dataclasses.dataclass(frozen=True)
class Measured:
    """A warm invocation on a whole processor, and a start on Lambda with its fetch of keys."""

    name: str
    wall_us: float
    cpu_us: float
    start_ms: float


FETCH_MS = facts.FETCH_NETWORK.value + facts.FIRST_FETCH_CPU.value
# Turnstile's are of the shipped file; Node's and Python's of another, calmer machine (docs/scale.md).
TURNSTILE = Measured("Turnstile", 60, 68, facts.START_STATIC.value + FETCH_MS)
NODE = Measured("Node, aws-jwt-verify", 118, 174, facts.START_NODE.value + FETCH_MS)
PYTHON = Measured("Python, PyJWT", 180, 195, facts.START_PYTHON.value + FETCH_MS)
AUTHORIZERS = (TURNSTILE, NODE, PYTHON)
PRICES = {"x86_64": facts.PRICE_X86.value, "arm64": facts.PRICE_ARM.value}


@dataclasses.dataclass(frozen=True)
class Billed:
    """Milliseconds of a warm invocation: where the processor is free, and where it is held to the memory's share."""

    least: int
    most: int


def billed(one: Measured, memory_mb: int) -> Billed:
    step = facts.BILLED_STEP.value
    least = math.ceil(one.wall_us / 1_000 / step)
    return Billed(least, max(least, math.ceil(processor_ms(one.cpu_us / 1_000, memory_mb) / step)))


@dataclasses.dataclass(frozen=True)
class Cost:
    """For a million API requests."""

    invocations: float
    duration_least: float
    duration: float
    starts: float
    logs: float

    @property
    def authorizer(self) -> float:
        return self.invocations + self.duration + self.starts


def cost(one: Measured, memory_mb: int, processor: str, misses: float, log_bytes: float) -> Cost:
    """`misses`: what part of the requests comes to the authorizer."""
    millisecond = memory_mb / MB_OF_A_GB / 1_000 * PRICES[processor]
    count = misses * MILLION
    time = billed(one, memory_mb)
    return Cost(
        invocations=misses * facts.PRICE_INVOCATIONS.value,
        duration_least=count * time.least * millisecond,
        duration=count * time.most * millisecond,
        starts=count * facts.COLD_SHARE.value * math.ceil(one.start_ms) * millisecond,
        logs=count * log_bytes / 1e9 * facts.PRICE_LOGS.value,
    )


def share_of_misses(rate: float, ttl: int, token_life: int, seed: int, lives: int = 200) -> float:
    """What part of one client's requests is not in API Gateway's cache, over many lives of a token.

    rate: requests a second of this client, at random times. A new token is a new entry, and the old one is not used.
    """
    if ttl == 0:
        return 1.0
    dice = random.Random(seed)
    misses, moment, end = 0, dice.expovariate(rate), float(lives * token_life)
    while moment < end:
        misses += 1
        token_ends = (moment // token_life + 1) * token_life
        moment = min(moment + ttl, token_ends) + dice.expovariate(rate)
    return min(1.0, misses / (rate * end))
