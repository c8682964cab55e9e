"""Random numbers of events that are many: how many come in a while, how many of them are of a kind."""

import math
import random

FEW = 40.0
"""Below this mean each event is drawn; above it the normal distribution is near enough."""


def poisson(dice: random.Random, mean: float) -> int:
    """How many events there are where `mean` are expected."""
    if mean <= 0:
        return 0
    if mean > FEW:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    count, product, least = 0, dice.random(), math.exp(-mean)
    while product > least:
        count += 1
        product *= dice.random()
    return count


def binomial(dice: random.Random, count: int, share: float) -> int:
    """How many of `count` events are of a kind that has this share."""
    if share <= 0 or count <= 0:
        return 0
    if share >= 1:
        return count
    if count * min(share, 1 - share) > FEW:
        drawn = dice.gauss(count * share, math.sqrt(count * share * (1 - share)))
        return min(count, max(0, round(drawn)))
    return sum(dice.random() < share for _ in range(count))
