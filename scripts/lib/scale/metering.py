"""Usage plans: how many keys there can be, and what it means to share them."""

import random
from collections import Counter

from scale import facts


def minutes_to_make(keys: int) -> float:
    """CreateApiKey has a pace of its own; each key is attached by a second call, and all calls share another."""
    return keys * max(1 / facts.CREATE_KEY_RATE.value, 2 / facts.CONTROL_RATE.value) / 60


def regions_for(clients: int) -> int:
    """Accounts or regions in which each client has a key of its own, and calls nowhere else."""
    return -(-clients // int(facts.API_KEYS.value))


def shared(clients: int, buckets: int, loud: int, seed: int) -> dict[str, float]:
    """Clients hashed into buckets, each bucket one key; some loud clients spend what their bucket has."""
    dice = random.Random(seed)
    bucket = [dice.randrange(buckets) for _ in range(clients)]
    count = Counter(bucket)
    spent = {bucket[client] for client in dice.sample(range(clients), loud)}
    hit = sum(count[one] for one in spent) - loud
    return {
        "clients": clients,
        "buckets": buckets,
        "alone": sum(one for one in count.values() if one == 1) / clients,
        "mostInOne": max(count.values()),
        "loud": loud,
        "hitByOthers": hit / (clients - loud),
    }
