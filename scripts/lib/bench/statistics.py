"""What many runs say together: medians, and how far the middle half of them lies apart. Standard library only."""

import dataclasses
import math
from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """By linear interpolation between the two values around it (type 7 of Hyndman and Fan)."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


@dataclasses.dataclass(frozen=True)
class Summary:
    median: float
    q1: float
    q3: float
    count: int

    def scaled(self, by: float) -> "Summary":
        return Summary(self.median * by, self.q1 * by, self.q3 * by, self.count)


def summary(values: Sequence[float]) -> Summary:
    return Summary(quantile(values, 0.5), quantile(values, 0.25), quantile(values, 0.75), len(values))


def ratio(values: Sequence[float], beside: Sequence[float]) -> Summary:
    """Of each round's value to that of the same round: what slows a whole round down cancels out."""
    if len(values) != len(beside):
        raise ValueError(f"{len(values)} rounds beside {len(beside)}")
    if any(one <= 0 for one in beside):
        raise ValueError("a value that is compared with is not above 0")
    return summary([value / other for value, other in zip(values, beside, strict=True)])
