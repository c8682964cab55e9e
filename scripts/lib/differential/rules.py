"""Where Turnstile and a peer may differ, and why: each rule with the text of the standard that it rests on.

A difference without a rule is a fault of somebody's, and to be looked at.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    name: str
    section: str
    why: str
    mutations: frozenset[str]
    reasons: frozenset[str] = frozenset()
    """Of Turnstile's refusal; a rule of what Turnstile accepts has none."""
    peers: tuple[str, ...] = ("joserfc", "PyJWT")


def stricter(name: str, section: str, why: str, reasons: frozenset[str] | str, *mutations: str) -> Rule:
    return Rule(name, section, why, frozenset(mutations), frozenset({reasons}) if isinstance(reasons, str) else reasons)


def laxer(name: str, section: str, why: str, peer: str, *mutations: str) -> Rule:
    return Rule(name, section, why, frozenset(mutations), peers=(peer,))


# Mutations after which another key than the signer's may be the one that is meant: none is named, or two are alike.
OTHER_KEY = frozenset({
    "kid absent", "kid's name in another case", "kid twice, other material",
    "kid twice, other material of the same kind", "kid three times, two of them alike",
    "neighbour of the same kid broken",
})  # fmt: skip


def rule(rules: list[Rule], mutations: tuple[str, ...], peer: str, reason: str | None) -> Rule | None:
    """The rule that explains why Turnstile, which refused for that reason or (none) accepted, differs from a peer."""
    if reason == "invalid_signature" and not OTHER_KEY.isdisjoint(mutations):
        # The spoilt key is not used, and the other does not fit the signature.
        reason = "unknown_key"
    for one in rules:
        agrees = reason in one.reasons if reason is not None else not one.reasons
        if agrees and peer in one.peers and not one.mutations.isdisjoint(mutations):
            return one
    return None
