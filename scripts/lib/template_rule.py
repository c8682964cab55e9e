"""What a rule of scripts/check-template is. Standard library only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from template_model import Stack

# What was looked at, and what is wrong with it, if anything is.
Verdict = tuple[str, str | None]
Judge = Callable[[Stack], Iterator[Verdict]]


@dataclass(frozen=True)
class Rule:
    id: str
    sentence: str
    judge: Judge


RULES: list[Rule] = []


def rule(id: str, sentence: str) -> Callable[[Judge], Judge]:
    """Adds a judge to the rules; a judge that yields nothing found nothing of its kind in the template."""

    def add(judge: Judge) -> Judge:
        RULES.append(Rule(id, sentence, judge))
        return judge

    return add


def verdict(name: str, is_right: bool, fault: str) -> Verdict:
    return name, None if is_right else fault
