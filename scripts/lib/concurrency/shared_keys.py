"""What workers know of keys together, on the stand-in with servers that count."""

import time

from concurrency.deaths import QUIET_SECONDS, hanging, milliseconds
from concurrency.findings import Check, Setting, check, require
from concurrency.issuers import Issuer
from concurrency.stage import ALLOWED, AT_ONCE_SECONDS, DIED, NO_KEYS, REFUSED, Stage

CHECKS: list[Check] = []
WORKERS = 16
COOLDOWN_SECONDS = 1
PAST_COOLDOWN_SECONDS = 1.05
FLOOD_SECONDS = 4.0
TIMEOUT_MILLISECONDS = 1_000
DEADLINE_MARGIN_MILLISECONDS = 250  # what bootstrap leaves of an invocation to its answer
MARGIN_SECONDS = 0.3  # beyond the limit of a fetch, until the answer is here


def require_pauses(issuer: Issuer, pause: float) -> None:
    """All workers together fetch once in a pause. A busy machine brings one request late, so that the next is near."""
    for earlier, later in zip(issuer.asked, issuer.asked[1:]):
        require(later - earlier >= pause / 2, f"{issuer.name}: two fetches within {later - earlier:.2f} s")
    most = (time.monotonic() - issuer.asked[0]) / pause + 1
    require(len(issuer.asked) <= most, f"{issuer.name}: {len(issuer.asked)} fetches, {most:.1f} at most")


def require_of_all(stage: Stage, key: str, right: str) -> None:
    found = stage.ask_all(stage.issuer.event(key))
    require(set(found) == {right}, f"the {key} key, asked of all: {sorted(set(found))} instead of {right}")


@check(CHECKS, "keys", "a flood of made-up key ids: one fetch in a cooldown for each issuer")
def flood(setting: Setting) -> str:
    chance = setting.random("flood")
    with Stage(setting, WORKERS, times={"cooldownSeconds": COOLDOWN_SECONDS}) as stage:
        stage.all_wait()
        end = time.monotonic() + FLOOD_SECONDS
        sent: dict[str, str] = {}
        while time.monotonic() < end:
            stage.until(stage.idle, AT_ONCE_SECONDS, "a worker waits")
            issuer = chance.choice([*stage.issuers.values()])
            if chance.random() < 0.2:
                sent[stage.deliver(issuer.event("first"))] = ALLOWED
            else:
                sent[stage.deliver(issuer.forged(chance.randbytes(8).hex(), chance))] = REFUSED
            stage.pump(0)
        for request_id, right in sent.items():
            found = stage.outcome(request_id)
            require(found == right, f"{found} instead of {right}")
        stage.all_wait()
        fetches = [len(issuer.asked) for issuer in stage.issuers.values()]
        for issuer in stage.issuers.values():
            require_pauses(issuer, COOLDOWN_SECONDS)
            require(len(issuer.asked) >= FLOOD_SECONDS / COOLDOWN_SECONDS - 1, f"{issuer.name}: hardly ever asked")
        require(len(stage.function.fetches()) == sum(fetches), "not one line for each fetch")
    return f"{len(sent)} events in {FLOOD_SECONDS:g} s, {fetches[0]} and {fetches[1]} fetches"


@check(CHECKS, "keys", "rotated: one worker fetches, all know, the withdrawn key is refused, also by newcomers")
def rotation(setting: Setting) -> str:
    with Stage(setting, WORKERS, times={"cooldownSeconds": COOLDOWN_SECONDS}) as stage:
        stage.all_wait()
        stage.rest(PAST_COOLDOWN_SECONDS)
        stage.issuer.publish("second")
        found = stage.ask(stage.issuer.event("second"))
        require(found == ALLOWED, f"the new key: {found}")
        fetches = len(stage.issuer.asked)
        require(fetches == 2, f"{fetches} fetches instead of the first and one")
        require_of_all(stage, "second", ALLOWED)
        require_of_all(stage, "first", REFUSED)
        victims = stage.processes()
        for process in victims:
            stage.kill(process)
        stage.replaced(victims, victims)
        require_of_all(stage, "first", REFUSED)
        require_of_all(stage, "second", ALLOWED)
        require_pauses(stage.issuer, COOLDOWN_SECONDS)
    return f"{len(stage.issuer.asked)} fetches, the first included"


@check(CHECKS, "keys", "a newcomer while another fetches slowly: it knows what all know")
def newcomer(setting: Setting) -> str:
    times = {"cooldownSeconds": COOLDOWN_SECONDS, "timeoutMilliseconds": 5_000}
    with Stage(setting, 4, times=times) as stage:
        stage.all_wait()
        stage.rest(PAST_COOLDOWN_SECONDS)
        stage.issuer.publish("second")
        require_of_all(stage, "second", ALLOWED)
        stage.rest(PAST_COOLDOWN_SECONDS)
        stage.issuer.publish("second", "third")
        _, slow = hanging(stage, stage.issuer.event("third"))
        victims = [stage.worker_of(request) for request in stage.idle()]
        for process in victims:
            stage.kill(process)
        stage.until(lambda: len(stage.idle()) == 3, AT_ONCE_SECONDS, "newcomers wait")
        stage.rest(QUIET_SECONDS)
        started = time.monotonic()
        withdrawn = stage.deliver(stage.issuer.event("first"))
        known = stage.deliver(stage.issuer.event("second"))
        found = stage.outcome(known, AT_ONCE_SECONDS)
        seconds = time.monotonic() - started
        require(found == ALLOWED, f"the key that all know: {found}")
        stage.issuer.open.set()
        require(stage.outcome(slow) == ALLOWED, f"the key that was fetched slowly: {stage.outcome(slow)}")
        found = stage.outcome(withdrawn)
        require(found in (REFUSED, NO_KEYS), f"the withdrawn key: {found}")
    return f"its answer after {milliseconds(seconds)}"


@check(CHECKS, "keys", "grown old: one fetch in all, each time")
def refresh(setting: Setting) -> str:
    seconds, age = 4.6, 2
    with Stage(setting, WORKERS, times={"cooldownSeconds": 1, "maxAgeSeconds": 3}) as stage:
        stage.all_wait()
        end = stage.issuer.asked[0] + seconds
        while time.monotonic() < end:
            require_of_all(stage, "first", ALLOWED)
            stage.rest(0.05)
        require_pauses(stage.issuer, age)
        fetches = len(stage.issuer.asked)
        require(fetches == 1 + int(seconds / age), f"{fetches} fetches in {seconds:g} s, though due every {age} s")
    return f"{fetches} fetches in {seconds:g} s, the first included"


@check(CHECKS, "keys", "the server fails: one failed fetch in a cooldown in all, old keys serve")
def failing(setting: Setting) -> str:
    seconds, cooldown = 4.5, 2
    with Stage(setting, WORKERS, times={"cooldownSeconds": cooldown, "maxAgeSeconds": 1}) as stage:
        stage.all_wait()
        stage.issuer.status = 500
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            require_of_all(stage, "first", ALLOWED)
        require_pauses(stage.issuer, cooldown)
        fetches = len(stage.issuer.asked) - 1
        require(fetches == int(seconds / cooldown), f"{fetches} fetches in {seconds:g} s")
    return f"{fetches} fetches in {seconds:g} s"


@check(CHECKS, "keys", "killed while it fetches: whoever waits asks, and is answered in time")
def killed_fetching(setting: Setting) -> str:
    times = {"cooldownSeconds": COOLDOWN_SECONDS, "timeoutMilliseconds": TIMEOUT_MILLISECONDS}
    with Stage(setting, 4, times=times) as stage:
        stage.all_wait()
        stage.rest(PAST_COOLDOWN_SECONDS)
        stage.issuer.publish("first", "second")
        process, first = hanging(stage, stage.issuer.event("second"))
        started = time.monotonic()
        others = [stage.deliver(stage.issuer.event("second"), request) for request in [*stage.idle()]]
        stage.rest(0.2)
        require(len(stage.issuer.asked) == 2, "two workers fetch at once")
        stage.kill(process)
        require(stage.outcome(first, AT_ONCE_SECONDS) == DIED, f"the killed worker: {stage.outcome(first)}")
        stage.until(lambda: len(stage.issuer.asked) == 3, AT_ONCE_SECONDS, "the next worker asks")
        stage.issuer.open.set()
        limit = TIMEOUT_MILLISECONDS / 1_000 + MARGIN_SECONDS
        for one in others:
            found = stage.outcome(one, started + limit - time.monotonic())
            require(found == ALLOWED, f"a worker that waited: {found}")
        seconds = time.monotonic() - started
        require(len(stage.issuer.asked) == 3, f"{len(stage.issuer.asked)} fetches instead of 3")
    return f"{len(others)} that waited answered after {milliseconds(seconds)}"


@check(CHECKS, "keys", "killed while it fetches, when those who wait have no time left: a fault in time, no fetch")
def killed_hanging(setting: Setting) -> str:
    """They have a second, and the fetch three; it is ended when the second is just about over, for some or for all."""
    times = {"cooldownSeconds": COOLDOWN_SECONDS, "timeoutMilliseconds": 3 * TIMEOUT_MILLISECONDS}
    with Stage(setting, 4, times=times) as stage:
        stage.all_wait()
        stage.rest(PAST_COOLDOWN_SECONDS)
        stage.issuer.publish("first", "second")
        process, _ = hanging(stage, stage.issuer.event("second"))
        started = time.monotonic()
        deadline = TIMEOUT_MILLISECONDS + DEADLINE_MARGIN_MILLISECONDS
        others = [stage.deliver(stage.issuer.event("second"), request, deadline) for request in [*stage.idle()]]
        stage.rest(started + TIMEOUT_MILLISECONDS / 1_000 - time.monotonic())
        stage.kill(process)
        limit = TIMEOUT_MILLISECONDS / 1_000 + MARGIN_SECONDS
        for one in others:
            found = stage.outcome(one, started + limit - time.monotonic())
            require(found == NO_KEYS, f"a worker that waited for keys in vain: {found}")
        seconds = time.monotonic() - started
        stage.issuer.open.set()
        stage.all_wait()
        asked = len(stage.issuer.asked)
        require(asked == 2, f"{asked} fetches: one was begun that had no time left")
        found = stage.ask(stage.issuer.event("second"))
        require(found == ALLOWED, f"the next one, who has time: {found}")
    return f"answered after {milliseconds(seconds)}"


@check(CHECKS, "keys", "no time to wait for another's fetch: a fault, never 'unknown key'")
def no_time(setting: Setting) -> str:
    """Whether a key exists cannot be said while a fetch is on its way: a refusal would be wrong, and may be cached."""
    times = {"cooldownSeconds": COOLDOWN_SECONDS, "timeoutMilliseconds": 5_000}
    with Stage(setting, 4, times=times) as stage:
        stage.all_wait()
        stage.rest(PAST_COOLDOWN_SECONDS)
        stage.issuer.publish("first", "second")
        _, slow = hanging(stage, stage.issuer.event("second"))
        found = stage.ask(stage.issuer.event("second"), deadline_in=400, seconds=AT_ONCE_SECONDS)
        require(found not in (ALLOWED, REFUSED), f"the key of which nothing is known yet: {found}")
        stage.issuer.open.set()
        require(stage.outcome(slow) == ALLOWED, f"the key that was fetched slowly: {stage.outcome(slow)}")
        require_of_all(stage, "second", ALLOWED)
    return found
