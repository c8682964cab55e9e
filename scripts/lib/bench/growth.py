"""How warm time grows with what a configuration or an event holds: each size beside the smallest of its row."""

import dataclasses
import functools
from collections.abc import Callable

from bench import world
from bench.events import REQUEST, Event, Keys, Maker
from bench.plan import Plan
from bench.rounds import Told, interleave
from bench.stage import Act, Stage
from bench.statistics import Summary, ratio, summary
from bench.stopwatch import Program
from bench.world import Route, World

ROUTES, KEYS, ISSUERS = "routes, a policy each request", "keys", "issuers"
RULE_SCOPES, RULE_GROUPS, TOKEN_SCOPES = "scopes of a rule", "groups of a rule", "scopes of a token"
EVENT_BYTES = "bytes of an event"
SIZES = {
    ROUTES: (10, 100, 1_000),
    KEYS: (2, 100),
    ISSUERS: (1, 20),
    RULE_SCOPES: (1, 100),
    RULE_GROUPS: (1, 100),
    TOKEN_SCOPES: (1, 100),
    EVENT_BYTES: (4_096, 8_192, 16_384, 32_768, 65_536),
}
ROOM_BYTES = 14_000
"""Events in which a token grows are padded to this, so that it is not their length that is measured."""


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    size: int
    warm_ns: Summary
    ratio: Summary
    """To the smallest of the same name."""


def with_routes(count: int) -> World:
    """Each further ten have scopes of their own. The policy is one of the request: a thousand routes would not fit into
    one of the token, and bootstrap refuses a table of which it cannot tell that they do."""
    others = [
        Route(verb, f"/area-{number}/{name}", f"{world.AUDIENCE}/area-{number}")
        for number in range(count // 10 - 1)
        for name in ("a", "b", "c", "d", "e")
        for verb in ("GET", "POST")
    ]
    return World(routes=(*others, *world.ROUTES), policy="request")


WORLDS: dict[str, Callable[[int], World]] = {
    ROUTES: with_routes,
    ISSUERS: lambda size: World(other_issuers=size - 1),
    RULE_SCOPES: lambda size: World(scopes=size - 1),
    RULE_GROUPS: lambda size: World(groups=size),
}


def act(stage: Stage, name: str, size: int, seed: int, plan: Plan) -> Act:
    around = WORLDS.get(name, lambda _: World())(size)
    keys = Keys(size) if name == KEYS else Keys()
    maker = Maker(keys, seed, around)
    length = size if name == EVENT_BYTES else ROOM_BYTES if name == TOKEN_SCOPES else None
    events = [event(maker, size if name == TOKEN_SCOPES else 1, length) for _ in range(plan.other_events)]
    return stage.act(f"{name} {size}", around, keys, events)


def event(maker: Maker, scopes: int, length: int | None) -> Event:
    if scopes == 1:
        return maker.event(REQUEST, world.RS256, length)
    others = [f"s{number}" for number in range(scopes - 1)]  # short: bootstrap leaves long texts out of the context
    return maker.event(REQUEST, world.RS256, length, others)


def measure(stage: Stage, program: Program, seed: int, plan: Plan, tell: Told) -> list[Row]:
    rows: list[Row] = []
    for number, (name, sizes) in enumerate(SIZES.items()):
        acts = [act(stage, name, size, seed, plan) for size in sizes]

        def warm(act: Act) -> float:
            count = 1 + plan.warmup + plan.growth_warm
            return stage.time(program, act, count, plan.warmup).warm_ns["median"]

        def told(done: int, of: int, number: int = number) -> None:
            tell(number * of + done, len(SIZES) * of)

        found = interleave([functools.partial(warm, one) for one in acts], plan.growth_rounds, told)
        rows += [
            Row(name, size, summary(each), ratio(each, found[0])) for size, each in zip(sizes, found, strict=True)
        ]
    return rows
