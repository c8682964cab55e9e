"""How much is measured: every figure beside that of the floor, in turns, in several rounds."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Plan:
    rounds: int
    cold_starts: int
    """In a round, of each program."""
    peer_cold_starts: int
    warm: int
    """Invocations in a round that count."""
    peer_warm: int
    warmup: int
    """Invocations before them that do not."""
    shape_rounds: int
    shape_warm: int
    growth_rounds: int
    growth_warm: int
    https_rounds: int
    memory: int = 20_000
    """Invocations after which the most memory is looked at; the target names this number."""
    events: int = 1_000
    """Distinct tokens."""
    other_events: int = 200
    """Distinct tokens where it is not the headline."""


FULL = Plan(
    rounds=15, cold_starts=15, peer_cold_starts=2, warm=4_000, peer_warm=1_500, warmup=500, shape_rounds=7,
    shape_warm=1_500, growth_rounds=9, growth_warm=1_500, https_rounds=15,
)  # fmt: skip
QUICK = Plan(
    rounds=7, cold_starts=9, peer_cold_starts=1, warm=2_000, peer_warm=500, warmup=300, shape_rounds=3, shape_warm=500,
    growth_rounds=5, growth_warm=600, https_rounds=5,
)  # fmt: skip
