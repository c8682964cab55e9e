"""Keys that must not be believed any more, by any worker, however late it was started."""

import time

from concurrency.deaths import milliseconds
from concurrency.findings import Check, Setting, check, require
from concurrency.stage import ALLOWED, NO_KEYS, REFUSED, Stage

CHECKS: list[Check] = []
WORKERS = 4
MAX_AGE = 2
STALE = 2
TIMES = {"cooldownSeconds": 1, "maxAgeSeconds": MAX_AGE, "staleIfErrorSeconds": STALE}
WATCHED_SECONDS = 2.5  # beyond the bound
SETTLED_SECONDS = 0.1  # after a fetch, until every worker may be expected to know what it brought


def kill_some(stage: Stage, count: int) -> None:
    victims = stage.processes()[:count]
    before = stage.processes()
    for process in victims:
        stage.kill(process)
    stage.replaced(victims, before)


@check(CHECKS, "withdrawn", "the server fails for ever: no Allow beyond maxAge + staleIfError, by newcomers neither")
def outage(setting: Setting) -> str:
    chance = setting.random("outage")
    asked = newcomers = 0
    latest = 0.0
    with Stage(setting, WORKERS, times=TIMES) as stage:
        stage.all_wait()
        stage.issuer.status = 500
        seen = stage.issuer.asked[0]
        while time.monotonic() < seen + MAX_AGE + STALE + WATCHED_SECONDS:
            before = time.monotonic()
            for found in stage.ask_all(stage.issuer.event("first")):
                asked += 1
                require(found in (ALLOWED, NO_KEYS), f"{found} while the server fails")
                age = before - seen
                require(found != ALLOWED or age < MAX_AGE + STALE, f"an Allow {age:.2f} s after the key was last seen")
                require(found == ALLOWED or age > MAX_AGE + STALE - 1.2, f"no Allow {age:.2f} s after the key was seen")
                latest = max(latest, age if found == ALLOWED else 0)
            if chance.random() < 0.5:
                kill_some(stage, chance.randrange(1, WORKERS + 1))
                newcomers += 1
    return f"{asked} asked, the last Allow after {latest:.1f} s of {MAX_AGE + STALE}; {newcomers} times newcomers"


@check(CHECKS, "withdrawn", "replaced by another while newcomers come: never taken again")
def replaced(setting: Setting) -> str:
    """The supervisor has only the first set, with its validator, whatever the workers fetched since."""
    chance = setting.random("replaced")
    asked = 0
    with Stage(setting, WORKERS, times={**TIMES, "staleIfErrorSeconds": 600}) as stage:
        stage.all_wait()
        stage.rest(1.1)
        stage.issuer.publish("second")
        require(stage.ask(stage.issuer.event("second")) == ALLOWED, "the new key is not taken")
        end = time.monotonic() + 6
        stage.rest(SETTLED_SECONDS)
        while time.monotonic() < end:
            stage.issuer.status = chance.choice((200, 500, 500))
            for found in stage.ask_all(stage.issuer.event("first")):
                asked += 1
                require(found in (REFUSED, NO_KEYS), f"the withdrawn key: {found}")
            require(set(stage.ask_all(stage.issuer.event("second"))) == {ALLOWED}, "the new key is not taken by all")
            if chance.random() < 0.4:
                kill_some(stage, chance.randrange(1, WORKERS + 1))
        outcomes = {record["outcome"] for record in stage.function.fetches()}
        require({"fetched", "not_modified", "http_status"} <= outcomes, f"only these fetches came to pass: {outcomes}")
    return f"{asked} asked"


@check(CHECKS, "withdrawn", "confirmed by 304, then the server fails: newcomers serve as long as the others")
def confirmed(setting: Setting) -> str:
    with Stage(setting, WORKERS, times=TIMES) as stage:
        stage.all_wait()
        seen = stage.issuer.asked[0]
        stage.rest(seen + MAX_AGE + 0.1 - time.monotonic())
        require(set(stage.ask_all(stage.issuer.event("first"))) == {ALLOWED}, "not every worker allows")
        require(len(stage.issuer.asked) == 2, f"{len(stage.issuer.asked)} fetches instead of 2")
        confirmed_at = stage.issuer.asked[1]
        stage.issuer.status = 500
        stage.rest(confirmed_at + MAX_AGE + 0.2 - time.monotonic())
        require(set(stage.ask_all(stage.issuer.event("first"))) == {ALLOWED}, "old keys do not serve")
        require(len(stage.issuer.asked) >= 3, "no fetch failed: this shows nothing")
        kill_some(stage, 2)
        require(time.monotonic() > seen + MAX_AGE + STALE, "too early: this shows nothing")
        age = time.monotonic() - confirmed_at
        require(age < MAX_AGE + STALE - 0.1, "too late: this shows nothing")
        found = stage.ask_all(stage.issuer.event("first"))
        require(set(found) == {ALLOWED}, f"{milliseconds(age)} after the keys were confirmed: {sorted(found)}")
    return f"{milliseconds(age)} after the keys were confirmed"
