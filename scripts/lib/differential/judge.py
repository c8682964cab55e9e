"""Compares what Turnstile and the peers say of each case, and counts it by class."""

import collections
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from differential import ours, peers
from differential.case import Case
from differential.kitchen import Kitchen
from differential.rules import Rule, rule

GOOD = "none"
SEVERAL = "several"
"""The class of the cases with more than one mutation."""


@dataclass(frozen=True)
class Finding:
    """What no rule explains."""

    kind: str
    """`laxer`, `stricter`, `accepted` though it must be refused, `refused` though it is good."""
    peer: str | None
    case: Case
    verdict: ours.Verdict

    def is_like(self, other: "Finding") -> bool:
        return (self.kind, self.peer) == (other.kind, other.peer)

    @property
    def group(self) -> tuple:
        return self.kind, self.peer, self.case.recipe.mutations


SENTENCES = {
    "laxer": "Turnstile accepts what {peer} refuses",
    "stricter": "Turnstile refuses what {peer} accepts",
    "accepted": "Turnstile accepts what must be refused",
    "refused": "Turnstile refuses a good token",
}


@dataclass
class Count:
    """Of all cases by class, and of the differences by rule. Adds up."""

    cases: collections.Counter = field(default_factory=collections.Counter)
    accepted: collections.Counter = field(default_factory=collections.Counter)
    agreed: collections.Counter = field(default_factory=collections.Counter)
    explained: collections.Counter = field(default_factory=collections.Counter)
    """By class, peer and rule."""
    unexplained: collections.Counter = field(default_factory=collections.Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: "Count") -> None:
        for mine, its in zip(self.counters, other.counters, strict=True):
            mine.update(its)
        self.findings += other.findings

    @property
    def counters(self) -> list[collections.Counter]:
        return [self.cases, self.accepted, self.agreed, self.explained, self.unexplained]


def class_of(case: Case) -> str:
    match case.recipe.mutations:
        case ():
            return GOOD
        case (name,):
            return name
        case _:
            return SEVERAL


class Comparison:
    def __init__(self, kitchen: Kitchen, rules: Sequence[Rule], bootstrap: pathlib.Path) -> None:
        self.kitchen = kitchen
        self.rules = list(rules)
        self.judge = ours.Judge(bootstrap)

    def compare(self, cases: Sequence[Case]) -> Count:
        count = Count()
        for case, verdict in zip(cases, self.judge.verdicts(cases), strict=True):
            self.count(case, verdict, peers.judged(case), count)
        return count

    def count(self, case: Case, verdict: ours.Verdict, said: dict[str, bool], count: Count) -> None:
        name = class_of(case)
        count.cases[name] += 1
        count.accepted[name] += verdict.accepts
        count.agreed[name] += set(said.values()) == {verdict.accepts}
        found = self.faults(case, verdict)
        for peer, accepts in said.items():
            if accepts == verdict.accepts:
                continue
            if (why := rule(self.rules, case.recipe.mutations, peer, verdict.reason)) is not None:
                count.explained[name, peer, why.name] += 1
            else:
                found.append(Finding("laxer" if verdict.accepts else "stricter", peer, case, verdict))
        count.unexplained[name] += len(found)
        count.findings += found

    def faults(self, case: Case, verdict: ours.Verdict) -> list[Finding]:
        """What is wrong whatever the peers say."""
        must_be_refused = any(self.kitchen.mutations[one].refused for one in case.recipe.mutations)
        if verdict.accepts and must_be_refused:
            return [Finding("accepted", None, case, verdict)]
        if not verdict.accepts and not case.recipe.mutations:
            return [Finding("refused", None, case, verdict)]
        return []
