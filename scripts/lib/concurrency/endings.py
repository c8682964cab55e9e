"""Ends that come from outside: of the supervisor, of the Runtime API, of the processes that may be made."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from concurrency import kernel
from concurrency.deaths import COOLDOWN_SECONDS, QUICK, hanging, milliseconds, stopped_with_event
from concurrency.findings import Check, LeftOut, Setting, check, require
from concurrency.stage import ALLOWED, AT_ONCE_SECONDS, DIED, Stage
from execution.runtime_api import Request

CHECKS: list[Check] = []
WORKERS = 4
STARTS = 12
START_SECONDS = 0.03  # in which the first workers are made
BEFORE_HANDLER_SECONDS = 0.002  # a signal that comes before the program has begun ends it as signals do
FAILURE_LIMIT = 3  # of each place
NOBODIES = {"none": 61_128, "later": 61_129}  # users who have no other process
IGNORANT = """
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM})
os.execv(sys.argv[1], sys.argv[1:])
"""
REFUSED_SECONDS = 2.0
MOST_TRIES = 7  # of one place in that time: it rests for 50, 100, 200, 400, 800 ms between


@check(CHECKS, "ends", "SIGTERM, all idle: status 0, nobody left")
def terminated_idle(setting: Setting) -> str:
    with Stage(setting, WORKERS) as stage:
        stage.all_wait()
        processes = stage.processes()
        stage.function.signal(signal.SIGTERM)
        seconds = stage.until(lambda: stage.function.process.poll() is not None, 1.5, "the supervisor ends")
        require(stage.function.wait() == 0, f"status {stage.function.wait()}")
        gone(processes)
        require(not stage.posted, f"posted: {stage.posted}")
        require(not stage.events("worker_ended"), f"logged: {stage.events('worker_ended')}")
    return f"after {milliseconds(seconds)}"


def gone(processes: list[int], seconds: float = 0.1) -> None:
    kernel.wait(lambda: all(kernel.state(one) in (None, "Z") for one in processes), seconds, "all workers have left")


@check(CHECKS, "ends", "SIGTERM to all processes at once, and at random moments of the start: status 0, nobody left")
def terminated_all(setting: Setting) -> str:
    chance = setting.random("terminated")
    with Stage(setting, WORKERS) as stage:
        stage.all_wait()
        processes = stage.processes()
        os.killpg(stage.supervisor, signal.SIGTERM)
        require_end(stage, processes)
        require(stage.function.wait() == 0, f"status {stage.function.wait()}")
        require(stage.api.connections == WORKERS, "a worker was started though all were asked to end")
    moments = [chance.uniform(0, START_SECONDS) for _ in range(STARTS)]
    forked = 0
    for moment in moments:
        with Stage(setting, WORKERS) as stage:
            time.sleep(BEFORE_HANDLER_SECONDS + moment)
            processes = stage.processes()
            forked += bool(processes)
            stage.function.signal(signal.SIGTERM)
            require_end(stage, processes)
    return f"{STARTS} starts, {forked} of them with workers already"


def require_end(stage: Stage, processes: list[int]) -> None:
    stage.until(lambda: stage.function.process.poll() is not None, 1.5, "the supervisor ends")
    require(stage.function.wait() in (0, -signal.SIGTERM), f"status {stage.function.wait()}")
    gone(processes)


@check(CHECKS, "ends", "SIGTERM, answers at hand: they are posted, status 0")
def terminated_busy(setting: Setting) -> str:
    with Stage(setting, WORKERS, times=QUICK) as stage:
        stage.all_wait()
        stage.rest(COOLDOWN_SECONDS + 0.1)
        stage.issuer.publish("first", "new")
        _, first = hanging(stage, stage.issuer.event("new"))
        second = stage.deliver(stage.issuer.event("new"))
        stage.rest(0.1)
        processes = stage.processes()
        stage.function.signal(signal.SIGTERM)
        stage.rest(0.3)
        require(stage.function.process.poll() is None, "the supervisor has left its workers")
        stage.issuer.open.set()
        found = [stage.outcome(one, AT_ONCE_SECONDS) for one in (first, second)]
        require(found == [ALLOWED, ALLOWED], f"the answers are {found}")
        stage.until(lambda: stage.function.process.poll() is not None, AT_ONCE_SECONDS, "the supervisor ends")
        require(stage.function.wait() == 0, f"status {stage.function.wait()}")
        gone(processes)
        require(len(stage.function.decisions()) == 2, "the decisions are not both in the log")
    return "2 answers"


@check(CHECKS, "ends", "supervisor killed: the answer at hand is posted, the workers leave")
def orphaned(setting: Setting) -> str:
    with Stage(setting, WORKERS, times=QUICK) as stage:
        stage.all_wait()
        stage.rest(COOLDOWN_SECONDS + 0.1)
        stage.issuer.publish("first", "new")
        busy, request_id = hanging(stage, stage.issuer.event("new"))
        others = [process for process in stage.processes() if process != busy]
        stage.function.signal(signal.SIGKILL)
        stage.function.wait()
        gone(others, AT_ONCE_SECONDS)
        require(kernel.state(busy) not in (None, "Z"), "the worker with an event has left it")
        stage.issuer.open.set()
        found = stage.outcome(request_id, AT_ONCE_SECONDS)
        require(found == ALLOWED, f"the answer is {found}")
        gone([busy], AT_ONCE_SECONDS)
    return "1 answer"


@check(CHECKS, "refused", "one place refused with 403, then 500: the others serve, it is tried with pauses")
def one_refused(setting: Setting) -> str:
    tries = []
    for status in (403, 500):
        with Stage(setting, WORKERS) as stage:
            stage.refusal = last_one_with(status, stage)
            stage.until(lambda: len(stage.idle()) == WORKERS - 1, AT_ONCE_SECONDS, "the others wait")
            stage.rest(REFUSED_SECONDS)
            tries.append(stage.refused)
            require(FAILURE_LIMIT < stage.refused <= MOST_TRIES, f"{stage.refused} tries in {REFUSED_SECONDS:g} s")
            stage.refusal = lambda _: None
            found = stage.ask(stage.issuer.event("first"))
            require(found == ALLOWED, f"another worker says {found}")
            stage.all_wait()
            require(set(stage.ask_all(stage.issuer.event("first"))) == {ALLOWED}, "not every worker allows")
            require(list(stage.posted) and all(len(posts) == 1 for posts in stage.posted.values()), "posted twice")
    return f"{tries[0]} and {tries[1]} tries in {REFUSED_SECONDS:g} s"


@check(CHECKS, "refused", "all refused, or nothing listens: status 1 after three failures each")
def all_refused(setting: Setting) -> str:
    times = []
    for status in (403, 500):
        with Stage(setting, WORKERS) as stage:
            stage.refusal = lambda _, status=status: status  # type: ignore[misc]
            times.append(stage.until(lambda: stage.function.process.poll() is not None, 5, "the supervisor ends"))
            require(stage.function.wait() == 1, f"status {stage.function.wait()}")
            least, most = FAILURE_LIMIT * WORKERS, (FAILURE_LIMIT + 1) * WORKERS
            require(least <= stage.refused <= most, f"{stage.refused} tries of {WORKERS} workers")
            require(b"no worker could be kept running" in stage.function.written(), "no line says why")
    with Stage(setting, WORKERS) as stage:
        stage.all_wait()
        stage.api.selector.unregister(stage.api.listener)
        stage.api.listener.close()
        for request in [*stage.idle()]:
            stage.api.end(request.connection)
        times.append(kernel.wait(lambda: stage.function.process.poll() is not None, 10, "the supervisor ends"))
        require(stage.function.wait() == 1, f"status {stage.function.wait()}")
    return "after " + ", ".join(f"{seconds:.1f} s" for seconds in times)


def last_one_with(status: int, stage: Stage) -> Callable[[Request], int | None]:
    """Refuses whoever asks when all others wait."""
    return lambda _: status if len(stage.idle()) >= WORKERS - 1 else None


def as_user(user: int, *command: str) -> list[str]:
    if os.geteuid() != 0:
        raise LeftOut("only root can start it as a user who has no other process")
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]


def limit_processes(user: int, process: int, soft: int, hard: int) -> None:
    """By the user themselves, since root need not be permitted to."""
    subprocess.run(as_user(user, "prlimit", f"--pid={process}", f"--nproc={soft}:{hard}"), check=True)


@check(CHECKS, "fork", "none can be made: status 1, said why")
def none_forked(setting: Setting) -> str:
    with Stage(setting, WORKERS, wrapper=as_user(NOBODIES["none"], "prlimit", "--nproc=1")) as stage:
        seconds = stage.until(lambda: stage.function.process.poll() is not None, 5, "the supervisor ends")
        require(stage.function.wait() == 1, f"status {stage.function.wait()}")
        lines = stage.events("worker_not_started")
        require(len(lines) == FAILURE_LIMIT * WORKERS, f"{len(lines)} lines of workers not started")
    return f"after {seconds:.1f} s, {len(lines)} tries"


@check(CHECKS, "fork", "fails later, then not: the others serve, the place is filled again")
def fork_fails_later(setting: Setting) -> str:
    user, most = NOBODIES["later"], WORKERS + 1
    with Stage(setting, WORKERS, wrapper=as_user(user, "prlimit", f"--nproc={most}")) as stage:
        stage.all_wait()
        victims = [stage.worker_of(request) for request in stage.idle()[:2]]
        limit_processes(user, stage.supervisor, 1, most)
        _, request_id = stopped_with_event(stage, stage.issuer.event("first"))
        for process in victims:
            stage.kill(process)
        stage.until(lambda: request_id in stage.posted, AT_ONCE_SECONDS, "an error for the event of the dead worker")
        require(stage.outcome(request_id) == DIED, f"{stage.outcome(request_id)} for the event of the dead worker")
        stage.rest(REFUSED_SECONDS)
        require(len(stage.processes()) == WORKERS - 2, "a worker was made beyond the limit")
        found = stage.ask(stage.issuer.event("first"), seconds=AT_ONCE_SECONDS)
        require(found == ALLOWED, f"another worker says {found}")
        tries = len(stage.events("worker_not_started"))
        require(2 * FAILURE_LIMIT < tries <= 2 * MOST_TRIES, f"{tries} tries for two places in {REFUSED_SECONDS:g} s")
        limit_processes(user, stage.supervisor, most, most)
        stage.all_wait()
        require(set(stage.ask_all(stage.issuer.event("first"))) == {ALLOWED}, "not every worker allows")
        leaked = kernel.descriptors(stage.supervisor)
    return f"{tries} tries meanwhile, {leaked} descriptors at the end"


@check(CHECKS, "fork", "few descriptors: all serve, and a death is still told")
def few_descriptors(setting: Setting) -> str:
    """64 workers and 40 descriptors: not every connection can be the supervisor's too."""
    with Stage(setting, 64, wrapper=["prlimit", "--nofile=40"]) as stage:
        stage.all_wait()
        process, request_id = stopped_with_event(stage, stage.issuer.event("first"))
        stage.kill(process)
        stage.until(lambda: request_id in stage.posted, AT_ONCE_SECONDS, "an error for the event of the dead worker")
        stage.all_wait()
        require(set(stage.ask_all(stage.issuer.event("first"))) == {ALLOWED}, "not every worker allows")
        return f"{kernel.descriptors(stage.supervisor)} descriptors in use"


@check(CHECKS, "ends", "started with SIGCHLD ignored and signals blocked: a death is noticed")
def child_signal_ignored(setting: Setting) -> str:
    """What a parent ignores or blocks stays so behind exec; a wrapper of Lambda's (AWS_LAMBDA_EXEC_WRAPPER) may."""
    with Stage(setting, WORKERS, wrapper=[sys.executable, "-c", IGNORANT]) as stage:
        stage.all_wait()
        process, request_id = stopped_with_event(stage, stage.issuer.event("first"))
        before = stage.processes()
        stage.kill(process)
        stage.until(lambda: request_id in stage.posted, AT_ONCE_SECONDS, "an error for the event of the dead worker")
        seconds = stage.replaced([process], before)
        stage.function.signal(signal.SIGTERM)
        stage.until(lambda: stage.function.process.poll() is not None, 1.5, "the supervisor ends")
    return f"back after {milliseconds(seconds)}"
