"""Lambda freezes the process between events, and thaws it when its keys, its tokens and its connections are no more."""

import pathlib
import signal
import time
from collections.abc import Callable

from execution.key_server import KeyServer, key_set
from faults import stage
from faults.stage import HeldKeys, Setting, Stage, Wrong
from faults.table import Result, Row

KEYS = {"maxAgeSeconds": 1, "staleIfErrorSeconds": 1, "cooldownSeconds": 1, "timeoutMilliseconds": 500}
FROZEN_SECONDS = 2.3
"""Longer than keys may be used at all, and than the short token's life."""
TOKEN_SECONDS = 2


def server_of(*names: str) -> KeyServer:
    return KeyServer(lambda _: key_set(*stage.public(*names)))


def freeze(a_stage: Stage, meanwhile: Callable[[], None]) -> None:
    a_stage.function.signal(signal.SIGSTOP)
    meanwhile()
    time.sleep(FROZEN_SECONDS)
    a_stage.function.signal(signal.SIGCONT)


Expected = list[tuple[bytes, str, str | None]]
"""After the thaw: events, what is answered, and the reason in the log."""


def frozen(state: str, expected: Callable[[], Expected], hang_up: str = "") -> Callable[[pathlib.Path], Result]:
    """`state` is what became of the server of keys meanwhile; `hang_up`, of the connection to the Runtime API."""

    def run(program: pathlib.Path) -> Result:
        with server_of("k1") as server, Stage(program, Setting(url=f"{server.url}/keys", keys=KEYS)) as a_stage:
            short = stage.event(stage.token(exp=int(time.time()) + TOKEN_SECONDS))
            a_stage.expect(short, "Allow")
            a_stage.expect(stage.good(), "Allow")
            a_stage.api.waiting.append(a_stage.api.next_waiting())

            def meanwhile() -> None:
                if state == "rotated":
                    server.answer = lambda _: key_set(*stage.public("k2"))
                if state == "down":
                    server.answer = lambda _: (503, {}, b"")
                if hang_up:
                    for request in [*a_stage.api.waiting]:
                        a_stage.api.cut(request, by_reset=hang_up == "reset")

            freeze(a_stage, meanwhile)
            faults = []
            events = [(short, *after_short(state)), *expected()]
            found = [
                stage.attempt(faults, "after the thaw", lambda text=text: a_stage.ask(text)) for text, _, _ in events
            ]
            a_stage.function.await_decisions(2 + len(events))
            reasons = a_stage.reasons()[2:]
            told = [f"{answer} ({reason})" if reason else answer for answer, reason in zip(found, reasons, strict=True)]
            if found != [answer for _, answer, _ in events] or reasons != [reason for _, _, reason in events]:
                faults.append(f"{told} instead of {[wanted[1:] for wanted in events]}")
            if state == "down":
                faults += back_again(a_stage, server)
            return Result(
                "; ".join(told), str(server.requests), None, "next events answered", faults + a_stage.breaches()
            )

    return run


def after_short(state: str) -> tuple[str, str]:
    """The token that ran out is refused for it only where there is a key to verify it by."""
    if state == "down":
        return "KeysUnavailable", "keys_unavailable"
    return "Unauthorized", "unknown_key" if state == "rotated" else "token_expired"


def back_again(a_stage: Stage, server: KeyServer) -> list[str]:
    server.answer = lambda _: key_set(*stage.public("k1"))
    time.sleep(KEYS["cooldownSeconds"] + 0.1)
    faults: list[str] = []
    stage.attempt(faults, "with the server back", lambda: str(a_stage.expect_life()))
    return faults


def same() -> Expected:
    return [(stage.good(), "Allow", None), (stage.forged(), "Unauthorized", "invalid_signature")]


def rotated() -> Expected:
    return [(stage.good(), "Unauthorized", "unknown_key"), (stage.event(stage.token("k2")), "Allow", None)]


def down() -> Expected:
    return [
        (stage.good(), "KeysUnavailable", "keys_unavailable"),
        (stage.forged(), "KeysUnavailable", "keys_unavailable"),
    ]


def frozen_in_a_fetch(program: pathlib.Path) -> Result:
    """The keys were sent off before the freeze and are looked at behind it: they are as old as the request for them."""
    with HeldKeys("k1") as server, Stage(
        program, Setting(url=f"{server.url}/keys", keys=KEYS, snapshot=True)
    ) as a_stage:
        api = a_stage.api
        api.deliver(api.next_waiting(), stage.event(stage.token("k2")), api.new_id())
        server.await_request()
        freeze(a_stage, server.released.set)
        request = api.request()
        api.reply(request)
        found = stage.answer(request)
        if found != "KeysUnavailable":
            raise Wrong(f"{found} instead of KeysUnavailable")
        time.sleep(KEYS["cooldownSeconds"] + 0.1)  # counted from the fetch's end, which is behind the freeze
        a_stage.expect_life()
        return Result(found, str(server.requests), None, "next events answered", a_stage.breaches())


def frozen_in_an_answer(program: pathlib.Path) -> Result:
    with Stage(program) as a_stage:
        api = a_stage.api
        api.deliver(api.next_waiting(), stage.good(), api.new_id())
        request = api.request()
        freeze(a_stage, lambda: None)
        api.reply(request)
        a_stage.expect_life()
        return Result("Allow, once", "", None, "next events answered", a_stage.breaches())


def row(situation: str, run: Callable[[pathlib.Path], Result]) -> Row:
    return Row("machine", f"frozen for {FROZEN_SECONDS:g} s", situation, run)


ROWS = [
    row("the keys are the same", frozen("same", same)),
    row("the keys were rotated", frozen("rotated", rotated)),
    row("the server of keys is down", frozen("down", down)),
    row("the same keys, the Runtime API closed its connection", frozen("same", same, "close")),
    row("the same keys, the Runtime API reset its connection", frozen("same", same, "reset")),
    row("rotated keys, the Runtime API closed its connection", frozen("rotated", rotated, "close")),
    row("no keys, the Runtime API reset its connection", frozen("down", down, "reset")),
    row("while keys are fetched and a caller waits", frozen_in_a_fetch),
    row("while an answer is posted", frozen_in_an_answer),
]
