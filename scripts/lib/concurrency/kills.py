"""Workers killed at random under load: what callers see, and what is left behind."""

import json
import subprocess
import sys
import time

from children import end_with_parent
from concurrency import kernel
from concurrency.emulator import FUNCTION_TIMEOUT_SECONDS, ManagedEmulator
from concurrency.findings import Check, Setting, check, require
from concurrency.load import BUSY, LOG_SECONDS, LOST, RIGHT, TIMED_OUT, Load, loaded
from concurrency.stage import DIED

CHECKS: list[Check] = []
SECONDS = 20.0
IN_FLIGHT = 16
WARM_SECONDS = 1.0
MOST_GROWTH_KIB = 256  # of the supervisor's memory from beginning to end
TELL_EVERY_SECONDS = 0.5


@check(CHECKS, "kills", f"at random, {IN_FLIGHT} in flight: the right answer or an error, for every caller")
def killed_under_load(setting: Setting) -> str:
    with loaded(setting, IN_FLIGHT) as load:
        load.start()
        time.sleep(WARM_SECONDS)
        first, last = kill(load, setting.seconds or SECONDS, setting.seed)
        load.end()
        return judged(load, first, last)


def kill(load: Load, seconds: float, seed: int) -> tuple[dict, dict]:
    """What was counted when the first few were killed, and at the end."""
    emulator = load.emulator
    words = [str(emulator.supervisor), str(emulator.workers), str(seconds), f"{seed} kills"]
    command = [sys.executable, "-m", "concurrency.killer", *words]
    killer = subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=end_with_parent)
    started = time.monotonic()
    while killer.poll() is None:
        if sys.stderr.isatty():
            left = max(0.0, started + seconds - time.monotonic())
            sys.stderr.write(f"\r{load.counts[RIGHT]:,} right answers, {left:.0f} s to go  ")
            sys.stderr.flush()
        time.sleep(TELL_EVERY_SECONDS)
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    lines = [json.loads(line) for line in killer.communicate()[0].splitlines()]
    require(lines, "the killer said nothing")
    require("wrong" not in lines[-1], lines[-1].get("wrong", ""))
    return lines[0], lines[-1]


def judged(load: Load, first: dict, last: dict) -> str:
    counts, events, kills = load.counts, load.emulator.journal.events, last["kills"]
    require_answers(load, last)
    require_processes(load.emulator, first, last)
    require_lines(load, kills)
    signals = ", ".join(f"{count:,} {name}" for name, count in sorted(last["signals"].items()))
    return (
        f"{kills:,} kills ({signals}); {counts[RIGHT]:,} right, {counts[DIED]:,} {DIED}, {counts[LOST]:,} {LOST},"
        f" {counts[TIMED_OUT]:,} {TIMED_OUT} (after {FUNCTION_TIMEOUT_SECONDS} s); {events['answer_refused']:,} errors"
        f" refused since there was an answer, {events['answer_failed']:,} not accepted in time; none idle"
        f" {counts[BUSY]:,} times; back after {last['median'] * 1_000:.0f} ms,"
        f" {last['late']:,} times after more than 1 s, at most {last['slowest'] * 1_000:.0f} ms;"
        f" the supervisor has {first['descriptors']} descriptors and {first['kib']:,} KiB, then {last['descriptors']}"
        f" and {last['kib']:,} KiB"
    )


def require_answers(load: Load, last: dict) -> None:
    load.require_right()
    counts, kills, stalls = load.counts, last["kills"], load.emulator.journal.events["answer_failed"]
    require(load.errors() <= kills, f"more errors than kills: {dict(counts)}, {kills} kills")
    require(counts[DIED] > 0, "no event was at hand when a worker was killed: this shows nothing")
    require(last["late"] <= stalls, f"{last['late']} times too few workers after 1 s, {stalls} errors not accepted")


def require_processes(emulator: ManagedEmulator, first: dict, last: dict) -> None:
    processes = [emulator.supervisor, *kernel.workers(emulator.supervisor)]
    require(len(processes) == emulator.workers + 1, f"{len(processes)} processes at the end")
    require(not kernel.zombies(emulator.supervisor), "a process that ended was not waited for")
    require(all(kernel.threads(process) == 1 for process in processes), "a process has more than one thread")
    held = first["descriptors"], last["descriptors"]
    require(held[1] <= held[0] + 1, f"the supervisor's descriptors: {held[0]}, then {held[1]}")
    kib = first["kib"], last["kib"]
    require(kib[1] <= kib[0] + MOST_GROWTH_KIB, f"the supervisor's memory: {kib[0]} KiB, then {kib[1]}")


def require_lines(load: Load, kills: int) -> None:
    """A worker that is killed behind its answer writes no line; whatever is written fits what the caller was told."""
    time.sleep(LOG_SECONDS)
    journal = load.emulator.journal
    load.require_right()
    require(len(journal.answers) <= kills, f"{len(journal.answers)} right answers without a line")
    told = {request_id for request_id, record in journal.lines.items() if record.get("reason") == "worker_died"}
    require(told == load.died, f"{len(told)} lines say that a worker died, {len(load.died)} callers were told so")
    rest = len(journal.lines) - len(told)
    require(rest <= kills, f"{rest} lines of answers that nobody got")
    ended = journal.events["worker_ended"]
    require(ended == kills, f"{ended} lines of workers that ended, {kills} were killed")
