"""What is simulated. Each function gives what --json prints; terminal and pictures are drawn from the same."""

import dataclasses
import math
import random
from collections.abc import Callable

from scale import cost, facts, metering, revocation
from scale.environments import Authorizer, Outcome, Quotas, Simulation, Traffic, fetch_after_an_answer, peer, turnstile
from scale.fetches import Fleet, Issuer, Seen, in_seconds, run
from scale.keycache import KeyTimes

FIRST_SECONDS = 10
RAMP_SECONDS = 120
RATES_OF_A_CLIENT = (0.001, 0.01, 0.1, 1, 10)
TTLS = (0, 60, 300, 3_600)
ALL_AT_ONCE_SECONDS = 0.1
"""Within which the environments of a mass cold start begin."""
TRIALS, TRIALS_OF_A_DAY = 100, 5


@dataclasses.dataclass(frozen=True)
class Settings:
    rates: tuple[int, ...] = (10, 100, 1_000, 10_000, 100_000)
    clients: int = 10_000
    ttl: int = 300
    memory: int = 128
    fleet: int = 1_000
    endpoint_limit: int = 100
    token_life: int = 3_600
    times: KeyTimes = KeyTimes()
    seed: int = 20_261_129

    def authorizers(self) -> list[Authorizer]:
        work = {one.name: cost.billed(one, self.memory).most for one in cost.AUTHORIZERS}
        kinds = [(False, False), (False, True), (True, False), (True, True)]
        ours = [turnstile(self.memory, work[cost.TURNSTILE.name], *kind) for kind in kinds]
        return [
            *ours,
            peer("Node", facts.START_NODE.value, work[cost.NODE.name]),
            peer("Python", facts.START_PYTHON.value, work[cost.PYTHON.name]),
        ]


def raised(rate: int) -> Quotas:
    """Quotas that this rate needs, and no less than the default."""
    default = Quotas()
    gateway = max(default.gateway_rate, 1.2 * rate)
    concurrency = max(default.concurrency, math.ceil(rate / facts.REQUESTS_OF_AN_ENVIRONMENT.value))
    return Quotas(concurrency, gateway, gateway / 2)


def simulated(settings: Settings, one: Authorizer, rate: int, ttl: int, quotas: Quotas, seconds: int) -> Outcome:
    return Simulation(one, Traffic(rate, settings.clients, ttl, seconds), quotas, settings.seed).run()


def told(outcome: Outcome) -> dict:
    return {
        "arrived": outcome.arrived, "cached": outcome.cached, "warm": outcome.warm, "cold": outcome.cold,
        "throttled": outcome.throttled, "refused": outcome.refused, "environments": outcome.environments,
        "mostFetchesInASecond": outcome.most_fetches_in_a_second,
        "fetchesBeforeAnAnswer": outcome.fetches_before_an_answer,
    }  # fmt: skip


def environments(settings: Settings, tell: Callable[[str], None]) -> dict:
    first = []
    for rate in settings.rates:
        for one in settings.authorizers():
            for ttl in sorted({0, settings.ttl}):
                tell(f"{rate:,} requests/s, {one.name}")
                outcome = simulated(settings, one, rate, ttl, raised(rate), FIRST_SECONDS)
                first.append({"rate": rate, "authorizer": one.name, "ttl": ttl, **told(outcome)})
    return {"first": first, "quotas": [quotas(settings, rate) for rate in settings.rates], "ramp": ramp(settings, tell)}


def quotas(settings: Settings, rate: int) -> dict:
    """What must be asked for, with a cache and without, once it is warm."""
    work = cost.billed(cost.TURNSTILE, settings.memory).most / 1_000
    rows = {}
    for ttl in sorted({0, settings.ttl}):
        misses = cost.share_of_misses(rate / settings.clients, ttl, settings.token_life, settings.seed)
        by_rate, by_time = rate * misses / facts.REQUESTS_OF_AN_ENVIRONMENT.value, rate * misses * work
        rows[str(ttl)] = {
            "misses": misses, "invocations": rate * misses, "concurrency": math.ceil(max(by_rate, by_time)),
            "busy": by_time,
        }  # fmt: skip
    return {"rate": rate, "gatewayRate": rate, "ttl": rows}


def ramp(settings: Settings, tell: Callable[[str], None]) -> list[dict]:
    """The highest rate, from nothing, long enough for Lambda to have grown to it."""
    rate, one, rows = max(settings.rates), settings.authorizers()[0], []
    for name, limits in (("default", Quotas()), ("raised", raised(rate))):
        for ttl in sorted({0, settings.ttl}):
            tell(f"{rate:,} requests/s for {RAMP_SECONDS} s")
            outcome = simulated(settings, one, rate, ttl, limits, RAMP_SECONDS)
            last = max(outcome.throttled_in, default=-1) + 1
            rows.append({"quotas": name, "rate": rate, "ttl": ttl, "throttledUntil": last, **told(outcome)})
    return rows


def seen(name: str, what: Seen, after: float = 0.0) -> dict:
    """`after`: the peak is looked for from then on, behind the fetches of the start."""
    return {
        "name": name, "fetches": len(what.fetches), "failed": len(what.failures),
        "mostInASecond": what.most_in_a_second(after),
        "by": dict(what.by), "callers": {str(answer): count for answer, count in what.callers.items()},
        "lastRefusal": round(what.last_refusal, 1), "inSeconds": in_seconds(what.fetches),
        "failedInSeconds": in_seconds(what.failures),
    }  # fmt: skip


def keys(settings: Settings, tell: Callable[[str], None]) -> dict:
    dice = random.Random(settings.seed)
    cold = [dice.random() * ALL_AT_ONCE_SECONDS for _ in range(settings.fleet)]
    warm = [-1.0] * settings.fleet
    hour = 3_600.0
    life = settings.token_life
    rate = settings.fleet * facts.REQUESTS_OF_AN_ENVIRONMENT.value
    fleet = Fleet(cold, rate, 60.0, settings.times)
    two_lives = 2.0 * settings.times.max_age
    well, slow = Issuer(), Issuer(limit=settings.endpoint_limit)
    switches = [dice.random() * life for _ in range(settings.clients)]

    def of(name: str, what: Fleet, issuer: Issuer, changes: list[float], after: float = 0.0) -> dict:
        tell(name)
        return seen(name, run(what, issuer, changes, settings.seed), after)

    change = dataclasses.replace
    steady = change(fleet, starts=warm, until=600.0)
    long, limited = change(fleet, until=two_lives), change(fleet, until=1_200.0)
    return {
        "start": [
            of("cold start", fleet, well, []),
            of("cold start, snapshot", change(fleet, has_snapshot=True), well, []),
        ],
        "refresh": [
            of("refreshes, no jitter", change(long, has_jitter=False), well, [], after=2),
            of("refreshes, jitter", long, well, [], after=2),
        ],
        "limited": [
            of("limited issuer", limited, slow, []),
            of("limited issuer, snapshot", change(limited, has_snapshot=True), slow, []),
        ],
        "rotation": [
            of(f"new key, {settings.clients:,} clients", steady, well, switches),
            of("new key, one client", steady, well, [0.0]),
            of("new key, published before", steady, Issuer(published=-hour), switches),
        ],
        "busy": {
            name: {
                "first": fetch_after_an_answer(first.value, settings.memory),
                "later": fetch_after_an_answer(later.value, settings.memory),
            }
            for name, first, later in (
                ("140 roots", facts.FIRST_FETCH_CPU, facts.LATER_FETCH_CPU),
                ("six roots", facts.FIRST_FETCH_CPU_FEW_ROOTS, facts.LATER_FETCH_CPU_FEW_ROOTS),
            )
        },
        "outage": [of("issuer down for 15 minutes", change(steady, until=hour), Issuer(down=(0, 900.0)), [])],
    }


def costs(settings: Settings, _: Callable[[str], None]) -> dict:
    log = {"lines": facts.LOG_LINE.value + facts.PLATFORM_LINES.value}
    log["metrics"] = facts.LOG_LINE_METRICS.value + facts.PLATFORM_LINES.value
    rows = []
    for one in cost.AUTHORIZERS:
        for memory in sorted({settings.memory, 256}):
            for processor in cost.PRICES:
                time = cost.billed(one, memory)
                what = cost.cost(one, memory, processor, 1.0, log["lines"])
                rows.append({
                    "authorizer": one.name, "memory": memory, "processor": processor,
                    "billedMs": [time.least, time.most], **dataclasses.asdict(what), "sum": what.authorizer,
                })  # fmt: skip
    misses = [
        {
            "rate": rate,
            **{str(ttl): cost.share_of_misses(rate, ttl, settings.token_life, settings.seed) for ttl in TTLS},
        }
        for rate in RATES_OF_A_CLIENT
    ]
    return {
        "api": {"REST": facts.PRICE_REST.value, "HTTP": facts.PRICE_HTTP.value},
        "uncached": rows,
        "misses": misses,
        "logs": {name: bytes_ * cost.MILLION / 1e9 * facts.PRICE_LOGS.value for name, bytes_ in log.items()},
        "whole": [whole(settings, one, log["lines"]) for one in cost.AUTHORIZERS],
    }


def whole(settings: Settings, one: cost.Measured, log_bytes: float) -> dict:
    """The authorizer and its logs, without a cache and with it, for clients that call once a second."""
    kept = cost.share_of_misses(1.0, settings.ttl, settings.token_life, settings.seed)
    return {
        "authorizer": one.name,
        "uncached": dataclasses.asdict(cost.cost(one, settings.memory, "x86_64", 1.0, log_bytes)),
        "cached": dataclasses.asdict(cost.cost(one, settings.memory, "x86_64", kept, log_bytes)),
    }


def meters(settings: Settings, _: Callable[[str], None]) -> dict:
    most = int(facts.API_KEYS.value)
    return {
        "keys": most,
        "plans": int(facts.USAGE_PLANS.value),
        "minutesToMakeThem": metering.minutes_to_make(most),
        "regions": {str(clients): metering.regions_for(clients) for clients in (10_000, 50_000, 100_000, 1_000_000)},
        "shared": [metering.shared(clients, 9_000, 10, settings.seed) for clients in (20_000, 100_000, 1_000_000)],
    }


def revocations(settings: Settings, tell: Callable[[str], None]) -> dict:
    rows = []
    for ttl in sorted({0, settings.ttl, int(facts.LONGEST_TTL.value)}):
        one = revocation.Setting(token_life=settings.token_life, ttl=ttl, times=settings.times)
        for case in revocation.CASES:
            tell(f"{case.name}, TTL {ttl}")
            count = TRIALS_OF_A_DAY if case.bound(one) > 86_400 else TRIALS
            rows.append({
                "case": case.name, "made": case.what, "ttl": ttl, "trials": count,
                **dataclasses.asdict(revocation.trials(case, one, count, settings.seed)),
            })  # fmt: skip
    return {
        "rows": rows,
        "native": {
            "HTTP API": {"key": facts.NATIVE_HTTP_KEYS.value, "client": settings.token_life},
            "REST API": {"key": facts.NATIVE_REST_KEYS.value, "client": settings.token_life},
        },
        "acceptedFromSnapshot": revocation.accepted_from_snapshot(revocation.Setting(times=settings.times), True),
    }


PARTS: dict[str, Callable[[Settings, Callable[[str], None]], dict]] = {
    "environments": environments,
    "keys": keys,
    "cost": costs,
    "metering": meters,
    "revocation": revocations,
}


def wrong(results: dict) -> list[str]:
    """Rules that no result may break; each is a fault of the model."""
    found = []
    environments = results.get("environments", {})
    for row in [*environments.get("first", []), *environments.get("ramp", [])]:
        answered = row["cached"] + row["warm"] + row["cold"] + row["throttled"] + row["refused"]
        if answered != row["arrived"]:
            found.append(f"{row['rate']} requests/s: {row['arrived']} arrived, {answered} were answered")
    for row in results.get("revocation", {}).get("rows", []):
        if row["longest"] > row["bound"]:
            found.append(f"{row['case']}, TTL {row['ttl']}: {row['longest']:.1f} s, more than {row['bound']} s")
    return found
