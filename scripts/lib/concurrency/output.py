"""Lines of many workers in one pipe that is as small as a pipe can be, and is emptied slowly."""

import fcntl
import json
import os
import threading
import time

import sample_tokens as mint
from concurrency.findings import Check, Setting, check, require
from concurrency.issuers import event_of
from concurrency.samples import ESCAPED, LONGEST_MEMBER, PIPE_BYTES
from concurrency.stage import ALLOWED, Stage
from joserfc.jwk import ECKey

CHECKS: list[Check] = []
WORKERS = 16
ROUNDS = 20
READ_BYTES = 1_000  # at once
FUNCTION_NAME = "\\" * 400  # longer than Lambda's, so that every line is longer than the pipe
LINES_SECONDS = 10.0


@check(CHECKS, "log", "one pipe of 4,096 bytes, lines that are longer: none is mixed")
def small_pipe(setting: Setting) -> str:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    received = bytearray()
    reader = threading.Thread(target=drain, args=(reading, received), daemon=True)
    reader.start()
    name = ESCAPED * LONGEST_MEMBER
    with Stage(
        setting, WORKERS, environment={"AWS_LAMBDA_FUNCTION_NAME": FUNCTION_NAME}, stdout=writing, metrics="emf",
        prepare=lambda stage: name_key(stage, name),
    ) as stage:  # fmt: skip
        os.close(writing)
        event = event_of(mint.signed(stage.issuer.keys[name], stage.issuer.claims(client_id=name)))
        for _ in range(ROUNDS):
            require(stage.ask_all(event) == [ALLOWED] * WORKERS, "not every worker allows")
        answered = set(stage.posted)
        time.sleep(0.1)
    reader.join(LINES_SECONDS)
    require(not reader.is_alive(), "the pipe has not ended: a process is left")
    records = [json.loads(line) for line in bytes(received).splitlines()]
    told = [record["requestId"] for record in records if "decision" in record]
    require(len(told) == len(answered) and set(told) == answered, f"{len(told)} lines for {len(answered)} answers")
    longest = max(map(len, bytes(received).splitlines()))
    require(longest > PIPE_BYTES, f"the longest line has {longest} bytes: this shows nothing")
    return f"{len(told)} lines of up to {longest:,} bytes"


def name_key(stage: Stage, name: str) -> None:
    """A key whose name is as long in the log as it can be."""
    stage.issuer.keys[name] = ECKey.generate_key("P-256", {"kid": name, "alg": "ES256", "use": "sig"})
    stage.issuer.publish(name)


def drain(descriptor: int, received: bytearray) -> None:
    while taken := os.read(descriptor, READ_BYTES):
        received += taken
        time.sleep(0)
    os.close(descriptor)
