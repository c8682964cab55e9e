"""What a run ends with: figures, or the first thing that was wrong."""

import dataclasses

from soak.events import Case
from soak.publisher import FAILURES
from soak.watch import Sample

# Every refusal and fault of docs/checks.md but three that this run cannot bring about: clock_unusable,
# cryptography_failed, answer_too_large.
REASONS = (
    "missing_token", "ambiguous_credentials", "malformed_token", "unsupported_algorithm", "unknown_issuer",
    "unknown_key", "invalid_signature", "invalid_claims", "token_expired", "token_not_yet_valid", "wrong_audience",
    "wrong_client", "wrong_token_use", "wrong_type", "lifetime_too_long", "required_claim_missing", "route_unknown",
    "issuer_not_allowed", "client_not_allowed", "insufficient_scope", "group_missing", "usage_key_unusable",
    "event_unrecognised", "keys_unavailable", "deadline_too_near",
)  # fmt: skip
STATES = (
    "keys: stale and in use",
    "fetch, a caller waiting",
    "fetch, no caller waiting",
    *(f", {how}" for how in FAILURES),
)
TELLING_RUN = 50_000
"""From so many invocations on a run must have seen everything above, or it has tested less than it says."""


@dataclasses.dataclass
class Failure(Exception):
    """The first thing that was wrong."""

    message: str
    index: int
    case: Case | None = None
    allowed: list[str] = dataclasses.field(default_factory=list)
    answer: bytes = b""
    record: dict | None = None


@dataclasses.dataclass
class Figures:
    profile: str
    invocations: int = 0
    seconds: float = 0.0
    samples: list[Sample] = dataclasses.field(default_factory=list)
    most_kib: int = 0
    """The most resident memory that was seen between two events."""
    seen: dict[str, int] = dataclasses.field(default_factory=dict)
    circumstances: int = 0
    rotations: int = 0

    def count(self, part: str) -> int:
        return sum(times for name, times in self.seen.items() if part in name)

    def never_seen(self) -> list[str]:
        reasons = [reason for reason in REASONS if not self.count(f": {reason}")]
        return reasons + [state.strip(", ") for state in STATES if not self.count(state)]

    @property
    def processor_microseconds(self) -> float:
        """Of the function, for an invocation between the first sample and the last."""
        first, last = self.samples[0], self.samples[-1]
        invocations = max(1, last.invocations - first.invocations)
        return (last.processor_seconds - first.processor_seconds) / invocations * 1_000_000
