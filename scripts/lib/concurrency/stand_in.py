"""All checks on the stand-in, the longest first, several at a time in processes of their own."""

import concurrent.futures
import multiprocessing
from collections.abc import Iterable

from concurrency import deaths, endings, numbers, output, shared_keys, withdrawn
from concurrency.findings import Check, Row, Setting, perform

AT_ONCE = 4  # most of their time they wait
CHECKS: list[Check] = [
    *withdrawn.CHECKS, *shared_keys.CHECKS, *numbers.CHECKS, *endings.CHECKS, *deaths.CHECKS, *output.CHECKS,
]  # fmt: skip


class StandIn:
    """Begins at once; the rows are had when they are asked for."""

    def __init__(self, wanted: Iterable[int], setting: Setting) -> None:
        self.pool = concurrent.futures.ProcessPoolExecutor(AT_ONCE, multiprocessing.get_context("forkserver"))
        self.started = [self.pool.submit(of_number, number, setting) for number in wanted]

    def rows(self) -> Iterable[Row]:
        for future in self.started:
            yield future.result()
        self.pool.shutdown()


def of_number(number: int, setting: Setting) -> Row:
    """A check is no message to another process; its number is."""
    return perform(CHECKS[number], setting)
