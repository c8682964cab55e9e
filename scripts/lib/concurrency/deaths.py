"""Workers that die at a moment that is known exactly, on the stand-in."""

import signal
import threading
import time

from concurrency import kernel
from concurrency.findings import Check, Setting, check, require
from concurrency.stage import ACCEPTED, ALLOWED, AT_ONCE_SECONDS, DIED, GONE, Stage

CHECKS: list[Check] = []
WORKERS = 4
MANY = 16
DEADLY = (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT)
COOLDOWN_SECONDS = 1
QUICK = {"cooldownSeconds": COOLDOWN_SECONDS}
LARGE_EVENT_BYTES = 4_000_000  # more than the sockets between hold
QUIET_SECONDS = 0.3  # in which nothing comes where nothing is to come


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1_000:.0f} ms"


def stopped_with_event(stage: Stage, event: bytes) -> tuple[int, str]:
    """A worker that stands still with an event on its connection that it never reads."""
    request = stage.idle()[0]
    process = stage.worker_of(request)
    kernel.stop(process)
    return process, stage.deliver(event, request)


def hanging(stage: Stage, event: bytes) -> tuple[int, str]:
    """A worker that has its event and waits for keys that do not come."""
    request = stage.idle()[0]
    process = stage.worker_of(request)
    asked = len(stage.issuer.asked)
    stage.issuer.open.clear()
    request_id = stage.deliver(event, request)
    stage.until(lambda: len(stage.issuer.asked) > asked, AT_ONCE_SECONDS, "the worker asks for keys")
    return process, request_id


def error_in_time(stage: Stage, request_id: str) -> float:
    seconds = stage.until(lambda: request_id in stage.posted, AT_ONCE_SECONDS, f"an error for {request_id}")
    found = stage.outcome(request_id)
    require(found == DIED, f"{found} instead of {DIED}")
    return seconds


@check(CHECKS, "deaths", "idle: replaced, nothing posted, others untouched")
def idle(setting: Setting) -> str:
    slowest = 0.0
    with Stage(setting, WORKERS) as stage:
        stage.all_wait()
        for how in DEADLY:
            before = stage.processes()
            others = {request.connection for request in stage.idle()[1:]}
            process = stage.worker_of(stage.idle()[0])
            stage.kill(process, how)
            slowest = max(slowest, stage.replaced([process], before))
            require(others < {request.connection for request in stage.idle()}, "another worker's connection has ended")
        stage.rest(QUIET_SECONDS)
        require(not stage.posted, f"posted: {stage.posted}")
        require(stage.ask_all(stage.issuer.event("first")) == [ALLOWED] * WORKERS, "not every worker allows")
    return f"back after {milliseconds(slowest)}"


@check(CHECKS, "deaths", "event on its way: an error at once")
def undelivered(setting: Setting) -> str:
    slowest = 0.0
    with Stage(setting, WORKERS) as stage:
        for how in DEADLY:
            stage.all_wait()
            process, request_id = stopped_with_event(stage, stage.issuer.event("first"))
            before = stage.processes()
            stage.kill(process, how)
            if how is not signal.SIGKILL:
                stage.kill(process, signal.SIGCONT)
            slowest = max(slowest, error_in_time(stage, request_id))
            stage.replaced([process], before)
        require(all(len(posts) == 1 for posts in stage.posted.values()), "more than one post for an invocation")
    return f"error after {milliseconds(slowest)}"


@check(CHECKS, "deaths", "event of 4 MB on its way: an error at once")
def undelivered_large(setting: Setting) -> str:
    with Stage(setting, WORKERS) as stage:
        stage.all_wait()
        request = stage.idle()[0]
        process = stage.worker_of(request)
        kernel.stop(process)
        ids: list[str] = []
        event = stage.issuer.event("first") + b" " * LARGE_EVENT_BYTES
        sender = threading.Thread(target=lambda: ids.append(stage.deliver(event, request)), daemon=True)
        sender.start()
        time.sleep(QUIET_SECONDS)
        require(sender.is_alive(), "the event fits into the sockets: this shows nothing")
        stage.kill(process)
        sender.join(AT_ONCE_SECONDS)
        require(not sender.is_alive(), "the Runtime API is still held up with the event of a dead worker")
        seconds = error_in_time(stage, ids[0])
        stage.all_wait()
    return f"error after {milliseconds(seconds)}"


@check(CHECKS, "deaths", "handling: an error at once, the others answer")
def handling(setting: Setting) -> str:
    slowest = 0.0
    with Stage(setting, WORKERS, times=QUICK) as stage:
        for turn, how in enumerate(DEADLY):
            stage.all_wait()
            stage.rest(COOLDOWN_SECONDS + 0.1)
            stage.issuer.publish("first", f"new-{turn}")
            process, request_id = hanging(stage, stage.issuer.event(f"new-{turn}"))
            other = stage.ask(stage.issuer.event("first"), seconds=AT_ONCE_SECONDS)
            require(other == ALLOWED, f"another worker says {other}")
            before = stage.processes()
            stage.kill(process, how)
            slowest = max(slowest, error_in_time(stage, request_id))
            stage.issuer.open.set()
            stage.replaced([process], before)
        require(len(stage.events("worker_ended")) == len(DEADLY), "not one line for each worker that ended")
    return f"error after {milliseconds(slowest)}"


@check(CHECKS, "deaths", "answer posted and not taken note of: it stands")
def answered(setting: Setting) -> str:
    """Once with Lambda's reply outstanding, once with it unread."""
    with Stage(setting, WORKERS) as stage:
        for is_replied in (False, True):
            stage.all_wait()
            held: list[str] = []
            stage.withheld = lambda request: request.request_id in held and len(stage.posted[request.request_id]) == 1
            request = stage.idle()[0]
            process = stage.worker_of(request)
            held.append(request_id := stage.deliver(stage.issuer.event("first"), request))
            found = stage.outcome(request_id)
            require(found == ALLOWED, f"the answer is {found}")
            kernel.stop(process)
            if is_replied:
                stage.api.reply(stage.posted[request_id][0], ACCEPTED)
            before = stage.processes()
            stage.kill(process)
            stage.replaced([process], before)
            stage.until(lambda: len(stage.posted[request_id]) == 2, AT_ONCE_SECONDS, "the error that Lambda refuses")
        stage.rest(QUIET_SECONDS)
        refused = stage.events("answer_refused")
        require(len(refused) == 2, f"{len(refused)} lines say that Lambda refused the error with {GONE}, not 2")
    return "the error after it is refused, and logged so"


@check(CHECKS, "deaths", "answered, at work on keys: nothing posted")
def between(setting: Setting) -> str:
    """Keys grow old: a worker fetches them when it has answered an event that needs none."""
    with Stage(setting, WORKERS, times={**QUICK, "maxAgeSeconds": 2}) as stage:
        stage.all_wait()
        stage.rest(2.1)
        asked = len(stage.issuer.asked)
        stage.issuer.open.clear()
        request = stage.idle()[0]
        process = stage.worker_of(request)
        request_id = stage.deliver(b"{}", request)
        found = stage.outcome(request_id)
        require(found == "Authorizer.EventUnrecognised", f"the answer is {found}")
        stage.until(lambda: len(stage.issuer.asked) > asked, AT_ONCE_SECONDS, "the worker refreshes keys")
        before = stage.processes()
        stage.kill(process)
        seconds = stage.replaced([process], before)
        stage.rest(QUIET_SECONDS)
        require(len(stage.posted[request_id]) == 1, "a second answer was posted")
    return f"back after {milliseconds(seconds)}"


@check(CHECKS, "deaths", "all 16 at once, each with an event on its way")
def all_at_once(setting: Setting) -> str:
    with Stage(setting, MANY) as stage:
        stage.all_wait()
        victims = stage.processes()
        ids = [stopped_with_event(stage, stage.issuer.event("first"))[1] for _ in victims]
        for process in victims:
            stage.kill(process)
        started = time.monotonic()
        for request_id in ids:
            error_in_time(stage, request_id)
        errors = time.monotonic() - started
        stage.replaced(victims, victims)
        require(stage.ask_all(stage.issuer.event("first")) == [ALLOWED] * MANY, "not every worker allows")
    return f"all errors after {milliseconds(errors)}, all back after {milliseconds(time.monotonic() - started)}"


@check(CHECKS, "deaths", "all 16 idle at once, Lambda slow to notice")
def all_idle_at_once(setting: Setting) -> str:
    """The stand-in looks at nothing for a while, as a busy Lambda would: that must not hold the replacements up."""
    with Stage(setting, MANY) as stage:
        stage.all_wait()
        victims = stage.processes()
        for process in victims:
            stage.kill(process)
        seconds = kernel.wait(
            lambda: len(set(stage.processes()) - set(victims)) == MANY, AT_ONCE_SECONDS, f"{MANY} workers are replaced"
        )
        stage.all_wait()
        require(not stage.posted, "something was posted")
    return f"back after {milliseconds(seconds)}"


@check(CHECKS, "deaths", "error never accepted: given up after 1 s, the next one posted")
def unaccepted(setting: Setting) -> str:
    with Stage(setting, WORKERS) as stage:
        stage.all_wait()
        first_process, first = stopped_with_event(stage, stage.issuer.event("first"))
        stage.withheld = lambda request: request.request_id == first
        before = stage.processes()
        stage.kill(first_process)
        error_in_time(stage, first)
        held_up = stage.until(
            lambda: first_process not in stage.processes() and len(stage.processes()) == WORKERS,
            2 * AT_ONCE_SECONDS, "the worker is replaced",
        )  # fmt: skip
        require(held_up < AT_ONCE_SECONDS / 2, f"its place stayed empty for {held_up:.1f} s")
        stage.all_wait(2 * AT_ONCE_SECONDS)
        require(len(set(before) & set(stage.processes())) == WORKERS - 1, "other workers ended too")
        require(len(stage.posted[first]) == 1, "the error was posted again, though Lambda may have it")
        process, second = stopped_with_event(stage, stage.issuer.event("first"))
        stage.kill(process)
        seconds = stage.until(lambda: second in stage.posted, 2 * AT_ONCE_SECONDS, f"an error for {second}")
        stage.all_wait()
        require(len(stage.events("answer_failed")) == 1, "no line says that the error could not be posted")
    return f"the next error after {milliseconds(seconds)}"


@check(CHECKS, "deaths", "the same event kills every worker that gets it: no pause, no end")
def poison(setting: Setting) -> str:
    """No place counts as failed whose worker was given an event: a caller must not be able to shut the function."""
    with Stage(setting, 2, times={**QUICK, "timeoutMilliseconds": 10_000}) as stage:
        stage.all_wait()
        stage.rest(COOLDOWN_SECONDS + 0.1)
        stage.issuer.publish("first", "new")
        slowest = 0.0
        for _ in range(8):
            process, request_id = hanging(stage, stage.issuer.event("new"))
            before = stage.processes()
            stage.kill(process, signal.SIGSEGV)
            error_in_time(stage, request_id)
            slowest = max(slowest, stage.replaced([process], before))
        stage.issuer.open.set()
    return f"back after {milliseconds(slowest)}"
