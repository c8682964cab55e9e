"""What AWS_LAMBDA_MAX_CONCURRENCY may say, and what it may not."""

from concurrency import kernel
from concurrency.findings import Check, Setting, check, require
from concurrency.stage import ALLOWED, Stage

CHECKS: list[Check] = []
NAME = "AWS_LAMBDA_MAX_CONCURRENCY"
NO_NUMBERS = (
    "0", "-1", "1025", "x", "1.5", " 4", "4 ", "+4", "0x4", "4\u0664", "99999999999999999999", "18446744073709551620",
)  # fmt: skip
ONE = ("1", "", "01", None)
SEVERAL = {"2": 2, "0016": 16}


@check(CHECKS, "numbers", "no concurrency: init/error names the variable, status 1")
def no_numbers(setting: Setting) -> str:
    for text in NO_NUMBERS:
        with Stage(setting, text) as stage:
            stage.until(lambda: stage.function.process.poll() is not None, 10, f"{text!r} ends the start")
            require(stage.function.wait() == 1, f"{text!r}: status {stage.function.wait()}")
            require(len(stage.failed_starts) == 1, f"{text!r}: {len(stage.failed_starts)} posts to init/error")
            document = stage.failed_starts[0].document()
            require(NAME in document["errorMessage"], f"{text!r}: {document}")
            require(document["errorType"] == "Authorizer.ConcurrencyWrong", f"{text!r}: {document}")
            require(not stage.waiting, f"{text!r}: an event was asked for")
    return f"{len(NO_NUMBERS)} texts"


@check(CHECKS, "numbers", "one, empty or unset: one process")
def one(setting: Setting) -> str:
    for text in ONE:
        unset = ["env", "-u", NAME] if text is None else None
        with Stage(setting, text or "", wrapper=unset) as stage:
            found = stage.ask(stage.issuer.event("first"))
            require(found == ALLOWED, f"{text!r}: {found}")
            require(not kernel.children(stage.supervisor), f"{text!r}: it has forked")
    return f"{len(ONE)} texts"


@check(CHECKS, "numbers", "several: as many workers, one thread each")
def several(setting: Setting) -> str:
    for text, count in SEVERAL.items():
        with Stage(setting, text) as stage:
            stage.workers = count
            stage.all_wait()
            stage.rest(0.1)
            processes = stage.processes()
            require(len(processes) == len(stage.idle()) == count, f"{text!r}: {len(processes)} workers")
            threads = [kernel.threads(process) for process in [*processes, stage.supervisor]]
            require(set(threads) == {1}, f"{text!r}: {threads} threads")
            require(stage.ask_all(stage.issuer.event("first")) == [ALLOWED] * count, f"{text!r}: no Allow")
    return f"{len(SEVERAL)} texts"
