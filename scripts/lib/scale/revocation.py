"""How long somebody still gets in after they should not: at random, and at worst.

Second 0 is when a client or a key is withdrawn. A caller tries at random times for ever; what they are answered from
API Gateway's cache was judged when it was put there.
"""

import dataclasses
import random
from collections.abc import Callable

from scale.keycache import Answer, KeyCache, KeyTimes

STOLEN = "withdrawn"
OTHER = "other"
MARGIN = 600.0
"""Seconds that attempts go on for after none should get in."""


@dataclasses.dataclass(frozen=True)
class Setting:
    token_life: int = 3_600
    leeway: int = 0
    ttl: int = 300
    """Of API Gateway's cache; 0 is none."""
    times: KeyTimes = KeyTimes()
    rate: float = 1.0
    """Attempts a second."""
    environments: int = 20
    """That one caller's requests come to, each with keys of its own age."""


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    what: str
    """Token life and result cache, in words: what the bound is made of."""
    bound: Callable[[Setting], float]
    last_entry: Callable[[Setting, random.Random], float]
    """When they got in for the last time; 0 where never."""


def client_without_new_tokens(setting: Setting, dice: random.Random) -> float:
    """They have a token that is as old as it may be, and get no other."""
    expiry = dice.random() * setting.token_life + setting.leeway
    return attempts(setting, dice, lambda moment: moment < expiry, expiry + MARGIN)


def withdrawn_key(setting: Setting, dice: random.Random) -> float:
    return stolen_key(setting, dice, is_issuer_up=True)


def withdrawn_key_unheard(setting: Setting, dice: random.Random) -> float:
    return stolen_key(setting, dice, is_issuer_up=False)


def configuration(setting: Setting, dice: random.Random) -> float:
    """A new version of the function decides from second 0 on; what was kept is kept."""
    return attempts(setting, dice, lambda moment: moment < 0, MARGIN)


def stolen_key(setting: Setting, dice: random.Random, is_issuer_up: bool) -> float:
    """Whoever has the private key makes tokens that live as long as they like."""
    fleet = [aged_cache(setting, dice) for _ in range(setting.environments)]

    def accepts(moment: float) -> bool:
        if moment < 0:
            return True
        cache = dice.choice(fleet)
        answer = cache.look_up(STOLEN, moment, may_fetch=True)
        if answer is Answer.FETCH_FIRST:
            fetch(cache, moment, is_issuer_up)
            answer = cache.look_up(STOLEN, moment, may_fetch=False)
        if cache.is_refresh_due(moment):
            fetch(cache, moment, is_issuer_up)
        return answer is Answer.KEY

    longest = setting.times.max_age + (0 if is_issuer_up else setting.times.stale_if_error)
    return attempts(setting, dice, accepts, longest + MARGIN)


def aged_cache(setting: Setting, dice: random.Random) -> KeyCache:
    cache = KeyCache(dataclasses.replace(setting.times, spread=dice.randrange(1_000)))
    age = dice.random() * cache.times.refresh_after
    cache.replace(frozenset({STOLEN, OTHER}), -age, -age)
    return cache


def fetch(cache: KeyCache, moment: float, is_issuer_up: bool) -> None:
    if is_issuer_up:
        cache.replace(frozenset({OTHER}), moment, moment)
    else:
        cache.note_failure(moment)


def attempts(setting: Setting, dice: random.Random, accepts: Callable[[float], bool], until: float) -> float:
    """The last attempt that got in, of those until then.

    An accepted one opens the cache for the TTL: the last attempt in that time is the one that counts, the next that is
    judged is the first behind it.
    """
    last = 0.0
    moment = -setting.ttl * dice.random() - dice.expovariate(setting.rate)
    while moment < until:
        if accepts(moment):
            last = max(last, moment, moment + setting.ttl - min(setting.ttl, dice.expovariate(setting.rate)))
            moment += setting.ttl
        moment += dice.expovariate(setting.rate)
    return last


CASES = (
    Case(
        "client deleted at the issuer", "token life + leeway + TTL",
        lambda one: one.token_life + one.leeway + one.ttl, client_without_new_tokens,
    ),
    Case("client or rule removed", "TTL", lambda one: one.ttl, configuration),
    Case("signing key withdrawn", "maxAge + TTL", lambda one: one.times.max_age + one.ttl, withdrawn_key),
    Case(
        "the same, issuer unreachable", "maxAge + staleIfError + TTL",
        lambda one: one.times.max_age + one.times.stale_if_error + one.ttl, withdrawn_key_unheard,
    ),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Found:
    median: float
    longest: float
    bound: float


def trials(case: Case, setting: Setting, count: int, seed: int) -> Found:
    dice = random.Random(seed)
    times = sorted(case.last_entry(setting, dice) for _ in range(count))
    return Found(times[count // 2], times[-1], case.bound(setting))


def accepted_from_snapshot(setting: Setting, is_issuer_up: bool, invocations: int = 100) -> int:
    """How many of a new environment's invocations, one a second, take a key that only its `jwksFile` still has."""
    cache = KeyCache(setting.times)
    cache.use_snapshot(frozenset({STOLEN}), 0.0)
    accepted = 0
    for moment in range(invocations):
        accepted += cache.look_up(STOLEN, moment, may_fetch=True) is Answer.KEY
        if cache.is_refresh_due(moment):
            fetch(cache, moment, is_issuer_up)
    return accepted
