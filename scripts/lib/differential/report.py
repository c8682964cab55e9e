"""What is said at the end: the classes, the rules, the findings."""

import base64
import json
import shlex

from differential.case import LEVELS, Case, Mutation, Recipe
from differential.good import OPTIONAL
from differential.judge import GOOD, SENTENCES, SEVERAL, Count, Finding
from differential.ours import Verdict
from differential.peers import PEERS, opinions
from differential.rules import Rule


def aligned(rows: list[list[str]], right: set[int]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def classes(count: Count, mutations: dict[str, Mutation]) -> list[dict]:
    """One for each mutation that stood alone, in the order of the levels; the good cases first, the others last."""
    order = {name: (LEVELS.index(one.level), place) for place, (name, one) in enumerate(mutations.items())}
    names = sorted((name for name in count.cases if name in order), key=order.__getitem__)
    return [one_class(count, mutations, name) for name in [GOOD, *names, SEVERAL] if count.cases[name]]


def one_class(count: Count, mutations: dict[str, Mutation], name: str) -> dict:
    explained: dict[str, int] = {}
    for (its, _, rule), times in count.explained.items():
        if its == name:
            explained[rule] = explained.get(rule, 0) + times
    return {
        "level": mutations[name].level if name in mutations else "",
        "mutation": name,
        "cases": count.cases[name],
        "accepted": count.accepted[name],
        "refused": count.cases[name] - count.accepted[name],
        "agreed": count.agreed[name],
        "explained": explained,
        "unexplained": count.unexplained[name],
    }


def class_table(found: list[dict]) -> list[str]:
    rows = [["level", "mutation", "cases", "accepted", "refused", "agreed", "unexplained", "differences explained by"]]
    for one in found:
        numbers = [f"{one[name]:,}" for name in ("cases", "accepted", "refused", "agreed", "unexplained")]
        explained = (
            ""
            if one["mutation"] == SEVERAL
            else "; ".join(f"{times:,} {rule}" for rule, times in sorted(one["explained"].items()))
        )
        rows.append([one["level"], one["mutation"], *numbers, explained])
    return aligned(rows, right={2, 3, 4, 5, 6})


def rule_list(count: Count, rules: list[Rule]) -> list[dict]:
    """How often each rule was the reason, of all cases; rules of one name and section are one."""
    found: dict[str, dict] = {}
    for rule in rules:
        one = found.setdefault(rule.name, {"rule": rule.name, "section": rule.section, "why": rule.why})
        for peer in PEERS:
            times = sum(n for (_, who, name), n in count.explained.items() if (who, name) == (peer, rule.name))
            one[peer] = times
        one["turnstile"] = "stricter" if rule.reasons else "laxer"
    return list(found.values())


def rule_table(found: list[dict]) -> list[str]:
    rows = [["turnstile", "rule", *PEERS, "by", "because"]]
    for one in found:
        rows.append([one["turnstile"], one["rule"], *[f"{one[peer]:,}" for peer in PEERS], one["section"], one["why"]])
    return aligned(rows, right={2, 3})


def decoded(segment: str) -> str:
    try:
        return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)).decode(errors="backslashreplace")
    except ValueError:
        return "not base64url"


def command(recipe: Recipe) -> str:
    words = ["scripts/differential", "--seed", str(recipe.seed), "--case", str(recipe.index)]
    for name in recipe.mutations or [GOOD]:
        words += ["--mutation", name]
    if recipe.without:
        words += ["--without", "all" if recipe.without >= set(OPTIONAL) else ",".join(sorted(recipe.without))]
    return shlex.join(words)


def described(case: Case) -> dict:
    parts = case.token.split(".")
    return {
        "seed": case.recipe.seed,
        "case": case.recipe.index,
        "mutations": list(case.recipe.mutations) or [GOOD],
        "policy": case.policy.entry("it"),
        "key set": case.jwks.decode(errors="backslashreplace"),
        "header": decoded(parts[0]),
        "payload": decoded(parts[1]) if len(parts) > 1 else "",
        "token": case.token,
        **{peer: opinion or "accepts" for peer, opinion in opinions(case).items()},
        "again": command(case.recipe),
    }


def said(verdict: Verdict) -> str:
    return "accepts" if verdict.accepts else f"refuses: {verdict.reason}"


def finding_record(finding: Finding) -> dict:
    sentence = SENTENCES[finding.kind].format(peer=finding.peer)
    return {"finding": sentence, "turnstile": said(finding.verdict), **described(finding.case)}


def finding_lines(record: dict) -> list[str]:
    width = max(map(len, record))
    return [
        f"{name:{width}}  {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in record.items()
    ]
