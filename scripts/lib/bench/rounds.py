"""Turns: in every round each program runs once, in an order that changes from round to round."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Told = Callable[[int, int], None]
Value = TypeVar("Value")


def order(count: int, round_number: int) -> list[int]:
    """Everybody is first, and behind everybody else, equally often: what drifts within a round falls on all alike."""
    turned = [(index + round_number // 2) % count for index in range(count)]
    return turned if round_number % 2 == 0 else turned[::-1]


def interleave(measures: Sequence[Callable[[], Value]], rounds: int, tell: Told) -> list[list[Value]]:
    """What each measured, round by round."""
    values: list[dict[int, Value]] = [{} for _ in measures]
    for number in range(rounds):
        for index in order(len(measures), number):
            values[index][number] = measures[index]()
        tell(number + 1, rounds)
    return [[one[number] for number in range(rounds)] for one in values]
